/* random.h - the one door to unpredictable numbers.
 *
 * They come from GnuTLS; tests link a random.c of their own with a seed. */
#ifndef LQ_RANDOM_H
#define LQ_RANDOM_H

#include <stddef.h>

/* Fill BYTES with LEN unpredictable bytes.  LQ_OK, or LQ_E_MEMORY when the
 * generator fails. */
int lq_random_fill(void *bytes, size_t len);

#endif
