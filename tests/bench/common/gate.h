/* gate.h - a clerk behind TLS, in memory.
 *
 * A gate does TLS, at once or by STARTTLS; what is said through it is a
 * clerk's (../../common/clerk.h): SCRAM, SHA-256 with channel binding too, or
 * PLAIN, and the resource.  It takes bytes and gives bytes, so it stands behind
 * a stream in the same program as well as behind a socket. */
#ifndef BENCH_GATE_H
#define BENCH_GATE_H

#include "../../common/base64.h"
#include "../../common/clerk.h"
#include "bench.h"
#include "desk.h"
#include "tls.h"

#define GATE_PASSWORD   "correct horse battery"
#define GATE_ITERATIONS "4096"

typedef struct gate {
    int transport; /* LQ_TRANSPORT_*, as the client begins */
    clerk clerk;   /* its offer may be changed after gate_begin() */
    tls_end tls;   /* its session is NULL while the connection is plain */
    wire plain;    /* to the client, before TLS */
    bool closed;
} gate;

/* TRANSPORT: LQ_TRANSPORT_TLS or LQ_TRANSPORT_STARTTLS. */
void gate_begin(gate *g, int transport);
void gate_clear(gate *g);

/* Take bytes from the client; what is to be said to it is the wire's. */
void gate_take(gate *g, const char *bytes, size_t len);
wire *gate_output(gate *g);

/* ---- behind a stream in the same program ---- */

/* Let D's streams log in at a gate: the password, and whom to trust. */
void gate_configure(desk *d);

/* Log STREAM, which wishes to be connected, in at G until ONLINE is taken.
 * What the client's calls cost is added to COST; with NULL they are not
 * measured, and not in bench_pass(). */
void gate_login(gate *g, desk *d, lq_stream *stream, bench_cost *cost);

/* Run WORK with ARGUMENT and add what it costs to COST, which may be NULL. */
void gate_measure(void (*work)(void *argument), void *argument,
                  bench_cost *cost);

#endif
