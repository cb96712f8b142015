/* line.h - one stream's place in the books: its attempt to connect, or its
 * connection. */
#ifndef LQ_NET_LINE_H
#define LQ_NET_LINE_H

#include "list.h"
#include "resolve.h"
#include "targets.h"
#include "transport.h"

#include <loquat/stream.h>

typedef enum lq_phase {
    LQ_PHASE_IDLE = 0, /* the stream wishes for nothing */
    LQ_PHASE_LOOKUP,   /* its domain's targets are asked for */
    LQ_PHASE_OPENING,  /* one target after the other is tried */
    LQ_PHASE_OPEN,
    LQ_PHASE_CLOSING, /* the last output is written */
} lq_phase;

typedef struct lq_line {
    struct lq_net *net;
    lq_stream *stream;
    lq_phase phase;
    int transport;     /* LQ_TRANSPORT_* of the target that is tried */
    bool alive;        /* may have events without the program's doing */
    bool mute;         /* writing failed; what can be read is read */
    lq_lookup *lookup; /* in LOOKUP */
    lq_targets targets;
    lq_wire *wire; /* in OPENING between two targets NULL */
    char *rest;    /* received, but not yet taken by the stream, or NULL */
    size_t rest_len;
    lq_time deadline; /* while parked in opening or closing */
    lq_link work;     /* in net->work: something happened */
    lq_link news;     /* in net->news: lq_net_next() will name it */
    lq_link parked;   /* in net->opening, closing or paused */
} lq_line;

lq_line *lq_line_new(struct lq_net *net, lq_stream *stream);

/* Close what is open, without a word to the stream. */
void lq_line_free(lq_line *line);

/* Do all that can be done for LINE now. */
void lq_line_serve(lq_line *line);

/* Find out anew whether it is alive. */
void lq_line_count(lq_line *line);

/* Serve LINE again when MS have passed.  All lines parked in LIST wait equally
 * long, so that it is in the order of their deadlines. */
void lq_line_park(lq_line *line, lq_link *list, lq_time ms);

#endif
