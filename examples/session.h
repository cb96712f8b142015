/* session.h - one stream and its net, as all examples but raw use them. */
#ifndef EXAMPLES_SESSION_H
#define EXAMPLES_SESSION_H

#include "common.h"

#include <loquat/net.h>

typedef struct session {
    lq_context *context;
    lq_net *net;
    lq_stream *stream;
    bool trace;
} session;

/* Make a stream for the account JID, to which modules can be attached then.
 * FOREVER: it connects again when the connection is lost.  False if memory ran
 * out or there is no password; session_close() follows in any case. */
bool session_open(session *s, const options *o, const char *jid, bool forever);

/* The same with a CONFIG of one's own, which is freed, also on failure. */
bool session_make(session *s, const options *o, lq_config *config);

/* Go online.  False if that cannot be; why has been printed. */
bool session_start(session *s);

/* Go offline; events go on until CLOSED. */
void session_stop(session *s);

/* The next event.  NULL if UNTIL (LQ_NEVER: no time) came first, or FD (-1:
 * none) became readable. */
const lq_event *session_event(session *s, lq_time until, int fd);

/* Milliseconds from now as an UNTIL. */
lq_time session_after(const session *s, lq_time ms);

void session_close(session *s);

#endif
