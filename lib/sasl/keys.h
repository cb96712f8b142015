/* keys.h - what SCRAM makes of a password: RFC 5802, section 3.
 *
 * Making them is slow by design.  Kept, they are as good as the password for
 * this one server, and of no use anywhere else. */
#ifndef LQ_SCRAM_KEYS_H
#define LQ_SCRAM_KEYS_H

#include <gnutls/crypto.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

enum { LQ_DIGEST_MAX = 64, LQ_SALT_MAX = 1024 };

/* How the keys are made: the server says so. */
typedef struct lq_salting {
    gnutls_mac_algorithm_t mac;
    unsigned iterations;
    const void *salt; /* borrowed */
    size_t salt_len;
    int preparation; /* of the password: LQ_PREPARE_* */
} lq_salting;

typedef struct lq_scram_keys {
    gnutls_mac_algorithm_t mac;
    uint32_t iterations;
    uint16_t salt_len;
    uint8_t size; /* of a key */
    uint8_t preparation;
    bool kept;             /* read back: the password may be another now */
    unsigned char bytes[]; /* ClientKey, ServerKey, salt */
} lq_scram_keys;

/* Hi(PASSWORD): HOW's mac gives the size of OUT.  LQ_OK, LQ_E_NOMEM. */
int lq_scram_salted(const lq_salting *how, const char *password,
                    unsigned char out[LQ_DIGEST_MAX]);

/* NULL when memory runs out. */
lq_scram_keys *lq_scram_keys_new(const lq_salting *how, const char *password);
void lq_scram_keys_free(lq_scram_keys *keys); /* wipes; NULL is fine */

/* Whether KEYS (NULL: no) were made so. */
bool lq_scram_keys_fit(const lq_scram_keys *keys, const lq_salting *how);

static inline const unsigned char *lq_client_key(const lq_scram_keys *keys)
{
    return keys->bytes;
}

static inline const unsigned char *lq_server_key(const lq_scram_keys *keys)
{
    return keys->bytes + keys->size;
}

/* As bytes, to be kept; and back: NULL if they are none, or memory runs out. */
int lq_scram_keys_write(const lq_scram_keys *keys, lq_buffer *out);
lq_scram_keys *lq_scram_keys_read(const void *bytes, size_t len);

#endif
