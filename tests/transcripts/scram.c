/* scram.c - see scram.h. */
#include "scram.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- base64 ---- */

static char *copy(const gnutls_datum_t *datum)
{
    char *text = calloc(1, datum->size + 1);

    memcpy(text, datum->data, datum->size);
    return text;
}

char *base64_write(const void *bytes, size_t len)
{
    gnutls_datum_t in = { (unsigned char *)bytes, (unsigned)len }, out;
    char *text;

    if (len == 0 || gnutls_base64_encode2(&in, &out) < 0) {
        return calloc(1, 1);
    }
    text = copy(&out);
    gnutls_free(out.data);
    return text;
}

char *base64_read(const char *base64, size_t *len)
{
    gnutls_datum_t in = { (unsigned char *)base64, (unsigned)strlen(base64) };
    gnutls_datum_t out;
    char *text;

    if (gnutls_base64_decode2(&in, &out) < 0) {
        return NULL;
    }
    text = copy(&out);
    *len = out.size;
    gnutls_free(out.data);
    return text;
}

/* A message, which is a text, into BUFFER. */
static bool message_read(const char *base64, char buffer[SCRAM_MAX])
{
    size_t len = 0;
    char *message = base64_read(base64, &len);
    bool fits = message != NULL && len < SCRAM_MAX && strlen(message) == len;

    if (fits) {
        strcpy(buffer, message);
    }
    free(message);
    return fits;
}

/* ---- the client's first message ---- */

/* "gs2-flag,[authzid],n=name,r=nonce": behind the second comma. */
static const char *first_bare(const scram *s)
{
    const char *comma = strchr(s->client_first, ',');

    comma = comma == NULL ? NULL : strchr(comma + 1, ',');
    return comma == NULL ? NULL : comma + 1;
}

static bool is_bound(const scram *s)
{
    size_t len = strlen(s->mechanism);

    return len > 5 && strcmp(s->mechanism + len - 5, "-PLUS") == 0;
}

const char *scram_client_nonce(const scram *s)
{
    const char *nonce = strstr(s->client_first, ",r=");

    return nonce == NULL ? "" : nonce + 3;
}

const char *scram_client_first(scram *s, const char *mechanism,
                               const char *base64)
{
    snprintf(s->mechanism, sizeof(s->mechanism), "%s", mechanism);
    s->server_first[0] = s->server_final[0] = '\0';
    if (strncmp(mechanism, "SCRAM-SHA-", 10) != 0) {
        return "that is no SCRAM mechanism";
    }
    if (!message_read(base64, s->client_first) || first_bare(s) == NULL ||
        strlen(scram_client_nonce(s)) < 16) {
        return "that is no first message of SCRAM";
    }
    if (is_bound(s) != (strncmp(s->client_first, "p=tls-exporter,", 15) == 0)) {
        return "the channel binding flag does not fit the mechanism";
    }
    return NULL;
}

void scram_set_server_first(scram *s, const char *message)
{
    snprintf(s->server_first, sizeof(s->server_first), "%s", message);
}

/* ---- the proof ---- */

typedef struct key {
    unsigned char bytes[SCRAM_KEY_MAX];
} key;

static gnutls_mac_algorithm_t mac(const scram *s)
{
    return strncmp(s->mechanism, "SCRAM-SHA-256", 13) == 0 ? GNUTLS_MAC_SHA256
                                                           : GNUTLS_MAC_SHA1;
}

static key hmac(const scram *s, const key *with, const char *message)
{
    key out;

    gnutls_hmac_fast(mac(s), with->bytes, gnutls_hmac_get_len(mac(s)), message,
                     strlen(message), out.bytes);
    return out;
}

/* Hi(password, salt, i), the two as server_first says. */
static bool salted_password(const scram *s, key *out)
{
    const char *salt = strstr(s->server_first, ",s=");
    const char *count = strstr(s->server_first, ",i=");
    char base64[SCRAM_MAX];
    size_t len = 0;
    char *grain;
    gnutls_datum_t password = { (unsigned char *)s->password,
                                (unsigned)strlen(s->password) };
    gnutls_datum_t datum;

    if (salt == NULL || count == NULL || count < salt) {
        return false;
    }
    snprintf(base64, sizeof(base64), "%.*s", (int)(count - salt - 3), salt + 3);
    grain = base64_read(base64, &len);
    if (grain == NULL) {
        return false;
    }
    datum = (gnutls_datum_t){ (unsigned char *)grain, (unsigned)len };
    gnutls_pbkdf2(mac(s), &password, &datum, (unsigned)atoi(count + 3),
                  out->bytes, gnutls_hmac_get_len(mac(s)));
    free(grain);
    return true;
}

/* "c=...": the header of the first message, and the binding. */
static bool binding_is_right(const scram *s, const char *final)
{
    unsigned char both[SCRAM_MAX + SCRAM_KEY_MAX];
    size_t len = (size_t)(first_bare(s) - s->client_first);
    char *want;
    bool right;

    memcpy(both, s->client_first, len);
    if (is_bound(s)) {
        memcpy(both + len, s->binding, s->binding_len);
        len += s->binding_len;
    }
    want = base64_write(both, len);
    right = strncmp(final, "c=", 2) == 0 &&
            strncmp(final + 2, want, strlen(want)) == 0 &&
            strncmp(final + 2 + strlen(want), ",r=", 3) == 0;
    free(want);
    return right;
}

/* ClientProof xor HMAC(StoredKey, AuthMessage) hashes to StoredKey. */
static bool proof_is_right(const scram *s, const key *salted,
                           const char *message, const char *proof)
{
    key client = hmac(s, salted, "Client Key"), stored, signature;
    size_t size = gnutls_hmac_get_len(mac(s)), len = 0;
    char *given = base64_read(proof, &len);
    bool right = given != NULL && len == size;

    gnutls_hash_fast((gnutls_digest_algorithm_t)mac(s), client.bytes, size,
                     stored.bytes);
    signature = hmac(s, &stored, message);
    for (size_t i = 0; i < size && right; i++) {
        right =
            (unsigned char)given[i] == (client.bytes[i] ^ signature.bytes[i]);
    }
    free(given);
    return right;
}

static void sign(scram *s, const key *salted, const char *message)
{
    key server = hmac(s, salted, "Server Key");
    key signature = hmac(s, &server, message);
    char *base64 = base64_write(signature.bytes, gnutls_hmac_get_len(mac(s)));

    snprintf(s->server_final, sizeof(s->server_final), "v=%s", base64);
    free(base64);
}

const char *scram_client_final(scram *s, const char *base64)
{
    char final[SCRAM_MAX], message[3 * SCRAM_MAX + 2];
    char *proof;
    key salted;

    if (!message_read(base64, final) ||
        (proof = strstr(final, ",p=")) == NULL) {
        return "that is no final message of SCRAM";
    }
    if (!binding_is_right(s, final)) {
        return "the channel binding is not the connection's";
    }
    *proof = '\0';
    snprintf(message, sizeof(message), "%s,%s,%s", first_bare(s),
             s->server_first, final);
    if (!salted_password(s, &salted)) {
        return "the server's first message was none";
    }
    if (!proof_is_right(s, &salted, message, proof + 3)) {
        return "the proof is wrong";
    }
    sign(s, &salted, message);
    return NULL;
}
