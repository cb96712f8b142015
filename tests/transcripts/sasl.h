/* sasl.h - the server's side of what a transcript says of SASL.
 *
 * {client-first}, {client-final} and {fast-initial TOKEN} of a pattern are
 * verified; {server-first OPTIONS}, {server-final} and {fast-final} are
 * computed (words.c).  It is the same for SASL 1 and SASL 2. */
#ifndef TESTS_SASL_H
#define TESTS_SASL_H

#include "../common/ht.h"
#include "../common/octets.h"
#include "../common/scram.h"
#include "../common/tls_server.h"
#include "announced.h"

struct words;

typedef struct sasl {
    char user[64];
    const char *password;
    scram scram;
    ht ht;
    announced announced;
    bool is_sasl2;       /* the client has chosen that */
    char tls_version[5]; /* "0304", as attribute t wants it; "": no TLS */
    char fast_token[256];
} sasl;

/* Whose account it is: JID's, with this password. */
void sasl_begin(sasl *s, const char *jid, const char *password);

/* The client speaks through TLS; NULL: it does not any more. */
void sasl_set_tls(sasl *s, const tls_server *tls);

/* PIECE, which the client sent, has matched PATTERN and is in W: NULL, or what
 * is wrong with its SASL; a constant. */
const char *sasl_check(sasl *s, const struct words *w, const char *pattern,
                       const char *piece);

/* Answer the client's first message of SCRAM, and write that to OUT.  OPTIONS
 * are iterations (4096), "h" or "h=NAME,.../TYPE,...", "t" or "t VERSION". */
void sasl_server_first(sasl *s, const char *options, octets *out);

#endif
