/* keys.c - see keys.h. */
#include "sasl/keys.h"

#include <loquat/base.h>
#include <string.h>

#include "base/memory.h"
#include "sasl/password.h"

enum { PASSWORD_MAX = 64 * 1024 };

int lq_scram_salted(const lq_salting *how, const char *password,
                    unsigned char out[LQ_DIGEST_MAX])
{
    gnutls_datum_t salt = { (unsigned char *)how->salt,
                            (unsigned)how->salt_len };
    gnutls_datum_t key;
    lq_buffer prepared;
    int rv;

    lq_buffer_init(&prepared, PASSWORD_MAX);
    rv = lq_password_prepare(&prepared, password, how->preparation);
    if (rv == LQ_OK) {
        key.data = (unsigned char *)lq_buffer_bytes(&prepared);
        key.size = (unsigned)lq_buffer_len(&prepared);
        rv = gnutls_pbkdf2(how->mac, &key, &salt, how->iterations, out,
                           gnutls_hmac_get_len(how->mac));
    }
    lq_buffer_wipe(&prepared);
    return rv < 0 ? LQ_E_NOMEM : LQ_OK;
}

static size_t keys_size(const lq_scram_keys *keys)
{
    return sizeof(*keys) + 2u * keys->size + keys->salt_len;
}

void lq_scram_keys_free(lq_scram_keys *keys)
{
    if (keys != NULL) {
        lq_wipe(keys, keys_size(keys));
        lq_free(keys);
    }
}

static lq_scram_keys *keys_alloc(const lq_salting *how)
{
    size_t size = gnutls_hmac_get_len(how->mac);
    lq_scram_keys *keys =
        lq_calloc(1, sizeof(*keys) + 2 * size + how->salt_len);

    if (keys != NULL) {
        keys->mac = how->mac;
        keys->iterations = how->iterations;
        keys->preparation = (uint8_t)how->preparation;
        keys->size = (uint8_t)size;
        keys->salt_len = (uint16_t)how->salt_len;
        memcpy(keys->bytes + 2 * size, how->salt, how->salt_len);
    }
    return keys;
}

static int keys_derive(lq_scram_keys *keys, const lq_salting *how,
                       const char *password)
{
    unsigned char salted[LQ_DIGEST_MAX];
    int rv = lq_scram_salted(how, password, salted);

    if (rv == LQ_OK &&
        (gnutls_hmac_fast(keys->mac, salted, keys->size, "Client Key", 10,
                          keys->bytes) < 0 ||
         gnutls_hmac_fast(keys->mac, salted, keys->size, "Server Key", 10,
                          keys->bytes + keys->size) < 0)) {
        rv = LQ_E_NOMEM;
    }
    lq_wipe(salted, sizeof(salted));
    return rv;
}

lq_scram_keys *lq_scram_keys_new(const lq_salting *how, const char *password)
{
    lq_scram_keys *keys = keys_alloc(how);

    if (keys != NULL && keys_derive(keys, how, password) < 0) {
        lq_scram_keys_free(keys);
        keys = NULL;
    }
    return keys;
}

bool lq_scram_keys_fit(const lq_scram_keys *keys, const lq_salting *how)
{
    return keys != NULL && keys->mac == how->mac &&
           keys->iterations == how->iterations &&
           keys->preparation == how->preparation &&
           keys->salt_len == how->salt_len &&
           memcmp(keys->bytes + 2 * (size_t)keys->size, how->salt,
                  how->salt_len) == 0;
}

/* ---- kept ---- */

/* mechanism, preparation, iterations (four bytes), then what BYTES holds */
enum { HEAD = 6 };

static const gnutls_mac_algorithm_t macs[] = { GNUTLS_MAC_SHA1,
                                               GNUTLS_MAC_SHA256,
                                               GNUTLS_MAC_SHA512 };

enum { MACS = sizeof(macs) / sizeof(macs[0]) };

int lq_scram_keys_write(const lq_scram_keys *keys, lq_buffer *out)
{
    unsigned char head[HEAD] = { 0, keys->preparation };
    int rv;

    while (head[0] < MACS - 1 && macs[head[0]] != keys->mac) {
        head[0]++;
    }
    for (int i = 0; i < 4; i++) {
        head[2 + i] = (unsigned char)(keys->iterations >> 8 * i);
    }
    rv = lq_buffer_append(out, head, HEAD);
    return rv < 0 ? rv
                  : lq_buffer_append(out, keys->bytes,
                                     keys_size(keys) - sizeof(*keys));
}

lq_scram_keys *lq_scram_keys_read(const void *bytes, size_t len)
{
    const unsigned char *b = bytes;
    lq_salting how = { .salt = NULL };
    lq_scram_keys *keys;
    size_t size;

    if (len < HEAD || b[0] >= MACS || b[1] > LQ_PREPARE_SASLPREP) {
        return NULL;
    }
    how.mac = macs[b[0]];
    how.preparation = b[1];
    for (int i = 0; i < 4; i++) {
        how.iterations |= (unsigned)b[2 + i] << 8 * i;
    }
    size = 2 * gnutls_hmac_get_len(how.mac);
    if (len <= HEAD + size || len - HEAD - size > LQ_SALT_MAX) {
        return NULL;
    }
    how.salt = b + HEAD + size;
    how.salt_len = len - HEAD - size;
    keys = keys_alloc(&how);
    if (keys != NULL) {
        memcpy(keys->bytes, b + HEAD, size);
        keys->kept = true;
    }
    return keys;
}
