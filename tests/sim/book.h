/* book.h - what was sent and what became of it, as an onlooker sees both ends.
 *
 * Our messages and requests are numbered by the program, the contact's by the
 * contact.  A session that dies without the client being told how far it came
 * excuses the fates of what had left until then, and nothing else. */
#ifndef SIM_BOOK_H
#define SIM_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <loquat/base.h>

struct world;

typedef struct sent_row {
    lq_id id;
    int fate; /* -1: open */
    bool received;
} sent_row;

typedef struct asked_row {
    lq_id id;
    lq_time at;
    bool ended, received, replied;
} asked_row;

typedef struct told_row {
    bool seen, done; /* by the program */
    bool sure;
} told_row;

typedef struct query_row {
    int serial; /* of its session */
    bool answered, dead;
} query_row;

/* A stanza of the contact's that the program wrote down. */
typedef struct noted_row {
    int64_t number; /* lq_stream_serial() */
    int serial, index;
} noted_row;

typedef struct book {
    sent_row *sent;
    asked_row *asked;
    told_row *told;
    query_row *queries;
    size_t sents, askeds, tolds, query_count;
    size_t sent_room, asked_room, told_room, query_room, kind_room;
    noted_row *noted;
    size_t notes, noted_room;
    size_t stored_sents, stored_askeds; /* as the next process will have it */
    size_t *fresh;                      /* messages whose fate was told since */
    size_t fresh_count, fresh_room;
    char *kinds;                /* by id: 's', 'a', or 0 */
    uint32_t *places;           /* by id */
    long last_sent, last_asked; /* numbers that the server has */
    size_t excused_sent, excused_asked;
    size_t left_sent, left_asked;  /* taken on when a session lost its line */
    int heard_serial, heard_index; /* of what the program saw last */
    uint64_t excess; /* by which counts that were told may be wrong */
    size_t open;     /* ids that have not ended */
} book;

void book_init(book *b);
void book_clear(book *b);

/* ---- our messages and requests ---- */

void book_sent(struct world *w, lq_id id);
void book_asked(struct world *w, lq_id id);

/* The server has message, or request, N. */
void book_received(struct world *w, long n);
void book_asked_received(struct world *w, long n);

/* The program was told so. */
void book_fate(struct world *w, lq_id id, int fate);
void book_reply(struct world *w, lq_id id, int error, long n);

/* The transport of a session is gone. */
void book_parted(struct world *w);

/* A session is dead; AT_ALL: and nobody will ever know how far it came. */
void book_excuse(struct world *w, bool at_all);

/* Whatever was taken on until now may have any fate. */
void book_pardon(struct world *w);

/* ---- the contact's ---- */

long book_tell(struct world *w, bool sure);
long book_query(struct world *w, int serial);

/* The program saw stanza INDEX of session SERIAL: message N (-1: a query),
 * whose lq_stream_serial() is NUMBER. */
void book_heard(struct world *w, int serial, int index, long n, int64_t number);

/* The program asks for the next event: it has done with message N. */
void book_done(struct world *w, long n);

/* The server got an answer to query K in session SERIAL. */
void book_answered(struct world *w, long k, int serial);

/* ---- processes ---- */

/* What the program knows is stored. */
void book_commit(struct world *w);

/* The process is dead, and what was not stored never was. */
void book_die(struct world *w);

/* The first id that has not ended, or 0. */
lq_id book_open_id(const struct world *w);

/* All has come to rest. */
void book_close(struct world *w);

#endif
