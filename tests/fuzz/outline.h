/* outline.h - a tree of XML as a text, so that three readers can be compared.
 *
 * Names, namespaces, attributes in document order, and text, joined where
 * nothing stands between; the marks between them are no characters of XML.
 *
 * Ours, expat and libxml2's reader each draw one of what they read. */
#ifndef TESTS_OUTLINE_H
#define TESTS_OUTLINE_H

#include <stdbool.h>
#include <stddef.h>

#include <loquat/element.h>

typedef struct outline {
    char *text;
    size_t len, size;
    bool in_text;
    bool wide; /* a name is not ASCII: expat has those of an older XML */
} outline;

void outline_open(outline *o, const char *name, const char *xmlns);
void outline_attr(outline *o, const char *name, const char *xmlns,
                  const char *value);
void outline_text(outline *o, const char *text, size_t len);
void outline_close(outline *o);
bool outline_equal(const outline *a, const outline *b);
void outline_clear(outline *o);

/* ELEMENT as we have read it. */
void outline_element(outline *o, const lq_element *element);

/* What expat makes of a stream: its first-level elements, until it ends, an
 * error, or what XMPP does not allow. */
enum { OUTLINES = 64 };

typedef struct heard {
    outline header; /* its attributes only */
    int count;
    outline elements[OUTLINES + 1]; /* the last may be incomplete */
} heard;

void expat_read(heard *h, const char *bytes, size_t len);
void heard_clear(heard *h);

/* What libxml2's reader makes of one element in a stream that begins with
 * HEADER and ends with "</stream:stream>".  False: it is not well-formed. */
bool reader_read(outline *o, const char *header, const char *bytes, size_t len);

#endif
