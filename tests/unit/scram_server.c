/* scram_server.c - see scram_server.h. */
#include "scram_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGEST = 64 };

static gnutls_datum_t datum(const void *bytes, size_t len)
{
    return (gnutls_datum_t){ (unsigned char *)bytes, (unsigned)len };
}

/* The text of an element without children, decoded; its length, or 0. */
static size_t element_decode(const char *element, char *out, size_t size)
{
    const char *start = strchr(element, '>');
    const char *end = start == NULL ? NULL : strchr(start, '<');
    gnutls_datum_t result = { NULL, 0 };
    gnutls_datum_t base64;
    size_t len = 0;

    if (end == NULL) {
        return 0;
    }
    base64 = datum(start + 1, (size_t)(end - start - 1));
    if (gnutls_base64_decode2(&base64, &result) == 0 && result.size < size) {
        len = result.size;
        memcpy(out, result.data, len);
        out[len] = '\0';
    }
    gnutls_free(result.data);
    return len;
}

static void encode(const void *bytes, size_t len, char *out, size_t size)
{
    gnutls_datum_t in = datum(bytes, len);
    gnutls_datum_t result = { NULL, 0 };

    out[0] = '\0';
    if (len > 0 && gnutls_base64_encode2(&in, &result) == 0) {
        snprintf(out, size, "%.*s", (int)result.size, (char *)result.data);
        gnutls_free(result.data);
    }
}

const char *scram_encode(scram_server *s, const char *text)
{
    encode(text, strlen(text), s->base64, sizeof(s->base64));
    return s->base64;
}

bool scram_begin(scram_server *s, gnutls_mac_algorithm_t mac,
                 const char *password, const char *auth)
{
    char message[1024];
    const char *bare, *nonce;

    *s = (scram_server){ .mac = mac, .password = password };
    if (element_decode(auth, message, sizeof(message)) == 0) {
        return false;
    }
    bare = strstr(message, ",,");
    nonce = strstr(message, ",r=");
    if (bare == NULL || nonce == NULL ||
        strncmp(bare, ",,n=romeo,r=", 12) != 0) {
        return false;
    }
    snprintf(s->gs2, sizeof(s->gs2), "%.*s", (int)(bare + 2 - message),
             message);
    snprintf(s->bare, sizeof(s->bare), "%s", bare + 2);
    snprintf(s->nonce, sizeof(s->nonce), "%s", nonce + 3);
    return true;
}

const char *scram_say(scram_server *s, const char *text)
{
    snprintf(s->first, sizeof(s->first), "%s", text);
    return scram_encode(s, s->first);
}

const char *scram_first(scram_server *s, const char *extra, const char *salt,
                        const char *iterations, const char *tail)
{
    snprintf(s->first, sizeof(s->first), "r=%s%s,s=%s,i=%s%s", s->nonce, extra,
             salt, iterations, tail);
    return scram_encode(s, s->first);
}

/* ---- the proof ---- */

/* SaltedPassword, by what s->first says. */
static void salted(const scram_server *s, unsigned char out[DIGEST])
{
    const char *salt = strstr(s->first, ",s=") + 3;
    const char *count = strstr(s->first, ",i=") + 3;
    gnutls_datum_t base64 = datum(salt, (size_t)(count - 3 - salt));
    gnutls_datum_t password = datum(s->password, strlen(s->password));
    gnutls_datum_t grain = { NULL, 0 };

    gnutls_base64_decode2(&base64, &grain);
    gnutls_pbkdf2(s->mac, &password, &grain, (unsigned)atoi(count), out,
                  gnutls_hmac_get_len(s->mac));
    gnutls_free(grain.data);
}

static void hmac(const scram_server *s, const void *key, const char *text,
                 unsigned char out[DIGEST])
{
    gnutls_hmac_fast(s->mac, key, gnutls_hmac_get_len(s->mac), text,
                     strlen(text), out);
}

/* c= is the gs2 header and the binding, in base64. */
static bool binding_matches(const scram_server *s, const char *final,
                            const void *binding, size_t len)
{
    char want[1024], raw[512];
    size_t gs2 = strlen(s->gs2);

    memcpy(raw, s->gs2, gs2);
    if (binding != NULL) {
        memcpy(raw + gs2, binding, len);
    }
    want[0] = 'c', want[1] = '=';
    encode(raw, gs2 + (binding == NULL ? 0 : len), want + 2, sizeof(want) - 2);
    return strncmp(final, want, strlen(want)) == 0 &&
           strncmp(final + strlen(want), ",r=", 3) == 0;
}

static bool nonce_matches(const scram_server *s, const char *final)
{
    const char *theirs = strstr(final, ",r=");
    const char *ours = s->first + 2;
    size_t len = strcspn(ours, ",");

    return theirs != NULL && strncmp(theirs + 3, ours, len) == 0 &&
           strncmp(theirs + 3 + len, ",p=", 3) == 0;
}

bool scram_check(scram_server *s, const char *response, const void *binding,
                 size_t len)
{
    char final[1024], message[4096], proof[DIGEST * 2];
    unsigned char key[DIGEST], client[DIGEST], stored[DIGEST], sign[DIGEST];
    size_t size = gnutls_hmac_get_len(s->mac);
    char *p;

    if (element_decode(response, final, sizeof(final)) == 0 ||
        !binding_matches(s, final, binding, len) || !nonce_matches(s, final)) {
        return false;
    }
    p = strstr(final, ",p=");
    *p = '\0';
    snprintf(message, sizeof(message), "%s,%s,%s", s->bare, s->first, final);
    salted(s, key);
    hmac(s, key, "Client Key", client);
    gnutls_hash_fast((gnutls_digest_algorithm_t)s->mac, client, size, stored);
    hmac(s, stored, message, sign);
    for (size_t i = 0; i < size; i++) {
        client[i] ^= sign[i];
    }
    encode(client, size, proof, sizeof(proof));
    hmac(s, key, "Server Key", client);
    hmac(s, client, message, sign);
    s->signature[0] = 'v', s->signature[1] = '=';
    encode(sign, size, s->signature + 2, sizeof(s->signature) - 2);
    return strcmp(p + 3, proof) == 0;
}
