/* certificate.h - certificates that tests make for the day, by GnuTLS.
 *
 *     static const san names[] = { { SAN_DNS, "example.net" }, { 0 } };
 *     certificate_make(&c, &(recipe){ .names = names }, &authority); */
#ifndef TESTS_CERTIFICATE_H
#define TESTS_CERTIFICATE_H

#include <gnutls/x509.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct certificate {
    gnutls_x509_crt_t crt; /* NULL: not made yet */
    gnutls_x509_privkey_t key;
} certificate;

/* What it says it is valid for. */
enum {
    SAN_NONE = 0, /* ends a list */
    SAN_DNS,
    SAN_SRV,  /* SRVName: _xmpp-client.example.net */
    SAN_XMPP, /* XmppAddr */
    SAN_IP,   /* TEXT is its bytes in hex */
    SAN_URI,
    SAN_EMAIL,
    SAN_SRV_UTF8, /* what should be an IA5String is a UTF8String */
    SAN_XMPP_IA5, /* and the other way around */
    SAN_SRV_CUT,  /* longer than what there is of it */
};

typedef struct san {
    int type;
    const char *text;
    size_t len; /* 0: as strlen() has it */
} san;

typedef struct recipe {
    const char *name; /* CN; NULL: none */
    const char *second_name;
    const san *names;
    long from, to; /* seconds from now; 0, 0: a day to each side */
    gnutls_pk_algorithm_t algorithm; /* 0: ECDSA on P-256 */
    gnutls_digest_algorithm_t hash;  /* 0: SHA-256 */
    const char *purpose;             /* an OID; NULL: any */
    bool authority;
    bool must_staple;
} recipe;

enum { CERTIFICATE_DAY = 24 * 60 * 60 };

/* SIGNER NULL: it signs itself. */
void certificate_make(certificate *c, const recipe *r,
                      const certificate *signer);
void certificate_free(certificate *c);

/* C gets the text of ANOTHER, for the key that it has; and signs it itself. */
void certificate_renew(certificate *c, const certificate *another);

/* In PEM, and its key; to be freed by the caller. */
char *certificate_pem(const certificate *c);
char *certificate_key_pem(const certificate *c, const char *password);

/* The DER of it; to be freed by gnutls_free(). */
gnutls_datum_t certificate_der(const certificate *c);

/* GnuTLS must have done it. */
void certificate_fine(int rv);

#endif
