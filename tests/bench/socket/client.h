/* client.h - what the clients share, each of which is one library's whole way
 * from the socket to a program's handler.
 *
 *     client_NAME PORT
 *
 * logs in to the fakeserver on 127.0.0.1, sends its presence, looks at "from",
 * "type", "id" and the body of each stanza that comes, until the one with the
 * id END, and prints
 *
 *     receive NAME stanzas      that reached its handler
 *     receive NAME user         CPU time in ns since it sent its presence
 *     receive NAME system
 *     receive NAME allocations  since then (with allocations.so only)
 *     receive NAME peak         bytes of heap at most, beyond those before
 *
 *     client_NAME PORT idle COUNT
 *
 * opens COUNT sessions, one after the other, each logged in and with a
 * resource bound, and prints what they cost, divided by COUNT:
 *
 *     idle NAME resident        bytes of memory, after malloc_trim()
 *     idle NAME login-cpu       CPU time in ns, user and system
 *     idle NAME heap            bytes of heap (these with allocations.so only)
 *     idle NAME blocks          of heap
 *     idle NAME allocations     made for a login
 *
 * Some libraries watch all their sessions while one logs in, so login-cpu grows
 * with COUNT for them: what a login costs is told by a small one.
 *
 * All are told the same of security: there is no TLS, and PLAIN will do. */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include "../common/bench.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CLIENT_DOMAIN   "example.com"
#define CLIENT_USER     "juliet"
#define CLIENT_JID      CLIENT_USER "@" CLIENT_DOMAIN
#define CLIENT_RESOURCE "b"
#define CLIENT_PASSWORD "secret"
#define CLIENT_HOST     "127.0.0.1"

/* ---- what each client has ---- */

extern const char client_name[];

/* Receive a corpus; client_saw() ends it. */
void client_receive(int port);

/* Open a session that stays. */
void client_open(int port);

/* ---- what it calls ---- */

/* Before the presence is sent. */
void client_begin(void);

/* A stanza came, of which these are NULL if they are not there. */
void client_saw(const char *from, const char *type, const char *id,
                const char *body);

#ifdef __cplusplus
}
#endif
#endif
