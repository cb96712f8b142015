/* process.h - the program's processes: what one keeps for the next.
 *
 * What the stream has to save is stored some time after it said so, and in the
 * same instant the program's own books (book_commit()).  A process that is
 * killed takes with it whatever was not stored.  It may also be killed right
 * after it stored something, before the stream was told. */
#ifndef SIM_PROCESS_H
#define SIM_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

#include <loquat/base.h>

struct world;

typedef struct vault {
    char *bytes; /* SESSION, and the RECORDS behind it */
    size_t len;
    lq_time due[4]; /* by LQ_SAVED_*, or LQ_NEVER */
} vault;

void vault_init(vault *s);
void vault_clear(vault *s);

/* A SAVE event has come; store what is due. */
void process_is_to_save(struct world *w, int which);
void process_save_due(struct world *w);

/* The earlier of two times that may be LQ_NEVER. */
lq_time sooner(lq_time a, lq_time b);

/* When something is due, or LQ_NEVER. */
lq_time process_next(const struct world *w);

/* It is killed, and another one started. */
void process_kill(struct world *w);

/* It has suspended its session and ends in good order; another one starts. */
void process_hand_over(struct world *w);

#endif
