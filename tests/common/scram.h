/* scram.h - the server's side of SCRAM, RFC 5802 and RFC 7677, without a
 * network.
 *
 * By GnuTLS alone, so that the client's computations are not their own judge.
 * SHA-1, SHA-256, SHA-512 and their -PLUS.  The client's messages are taken in
 * base64, ours are given as they are:
 *
 *     scram s = { .password = "pencil" };
 *     binding_put(&s.bindings, "tls-exporter", bytes, len);
 *     why = scram_client_first(&s, "SCRAM-SHA-256-PLUS", base64);
 *     scram_answer(&s, "3rfcNHYJ", SCRAM_SALT, "4096", "");
 *     base64_write(s.server_first, ...) ...
 *     why = scram_client_final(&s, base64);
 *     base64_write(s.server_final, ...) ...
 *
 * Nothing is wiped and nothing needs to be freed. */
#ifndef TESTS_SCRAM_H
#define TESTS_SCRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "bindings.h"

#define SCRAM_SALT "W22ZaJ0SNY7soEsUEjb6gQ==" /* the one of RFC 7677 */

/* A message may be longer than what a client has to bear (8 KiB). */
enum { SCRAM_MAX = 10240, SCRAM_HASH_MAX = 128 };

typedef struct scram {
    /* what the server knows */
    const char *password;
    const char *user;     /* NULL: any */
    binding_set bindings; /* what a -PLUS may be bound to */
    bool offers_plus;     /* a client may not claim the contrary ("y") */
    bool weak_nonce_ok;   /* vectors have nonces of few characters */

    /* what was said */
    char mechanism[32];
    char name[256];               /* the client's, decoded */
    char client_first[SCRAM_MAX]; /* decoded */
    char server_first[SCRAM_MAX];
    char server_final[SCRAM_MAX]; /* "" before the client's proof has come */
} scram;

/* Take the client's messages.  NULL, or what is wrong with them; a constant. */
const char *scram_client_first(scram *s, const char *mechanism,
                               const char *base64);
const char *scram_client_final(scram *s, const char *base64);

/* The nonce that the client chose; "" before it has. */
const char *scram_client_nonce(const scram *s);

/* The length of the gs2 header that client_first begins with: "n,,", "y,,",
 * "p=tls-unique,,". */
size_t scram_header_len(const scram *s);

/* Answer the client's first message: r=(client nonce)NONCE,s=SALT,i=ITERATIONS
 * and TAIL.  It is server_first. */
void scram_answer(scram *s, const char *nonce, const char *salt,
                  const char *iterations, const char *tail);

/* The same, but answer MESSAGE as it is. */
void scram_set_server_first(scram *s, const char *message);

/* Write what attribute h is to be (XEP-0474, 0.5) if MECHANISMS and, unless it
 * is NULL, BINDINGS were announced, names between blanks in any order. */
void scram_hash(const scram *s, const char *mechanisms, const char *bindings,
                char hash[SCRAM_HASH_MAX]);

#endif
