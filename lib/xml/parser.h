/* parser.h - from the bytes of a frame to a stanza, by libxml2.
 *
 * One libxml2 push parser, which has read a canonical stream header, serves
 * any number of streams: each framed element is pushed, in one slice or three,
 * and afterwards exactly one element must have ended, all bytes be consumed and
 * no error reported; otherwise the parser is thrown away and the element
 * refused.  It is also renewed when its dictionary has grown or an element was
 * large, so that no peer can make it slow, fat or confused. */
#ifndef LQ_PARSER_H
#define LQ_PARSER_H

#include "base/arena.h"
#include "xml/header.h"
#include "xml/stanza.h"

typedef struct lq_parser lq_parser;

/* Beside LQ_E_XML: an entity that a DTD would have to declare, which XMPP has
 * not (RFC 6120, 11.1). */
enum { LQ_PARSE_RESTRICTED = LQ_E_XML - 1000 };

/* A parser for elements whose surroundings declare xmlns='NS' and
 * xmlns:stream=streams.  NULL when memory runs out. */
lq_parser *lq_parser_new(const char *xmlns, lq_pool *pool);

/* The same for a stream whose header binds other prefixes: HEADER is the
 * peer's, as lq_parse_header() gave it. */
lq_parser *lq_parser_new_for(const lq_stanza *header, lq_pool *pool);
void lq_parser_free(lq_parser *parser);

/* Parse one framed element.  LQ_OK and a new *STANZA (yours), or LQ_E_XML
 * (not well-formed, or an undeclared prefix), LQ_PARSE_RESTRICTED, LQ_E_POLICY
 * (nested deeper than LQ_DEPTH_MAX, or the tree would pass 14 times LEN and 4
 * KiB, which nothing within usual limits does), LQ_E_MEMORY.  LANG (may be
 * NULL) becomes the root's xml:lang if it has none. */
int lq_parser_element(lq_parser *parser, const char *bytes, size_t len,
                      const char *lang, lq_stanza **stanza);

/* Parse a stream header, alone and in a fresh parser, as if it ended there.
 * Same results.  Its namespace declarations are attributes of the root, named
 * by the prefix, or "xmlns" for the default one, in LQ_NS_XMLNS; nowhere else
 * are declarations kept. */
int lq_parse_header(const char *bytes, size_t len, lq_stanza **stanza);

#endif
