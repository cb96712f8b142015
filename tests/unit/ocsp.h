/* ocsp.h - what an authority says of a certificate: RFC 6960, as tests need
 * it. */
#ifndef TESTS_OCSP_H
#define TESTS_OCSP_H

#include "certificate.h"

enum { OCSP_GOOD = 0, OCSP_REVOKED, OCSP_UNKNOWN };

typedef struct ocsp {
    int status;
    long from, to; /* seconds from now; 0, 0: an hour to each side */
    const certificate *about, *issuer, *signer;
} ocsp;

/* In DER; to be freed by gnutls_free(). */
gnutls_datum_t ocsp_make(const ocsp *o);

#endif
