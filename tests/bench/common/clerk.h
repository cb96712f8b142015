/* clerk.h - the server's side of a login, in memory.
 *
 * A clerk does TLS, at once or by STARTTLS, SCRAM (SHA-256 and SHA-1, with
 * channel binding too) or PLAIN, and binds a resource; later requests get an
 * empty result.  It takes bytes and gives bytes, so it stands behind a stream
 * in the same program as well as behind a socket. */
#ifndef BENCH_CLERK_H
#define BENCH_CLERK_H

#include "../../common/base64.h"
#include "../../common/scram.h"
#include "bench.h"
#include "desk.h"
#include "tls.h"

#define CLERK_PASSWORD   "correct horse battery"
#define CLERK_ITERATIONS "4096"

typedef struct clerk {
    int transport;   /* LQ_TRANSPORT_*, as the client begins */
    bool only_plain; /* offer no SCRAM; may be set after clerk_begin() */
    tls_end tls;     /* its session is NULL while the connection is plain */
    wire plain;      /* to the client, before TLS */
    wire text;       /* from the client, decrypted, not yet answered */
    scram scram;
    bool authenticated, bound, closed;
} clerk;

/* TRANSPORT: LQ_TRANSPORT_TLS or LQ_TRANSPORT_STARTTLS. */
void clerk_begin(clerk *c, int transport);
void clerk_clear(clerk *c);

/* Take bytes from the client; what is to be said to it is the wire's. */
void clerk_take(clerk *c, const char *bytes, size_t len);
wire *clerk_output(clerk *c);

/* ---- behind a stream in the same program ---- */

/* Let D's streams log in at a clerk: the password, and whom to trust. */
void clerk_configure(desk *d);

/* Log STREAM, which wishes to be connected, in at C until ONLINE is taken.
 * What the client's calls cost is added to COST; with NULL they are not
 * measured, and not in bench_pass(). */
void clerk_login(clerk *c, desk *d, lq_stream *stream, bench_cost *cost);

/* Run WORK with ARGUMENT and add what it costs to COST, which may be NULL. */
void clerk_measure(void (*work)(void *argument), void *argument,
                   bench_cost *cost);

#endif
