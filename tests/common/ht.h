/* ht.h - the server's side of HT-*, draft-schmaus-kitten-sasl-ht: a token that
 * logs in with one message each way.
 *
 *     HT-SHA-256-NONE, -UNIQ, -ENDP, -EXPR and HT-SHA-512-*
 *
 * The client sends its name, NUL, and HMAC(token, "Initiator" and what the
 * connection is bound to); the server, HMAC(token, "Responder" and the same).
 * By GnuTLS alone. */
#ifndef TESTS_HT_H
#define TESTS_HT_H

#include "bindings.h"

typedef struct ht {
    /* what the server knows */
    const char *token;
    const char *user;     /* NULL: any */
    binding_set bindings; /* of the connection */

    /* what was said */
    char name[256];  /* the client's */
    char answer[96]; /* to it, in base64; "" before it was right */
} ht;

/* Take the client's message in base64.  NULL, or what is wrong with it; a
 * constant. */
const char *ht_client(ht *h, const char *mechanism, const char *base64);

#endif
