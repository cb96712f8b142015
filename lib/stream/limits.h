/* limits.h - what the server bears: XEP-0478. */
#ifndef LQ_LIMITS_H
#define LQ_LIMITS_H

#include <loquat/base.h>

typedef struct lq_peer_limits {
    uint32_t bytes; /* of a stanza of ours; 0: it does not say */
    int32_t idle;   /* ms without a word of ours; LQ_NEVER: it does not say */
} lq_peer_limits;

/* Read what the features say. */
void lq_limits_learn(lq_stream *stream);

/* LQ_OK, or LQ_E_LARGE if LEN bytes are more than the server takes. */
int lq_limits_check(const lq_stream *stream, size_t len);

/* How long we may be silent: TIMEOUT of the config, or less (LQ_NEVER stays so,
 * since the program wants it). */
lq_time lq_limits_space(const lq_stream *stream, lq_time timeout);

#endif
