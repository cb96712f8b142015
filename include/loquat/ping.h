/* loquat/ping.h - are you there?  XEP-0199.
 *
 * Attached, it answers pings.  The stream checks its own connection by itself;
 * this is for asking others. */
#ifndef LOQUAT_PING_H
#define LOQUAT_PING_H

#include "event.h"
#include "stream.h"

LQ_BEGIN

typedef struct lq_ping lq_ping;

/* The handle is the stream's; NULL when memory runs out, which no other
 * function takes for one. */
LQ_API lq_ping *lq_ping_attach(lq_stream *stream);

/* Ping JID (NULL: our server).  The id of a request, which ends in a REPLY: a
 * result, or an error stanza, which may still mean that it is there. */
LQ_API lq_id lq_ping_send(lq_ping *ping, const char *jid);

LQ_END
#endif
