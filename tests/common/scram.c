/* scram.c - see scram.h. */
#include "scram.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"

enum { KEY_MAX = 64, NAMES_MAX = 64 };

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

/* ---- the mechanism ---- */

static const struct hash {
    const char *mechanism;
    gnutls_mac_algorithm_t mac;
} hashes[] = {
    { "SCRAM-SHA-1", GNUTLS_MAC_SHA1 },
    { "SCRAM-SHA-256", GNUTLS_MAC_SHA256 },
    { "SCRAM-SHA-512", GNUTLS_MAC_SHA512 },
};

/* Its hash, GNUTLS_MAC_UNKNOWN if it is no SCRAM; BOUND: whether by -PLUS. */
static gnutls_mac_algorithm_t mechanism_mac(const char *mechanism, bool *bound)
{
    for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
        size_t len = strlen(hashes[i].mechanism);

        if (strncmp(mechanism, hashes[i].mechanism, len) == 0) {
            *bound = strcmp(mechanism + len, "-PLUS") == 0;
            if (*bound || mechanism[len] == '\0') {
                return hashes[i].mac;
            }
        }
    }
    *bound = false;
    return GNUTLS_MAC_UNKNOWN;
}

static bool is_bound(const scram *s)
{
    bool bound;

    mechanism_mac(s->mechanism, &bound);
    return bound;
}

static gnutls_mac_algorithm_t mac(const scram *s)
{
    bool bound;

    return mechanism_mac(s->mechanism, &bound);
}

/* ---- the client's first message ---- */

/* "gs2-flag,[a=authzid],": up to behind the second comma. */
size_t scram_header_len(const scram *s)
{
    size_t flag = strcspn(s->client_first, ",");
    const char *identity = s->client_first + flag + 1;
    size_t len;

    if (s->client_first[flag] == '\0') {
        return 0;
    }
    len = strcspn(identity, ",");
    return identity[len] == '\0' ? 0 : flag + 1 + len + 1;
}

const char *scram_client_nonce(const scram *s)
{
    const char *nonce = strstr(s->client_first, ",r=");

    return nonce == NULL ? "" : nonce + 3;
}

/* "n=NAME,r=NONCE", and nothing that it does not have to have: there are no
 * extensions that a server of ours would have to know (m=). */
static bool bare_read(scram *s, const char *bare)
{
    const char *at = bare + 2;
    size_t len = 0;

    if (strncmp(bare, "n=", 2) != 0) {
        return false;
    }
    for (; *at != '\0' && *at != ','; at++) {
        bool comma = strncmp(at, "=2C", 3) == 0;

        if (len + 1 >= sizeof(s->name) ||
            (*at == '=' && !comma && strncmp(at, "=3D", 3) != 0)) {
            return false;
        }
        s->name[len++] = (char)(comma ? ',' : *at);
        at += *at == '=' ? 2 : 0;
    }
    s->name[len] = '\0';
    return len > 0 && strncmp(at, ",r=", 3) == 0 && at[3] != '\0' &&
           at[3] != ',';
}

/* What its flag says, as far as it can be known before the proof. */
static const char *flag_problem(const scram *s)
{
    char flag = s->client_first[0];

    if (flag != 'n' && flag != 'y' && strncmp(s->client_first, "p=", 2) != 0) {
        return "that is no channel binding flag";
    }
    if (is_bound(s) != (flag == 'p')) {
        return "the channel binding flag does not fit the mechanism";
    }
    if (flag == 'y' && s->offers_plus) {
        return "the client has not seen that channel binding was offered";
    }
    return NULL;
}

const char *scram_client_first(scram *s, const char *mechanism,
                               const char *base64)
{
    bool bound;

    snprintf(s->mechanism, sizeof(s->mechanism), "%s", mechanism);
    s->server_first[0] = s->server_final[0] = '\0';
    if (mechanism_mac(mechanism, &bound) == GNUTLS_MAC_UNKNOWN) {
        return "that is no SCRAM mechanism";
    }
    if (!message_read(base64, s->client_first) || scram_header_len(s) == 0 ||
        !bare_read(s, s->client_first + scram_header_len(s))) {
        return "that is no first message of SCRAM";
    }
    if (!s->weak_nonce_ok && strcspn(scram_client_nonce(s), ",") < 16) {
        return "the client's nonce is too short";
    }
    if (s->user != NULL && strcmp(s->user, s->name) != 0) {
        return "that is somebody else's name";
    }
    return flag_problem(s);
}

/* ---- the server's first message ---- */

void scram_set_server_first(scram *s, const char *message)
{
    snprintf(s->server_first, sizeof(s->server_first), "%s", message);
}

void scram_answer(scram *s, const char *nonce, const char *salt,
                  const char *iterations, const char *tail)
{
    const char *theirs = scram_client_nonce(s);

    snprintf(s->server_first, sizeof(s->server_first), "r=%.*s%s,s=%s,i=%s%s",
             (int)strcspn(theirs, ","), theirs, nonce, salt, iterations, tail);
}

static int by_octets(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Append the words of LIST, sorted, with 0x1E between them. */
static void sorted_add(char *text, size_t size, const char *list)
{
    char copy[1024], *names[NAMES_MAX], *rest = copy;
    size_t count = 0;

    snprintf(copy, sizeof(copy), "%s", list);
    while (count < NAMES_MAX && *(rest += strspn(rest, " ")) != '\0') {
        names[count++] = rest;
        rest += strcspn(rest, " ");
        if (*rest != '\0') {
            *rest++ = '\0';
        }
    }
    if (count > 0) {
        qsort(names, count, sizeof(names[0]), by_octets);
    }
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(text);

        snprintf(text + len, size - len, "%s%s", i == 0 ? "" : "\x1e",
                 names[i]);
    }
}

void scram_hash(const scram *s, const char *mechanisms, const char *bindings,
                char hash[SCRAM_HASH_MAX])
{
    unsigned char digest[KEY_MAX];
    char text[2048] = "", *base64;

    sorted_add(text, sizeof(text), mechanisms);
    if (bindings != NULL) {
        strcat(text, "\x1f");
        sorted_add(text, sizeof(text), bindings);
    }
    gnutls_hash_fast((gnutls_digest_algorithm_t)mac(s), text, strlen(text),
                     digest);
    base64 = base64_write(digest, gnutls_hmac_get_len(mac(s)));
    snprintf(hash, SCRAM_HASH_MAX, "%s", base64);
    free(base64);
}

/* ---- the proof ---- */

typedef struct key {
    unsigned char bytes[KEY_MAX];
} key;

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

/* The bytes of the binding that client_first names; NULL: it has none. */
static const unsigned char *bound_to(const scram *s, size_t *len)
{
    char type[32];

    snprintf(type, sizeof(type), "%.*s", (int)strcspn(s->client_first + 2, ","),
             s->client_first + 2);
    return binding_get(&s->bindings, type, len);
}

/* "c=...": the header of the first message, and the binding. */
static bool binding_is_right(const scram *s, const char *final)
{
    unsigned char both[SCRAM_MAX + BINDING_SIZE];
    size_t len = scram_header_len(s), more = 0;
    const unsigned char *binding = is_bound(s) ? bound_to(s, &more) : NULL;
    char *want;
    bool right;

    if (is_bound(s) && binding == NULL) {
        return false;
    }
    memcpy(both, s->client_first, len);
    if (more > 0) {
        memcpy(both + len, binding, more);
    }
    want = base64_write(both, len + more);
    len = strlen(want);
    right = strncmp(final, "c=", 2) == 0 &&
            strncmp(final + 2, want, len) == 0 &&
            strncmp(final + 2 + len, ",r=", 3) == 0;
    free(want);
    return right;
}

static bool nonce_is_right(const scram *s, const char *final)
{
    const char *theirs = strstr(final, ",r=");
    const char *ours = s->server_first + 2;
    size_t len = strcspn(ours, ",");

    return strncmp(s->server_first, "r=", 2) == 0 && theirs != NULL &&
           strncmp(theirs + 3, ours, len) == 0 && theirs[3 + len] == ',';
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
    if (!nonce_is_right(s, final)) {
        return "the nonce is not the server's";
    }
    *proof = '\0';
    snprintf(message, sizeof(message), "%s,%s,%s",
             s->client_first + scram_header_len(s), s->server_first, final);
    if (!salted_password(s, &salted)) {
        return "the server's first message was none";
    }
    if (!proof_is_right(s, &salted, message, proof + 3)) {
        return "the proof is wrong";
    }
    sign(s, &salted, message);
    return NULL;
}
