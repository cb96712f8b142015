/* saying.h - one element of a login, from its first tag to the outbox.
 *
 *     lq_saying say;
 *     lq_saying_begin(&say, "response", LQ_NS_SASL);
 *     lq_saying_base64(&say, bytes, len);
 *     return lq_saying_end(&say, stream);
 *
 * Whatever is said in a login may be a secret, and is wiped when it has left.
 */
#ifndef LQ_SAYING_H
#define LQ_SAYING_H

#include <loquat/base.h>

#include "xml/writer.h"

typedef struct lq_saying {
    lq_writer writer;
    lq_buffer out;
    int error; /* LQ_OK or the first */
} lq_saying;

/* Open <NAME xmlns=XMLNS>; more may be written by .writer. */
void lq_saying_begin(lq_saying *saying, const char *name, const char *xmlns);

/* Text: the encoding of BYTES. */
void lq_saying_base64(lq_saying *saying, const void *bytes, size_t len);

/* <NAME xmlns=XMLNS>TEXT</NAME> within. */
void lq_saying_child(lq_saying *saying, const char *name, const char *xmlns,
                     const char *text);

/* Close it and send it.  LQ_OK, LQ_E_NOMEM, or LQ_E_FULL: what is said is too
 * long. */
int lq_saying_end(lq_saying *saying, lq_stream *stream);

#endif
