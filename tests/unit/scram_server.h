/* scram_server.h - ../common/scram.h for who holds elements as they stood on
 * the wire.  What is given is base64 for the next element, the server's until
 * the next call. */
#ifndef TESTS_SCRAM_SERVER_H
#define TESTS_SCRAM_SERVER_H

#include <gnutls/gnutls.h>

#include "../common/scram.h"

typedef struct scram_server {
    scram scram;
    const char *wrong;     /* why the last was false; NULL: it was not */
    char gs2[64];          /* "n,,", "y,,", "p=tls-exporter,," */
    const char *nonce;     /* the client's */
    const char *signature; /* v=..., not in base64 */
    char base64[SCRAM_MAX / 3 * 4 + 8];
} scram_server;

/* Take <auth/> or <authenticate/> for a user called romeo; false if it holds no
 * client-first message. */
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
