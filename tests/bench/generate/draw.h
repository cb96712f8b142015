/* draw.h - writing a corpus, by chance or not.
 *
 * Chance is one sequence (SplitMix64), the same on any machine, as long as
 * each draw is a statement of its own: C does not say in which order a call's
 * arguments are evaluated. */
#ifndef BENCH_DRAW_H
#define BENCH_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PICK(array)  ((array)[below(COUNT(array))])

/* Whose stream it is. */
#define ACCOUNT  "juliet@example.com"
#define FULL_JID ACCOUNT "/balcony-7f3a"

/* ---- writing ---- */

/* All that is put goes to FILE from now on; how much it was so far. */
void put_to(FILE *file);
uint64_t written(void);

void put_bytes(const char *bytes, size_t len);
void put(const char *text);
void put_times(const char *text, unsigned long times);
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- chance ---- */

/* Each kind of corpus has a sequence of its own: call this first. */
void draw_for(const char *kind);

uint64_t draw(void);
unsigned below(unsigned limit);
bool chance(unsigned percent);

/* What is put for so many of a hundred; the last row takes the rest. */
typedef struct share {
    unsigned percent;
    void (*put)(void);
} share;

void put_one_of(const share *shares);

/* SIZE characters of base64. */
void put_base64(unsigned long len);
void put_hex(unsigned long len);

#endif
