/* scram.c - see scram.h.
 *
 *     C: gs2-header n=NAME,r=NONCE
 *     S: r=NONCE+,s=SALT,i=COUNT[,h=...][,t=...]
 *     C: c=BINDING,r=NONCE+,p=PROOF
 *     S: v=SIGNATURE
 *
 * What both sign is the three first messages joined by commas: it is gathered
 * in `auth` as they pass. */
#include "sasl/scram.h"

#include <gnutls/gnutls.h>
#include <loquat/base.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "sasl/saslname.h"

enum {
    NONCE_MAX = 1024,
    NONCE_BYTES = 18,
    MESSAGE_MAX = 8 * 1024,
    AUTH_MAX = 4 * MESSAGE_MAX,
};

typedef enum stage { FIRST, PROVE, VERIFY, DONE } stage;

typedef struct scram {
    lq_own own; /* first */
    const lq_mechanism *mechanism;
    const lq_login *who;
    stage stage;
    lq_buffer auth;                         /* AuthMessage */
    size_t nonce, len;                      /* where ours stands in it */
    unsigned char signature[LQ_DIGEST_MAX]; /* that the server must have */
} scram;

static scram *scram_of(lq_own *self) { return (scram *)self; }

static int scram_refuse(scram *s, const char *problem)
{
    s->own.problem = problem;
    return LQ_E_ARGUMENT;
}

/* ---- our first message ---- */

static int append_nonce(lq_buffer *out, const char *given)
{
    unsigned char random[NONCE_BYTES];

    if (given != NULL) {
        return lq_text_append(out, given);
    }
    if (lq_random_fill(random, sizeof(random)) < 0) {
        return LQ_E_NOMEM;
    }
    return lq_base64_encode(out, random, sizeof(random));
}

/* "n,,", "y,,", "p=tls-exporter,," */
static int append_header(lq_buffer *out, const lq_login *who)
{
    int rv = lq_buffer_append(out, &who->flag, 1);

    if (who->flag == 'p') {
        rv = rv < 0 ? rv : lq_text_append(out, "=");
        rv = rv < 0 ? rv : lq_text_append(out, lq_binding_name(who->binding));
    }
    return rv < 0 ? rv : lq_text_append(out, ",,");
}

static int scram_first(scram *s, lq_buffer *out)
{
    int rv = lq_text_append(&s->auth, "n=");

    rv = rv < 0 ? rv : lq_saslname_append(&s->auth, s->who->name);
    rv = rv < 0 ? rv : lq_text_append(&s->auth, ",r=");
    s->nonce = lq_buffer_len(&s->auth);
    rv = rv < 0 ? rv : append_nonce(&s->auth, s->who->nonce);
    s->len = lq_buffer_len(&s->auth) - s->nonce;
    rv = rv < 0 ? rv : append_header(out, s->who);
    rv = rv < 0 ? rv
                : lq_buffer_append(out, lq_buffer_bytes(&s->auth),
                                   lq_buffer_len(&s->auth));
    s->stage = PROVE;
    return rv < 0 ? rv : LQ_STEP_MORE;
}

/* ---- the server's first message ---- */

/* The value of an attribute of a message: "r=..." up to the next comma. */
typedef struct field {
    const char *text;
    size_t len;
} field;

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Take any attribute off the front of *REST: its name, or '\0'. */
static char field_next(field *rest, field *value)
{
    char name = rest->len < 2 ? '\0' : rest->text[0];
    const char *comma;

    if (!is_letter(name) || rest->text[1] != '=') {
        return '\0';
    }
    value->text = rest->text + 2;
    comma = memchr(value->text, ',', rest->len - 2);
    value->len = comma == NULL ? rest->len - 2 : (size_t)(comma - value->text);
    rest->len -= 2 + value->len;
    rest->text = value->text + value->len;
    if (comma != NULL && rest->len > 1) { /* one that ends it stays: no field */
        rest->text++;
        rest->len--;
    }
    return name;
}

/* Whether NAME is no attribute that may follow those that a message must have:
 * none, m (RFC 5802, 5.1: to be failed for), or one of THEIRS again. */
static bool field_is_wrong(char name, const char *theirs)
{
    return name == '\0' || name == 'm' || strchr(theirs, name) != NULL;
}

static bool field_is(const field *value, const char *text, size_t len)
{
    return value->len == len && memcmp(value->text, text, len) == 0;
}

/* r, s and i, and what else we know of what may follow. */
typedef struct first_message {
    field nonce, salt, count;
    field hash, version; /* .text is NULL: not there */
} first_message;

static bool first_split(first_message *m, field rest)
{
    field value;
    char name;

    *m = (first_message){ .nonce = { NULL, 0 } };
    if (field_next(&rest, &m->nonce) != 'r' ||
        field_next(&rest, &m->salt) != 's' ||
        field_next(&rest, &m->count) != 'i') {
        return false;
    }
    while (rest.len > 0) {
        name = field_next(&rest, &value);
        if (field_is_wrong(name, "rsi") ||
            (name == 'h' && m->hash.text != NULL) ||
            (name == 't' && m->version.text != NULL)) {
            return false;
        }
        if (name == 'h') {
            m->hash = value;
        } else if (name == 't') {
            m->version = value;
        }
    }
    return true;
}

/* RFC 5802, 7: printable, no comma. */
static bool nonce_is_extended(const scram *s, const field *theirs)
{
    const char *ours = lq_buffer_bytes(&s->auth) + s->nonce;

    for (size_t i = 0; i < theirs->len; i++) {
        if (theirs->text[i] < 0x21 || theirs->text[i] > 0x7e) {
            return false;
        }
    }
    return theirs->len > s->len && theirs->len <= NONCE_MAX &&
           memcmp(theirs->text, ours, s->len) == 0;
}

/* RFC 5802, 7: digits, the first of which is not 0. */
static bool iterations_read(const field *value, long most, unsigned *iterations)
{
    char text[12] = "";
    long number;

    if (value->len >= sizeof(text)) {
        return false;
    }
    memcpy(text, value->text, value->len);
    if (text[0] == '0' || strlen(text) != value->len ||
        !lq_text_number(text, LQ_SCRAM_ITERATIONS_MIN, most, &number)) {
        return false;
    }
    *iterations = (unsigned)number;
    return true;
}

static int salt_decode(scram *s, lq_buffer *salt, const field *base64)
{
    int rv = lq_base64_decode(salt, base64->text, base64->len);

    if (rv == LQ_E_NOMEM) {
        return rv;
    }
    return rv < 0 || lq_buffer_len(salt) == 0
               ? scram_refuse(s, "The server sent what is no SCRAM salt.")
               : LQ_OK;
}

/* ---- what the server has offered ---- */

int lq_scram_offer_hash(gnutls_mac_algorithm_t mac, const char *offered,
                        size_t len, lq_buffer *base64)
{
    unsigned char digest[LQ_DIGEST_MAX];

    if (gnutls_hash_fast((gnutls_digest_algorithm_t)mac, offered, len, digest) <
        0) {
        return LQ_E_NOMEM;
    }
    return lq_base64_encode(base64, digest, gnutls_hmac_get_len(mac));
}

static int hash_check(scram *s, const field *theirs)
{
    lq_buffer ours;
    int rv;

    lq_buffer_init(&ours, 2 * LQ_DIGEST_MAX);
    rv = lq_scram_offer_hash(s->mechanism->mac, s->who->offered,
                             s->who->offered_len, &ours);
    if (rv == LQ_OK &&
        !field_is(theirs, lq_buffer_bytes(&ours), lq_buffer_len(&ours))) {
        rv = scram_refuse(s, "The server says that it offers other ways to "
                             "log in than those that we saw: somebody stands "
                             "between.");
    }
    lq_buffer_clear(&ours);
    return rv;
}

static int offer_check(scram *s, const first_message *m)
{
    const lq_login *who = s->who;
    int rv = LQ_OK;

    if (m->hash.text != NULL && who->offered != NULL) {
        rv = hash_check(s, &m->hash);
        s->own.confirmed = rv == LQ_OK;
    } else if (who->must_confirm) {
        return scram_refuse(s, "The server announces channel bindings, none "
                               "of which this connection has, and does not "
                               "prove that nobody has changed the list.");
    }
    if (rv == LQ_OK && m->version.text != NULL && who->tls_version != NULL &&
        !field_is(&m->version, who->tls_version, strlen(who->tls_version))) {
        rv = scram_refuse(s, "The server says that its TLS has another "
                             "version than ours: somebody stands between.");
    }
    return rv;
}

/* ---- our proof ---- */

static int scram_hmac(const scram *s, const void *key, unsigned char *out)
{
    return gnutls_hmac_fast(
               s->mechanism->mac, key, gnutls_hmac_get_len(s->mechanism->mac),
               lq_buffer_bytes(&s->auth), lq_buffer_len(&s->auth), out) < 0
               ? LQ_E_NOMEM
               : LQ_OK;
}

/* "c=" the header and the channel's data, ",r=" the nonce of both. */
static int append_final(scram *s, const field *nonce)
{
    const lq_login *who = s->who;
    lq_buffer bound;
    int rv;

    lq_buffer_init(&bound, MESSAGE_MAX);
    rv = append_header(&bound, who);
    if (who->flag == 'p') {
        rv = rv < 0 ? rv
                    : lq_buffer_append(&bound, who->channel, who->channel_len);
    }
    rv = rv < 0 ? rv : lq_text_append(&s->auth, "c=");
    rv = rv < 0 ? rv
                : lq_base64_encode(&s->auth, lq_buffer_bytes(&bound),
                                   lq_buffer_len(&bound));
    rv = rv < 0 ? rv : lq_text_append(&s->auth, ",r=");
    rv = rv < 0 ? rv : lq_buffer_append(&s->auth, nonce->text, nonce->len);
    lq_buffer_wipe(&bound);
    return rv;
}

/* ClientKey XOR HMAC(H(ClientKey), AuthMessage) */
static int append_proof(scram *s, const lq_scram_keys *keys, lq_buffer *out)
{
    unsigned char proof[LQ_DIGEST_MAX], stored[LQ_DIGEST_MAX];
    int rv = LQ_E_NOMEM;

    if (gnutls_hash_fast((gnutls_digest_algorithm_t)keys->mac,
                         lq_client_key(keys), keys->size, stored) >= 0 &&
        scram_hmac(s, stored, proof) == LQ_OK &&
        scram_hmac(s, lq_server_key(keys), s->signature) == LQ_OK) {
        for (size_t i = 0; i < keys->size; i++) {
            proof[i] ^= lq_client_key(keys)[i];
        }
        rv = lq_text_append(out, ",p=");
        rv = rv < 0 ? rv : lq_base64_encode(out, proof, keys->size);
    }
    lq_wipe(stored, sizeof(stored));
    return rv;
}

/* Have the keys for HOW in *s->who->keys. */
static int scram_keys(scram *s, const lq_salting *how)
{
    lq_scram_keys **keys = s->who->keys;

    if (lq_scram_keys_fit(*keys, how)) {
        return LQ_OK;
    }
    if (s->who->password == NULL) {
        return LQ_E_STATE;
    }
    lq_scram_keys_free(*keys);
    *keys = lq_scram_keys_new(how, s->who->password);
    return *keys == NULL ? LQ_E_NOMEM : LQ_OK;
}

static int scram_answer(scram *s, const field *message,
                        const first_message *first, lq_buffer *out)
{
    size_t start;
    int rv = lq_text_append(&s->auth, ",");

    rv = rv < 0 ? rv : lq_buffer_append(&s->auth, message->text, message->len);
    rv = rv < 0 ? rv : lq_text_append(&s->auth, ",");
    start = lq_buffer_len(&s->auth);
    rv = rv < 0 ? rv : append_final(s, &first->nonce);
    rv = rv < 0 ? rv
                : lq_buffer_append(out, lq_buffer_bytes(&s->auth) + start,
                                   lq_buffer_len(&s->auth) - start);
    rv = rv < 0 ? rv : append_proof(s, *s->who->keys, out);
    s->stage = VERIFY;
    return rv < 0 ? rv : LQ_STEP_MORE;
}

static int scram_prove(scram *s, field message, lq_buffer *out)
{
    lq_salting how = { .mac = s->mechanism->mac,
                       .preparation = s->who->preparation };
    first_message first;
    lq_buffer salt;
    int rv;

    if (message.len > MESSAGE_MAX || !first_split(&first, message)) {
        return scram_refuse(s, "The server sent what is no SCRAM message.");
    }
    if (!nonce_is_extended(s, &first.nonce)) {
        return scram_refuse(s, "The server did not extend our nonce: somebody "
                               "may be replaying an old login.");
    }
    if (!iterations_read(&first.count, s->who->iterations, &how.iterations)) {
        return scram_refuse(s, "The server wants an iteration count that is "
                               "too low to be safe, or too high to be meant "
                               "well.");
    }
    rv = offer_check(s, &first);
    if (rv < 0) {
        return rv;
    }
    lq_buffer_init(&salt, LQ_SALT_MAX);
    rv = salt_decode(s, &salt, &first.salt);
    how.salt = lq_buffer_bytes(&salt);
    how.salt_len = lq_buffer_len(&salt);
    rv = rv < 0 ? rv : scram_keys(s, &how);
    lq_buffer_clear(&salt);
    return rv < 0 ? rv : scram_answer(s, &message, &first, out);
}

/* ---- the server's proof ---- */

static bool signature_is_right(const scram *s, const field *base64)
{
    size_t size = gnutls_hmac_get_len(s->mechanism->mac);
    lq_buffer theirs;
    bool right;

    lq_buffer_init(&theirs, LQ_DIGEST_MAX);
    right = lq_base64_decode(&theirs, base64->text, base64->len) == LQ_OK &&
            lq_buffer_len(&theirs) == size &&
            gnutls_memcmp(lq_buffer_bytes(&theirs), s->signature, size) == 0;
    lq_buffer_clear(&theirs);
    return right;
}

/* More attributes may follow, but nothing else. */
static int scram_verify(scram *s, field message)
{
    field value, more;
    char name = field_next(&message, &value);

    if (name == 'e') {
        return scram_refuse(s, "The server could not prove that it knows the "
                               "password, and names an error instead.");
    }
    if (name != 'v' || !signature_is_right(s, &value)) {
        return scram_refuse(s, "The server could not prove that it knows the "
                               "password.");
    }
    while (message.len > 0) {
        if (field_is_wrong(field_next(&message, &more), "ve")) {
            return scram_refuse(s, "The server says more than the mechanism "
                                   "allows.");
        }
    }
    s->stage = DONE;
    return LQ_STEP_DONE;
}

/* ---- life ---- */

static int scram_step(lq_own *self, const char *in, size_t len, lq_buffer *out)
{
    scram *s = scram_of(self);
    field message = { in == NULL ? "" : in, in == NULL ? 0 : len };

    if (memchr(message.text, '\0', message.len) != NULL) {
        return scram_refuse(s, "The server sent what is no text."); /* 5.1 */
    }
    switch (s->stage) {
    case FIRST:
        return scram_first(s, out);
    case PROVE:
        return scram_prove(s, message, out);
    case VERIFY:
        return scram_verify(s, message);
    default:
        return scram_refuse(s, "The server says more than the mechanism "
                               "allows.");
    }
}

static void scram_free(lq_own *self)
{
    scram *s = scram_of(self);

    lq_buffer_wipe(&s->auth);
    lq_wipe(s, sizeof(*s));
    lq_free(s);
}

int lq_scram_new(const lq_mechanism *mechanism, const lq_login *who,
                 lq_own **made)
{
    scram *s = lq_calloc(1, sizeof(*s));

    if (s == NULL) {
        return LQ_E_NOMEM;
    }
    s->own.step = scram_step;
    s->own.free = scram_free;
    s->mechanism = mechanism;
    s->who = who;
    lq_buffer_init(&s->auth, AUTH_MAX);
    *made = &s->own;
    return LQ_OK;
}
