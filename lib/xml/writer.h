/* writer.h - XML text out of names, values and trees.
 *
 * A writer appends one element to a buffer, escaped and checked, in one pass;
 * it knows the namespaces of the elements that are open, and remembers its
 * first error.  Builders and the stream's own negotiation are made of it.
 *
 * Elements get no prefix, and a default namespace where it changes; so nothing
 * can be written in the two namespaces that cannot be declared. */
#ifndef LQ_WRITER_H
#define LQ_WRITER_H

#include "base/buffer.h"
#include "xml/framer.h"
#include "xml/stanza.h"

/* An element that is open. */
typedef struct lq_open {
    size_t name;  /* where it stands, counted from the start */
    size_t len;   /* of the name */
    size_t xmlns; /* where the default namespace in force was declared; 0: it
                     is the outer one */
} lq_open;

typedef struct lq_writer {
    lq_buffer *out;    /* nothing else may touch it meanwhile */
    const char *outer; /* default namespace around the element */
    size_t start;      /* bytes in OUT when we began */
    int error;         /* LQ_OK or the first one */
    int depth;         /* of open elements */
    bool in_tag;       /* the start tag is still open */
    bool done;         /* the element was closed */
    bool crowded;      /* `many` is in use */
    uint16_t attrs;    /* and declarations in this start tag */
    uint16_t prefixes; /* made up in it */
    uint64_t seen;     /* attributes in it, by a bit of their names */
    uint64_t many[64]; /* the same with more bits, if they are many */
    lq_open open[LQ_DEPTH_MAX];
} lq_writer;

/* OUTER is the default namespace in force where the text will stand. */
void lq_writer_init(lq_writer *writer, lq_buffer *out, const char *outer);

/* LQ_E_ARGUMENT: the depth, a second element, no NCName.  XMLNS is "" for none
 * and NULL for the parent's. */
void lq_write_open(lq_writer *writer, const char *name, const char *xmlns);

/* Attributes of the element just opened, LQ_ATTRS_OWN_MAX at most.
 * LQ_E_ARGUMENT: none was opened, it has that attribute already, no NCName, no
 * characters of XML. */
void lq_write_attr(lq_writer *writer, const char *name, const char *value);
void lq_write_attr_ns(lq_writer *writer, const char *name, const char *xmlns,
                      const char *value);

/* The same for what is known to be a name, and to need no quoting. */
void lq_write_attr_plain(lq_writer *writer, const char *name,
                         const char *value);

void lq_write_text(lq_writer *writer, const char *text, size_t len);
void lq_write_copy(lq_writer *writer, const lq_element *element);
void lq_write_close(lq_writer *writer);

/* LQ_OK if no error happened and one element was closed; else the error
 * (LQ_E_ARGUMENT, LQ_E_FULL, LQ_E_NOMEM), and OUT is cut back to where it
 * began. */
int lq_writer_end(lq_writer *writer);

#endif
