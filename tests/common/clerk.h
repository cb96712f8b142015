/* clerk.h - the server's words of a login, in memory.
 *
 * A clerk is told what it offers.  It takes what a client says and says what a
 * server does: STARTTLS, SASL 1 and SASL 2 with PLAIN and SCRAM, Bind 2, FAST,
 * and binding the old way, and resuming; requests get an empty result.  TLS is its caller's:
 *
 *     clerk c = { .offer = { .jid = "juliet@example.com", .sasl = "PLAIN" } };
 *     clerk_connect(&c);
 *     clerk_take(&c, bytes, len);          decrypted, if there is TLS
 *     if (c.starts_tls) ...                what C.OUT says still leaves plain
 *     clerk_secure(&c, &bindings, "0304"); after the handshake
 *     ... c.out ...                        to be sent, and dropped from it
 *     clerk_clear(&c);
 *
 * One clerk serves one client, connection after connection, and remembers its
 * tokens.  What the client must not do is answered as servers do, and said in
 * C.WRONG. */
#ifndef TESTS_CLERK_H
#define TESTS_CLERK_H

#include <stdbool.h>

#include "bindings.h"
#include "octets.h"
#include "scram.h"
#include "tokens.h"

/* Lists are names between blanks; NULL: it is not offered. */
typedef struct clerk_offer {
    const char *jid, *password; /* the account */
    bool starttls;              /* TLS is required, and begins by that */
    const char *sasl;           /* mechanisms of SASL 1 */
    const char *sasl2;          /* of SASL 2, if the header says from whom */
    const char *bindings;       /* types of channel binding, XEP-0440 */
    bool hash, version;         /* attributes h and t, XEP-0474 and XEP-0515 */
    bool bind2;                 /* XEP-0386 */
    bool lets_y_pass;           /* who claims not to have seen a -PLUS */
    const char *fast;           /* mechanisms for tokens, XEP-0484 */
    bool early;                 /* tokens may come in early data */
    bool rotates;               /* each token is good until its next */
    const char *config_version; /* XEP-0509 */
    const char *iterations;     /* of SCRAM; NULL: 4096 */
    bool sm;                    /* XEP-0198, within SASL 2 and Bind 2, too */
} clerk_offer;

typedef struct clerk {
    clerk_offer offer;                 /* may be changed at any time */
    octets out;                        /* what it says */
    bool starts_tls;                   /* <proceed/> is said */
    bool authenticated, bound, closed; /* as far as it is concerned */
    bool resumed;                      /* instead of bound anew */
    int messages;                      /* that have come */
    const char *wrong;                 /* the last thing; NULL: nothing */

    /* private, of the connection */
    octets in;
    bool secured, is_early, has_from, is_sasl2, has_used_token;
    char tls_version[5];
    binding_set bindings;
    scram scram;    /* its mechanism is "" unless a <response/> is due */
    octets request; /* the last <authenticate/> */

    tokens tokens; /* of the account */

    bool has_session; /* that can be resumed */
    int handled;      /* of its stanzas */
} clerk;

/* A new connection. */
void clerk_connect(clerk *c);

/* From now on the connection is protected: TLS of VERSION (as attribute t has
 * it), and what can be bound to. */
void clerk_secure(clerk *c, const binding_set *bindings, const char *version);

/* What is taken from now on came in early data, or no longer does. */
void clerk_set_early(clerk *c, bool is_early);

void clerk_take(clerk *c, const char *bytes, size_t len);
void clerk_clear(clerk *c);

#endif
