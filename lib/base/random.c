/* random.c - see random.h. */
#include "random.h"

#include <gnutls/crypto.h>

#include <loquat/base.h>

int lq_random_fill(void *bytes, size_t len)
{
    /* Stronger than GNUTLS_RND_NONCE: what it fills may stay secret */
    return gnutls_rnd(GNUTLS_RND_RANDOM, bytes, len) < 0 ? LQ_E_MEMORY : LQ_OK;
}
