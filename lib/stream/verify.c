/* verify.c - see verify.h.
 *
 * A certificate is judged inside the handshake, before anything of ours leaves,
 * our own certificate included; while the program is asked, the handshake
 * stands still.  These have a say, in this order:
 *
 *     pins       if there are any, the server's key must be among them, and
 *                nobody can talk that away
 *     the chain  authorities, validity, purpose, revocation: by GnuTLS
 *     the names  by us
 *     the key    that the program trusts for good excuses chain and names, but
 *                not that a certificate was revoked
 *     a person   who is asked, if the program wants that
 *
 * A handshake that resumes a session looks at no certificate.  So what was kept
 * with the session is judged before the session is offered, by all of these.
 * Within one stream neither the certificate nor the account have changed, and
 * its chain and names are believed for a day; a session of another process gets
 * the whole judgement.  After a week without a full handshake there must be
 * one: RFC 8446, 4.6.1. */
#include "stream/verify.h"

#include <gnutls/ocsp.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/memory.h"
#include "base/text.h"
#include "stream/identity.h"
#include "stream/stream.h"

enum {
    DAY = 24 * 60 * 60,
    WEEK = 7 * DAY,
    FINGERPRINT_SIZE = 2 * 32 + 1,
    PIN_SIZE = 45, /* 32 bytes in base64 */
    WHY_SIZE = 1024,
    ANSWERS_MAX = 16, /* in one stapled response */
};

static const gnutls_typed_vdata_st purpose = {
    GNUTLS_DT_KEY_PURPOSE_OID, (unsigned char *)GNUTLS_KP_TLS_WWW_SERVER, 0
};

/* ---- keys ---- */

static bool leaf_read(gnutls_x509_crt_t certificate, lq_standing *s)
{
    size_t size = LQ_KEY_SIZE;

    s->hash = (short)lq_end_hash(certificate);
    s->until = gnutls_x509_crt_get_expiration_time(certificate);
    return gnutls_x509_crt_get_key_id(certificate, GNUTLS_KEYID_USE_SHA256,
                                      s->key, &size) >= 0 &&
           size == LQ_KEY_SIZE;
}

static bool key_is_pinned(const lq_pins *pins, const unsigned char *key)
{
    for (size_t i = 0; pins != NULL && i < pins->count; i++) {
        if (memcmp(pins->keys[i], key, LQ_KEY_SIZE) == 0) {
            return true;
        }
    }
    return pins == NULL;
}

static bool key_is_trusted(const lq_stream *stream, const unsigned char *key)
{
    return stream->trusted != NULL &&
           memcmp(stream->trusted, key, LQ_KEY_SIZE) == 0;
}

const unsigned char *lq_trusted_key(const lq_stream *stream)
{
    return stream->trusted;
}

int lq_set_trusted_key(lq_stream *stream, const unsigned char *key)
{
    unsigned char *copy = NULL;

    if (key != NULL) {
        copy = lq_malloc(LQ_KEY_SIZE);
        if (copy == NULL) {
            return LQ_E_NOMEM;
        }
        memcpy(copy, key, LQ_KEY_SIZE);
    }
    lq_free(stream->trusted);
    stream->trusted = copy;
    return LQ_OK;
}

/* ---- what people are told ---- */

static void fingerprint(const gnutls_datum_t *certificate,
                        char hex[FINGERPRINT_SIZE])
{
    unsigned char digest[32];
    size_t size = sizeof(digest);

    hex[0] = '\0';
    if (gnutls_fingerprint(GNUTLS_DIG_SHA256, certificate, digest, &size) < 0) {
        return;
    }
    for (size_t i = 0; i < size; i++) {
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }
}

/* "" when memory runs out. */
static void pin_text(const unsigned char key[LQ_KEY_SIZE], char pin[PIN_SIZE])
{
    lq_buffer out;

    lq_buffer_init(&out, PIN_SIZE);
    pin[0] = '\0';
    if (lq_base64_encode(&out, key, LQ_KEY_SIZE) == LQ_OK) {
        memcpy(pin, lq_buffer_bytes(&out), lq_buffer_len(&out));
        pin[lq_buffer_len(&out)] = '\0';
    }
    lq_buffer_clear(&out);
}

/* "The certificate for DOMAIN was refused: ..." */
static void why_refused(const lq_stream *stream, int rv, unsigned status,
                        bool another, char why[WHY_SIZE])
{
    gnutls_datum_t text = { NULL, 0 };
    const char *reason = gnutls_strerror(rv);
    size_t len;

    if (rv >= 0 && gnutls_certificate_verification_status_print(
                       status, GNUTLS_CRT_X509, &text, 0) >= 0) {
        reason = (const char *)text.data;
    }
    snprintf(why, WHY_SIZE, "The certificate for %s was refused: %s%s",
             lq_stream_target_domain(stream),
             another ? "Its key is not the one that was trusted before. " : "",
             reason);
    gnutls_free(text.data);
    len = strlen(why);
    if (len > 0 && why[len - 1] == ' ') { /* GnuTLS ends sentences so */
        why[len - 1] = '\0';
    }
}

/* What names it has and who signed it, in one line. */
static char *describe(gnutls_x509_crt_t leaf)
{
    gnutls_datum_t line = { NULL, 0 };
    char *text = NULL;

    if (gnutls_x509_crt_print(leaf, GNUTLS_CRT_PRINT_ONELINE, &line) >= 0) {
        text = lq_strndup((const char *)line.data, line.size);
        gnutls_free(line.data);
    }
    return text;
}

/* LEAF may be NULL. */
static int refuse(lq_tls *tls, gnutls_x509_crt_t leaf, const char *why)
{
    char *description = leaf == NULL ? NULL : describe(leaf);

    lq_failure_set(&tls->stream->connection->failure,
                   &(lq_fault){ LQ_LAYER_TLS, LQ_E_TLS, "bad-certificate",
                                description, why, .final = true });
    lq_free(description);
    return GNUTLS_E_CERTIFICATE_ERROR;
}

static int refuse_key(lq_tls *tls, gnutls_x509_crt_t leaf,
                      const unsigned char *key)
{
    char pin[PIN_SIZE], why[WHY_SIZE];

    pin_text(key, pin);
    snprintf(why, sizeof(why),
             "The server for %s has none of the keys that were pinned; the pin "
             "of its key is %s",
             lq_stream_target_domain(tls->stream), pin);
    return refuse(tls, leaf, why);
}

static int ask(lq_tls *tls, gnutls_x509_crt_t leaf, const unsigned char *key,
               const char *why)
{
    const gnutls_datum_t *chain =
        gnutls_certificate_get_peers(tls->session, NULL);
    char hex[FINGERPRINT_SIZE], pin[PIN_SIZE];
    lq_id id;

    fingerprint(chain, hex);
    pin_text(key, pin);
    id = lq_question_ask(tls->stream, LQ_QUESTION_CERTIFICATE, NULL, hex, why);
    if (id < 0) {
        return refuse(tls, leaf, why);
    }
    if (lq_question_set_pin(tls->stream, id, pin) < 0) {
        lq_question_close(tls->stream, lq_question_get(tls->stream, id));
        return refuse(tls, leaf, why);
    }
    tls->asking = true;
    lq_timer_set(tls->stream, &tls->stream->timeout, LQ_NEVER);
    return GNUTLS_E_AGAIN;
}

/* ---- in a full handshake ---- */

/* Trust rests on BASIS, as of now. */
static int stand(lq_tls *tls, lq_basis basis)
{
    int64_t unix_ms = lq_stream_unix_ms(tls->stream);

    tls->standing.basis = (unsigned char)basis;
    tls->standing.verified_at = tls->stream->now;
    tls->standing.verified_on = unix_ms == LQ_NEVER ? LQ_NEVER : unix_ms / 1000;
    return 0;
}

/* Whether the stapled answer is that the authority does not know LEAF: GnuTLS
 * takes that for a good one. */
static bool is_unknown(lq_tls *tls, gnutls_x509_crt_t leaf)
{
    unsigned status = GNUTLS_OCSP_CERT_GOOD;
    gnutls_ocsp_resp_t answer;
    gnutls_datum_t der;

    if (gnutls_ocsp_status_request_get(tls->session, &der) < 0 ||
        gnutls_ocsp_resp_init(&answer) < 0) {
        return false;
    }
    if (gnutls_ocsp_resp_import(answer, &der) >= 0) {
        for (unsigned i = 0; i < ANSWERS_MAX; i++) {
            if (gnutls_ocsp_resp_check_crt(answer, i, leaf) >= 0) {
                gnutls_ocsp_resp_get_single(answer, i, NULL, NULL, NULL, NULL,
                                            &status, NULL, NULL, NULL, NULL);
                break;
            }
        }
    }
    gnutls_ocsp_resp_deinit(answer);
    return status == GNUTLS_OCSP_CERT_UNKNOWN;
}

/* The chain and the names.  As gnutls_certificate_verify_peers(). */
static int look(lq_tls *tls, gnutls_x509_crt_t leaf, unsigned *status)
{
    gnutls_typed_vdata_st data = purpose;
    int rv = gnutls_certificate_verify_peers(tls->session, &data, 1, status);
    int is;

    if (rv < 0) {
        return rv;
    }
    if (is_unknown(tls, leaf)) {
        *status |= GNUTLS_CERT_INVALID | GNUTLS_CERT_INVALID_OCSP_STATUS;
    }
    is = lq_identity_is(leaf, lq_stream_target_domain(tls->stream));
    if (is == 0) {
        *status |= GNUTLS_CERT_INVALID | GNUTLS_CERT_UNEXPECTED_OWNER;
    }
    return is < 0 ? GNUTLS_E_MEMORY_ERROR : 0;
}

/* The chain does not hold: who else vouches for KEY? */
static int vouch(lq_tls *tls, const unsigned char *key, unsigned status)
{
    lq_stream *stream = tls->stream;

    if (tls->answer == LQ_TRUST_ALWAYS && lq_set_trusted_key(stream, key) < 0) {
        return GNUTLS_E_MEMORY_ERROR;
    }
    if (tls->answer == LQ_TRUST_ALWAYS) {
        lq_saver_touch(stream);
    }
    if (key_is_trusted(stream, key) && (status & GNUTLS_CERT_REVOKED) == 0) {
        return stand(tls, LQ_BASIS_KEY);
    }
    return tls->answer == LQ_TRUST_ONCE || tls->answer == LQ_TRUST_ALWAYS
               ? stand(tls, LQ_BASIS_ANSWER)
               : GNUTLS_E_CERTIFICATE_ERROR;
}

static int judge(lq_tls *tls, gnutls_x509_crt_t leaf)
{
    const lq_config *config = &tls->stream->config;
    const unsigned char *key = tls->standing.key;
    char why[WHY_SIZE];
    unsigned status = 0;
    int looked, rv;

    if (!leaf_read(leaf, &tls->standing)) {
        return refuse(tls, leaf, "The server's key cannot be read.");
    }
    if (!key_is_pinned(config->pins, key)) {
        return refuse_key(tls, leaf, key);
    }
    looked = look(tls, leaf, &status);
    if (looked == GNUTLS_E_MEMORY_ERROR) {
        return looked;
    }
    if (looked >= 0 && status == 0) {
        return stand(tls, LQ_BASIS_CHAIN);
    }
    rv = vouch(tls, key, status);
    if (rv != GNUTLS_E_CERTIFICATE_ERROR) {
        return rv;
    }
    why_refused(
        tls->stream, looked, status,
        tls->stream->trusted != NULL && !key_is_trusted(tls->stream, key), why);
    return config->ask_trust && tls->answer == LQ_UNDECIDED
               ? ask(tls, leaf, key, why)
               : refuse(tls, leaf, why);
}

int lq_verify_peer(gnutls_session_t session)
{
    lq_tls *tls = gnutls_session_get_ptr(session);
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, NULL);
    gnutls_x509_crt_t leaf;
    int rv;

    if (tls->asking) {
        return GNUTLS_E_AGAIN;
    }
    tls->standing = (lq_standing){ .basis = LQ_BASIS_NONE };
    if (chain == NULL) {
        return refuse(tls, NULL, "The server has shown no certificate.");
    }
    if (gnutls_x509_crt_init(&leaf) < 0) {
        return GNUTLS_E_MEMORY_ERROR;
    }
    rv = gnutls_x509_crt_import(leaf, chain, GNUTLS_X509_FMT_DER);
    rv = rv < 0 ? refuse(tls, NULL, "The server's certificate is none.")
                : judge(tls, leaf);
    gnutls_x509_crt_deinit(leaf);
    return rv;
}

/* ---- before a session is resumed ---- */

/* Whether chain and names may be believed as they are. */
static bool is_recent(const lq_stream *stream, const lq_standing *s,
                      int64_t now)
{
    return stream->now - s->verified_at < DAY * 1000 && now >= s->verified_on &&
           now - s->verified_on < DAY;
}

/* Whether the authorities of today still vouch for the whole chain. */
static bool chain_holds(const lq_stream *stream, const lq_resumption *past)
{
    gnutls_x509_crt_t chain[LQ_CHAIN_MAX];
    gnutls_typed_vdata_st data = purpose;
    gnutls_x509_trust_list_t authorities;
    unsigned count = 0, status = 1;
    bool fine = true;

    while (fine && count < LQ_CHAIN_MAX) {
        gnutls_datum_t der = lq_resumption_certificate(past, count);

        if (der.data == NULL || gnutls_x509_crt_init(&chain[count]) < 0) {
            break;
        }
        fine = gnutls_x509_crt_import(chain[count++], &der,
                                      GNUTLS_X509_FMT_DER) >= 0;
    }
    gnutls_certificate_get_trust_list(stream->trust->credentials, &authorities);
    fine =
        fine && count > 0 &&
        gnutls_x509_trust_list_verify_crt2(
            authorities, chain, count, &data, 1,
            GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_LOW), &status, NULL) >= 0 &&
        status == 0;
    while (count > 0) {
        gnutls_x509_crt_deinit(chain[--count]);
    }
    return fine;
}

/* Another process has left it, and perhaps another account, other authorities
 * or, which the server would take us for, another certificate of ours. */
static bool foreign_stands(const lq_stream *stream, lq_resumption *past)
{
    const gnutls_datum_t der = lq_resumption_certificate(past, 0);
    gnutls_x509_crt_t leaf;
    bool fine;

    if (past->gave || stream->trust->is_client ||
        gnutls_x509_crt_init(&leaf) < 0) {
        return false;
    }
    fine = gnutls_x509_crt_import(leaf, &der, GNUTLS_X509_FMT_DER) >= 0 &&
           leaf_read(leaf, &past->standing) &&
           (past->standing.basis == LQ_BASIS_KEY ||
            (lq_identity_is(leaf, lq_stream_target_domain(stream)) == 1 &&
             chain_holds(stream, past)));
    gnutls_x509_crt_deinit(leaf);
    return fine;
}

bool lq_verify_past(const lq_stream *stream, lq_resumption *past)
{
    const int64_t unix_ms = lq_stream_unix_ms(stream), now = unix_ms / 1000;
    lq_standing *s = &past->standing;

    if (unix_ms == LQ_NEVER || now < s->verified_on ||
        now - s->verified_on + s->age >= WEEK) {
        return false;
    }
    if (s->verified_at == LQ_NEVER) {
        if (!foreign_stands(stream, past)) {
            return false;
        }
        s->age += (uint32_t)(now - s->verified_on);
        s->verified_at = stream->now;
        s->verified_on = now;
    }
    if (!key_is_pinned(stream->config.pins, s->key)) {
        return false;
    }
    return s->basis == LQ_BASIS_KEY
               ? key_is_trusted(stream, s->key)
               : now < s->until && is_recent(stream, s, now);
}
