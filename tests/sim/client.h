/* client.h - the program under test, and the driver that carries its bytes. */
#ifndef SIM_CLIENT_H
#define SIM_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include <loquat/base.h>

#include "process.h"

struct line;
struct world;

/* A question that the program answers some day. */
typedef struct open_query {
    lq_id id;
    lq_time due;
} open_query;

typedef struct client {
    lq_context *context;
    lq_stream *stream;
    struct line *line;               /* NULL: there is no transport */
    lq_time connects, closing_since; /* LQ_NEVER */
    bool full;                       /* ROOM is awaited */
    bool online;                     /* as the events have it */
    bool stopping, suspending, closed;
    vault vault;
    char jid[64]; /* of the last session */
    bool looks;   /* at an event, which is not handled yet */
    long holds;   /* the contact's message that the program looks at, or -1 */
    lq_time resting_until; /* it takes no events before */
    open_query *queries;
    size_t query_count, query_room;
    int spins; /* ticks at one moment */
    lq_time spun;
} client;

void client_begin(struct world *w);

/* The driver's turn: wish, bytes, deadline. */
void client_drive(struct world *w);

/* The program's turn: send, take events. */
void client_step(struct world *w);

/* All that can be said of it at any time. */
void client_check(struct world *w);

/* We want no more; or not now, and not here. */
void client_stop(struct world *w);
void client_suspend(struct world *w);
void client_end(struct world *w);

/* When the driver has something to do, or LQ_NEVER. */
lq_time client_next(const struct world *w);

/* Whether nothing is under way. */
bool client_rests(const struct world *w);

/* ---- what its files ask of each other ---- */

void client_take_events(struct world *w);
void client_send(struct world *w);
void client_answer_due(struct world *w);

#endif
