/* draw.c - see draw.h. */
#include "draw.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- writing ---- */

static FILE *out;
static uint64_t position;

void put_bytes(const char *bytes, size_t len)
{
    if (fwrite(bytes, 1, len, out) != len) {
        perror("generate");
        exit(1);
    }
    position += len;
}

void put(const char *text) { put_bytes(text, strlen(text)); }

void say(const char *format, ...)
{
    char text[1024];
    va_list arguments;
    int len;

    va_start(arguments, format);
    len = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (len < 0 || (size_t)len >= sizeof(text)) {
        fprintf(stderr, "too long: %s\n", format);
        exit(1);
    }
    put_bytes(text, (size_t)len);
}

void put_times(const char *text, unsigned long times)
{
    for (unsigned long i = 0; i < times; i++) {
        put(text);
    }
}

void put_to(FILE *file) { out = file; }

uint64_t written(void) { return position; }

/* ---- chance: SplitMix64 ---- */

static uint64_t random_state = 0x9E3779B97F4A7C15u;

uint64_t draw(void)
{
    uint64_t mixed = random_state += 0x9E3779B97F4A7C15u;

    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
}

/* Each kind has a sequence of its own. */
void draw_for(const char *kind)
{
    for (; *kind != '\0'; kind++) {
        random_state = random_state * 31 + (unsigned char)*kind;
    }
}

unsigned below(unsigned limit) { return (unsigned)((draw() >> 33) % limit); }

bool chance(unsigned percent) { return below(100) < percent; }

void put_one_of(const share *shares)
{
    unsigned drawn = below(100);

    while (drawn >= shares->percent) {
        drawn -= shares->percent;
        shares++;
    }
    shares->put();
}

static void put_drawn_from(const char *alphabet, unsigned size,
                           unsigned long len)
{
    for (unsigned long i = 0; i < len; i++) {
        put_bytes(&alphabet[below(size)], 1);
    }
}

void put_base64(unsigned long len)
{
    put_drawn_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                   "0123456789+/",
                   64, len);
}

void put_hex(unsigned long len) { put_drawn_from("0123456789abcdef", 16, len); }
