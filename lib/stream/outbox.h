/* outbox.h - bytes on their way to the peer.
 *
 *     text -> [TLS] -> wire -> block -> the driver
 *
 * Stanzas are appended to `text`.  When the driver asks for output and its
 * last block is used up, text becomes TLS records in `wire` (or wire itself
 * without TLS), and wire becomes the next block, which does not move until
 * the driver has written it. */
#ifndef LQ_OUTBOX_H
#define LQ_OUTBOX_H

#include <stdint.h>

#include "base/buffer.h"
#include "stream/tls.h"

enum {
    LQ_OUTBOX_HIGH = 256 * 1024,   /* the program must wait */
    LQ_OUTBOX_RESERVE = 64 * 1024, /* for our own answers beyond that */
};

typedef struct lq_outbox {
    lq_buffer text, wire, block;
    lq_tls *tls;      /* NULL: none */
    uint64_t begun;   /* bytes of text that have left it */
    uint32_t reserve; /* answers written beyond the high-water mark */
    uint32_t hello;   /* bytes until the driver has the ClientHello */
    bool secret;      /* what waits holds a secret: wipe it */
    bool withheld;    /* until the program has saved */
    bool bye;         /* close_notify follows the last text */
} lq_outbox;

void lq_outbox_init(lq_outbox *outbox, lq_pool *pool);
void lq_outbox_reset(lq_outbox *outbox); /* no transport any more */

/* Where the next byte of text stands in all that was ever sent. */
uint64_t lq_outbox_position(const lq_outbox *outbox);

/* Append text to send.  LQ_OK, LQ_E_NOMEM. */
int lq_stream_write(lq_stream *stream, const char *bytes, size_t len);

/* The same for an element (no stanza), which is traced. */
int lq_stream_write_element(lq_stream *stream, const char *bytes, size_t len);

bool lq_outbox_is_empty(const lq_outbox *outbox);

#endif
