/* ticket.h - what we sent and whose fate is not yet known.
 *
 * A ticket is made with its builder and ends in exactly one event: a REPLY if
 * it stands for a request, else a DELIVERY. */
#ifndef LQ_TICKET_H
#define LQ_TICKET_H

#include "base/list.h"
#include "base/table.h"
#include "stream/builder.h"
#include "stream/context.h"
#include "stream/event.h"
#include "stream/ids.h"
#include "stream/timer.h"
#include "stream/unacked.h"

struct lq_slot;

/* The bytes of a stanza that waits for a session. */
typedef struct lq_held {
    uint32_t len;
    char bytes[];
} lq_held;

typedef struct lq_ticket {
    lq_live live; /* its id */
    lq_note note;
    lq_timer timer; /* of a request: its time-out */
    lq_link place;  /* in held, open or expired */
    lq_link fresh;
    struct lq_held *held;  /* not sent yet */
    struct lq_slot *owner; /* whose request; NULL: the program's */
    lq_stream *stream;
    lq_time timeout;
    uint64_t start;  /* where its bytes begin in all that we sent */
    uint64_t number; /* among the stanzas of a managed session; else 0 */
    bool request;
    bool silent;    /* its end is no event */
    bool unsent;    /* it never left */
    bool momentary; /* it says nothing later */
    char wire[LQ_WIRE_ID_SIZE];
    char *to;      /* whom a request asks; NULL: our own account */
    lq_pool *pool; /* the context's, which outlives it */
} lq_ticket;

/* TO may be NULL; only requests need to know it.  NULL when memory runs out. */
lq_ticket *lq_ticket_new(lq_context *context, const char *to);
void lq_ticket_free(lq_ticket *ticket);

typedef struct lq_tickets {
    lq_table requests; /* unanswered, by wire id */
    lq_list held;      /* not sent yet, oldest first */
    lq_list open;      /* sent, not known to have been read; oldest first */
    lq_list fresh;     /* requests whose time-out has not begun */
    lq_list expired;   /* requests to end once the inbox is empty */
    lq_ticket *asking; /* the ping that asks how far the server is, or NULL */
    uint32_t held_bytes;
    bool wants_room; /* a sender was told LQ_E_FULL */
} lq_tickets;

void lq_tickets_init(lq_tickets *tickets, const lq_hash_key *key);

/* Free all of them without a word. */
void lq_tickets_clear(lq_stream *stream);

/* As lq_stream_send(); a SILENT one ends without an event. */
lq_id lq_ticket_send(lq_stream *stream, lq_builder *b, bool silent);

/* As lq_module_request() for OWNER (NULL: the program); a SILENT one is a ping:
 * it ends without an event, and is never too much. */
lq_id lq_ticket_request(lq_stream *stream, lq_builder *b, struct lq_slot *owner,
                        lq_time timeout, bool silent);

/* OWNER goes away: its requests end in silence. */
void lq_tickets_disown(lq_stream *stream, const struct lq_slot *owner);

/* Time-outs of new requests begin now. */
void lq_tickets_arm(lq_stream *stream);

/* End what has expired; the inbox is empty. */
void lq_tickets_expire(lq_stream *stream);

/* Online: send what was held.  LQ_OK or a fatal error. */
int lq_tickets_flow(lq_stream *stream);

/* A reply has come.  False if it answers none of our requests. */
bool lq_tickets_reply(lq_stream *stream, const lq_stanza *stanza);

/* The server has read everything that left. */
void lq_tickets_all_read(lq_stream *stream);

/* The server has handled the stanzas of the managed session up to NUMBER. */
void lq_tickets_acked(lq_stream *stream, uint64_t number);

/* The session is not managed after all. */
void lq_tickets_unmanaged(lq_stream *stream);

/* One of another process: told when its fate is known. */
typedef struct lq_restored {
    lq_id id;
    bool silent, momentary;
    bool held;       /* it was not sent yet */
    uint64_t number; /* else */
    const char *bytes;
    uint32_t len;
} lq_restored;

/* LQ_OK, or LQ_E_NOMEM.  Then: ID is held no longer; what has a number up to
 * NUMBER has ended. */
int lq_ticket_restore(lq_stream *stream, const lq_restored *what);
void lq_ticket_unheld(lq_stream *stream, lq_id id);
void lq_tickets_restored(lq_stream *stream, uint64_t number);

/* ID ended there, with ERROR, and the program was not told: it is now.  LQ_OK
 * or LQ_E_NOMEM.  What is to be told of so is not, after all. */
int lq_ticket_ended(lq_stream *stream, lq_id id, int error);
void lq_tickets_untold(lq_stream *stream);

/* Another session takes the place of the managed one, which left OUT: what the
 * server has not seen is held for the new one.  Unless KNOWN, nobody knows that
 * of what has left. */
void lq_tickets_renew(lq_stream *stream, const lq_unacked *out, bool known);

/* The transport is gone: see which never left.  Later, when all that arrived
 * was taken, end those that were sent.  When the stream is closed, the rest. */
void lq_tickets_unsent(lq_stream *stream);
void lq_tickets_lost(lq_stream *stream);
void lq_tickets_drop(lq_stream *stream);

/* Output is wanted: ask how far the server is, if much is not known to have
 * been read and nothing else tells. */
void lq_tickets_ask(lq_stream *stream);

/* If somebody waits for room and there is some, tell. */
void lq_tickets_room(lq_stream *stream);

/* Bytes on their way, held ones included; and those that the server has not
 * acknowledged. */
size_t lq_stream_waiting(const lq_stream *stream);
size_t lq_stream_unacked(const lq_stream *stream);

#endif
