/* ocsp.c - see ocsp.h.
 *
 * DER is written from the inside out: wrap() puts a tag and a length before
 * what has been written since a mark. */
#define _POSIX_C_SOURCE 200809L /* gmtime_r */
#include "ocsp.h"

#include <check.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <string.h>
#include <time.h>

enum {
    INTEGER = 0x02,
    BITS = 0x03,
    OCTETS = 0x04,
    OID = 0x06,
    ENUMERATED = 0x0A,
    TIME = 0x18,
    SEQUENCE = 0x30,
    OWN = 0x80,     /* [n] IMPLICIT, primitive */
    OWN_SEQ = 0xA0, /* [n] constructed */
    POINT = 65,     /* of P-256, at the end of a public key */
};

typedef struct der {
    unsigned char bytes[4096];
    size_t len;
} der;

static void put(der *d, const void *bytes, size_t len)
{
    ck_assert_uint_le(d->len + len, sizeof(d->bytes));
    memcpy(d->bytes + d->len, bytes, len);
    d->len += len;
}

static void wrap(der *d, size_t mark, int tag)
{
    const size_t len = d->len - mark;
    unsigned char head[4] = { (unsigned char)tag, 0x82,
                              (unsigned char)(len >> 8), (unsigned char)len };
    size_t head_len = 4;

    if (len < 0x80) {
        head[1] = (unsigned char)len;
        head_len = 2;
    } else if (len < 0x100) {
        head[1] = 0x81;
        head[2] = (unsigned char)len;
        head_len = 3;
    }
    put(d, head, head_len); /* for the room */
    memmove(d->bytes + mark + head_len, d->bytes + mark, len);
    memcpy(d->bytes + mark, head, head_len);
}

static void put_as(der *d, int tag, const void *bytes, size_t len)
{
    const size_t mark = d->len;

    put(d, bytes, len);
    wrap(d, mark, tag);
}

static void put_time(der *d, long from_now)
{
    const time_t when = time(NULL) + from_now;
    struct tm tm;
    char text[32];

    gmtime_r(&when, &tm);
    put_as(d, TIME, text, strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &tm));
}

static void put_sha1(der *d, const void *bytes, size_t len)
{
    unsigned char digest[20];

    certificate_fine(gnutls_hash_fast(GNUTLS_DIG_SHA1, bytes, len, digest));
    put_as(d, OCTETS, digest, sizeof(digest));
}

static void put_cert_id(der *d, const ocsp *o)
{
    static const unsigned char sha1[] = { OID, 5,    0x2b, 0x0e, 3,
                                          2,   0x1a, 0x05, 0 };
    const size_t mark = d->len;
    gnutls_datum_t name, key;
    gnutls_pubkey_t public;
    unsigned char serial[32];
    size_t len = sizeof(serial);

    put_as(d, SEQUENCE, sha1, sizeof(sha1));
    certificate_fine(gnutls_x509_crt_get_raw_dn(o->issuer->crt, &name));
    put_sha1(d, name.data, name.size);
    gnutls_free(name.data);
    certificate_fine(gnutls_pubkey_init(&public));
    certificate_fine(gnutls_pubkey_import_x509(public, o->issuer->crt, 0));
    certificate_fine(gnutls_pubkey_export2(public, GNUTLS_X509_FMT_DER, &key));
    put_sha1(d, key.data + key.size - POINT, POINT);
    gnutls_free(key.data);
    gnutls_pubkey_deinit(public);
    certificate_fine(gnutls_x509_crt_get_serial(o->about->crt, serial, &len));
    put_as(d, INTEGER, serial, len);
    wrap(d, mark, SEQUENCE);
}

static void put_status(der *d, const ocsp *o)
{
    const size_t mark = d->len;

    if (o->status == OCSP_REVOKED) {
        put_time(d, -3600);
        wrap(d, mark, OWN_SEQ | 1);
    } else {
        put_as(d, OWN | (o->status == OCSP_GOOD ? 0 : 2), "", 0);
    }
}

static void put_response(der *d, const ocsp *o)
{
    const bool usual = o->from == 0 && o->to == 0;
    const size_t list = d->len, one = d->len;
    size_t mark;

    put_cert_id(d, o);
    put_status(d, o);
    put_time(d, usual ? -3600 : o->from);
    mark = d->len;
    put_time(d, usual ? 3600 : o->to);
    wrap(d, mark, OWN_SEQ | 0);
    wrap(d, one, SEQUENCE);
    wrap(d, list, SEQUENCE);
}

/* tbsResponseData */
static void put_data(der *d, const ocsp *o)
{
    const size_t mark = d->len;
    gnutls_datum_t name;

    certificate_fine(gnutls_x509_crt_get_raw_dn(o->signer->crt, &name));
    put_as(d, OWN_SEQ | 1, name.data, name.size);
    gnutls_free(name.data);
    put_time(d, o->from == 0 ? -3600 : o->from);
    put_response(d, o);
    wrap(d, mark, SEQUENCE);
}

static void put_signature(der *d, const ocsp *o, size_t from)
{
    static const unsigned char ecdsa_sha256[] = { OID,  8,    0x2a, 0x86, 0x48,
                                                  0xce, 0x3d, 4,    3,    2 };
    gnutls_datum_t data = { d->bytes + from, (unsigned)(d->len - from) };
    gnutls_datum_t signature;
    gnutls_privkey_t key;
    size_t mark;

    certificate_fine(gnutls_privkey_init(&key));
    certificate_fine(gnutls_privkey_import_x509(key, o->signer->key, 0));
    certificate_fine(gnutls_privkey_sign_data2(key, GNUTLS_SIGN_ECDSA_SHA256, 0,
                                               &data, &signature));
    gnutls_privkey_deinit(key);
    put_as(d, SEQUENCE, ecdsa_sha256, sizeof(ecdsa_sha256));
    mark = d->len;
    put(d, "", 1); /* no unused bits */
    put(d, signature.data, signature.size);
    wrap(d, mark, BITS);
    gnutls_free(signature.data);
}

gnutls_datum_t ocsp_make(const ocsp *o)
{
    static const unsigned char basic[] = { OID, 9,    0x2b, 6,    1, 5,
                                           5,   0x07, 0x30, 0x01, 1 };
    static const unsigned char successful[] = { ENUMERATED, 1, 0 };
    gnutls_datum_t made;
    der d = { .len = 0 };
    size_t bytes, inner;

    put(&d, successful, sizeof(successful));
    bytes = d.len;
    put(&d, basic, sizeof(basic));
    inner = d.len;
    put_data(&d, o);
    put_signature(&d, o, inner);
    wrap(&d, inner, SEQUENCE);
    wrap(&d, inner, OCTETS);
    wrap(&d, bytes, SEQUENCE);
    wrap(&d, bytes, OWN_SEQ | 0);
    wrap(&d, 0, SEQUENCE);
    made.data = gnutls_malloc(d.len);
    made.size = (unsigned)d.len;
    memcpy(made.data, d.bytes, d.len);
    return made;
}
