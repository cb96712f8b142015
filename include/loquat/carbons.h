/* loquat/carbons.h - what our other clients say and hear, XEP-0280.
 *
 * Attached, it has the server send us a copy of each message that another
 * client of the account sends or receives.  A server that cannot do so leaves
 * everything as it was.  The copies are events of their own; what only
 * pretends to be one, from anybody but our own server, is dropped.  A copy for
 * which memory runs out arrives as the MESSAGE that it was wrapped in.
 *
 *     case LQ_EVENT_CARBON:
 *         show(event->stanza, lq_carbon_sent(event));
 *         break;
 *
 * Never answer a copy by itself: all clients of the account have it too. */
#ifndef LOQUAT_CARBONS_H
#define LOQUAT_CARBONS_H

#include "builder.h"
#include "event.h"
#include "stream.h"

LQ_BEGIN

typedef struct lq_carbons lq_carbons;

enum {
    LQ_EVENT_CARBON = 0x300, /* .stanza is the message that was copied, an
                                error perhaps: all lq_message_* read it */
};

/* The handle is the stream's; NULL when memory runs out, which no other
 * function takes for one.  Attached while online it asks the server at
 * once. */
LQ_API lq_carbons *lq_carbons_attach(lq_stream *stream);

/* Whether another client of ours sent the message, to lq_stanza_to(); else one
 * received it.  False for other events. */
LQ_API bool lq_carbon_sent(const lq_event *event);

/* When the server says that it was sent, in ms since 1970; LQ_NEVER if it does
 * not say, which means now, and for other events. */
LQ_API int64_t lq_carbon_delay(const lq_event *event);

/* Let no client have a copy of the message that B begins: ours and theirs get
 * it only where it is addressed to.  B is at its root: all that was opened
 * since is closed. */
LQ_API void lq_message_private(lq_builder *b);

LQ_END
#endif
