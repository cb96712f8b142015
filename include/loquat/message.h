/* loquat/message.h - messages between people, RFC 6121 section 5.
 *
 * Messages arrive as LQ_EVENT_MESSAGE, errors too; the first functions read
 * them.  The module below remembers which resource of a contact answered last
 * and writes there (resource locking, RFC 6121, 5.1).
 *
 *     case LQ_EVENT_MESSAGE:
 *         body = lq_message_body(event->stanza, NULL);
 *         if (body != NULL && lq_stanza_type(event->stanza) != LQ_ERROR) {
 *             lq_messages_send(messages, lq_stanza_sender(event->stanza),
 *                              body);
 *         } */
#ifndef LOQUAT_MESSAGE_H
#define LOQUAT_MESSAGE_H

#include "builder.h"
#include "event.h"
#include "stream.h"

LQ_BEGIN

/* The body, and the subject, in LANG; where there is none, in the language
 * without its region, else in the stanza's own, else the first.  NULL if the
 * message has none. */
LQ_API const char *lq_message_body(const lq_stanza *message, const char *lang);
LQ_API const char *lq_message_subject(const lq_stanza *message,
                                      const char *lang);

/* The body at INDEX in document order and its language (LANG may be NULL; *LANG
 * becomes NULL if it is not said); NULL behind the last. */
LQ_API const char *lq_message_body_at(const lq_stanza *message, int index,
                                      const char **lang);

/* The thread's id and its parent's, or NULL. */
LQ_API const char *lq_message_thread(const lq_stanza *message);
LQ_API const char *lq_message_thread_parent(const lq_stanza *message);

typedef struct lq_messages lq_messages;

/* The handle is the stream's; NULL when memory runs out, which no other
 * function takes for one. */
LQ_API lq_messages *lq_messages_attach(lq_stream *stream);

/* Where a message to JID goes now: the full JID that is locked on, or JID.
 * Lives until the next event is taken. */
LQ_API const char *lq_messages_target(const lq_messages *messages,
                                      const char *jid);

/* Begin a chat message to JID (bare: to the locked resource, if any; full: to
 * it), to be completed with lq_build_* and sent with lq_stream_send(). */
LQ_API lq_builder *lq_messages_build(lq_messages *messages, const char *jid);

/* The same with BODY, sent.  An id that ends in a DELIVERY, or an LQ_E_*.  JID
 * is not checked: the server answers for what it cannot deliver. */
LQ_API lq_id lq_messages_send(lq_messages *messages, const char *jid,
                              const char *body);

LQ_END
#endif
