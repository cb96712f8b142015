/* loquat/builder.h - compose an outgoing stanza, top down.
 *
 *     lq_builder *b = lq_build_iq(stream, LQ_SET, NULL);
 *     lq_build_open(b, "query", "jabber:iq:roster");
 *     lq_build_open(b, "item", NULL);
 *     lq_build_attr(b, "jid", "juliet@example.com");
 *     lq_build_close(b);
 *     lq_build_close(b);
 *     id = lq_stream_request(stream, b);
 *
 * A builder writes escaped XML as it goes, remembers its first error and
 * ignores all that follows, so only the call that consumes it needs checking:
 * an element left open, text that is not UTF-8, a character that XML has not,
 * or a name that is none make that call return LQ_E_ARGUMENT, and nothing is
 * sent.  Several builders may be open at once.  Every function here accepts a
 * NULL builder. */
#ifndef LOQUAT_BUILDER_H
#define LOQUAT_BUILDER_H

#include "base.h"
#include "element.h"

LQ_BEGIN

/* Begin a stanza for STREAM of type LQ_CHAT, LQ_GET ...; LQ_ANY leaves the
 * type out.  TO is who it is for; NULL is the own account or server and, for
 * presence, everybody.  The root is open; send and request close it.  NULL
 * when memory runs out, which send and request take and report. */
LQ_API lq_builder *lq_build_message(lq_stream *stream, int type,
                                    const char *to);
LQ_API lq_builder *lq_build_presence(lq_stream *stream, int type,
                                     const char *to);
LQ_API lq_builder *lq_build_iq(lq_stream *stream, int type, const char *to);

/* Open a child called NAME in XMLNS; a NULL XMLNS is the parent's, "" none.
 * Attributes come next, then texts and children. */
LQ_API void lq_build_open(lq_builder *b, const char *name, const char *xmlns);
LQ_API void lq_build_close(lq_builder *b);

/* An attribute of the element just opened; a NULL VALUE leaves it out.  The
 * same attribute twice is an error, and so are more than 1,024, with the
 * namespaces that must be declared for them. */
LQ_API void lq_build_attr(lq_builder *b, const char *name, const char *value);
LQ_API void lq_build_attr_ns(lq_builder *b, const char *name, const char *xmlns,
                             const char *value);
LQ_API void lq_build_attr_int(lq_builder *b, const char *name, int64_t value);

/* Character data.  A NULL TEXT adds nothing. */
LQ_API void lq_build_text(lq_builder *b, const char *text);
LQ_API void lq_build_text_len(lq_builder *b, const char *text, size_t len);

/* <NAME xmlns='XMLNS'>TEXT</NAME>, the commonest child; nothing if TEXT is
 * NULL. */
LQ_API void lq_build_child(lq_builder *b, const char *name, const char *xmlns,
                           const char *text);

/* A copy of ELEMENT and all in it; nothing if ELEMENT is NULL. */
LQ_API void lq_build_copy(lq_builder *b, const lq_element *element);

/* 0, or the error that the consuming call will return. */
LQ_API int lq_builder_error(const lq_builder *b);

/* The stanza's id as it will stand on the wire; lives as long as B. */
LQ_API const char *lq_builder_id(const lq_builder *b);

/* Drop a builder that will not be sent. */
LQ_API void lq_builder_free(lq_builder *b);

LQ_END
#endif
