/* client.h - a program that logs in again and again, by a library with a
 * socket of its own.
 *
 *     client PORT CA-FILE LOGINS
 *
 * The server is server.c's, on 127.0.0.1.  The CPU time of the process is what
 * a login costs, the kernel's work for it included; the first login is not
 * counted. */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include "../common/bench.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CLIENT_JID      "juliet@example.com"
#define CLIENT_PASSWORD "correct horse battery"

typedef struct client_server {
    int port;
    const char *ca_file;
} client_server;

/* To be main(): LOGIN connects, upgrades to TLS, authenticates, binds a
 * resource, closes, and frees what it made; it does not return without. */
int client_main(int argc, char **argv, const char *who,
                void (*login)(const client_server *server));

#ifdef __cplusplus
}
#endif
#endif
