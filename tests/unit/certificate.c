/* certificate.c - see certificate.h. */
#include "certificate.h"

#include <check.h>
#include <gnutls/abstract.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OID_SRV      "1.3.6.1.5.5.7.8.7"
#define OID_XMPP     "1.3.6.1.5.5.7.8.5"
#define OID_FEATURES "1.3.6.1.5.5.7.1.24"

enum { TAG_UTF8 = 0x0C, TAG_IA5 = 0x16 };

void certificate_fine(int rv)
{
    ck_assert_msg(rv >= 0, "GnuTLS: %s", gnutls_strerror(rv));
}

/* ---- names ---- */

static void set_other(gnutls_x509_crt_t crt, const char *oid, int tag,
                      const char *text, size_t len, size_t more)
{
    unsigned char der[2 + 127];

    ck_assert_uint_lt(len + more, 128);
    der[0] = (unsigned char)tag;
    der[1] = (unsigned char)(len + more);
    memcpy(der + 2, text, len);
    certificate_fine(gnutls_x509_crt_set_subject_alt_othername(
        crt, oid, der, (unsigned)(2 + len), GNUTLS_FSAN_APPEND));
}

static void set_ip(gnutls_x509_crt_t crt, const char *hex, size_t len)
{
    gnutls_datum_t text = { (unsigned char *)hex, (unsigned)len };
    gnutls_datum_t bytes;

    certificate_fine(gnutls_hex_decode2(&text, &bytes));
    certificate_fine(gnutls_x509_crt_set_subject_alt_name(
        crt, GNUTLS_SAN_IPADDRESS, bytes.data, bytes.size, GNUTLS_FSAN_APPEND));
    gnutls_free(bytes.data);
}

static void set_name(gnutls_x509_crt_t crt, const san *s)
{
    static const gnutls_x509_subject_alt_name_t types[] = {
        [SAN_DNS] = GNUTLS_SAN_DNSNAME,
        [SAN_URI] = GNUTLS_SAN_URI,
        [SAN_EMAIL] = GNUTLS_SAN_RFC822NAME,
    };
    size_t len = s->len > 0 ? s->len : strlen(s->text);

    switch (s->type) {
    case SAN_SRV:
        set_other(crt, OID_SRV, TAG_IA5, s->text, len, 0);
        break;
    case SAN_SRV_UTF8:
        set_other(crt, OID_SRV, TAG_UTF8, s->text, len, 0);
        break;
    case SAN_SRV_CUT:
        set_other(crt, OID_SRV, TAG_IA5, s->text, len, 5);
        break;
    case SAN_XMPP:
        set_other(crt, OID_XMPP, TAG_UTF8, s->text, len, 0);
        break;
    case SAN_XMPP_IA5:
        set_other(crt, OID_XMPP, TAG_IA5, s->text, len, 0);
        break;
    case SAN_IP:
        set_ip(crt, s->text, len);
        break;
    default:
        certificate_fine(gnutls_x509_crt_set_subject_alt_name(
            crt, types[s->type], s->text, (unsigned)len, GNUTLS_FSAN_APPEND));
    }
}

static void set_common_name(gnutls_x509_crt_t crt, const char *name)
{
    if (name != NULL) {
        certificate_fine(gnutls_x509_crt_set_dn_by_oid(
            crt, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name)));
    }
}

/* ---- the rest of it ---- */

static void key_make(certificate *c, gnutls_pk_algorithm_t algorithm)
{
    unsigned bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);

    if (algorithm == GNUTLS_PK_UNKNOWN) {
        algorithm = GNUTLS_PK_ECDSA;
    } else if (algorithm == GNUTLS_PK_RSA || algorithm == GNUTLS_PK_RSA_PSS) {
        bits = 2048;
    } else if (algorithm != GNUTLS_PK_ECDSA) {
        bits = gnutls_sec_param_to_pk_bits(algorithm, GNUTLS_SEC_PARAM_HIGH);
    }
    certificate_fine(gnutls_x509_privkey_init(&c->key));
    certificate_fine(gnutls_x509_privkey_generate(c->key, algorithm, bits, 0));
}

static void set_use(gnutls_x509_crt_t crt, const recipe *r)
{
    /* status_request: RFC 7633 */
    static const unsigned char features[] = { 0x30, 3, 0x02, 1, 5 };

    if (r->authority) {
        certificate_fine(gnutls_x509_crt_set_basic_constraints(crt, 1, -1));
        certificate_fine(
            gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_KEY_CERT_SIGN));
    }
    if (r->purpose != NULL) {
        certificate_fine(
            gnutls_x509_crt_set_key_purpose_oid(crt, r->purpose, 0));
    }
    if (r->must_staple) {
        certificate_fine(gnutls_x509_crt_set_extension_by_oid(
            crt, OID_FEATURES, features, sizeof(features), 0));
    }
}

static void set_time(gnutls_x509_crt_t crt, const recipe *r)
{
    time_t now = time(NULL);
    bool usual = r->from == 0 && r->to == 0;

    certificate_fine(gnutls_x509_crt_set_activation_time(
        crt, now + (usual ? -CERTIFICATE_DAY : r->from)));
    certificate_fine(gnutls_x509_crt_set_expiration_time(
        crt, now + (usual ? CERTIFICATE_DAY : r->to)));
}

void certificate_make(certificate *c, const recipe *r,
                      const certificate *signer)
{
    static unsigned char serial[2] = { 1, 0 };
    gnutls_x509_crt_t crt;

    key_make(c, r->algorithm);
    certificate_fine(gnutls_x509_crt_init(&c->crt));
    crt = c->crt;
    serial[1]++;
    certificate_fine(gnutls_x509_crt_set_version(crt, 3));
    certificate_fine(gnutls_x509_crt_set_serial(crt, serial, sizeof(serial)));
    set_common_name(crt, r->name);
    set_common_name(crt, r->second_name);
    set_time(crt, r);
    certificate_fine(gnutls_x509_crt_set_key(crt, c->key));
    set_use(crt, r);
    for (const san *s = r->names; s != NULL && s->type != SAN_NONE; s++) {
        set_name(crt, s);
    }
    signer = signer == NULL ? c : signer;
    certificate_fine(gnutls_x509_crt_sign2(
        crt, signer->crt, signer->key,
        r->hash == GNUTLS_DIG_UNKNOWN ? GNUTLS_DIG_SHA256 : r->hash,
        GNUTLS_PRIVKEY_FLAG_REPRODUCIBLE));
}

void certificate_renew(certificate *c, const certificate *another)
{
    gnutls_datum_t der = certificate_der(another);

    gnutls_x509_crt_deinit(c->crt);
    certificate_fine(gnutls_x509_crt_init(&c->crt));
    certificate_fine(gnutls_x509_crt_import(c->crt, &der, GNUTLS_X509_FMT_DER));
    gnutls_free(der.data);
    certificate_fine(gnutls_x509_crt_set_key(c->crt, c->key));
    certificate_fine(
        gnutls_x509_crt_sign2(c->crt, c->crt, c->key, GNUTLS_DIG_SHA256, 0));
}

void certificate_free(certificate *c)
{
    if (c->crt != NULL) {
        gnutls_x509_crt_deinit(c->crt);
        gnutls_x509_privkey_deinit(c->key);
        *c = (certificate){ NULL, NULL };
    }
}

/* ---- as files have them ---- */

static char *text_of(gnutls_datum_t *datum)
{
    char *text = calloc(datum->size + 1, 1);

    memcpy(text, datum->data, datum->size);
    gnutls_free(datum->data);
    return text;
}

char *certificate_pem(const certificate *c)
{
    gnutls_datum_t pem;

    certificate_fine(
        gnutls_x509_crt_export2(c->crt, GNUTLS_X509_FMT_PEM, &pem));
    return text_of(&pem);
}

char *certificate_key_pem(const certificate *c, const char *password)
{
    gnutls_datum_t pem;

    certificate_fine(gnutls_x509_privkey_export2_pkcs8(
        c->key, GNUTLS_X509_FMT_PEM, password,
        password == NULL ? GNUTLS_PKCS_PLAIN : GNUTLS_PKCS_PBES2_AES_128,
        &pem));
    return text_of(&pem);
}

gnutls_datum_t certificate_der(const certificate *c)
{
    gnutls_datum_t der;

    certificate_fine(
        gnutls_x509_crt_export2(c->crt, GNUTLS_X509_FMT_DER, &der));
    return der;
}
