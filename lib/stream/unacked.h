/* unacked.h - what was sent and the other side has not yet acknowledged:
 * XEP-0198.
 *
 *     1 2 3 4 | 5 6 7 8 | 9 ...
 *             |         +- never left
 *             +- LEFT: 8; may have arrived
 *       ACKED: 4; forgotten
 *
 * Stanzas have numbers, from 1 on; the bytes of those past ACKED are kept, to
 * be sent again.  On the wire numbers are modulo 2^32. */
#ifndef LQ_UNACKED_H
#define LQ_UNACKED_H

#include <loquat/base.h>

#include "base/buffer.h"

/* What stands before the bytes of each. */
typedef struct lq_unacked_head {
    uint64_t position; /* in all that we sent (outbox.h) */
    int64_t stamp;     /* Unix time in ms, or LQ_NEVER */
    uint32_t len;
} lq_unacked_head;

typedef struct lq_unacked {
    lq_buffer kept;
    size_t sent;    /* bytes of it that were sent on this connection */
    uint64_t count; /* ... and how many stanzas that is */
    uint64_t acked, left, last;
} lq_unacked;

/* Bytes past which the program must wait. */
enum { LQ_UNACKED_HIGH = 1024 * 1024 };

#define LQ_POSITION_NONE                                                       \
    UINT64_MAX /* it has not been sent on this connection */

void lq_unacked_init(lq_unacked *unacked);
void lq_unacked_clear(lq_unacked *unacked);

/* One more.  LQ_OK or LQ_E_NOMEM; and take it back. */
int lq_unacked_add(lq_unacked *unacked, const lq_unacked_head *head,
                   const char *bytes);
void lq_unacked_pop(lq_unacked *unacked, uint32_t len);

/* The stanza behind *OFFSET (0 at first), which moves on; NULL: none. */
const char *lq_unacked_next(const lq_unacked *unacked, size_t *offset,
                            lq_unacked_head *head);

/* The one that lq_unacked_next() gave is sent, at POSITION. */
void lq_unacked_sent(lq_unacked *unacked, const char *bytes,
                     const lq_unacked_head *head, uint64_t position);

/* The number of the next to be sent on this connection. */
uint64_t lq_unacked_unsent(const lq_unacked *unacked);

/* The other side has handled H of them, modulo 2^32.  False if that cannot
 * be. */
bool lq_unacked_ack(lq_unacked *unacked, uint32_t h);

/* The connection is lost: what stood before POSITION may have arrived. */
void lq_unacked_lost(lq_unacked *unacked, uint64_t position);

#endif
