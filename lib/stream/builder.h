/* builder.h - a stanza on its way out; see loquat/builder.h.
 *
 * A builder is a writer, its buffer, and the ticket (ticket.h) that will
 * stand for the stanza once it has been sent.  Builders that are done wait in
 * the context, with their buffers, for the next stanza. */
#ifndef LQ_BUILDER_H
#define LQ_BUILDER_H

#include <loquat/builder.h>

#include "base/buffer.h"
#include "xml/writer.h"

struct lq_ticket;

struct lq_builder {
    lq_context *context; /* a reference */
    lq_buffer buffer;
    lq_writer writer;
    int error; /* LQ_OK or the first that is not the writer's */
    int kind, type;
    bool directed;            /* it has an address */
    struct lq_ticket *ticket; /* NULL: a result or an error */
    const lq_stanza *answers; /* a reference to the IQ that this answers */
    lq_id question;           /* 0, or the question that this answers */
};

/* Most bytes that one stanza of ours can have. */
enum { LQ_BUILDER_MAX = 10 * 1024 * 1024 };

/* A builder without a root; NULL when memory runs out. */
lq_builder *lq_builder_new(lq_context *context);

/* An error reply to IQ, complete; NULL when memory runs out. */
lq_builder *lq_builder_new_error(lq_context *context, const lq_stanza *iq,
                                 int condition, const char *text);

/* A result for IQ with its root open. */
lq_builder *lq_builder_new_result(lq_context *context, const lq_stanza *iq);

/* Close the root.  LQ_OK, or the error that sticks to B. */
int lq_builder_finish(lq_builder *b);

/* Free B for good, not into the context. */
void lq_builder_destroy(lq_builder *b);

#endif
