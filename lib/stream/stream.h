/* stream.h - the inside of a stream.
 *
 * struct lq_stream is made of nouns; each has its file, and the functions
 * below are what they ask of each other.  stream.c is the life story. */
#ifndef LQ_STREAM_H
#define LQ_STREAM_H

#include <loquat/jid.h>
#include <loquat/stream.h>

#include "base/buffer.h"
#include "base/heap.h"
#include "base/table.h"
#include "stream/config.h"
#include "stream/context.h"
#include "stream/event.h"
#include "stream/failure.h"
#include "stream/ids.h"
#include "stream/inbox.h"
#include "stream/journal.h"
#include "stream/known.h"
#include "stream/module.h"
#include "stream/negotiation.h"
#include "stream/outbox.h"
#include "stream/question.h"
#include "stream/reconnect.h"
#include "stream/router.h"
#include "stream/saved.h"
#include "stream/sm.h"
#include "stream/ticket.h"
#include "stream/timer.h"
#include "stream/trust.h"

struct lq_stream {
    lq_context *context;
    lq_config config;
    lq_jid *self;  /* the configured account */
    char *account; /* lq_stream_account(); NULL: as SELF has it */
    char *jid;     /* lq_stream_jid() */
    void *user;

    /* the books of the context */
    lq_heap_item alarm;
    lq_link ready;

    /* where we are */
    lq_time now;
    int state;       /* LQ_STATE_* */
    int transport;   /* LQ_TRANSPORT_*; 0: there is none */
    bool changed;    /* the context must hear of it */
    bool hooked;     /* a handler or hook is running */
    bool stopping;   /* stop() was called */
    bool suspending; /* ... but the session is to go on */
    bool tracing;
    bool greeting;     /* online() hooks are running */
    bool flowing;      /* what is sent leaves at once */
    bool ending;       /* this connection is over; its transport may remain */
    bool lost;         /* its transport broke */
    bool closed_by_us; /* our </stream:stream> is on its way */
    bool closed_by_peer;
    bool inactive;             /* nobody looks: lq_stream_set_active() */
    bool told_inactive;        /* ... and the server knows */
    bool answered;             /* ... in answer to ours, which had left */
    bool surfacing;            /* .event waits to be returned */
    bool has_room;             /* ROOM waits to be told */
    bool starved;              /* memory ran out since that was cleared */
    bool retimed;              /* the deadline may be another */
    lq_connection *connection; /* this one, or the last one */
    lq_connection *next;       /* for the one that is wished for */

    /* what it is made of */
    lq_heap timers;
    lq_timer timeout; /* of negotiation, then of closing */
    lq_timer idle, space;
    lq_time heard, spoken; /* when bytes last came, or left */
    lq_time pinged;        /* LQ_NEVER: no answer is awaited */
    lq_inbox inbox;
    lq_outbox outbox;
    lq_negotiation negotiation;
    lq_reconnect reconnect;
    lq_trust *trust;           /* NULL: not needed yet */
    lq_resumption *resumption; /* for the next handshake, or NULL */
    lq_known known;
    lq_sm *sm;              /* NULL: the session is not managed */
    lq_saver *saver;        /* NULL: the program keeps nothing */
    lq_journal *journal;    /* NULL: ... of sessions */
    unsigned char *trusted; /* lq_trusted_key() */
    lq_list notes;          /* events that wait */
    lq_note *current;       /* of the event that was returned last */
    lq_event event;         /* ... or of a stanza, which has no note */
    lq_ids ids;
    lq_tickets tickets;
    lq_list questions; /* open ones */
    lq_router router;
    lq_modules modules;
};

/* ---- stream.c ---- */

/* Begin and end a public call that changes STREAM.  enter() is false inside a
 * handler.  A NOW of LQ_NEVER keeps the time. */
static inline bool lq_stream_enter(lq_stream *stream, lq_time now)
{
    if (stream->hooked) {
        return false;
    }
    if (now > stream->now) {
        stream->now = now;
    }
    if (stream->tickets.fresh.first != NULL && now != LQ_NEVER) {
        lq_tickets_arm(stream);
    }
    return true;
}

/* Tell the context what is new. */
void lq_stream_settle(lq_stream *stream);

static inline void lq_stream_leave(lq_stream *stream)
{
    if (stream->changed || stream->retimed) {
        lq_stream_settle(stream);
    }
}

/* Queue NOTE; tell the context. */
void lq_stream_note(lq_stream *stream, lq_note *note);

/* JID is the account as the server writes it.  LQ_OK or LQ_E_NOMEM. */
int lq_stream_set_account(lq_stream *stream, const lq_jid *jid);

/* The connection that was wished for, if one was, becomes the current one. */
void lq_stream_begin(lq_stream *stream);

/* The connection cannot go on: see lq_failure_set() for the arguments.  Tells
 * the peer, if there is still a way, and wishes CLOSE.  Returns CODE. */
int lq_stream_fail(lq_stream *stream, const lq_fault *fault);

/* Negotiation is through: a resource is bound. */
void lq_stream_bound(lq_stream *stream);

/* Send what was held, if we are still online after the online() hooks. */
int lq_stream_flow(lq_stream *stream);

/* From now on it must not take longer than the config says to be online. */
void lq_stream_limit(lq_stream *stream);

/* Whether TLS (or the transport itself) protects what is sent now. */
bool lq_stream_is_secure(const lq_stream *stream);

/* ---- receive.c ---- */

/* A stream begins: less is believed of a peer that has not shown who it is. */
void lq_stream_frame_limits(lq_stream *stream);

/* Take decrypted bytes.  How many were taken, or what lq_stream_fail() said. */
int lq_stream_input(lq_stream *stream, const char *bytes, size_t len);

/* Memory ran out, or what came could not be parsed with ERROR: fail. */
int lq_stream_no_memory(lq_stream *stream);
int lq_stream_malformed(lq_stream *stream, int error);

/* ---- take.c ---- */

/* Parse a frame.  LQ_OK, or what lq_parser_element() said. */
int lq_stream_parse(lq_stream *stream, const char *bytes, size_t len,
                    lq_stanza **stanza);

/* ---- closing.c ---- */

/* Send <stream:error/> for FAULT. */
void lq_stream_write_error(lq_stream *stream, const lq_fault *fault);

/* Send our closing tag, once. */
void lq_stream_send_close(lq_stream *stream);

/* All that was accepted is on its way: a stop() may have waited for that. */
void lq_stream_caught_up(lq_stream *stream);

/* Nothing more is expected from the peer: say goodbye and wish CLOSE. */
void lq_stream_close_done(lq_stream *stream);

/* The peer's closing tag has come. */
void lq_stream_peer_closed(lq_stream *stream);

/* If the connection is over and all that it brought was taken: tell so, and
 * wait for the next or be closed. */
void lq_stream_conclude(lq_stream *stream);

/* ---- answer.c ---- */

/* Answer IQ, which is being handled, with a stanza error. */
int lq_stream_reply_error(lq_stream *stream, const lq_stanza *iq,
                          int condition);

/* ... with an empty result. */
int lq_stream_reply_result(lq_stream *stream, const lq_stanza *iq);

/* ---- liveness.c ---- */

void lq_liveness_init(lq_stream *stream);
void lq_liveness_start(lq_stream *stream);
void lq_liveness_stop(lq_stream *stream);

/* Something was said that the peer must answer: it is dead if it does not. */
void lq_liveness_probe(lq_stream *stream);

/* It may be dead: ask. */
void lq_liveness_ask(lq_stream *stream);

/* Ping the server, whose answer is no event.  An id or an error. */
lq_id lq_liveness_ping(lq_stream *stream);

/* ---- activity.c ---- */

/* Tell the server whether somebody looks, if it wants to know and does not.
 * LQ_OK or a fatal error. */
int lq_activity_tell(lq_stream *stream);

/* ---- trace.c ---- */

/* Note one piece of traffic if tracing is on. */
void lq_stream_trace_bytes(lq_stream *stream, bool sent, const char *bytes,
                           size_t len);

#endif
