/* negotiation.h - from an open transport to a bound resource.
 *
 * Each stream feature that we know is a row of a table, in the order in which
 * they must be taken.  The loop knows none of them by name: it asks each row in
 * turn what it makes of the features, and gives what the server says next to
 * the row that is waiting. */
#ifndef LQ_NEGOTIATION_H
#define LQ_NEGOTIATION_H

#include <loquat/element.h>

#include "stream/features.h"
#include "stream/limits.h"
#include "stream/sasl.h"
#include "stream/ticket.h"

/* What a row returns; or a fatal error. */
enum {
    LQ_ROW_SKIP = 0, /* nothing to do, or done: on to the next row */
    LQ_ROW_WAIT,     /* it has sent something, or asked, and waits */
    LQ_ROW_RESTART,  /* a new stream begins now */
    LQ_ROW_FEATURES, /* new features will come on this one */
    LQ_ROW_AGAIN,    /* something has changed: ask all rows anew */
};

typedef struct lq_row {
    const char *name;
    const char *xmlns;
    int (*begin)(lq_stream *stream, const lq_element *offer); /* or NULL */
    int (*reply)(lq_stream *stream, const lq_element *element);

    /* Before the features have come, which may be foretold: WAIT if something
     * was sent, else SKIP.  Then offered() sees them once they are there.  Both
     * may be NULL. */
    int (*ahead)(lq_stream *stream);
    int (*offered)(lq_stream *stream, const lq_element *offer);
} lq_row;

extern const lq_row lq_row_starttls, lq_row_sasl2, lq_row_sasl1, lq_row_bind,
    lq_row_session; /* and those of sm.h */

typedef struct lq_negotiation {
    const lq_row *const *row; /* that is waiting; NULL: none */
    lq_features features;
    bool opened; /* our stream header was sent */
    bool early;  /* before the handshake is through */
    bool ahead;  /* the row has begun before the features came */
    bool header; /* the peer's stream header has come */
    lq_sasl sasl;
    bool bound;
    bool inlined;      /* together with what modules wanted */
    bool inactive;     /* ... and that nobody looks */
    bool any_resource; /* the wished one was refused: take any */
    bool through;      /* a session has begun */
    bool old_session;  /* there is one to be resumed, XEP-0198 */
    bool resumed;      /* and it was */
    union {
        char wire[LQ_WIRE_ID_SIZE]; /* of the IQ in flight */
        lq_peer_limits limits;      /* once there is a session */
    };
} lq_negotiation;

/* A new connection. */
void lq_negotiation_reset(lq_negotiation *negotiation);

/* A transport or a TLS layer or an identity is new: begin a stream. */
int lq_stream_open(lq_stream *stream);

/* A frame has come while negotiating. */
int lq_negotiate_header(lq_stream *stream, const char *bytes, size_t len);
int lq_negotiate_element(lq_stream *stream, const lq_stanza *stanza);

/* The resource to ask for, or NULL. */
const char *lq_bind_wish(const lq_stream *stream);

/* The server says that we are TEXT; with a resource, if we are BOUND by that.
 * LQ_OK or a fatal error. */
int lq_bind_adopt(lq_stream *stream, const char *text, bool bound);

/* The row that waits may go on: act on what its begin or reply would return. */
int lq_negotiate_go(lq_stream *stream, int row_result);

/* What came is not what may come now: fail. */
int lq_stream_unexpected(lq_stream *stream);

/* End the connection for a <stream:error/>. */
int lq_stream_error(lq_stream *stream, const lq_element *error);

#define LQ_NS_TLS     "urn:ietf:params:xml:ns:xmpp-tls"
#define LQ_NS_SASL    "urn:ietf:params:xml:ns:xmpp-sasl"
#define LQ_NS_BIND    "urn:ietf:params:xml:ns:xmpp-bind"
#define LQ_NS_SESSION "urn:ietf:params:xml:ns:xmpp-session"
#define LQ_NS_CSI     "urn:xmpp:csi:0"
#define LQ_NS_IAP     "urn:xmpp:iap:0"
#define LQ_NS_ERRORS  "urn:ietf:params:xml:ns:xmpp-streams"

#endif
