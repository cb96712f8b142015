/* loquat/event.h - what a stream has to tell.
 *
 *     const lq_event *event;
 *     while ((event = lq_stream_event(stream)) != NULL) {
 *         switch (event->type) {
 *         case LQ_EVENT_MESSAGE: answer(event->stanza); break;
 *         case LQ_EVENT_CLOSED: return lq_failure_message(
 *                                   lq_event_failure(event));
 *         }
 *     } */
#ifndef LOQUAT_EVENT_H
#define LOQUAT_EVENT_H

#include "base.h"
#include "element.h"

LQ_BEGIN

/* New types appear in minor releases: ignore those you do not know. */
enum {
    LQ_EVENT_ONLINE = 1, /* a new session; lq_stream_security() */
    LQ_EVENT_OFFLINE,    /* .error; lq_event_failure(); it will try again,
                            unless CLOSED follows */
    LQ_EVENT_CLOSED,     /* the last one; .error is 0 if it was asked for */
    LQ_EVENT_REPLY,      /* to request .id: .error 0 and the result, or
                            LQ_E_STANZA and the error stanza, or LQ_E_TIMEOUT,
                            LQ_E_LOST, LQ_E_STATE (stopped before it left) */
    LQ_EVENT_DELIVERY,   /* the fate of .id: lq_event_delivery() */
    LQ_EVENT_QUERY,      /* a question: lq_event_question(); answer .id, or
                            let it lapse */
    LQ_EVENT_CLAIMED,    /* .stanza matched claim .id */
    LQ_EVENT_MESSAGE,    /* a message that nobody took, errors too */
    LQ_EVENT_PRESENCE,   /* a presence that nobody took, errors too */
    LQ_EVENT_ROOM,       /* sending is possible again after LQ_E_FULL */
    LQ_EVENT_TRACE,      /* traffic: lq_event_trace() */
    LQ_EVENT_SAVE,       /* lq_stream_save() has something new: .id tells of
                            which, LQ_SAVED_*; only after
                            lq_config_set_saved() */
    LQ_EVENT_KEYLOG,     /* a TLS secret: lq_event_keylog() */

    LQ_EVENT_ROSTER = 0x100,   /* each module owns a page of 256; see there */
    LQ_EVENT_RESOURCE = 0x200, /* presence.h */
    LQ_EVENT_CARBONS = 0x300,  /* carbons.h */
    LQ_EVENT_USER = 0x10000,   /* for modules of your own */
};

/* Valid, with all that is reached from it, until the next lq_stream_event() or
 * lq_stream_free(); lq_stanza_ref() keeps the stanza. */
struct lq_event {
    int type;                /* LQ_EVENT_* */
    int error;               /* 0, or an LQ_E_* */
    lq_id id;                /* what it is about, or 0 */
    const lq_stanza *stanza; /* what arrived, or NULL */
    const void *detail;      /* for the functions that ask, not for you */
};

/* ONLINE: whether it is the session that there was before OFFLINE (XEP-0198):
 * nothing was lost, and contacts, rooms and the server have not noticed.  False
 * for other events, and for the first ONLINE of a process that resumes another
 * one's session, since it knows nobody yet; lq_stream_jid() is the same then.
 */
LQ_API bool lq_event_resumed(const lq_event *event);

/* DELIVERY: the server has it, as it acknowledges (XEP-0198; without that, as
 * shows when it replies to a later request, and every 64 KiB it is sent one, or
 * answers our closing tag); it
 * never arrived; or it left, and nobody knows.  With XEP-0198 a lost connection
 * decides nothing: after the next login the server says what it has, and gets
 * the rest, messages with the time when they were sent (XEP-0203) if that is in
 * another session.  UNKNOWN is then only what left in a session that the server
 * remembers nothing of. */
enum { LQ_DELIVERY_ACKED = 0, LQ_DELIVERY_FAILED, LQ_DELIVERY_UNKNOWN };
LQ_API int lq_event_delivery(const lq_event *event);

/* QUERY: what is asked.  CERTIFICATE: lq_event_fingerprint(), answered by
 * lq_stream_trust(); PASSWORD: by lq_stream_set_password(); IQ: .stanza, which
 * a claim took, by lq_stream_answer() or lq_stream_refuse().  Unanswered
 * questions lapse after LQ_TIMEOUT_QUESTION: refused, refused,
 * service-unavailable. */
enum {
    LQ_QUESTION_CERTIFICATE = 1,
    LQ_QUESTION_PASSWORD,
    LQ_QUESTION_IQ,
};
LQ_API int lq_event_question(const lq_event *event);

/* A certificate question: the SHA-256 of the server's certificate in hex; the
 * pin of its key, as lq_config_add_pin() takes it; and a sentence on why it was
 * not trusted.  NULL for other events. */
LQ_API const char *lq_event_fingerprint(const lq_event *event);
LQ_API const char *lq_event_pin(const lq_event *event);
LQ_API const char *lq_event_distrust(const lq_event *event);

/* TRACE: one element, header or closing tag as it stood on the wire, secrets
 * masked; *SENT (may be NULL) tells the direction.  NULL for other events. */
LQ_API const char *lq_event_trace(const lq_event *event, bool *sent);

/* KEYLOG: one line of the NSS key log format, without its end: "CLIENT_RANDOM
 * HEX HEX" (TLS 1.2), "CLIENT_TRAFFIC_SECRET_0 HEX HEX" and others (TLS 1.3).
 * NULL for other events. */
LQ_API const char *lq_event_keylog(const lq_event *event);

/* ---- why a connection ended ---- */

typedef struct lq_failure lq_failure;

/* OFFLINE and CLOSED: why; NULL if it was asked for, and for other events.
 * CLOSED follows where trying again cannot help: a refused login or
 * certificate, no encryption, and the stream errors conflict, host-gone,
 * not-authorized, policy-violation, unsupported-version.  After anything else,
 * unreachable servers and unknown names too, the stream tries again. */
LQ_API const lq_failure *lq_event_failure(const lq_event *event);

/* On which layer it happened. */
enum {
    LQ_LAYER_NONE = 0,
    LQ_LAYER_NET,
    LQ_LAYER_TLS,
    LQ_LAYER_SASL,
    LQ_LAYER_XML,
    LQ_LAYER_STREAM,
    LQ_LAYER_BIND,
    LQ_LAYER_MEMORY,
    LQ_LAYER_CONFIG,
};

/* All of these accept NULL.  Layer LQ_LAYER_*; code LQ_E_*; the condition by
 * its name in the protocol ("not-authorized", "conflict"), the peer's or ours,
 * or NULL; the text that the peer (or the driver) gave, or NULL; and a
 * sentence that a person can act on, "" for NULL. */
LQ_API int lq_failure_layer(const lq_failure *failure);
LQ_API int lq_failure_code(const lq_failure *failure);
LQ_API const char *lq_failure_condition(const lq_failure *failure);
LQ_API const char *lq_failure_text(const lq_failure *failure);
LQ_API const char *lq_failure_message(const lq_failure *failure);

LQ_END
#endif
