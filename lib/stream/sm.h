/* sm.h - stream management: XEP-0198.
 *
 * A managed session outlives its connection: both sides count the stanzas that
 * they have handled, keep what the other has not acknowledged, and after a loss
 * go on where they were.
 *
 *     <enable/>  right after the resource was bound; its answer is not awaited
 *     <r/>       behind what leaves, one at a time: so once in a round trip
 *     <a/>       when asked, and before the stream is closed, whoever ends it
 *     <resume/>  instead of binding, once the connection was lost
 *
 * If a session cannot be resumed, a new one is bound, and what the server has
 * not seen is sent in that (ticket.c). */
#ifndef LQ_SM_H
#define LQ_SM_H

#include <loquat/element.h>

#include "stream/features.h"
#include "stream/negotiation.h"
#include "stream/unacked.h"
#include "xml/writer.h"

#define LQ_NS_SM "urn:xmpp:sm:3"

struct lq_ticket;

/* A session of a stream; there is none before the server was asked for it. */
typedef struct lq_sm {
    lq_unacked out;
    uint64_t asked;       /* the last stanza that an <r/> was about */
    uint64_t handled;     /* of theirs */
    uint64_t told;        /* of these, the server knows */
    uint64_t repeats;     /* that will come though the program has them */
    bool enabled;         /* the server has agreed */
    bool asking;          /* our <r/> is not answered yet */
    bool owing;           /* theirs is not */
    bool taking;          /* a stanza is with the program */
    bool greeted;         /* ONLINE was told of it */
    bool inherited;       /* it is another process's, and was not yet */
    char *id;             /* to resume it by; NULL: it cannot be */
    char *location;       /* where the server wants that, or NULL */
    lq_features features; /* of a connection that was lost */
} lq_sm;

void lq_sm_free(lq_sm *sm); /* NULL is fine */

/* Whether the session goes on after its connection. */
bool lq_sm_is_resumable(const lq_stream *stream);

/* ... or may yet turn out to: <enabled/> can still wait to be taken. */
bool lq_sm_may_last(const lq_stream *stream);

/* ---- beginning ---- */

extern const lq_row lq_row_resume, lq_row_enable;

/* Inside SASL 2 and Bind 2: write what asks for it, and read what was made of
 * that in <success/>.  The last returns LQ_OK or a fatal error. */
void lq_sm_write_resume(const lq_stream *stream, lq_writer *writer);
void lq_sm_write_enable(lq_stream *stream, lq_writer *writer);
int lq_sm_succeeded(lq_stream *stream, const lq_element *success);

/* A session has begun that is not the old one, if there was any.  LQ_OK. */
void lq_sm_renewed(lq_stream *stream);

/* ---- counting ---- */

/* Send a stanza, and keep it if the session is managed; it is that of TICKET
 * (NULL: of none), which learns its number.  LQ_OK or LQ_E_NOMEM. */
int lq_sm_send(lq_stream *stream, const char *bytes, size_t len,
               struct lq_ticket *ticket);

/* Whether something was accepted that may not leave yet: it is to be stored
 * first; or something has come that may not be acknowledged yet. */
bool lq_sm_is_behind(const lq_stream *stream);

/* The program has stored how far we are. */
void lq_sm_stored(lq_stream *stream);

/* Output is wanted: ask, if something is to be asked for. */
void lq_sm_ask(lq_stream *stream);

/* A stanza has come: false if the program has it already, else it is given to
 * the program; the program has done with it. */
static inline bool lq_sm_taking(lq_sm *sm)
{
    if (sm->repeats > 0) {
        sm->repeats--;
        return false;
    }
    sm->taking = sm->enabled;
    return true;
}
void lq_sm_handled(lq_stream *stream);

/* Tell how many we have handled, if the server does not know. */
void lq_sm_tell(lq_stream *stream);

/* The server has said ELEMENT, which is of this protocol.  LQ_OK or a fatal
 * error. */
int lq_sm_receive(lq_stream *stream, const lq_element *element);

/* A session of another process: ACKED and HANDLED as far as is known; texts are
 * "" where there was nothing.  LQ_OK or LQ_E_NOMEM. */
typedef struct lq_sm_past {
    uint64_t acked, handled;
    const char *id, *location, *features;
} lq_sm_past;

int lq_sm_restore(lq_stream *stream, const lq_sm_past *past);

/* ---- the end ---- */

/* The transport is gone; the outbox still knows what has left. */
void lq_sm_lost(lq_stream *stream);

#endif
