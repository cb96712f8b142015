/* scram.h - the server's side of SCRAM, RFC 5802, without a network.
 *
 * It takes the client's messages in base64 and computes its own; so a
 * transcript needs to know neither nonces nor proofs. */
#ifndef TESTS_SCRAM_H
#define TESTS_SCRAM_H

#include <stdbool.h>
#include <stddef.h>

enum { SCRAM_MAX = 1024, SCRAM_KEY_MAX = 64 };

typedef struct scram {
    const char *password;
    char mechanism[32];
    char client_first[SCRAM_MAX]; /* decoded */
    char server_first[SCRAM_MAX];
    char server_final[SCRAM_MAX]; /* "" before the client's proof has come */
    unsigned char binding[SCRAM_KEY_MAX]; /* what a -PLUS must be bound to */
    size_t binding_len;
} scram;

/* Take the client's messages.  NULL, or what is wrong with them; a constant. */
const char *scram_client_first(scram *s, const char *mechanism,
                               const char *base64);
const char *scram_client_final(scram *s, const char *base64);

/* The nonce that the client chose; "" before it has. */
const char *scram_client_nonce(const scram *s);

/* Remember what was sent as server-first: the rest depends on it. */
void scram_set_server_first(scram *s, const char *message);

/* base64 as GnuTLS writes and reads it; to be freed, NULL if it is none. */
char *base64_write(const void *bytes, size_t len);
char *base64_read(const char *base64, size_t *len);

#endif
