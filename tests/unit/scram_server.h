/* scram_server.h - the other side of SCRAM (RFC 5802), for tests.
 *
 * By GnuTLS alone, so that libgsasl is not its own judge.  What is taken are
 * elements as they stood on the wire; what is given is base64 for the next
 * element, the server's until the next call. */
#ifndef TESTS_SCRAM_SERVER_H
#define TESTS_SCRAM_SERVER_H

#include <gnutls/crypto.h>
#include <stdbool.h>
#include <stddef.h>

#define SCRAM_SALT "QSXCR+Q6sek8bf92" /* the one of RFC 5802 */

typedef struct scram_server {
    gnutls_mac_algorithm_t mac;
    const char *password;
    char gs2[64];        /* "n,,", "y,,", "p=tls-exporter,," */
    char bare[512];      /* the client-first message without it */
    char nonce[256];     /* the client's */
    char first[2048];    /* the server-first message */
    char signature[128]; /* v=..., not in base64 */
    char base64[4096];
} scram_server;

/* Take <auth/> for a user called romeo; false if it is no client-first
 * message. */
bool scram_begin(scram_server *s, gnutls_mac_algorithm_t mac,
                 const char *password, const char *auth);

/* Give the server-first message: r=(client nonce)EXTRA,s=SALT,i=ITERATIONS and
 * TAIL. */
const char *scram_first(scram_server *s, const char *extra, const char *salt,
                        const char *iterations, const char *tail);

/* Give TEXT as it is, as the server-first message. */
const char *scram_say(scram_server *s, const char *text);

/* Take <response/>: whether it proves the password, for BINDING (NULL: none)
 * of LEN bytes.  Then s->signature is the server's proof. */
bool scram_check(scram_server *s, const char *response, const void *binding,
                 size_t len);

/* TEXT in base64. */
const char *scram_encode(scram_server *s, const char *text);

#endif
