/* server.h - a TLS server in another process, so that its heap does not count.
 *
 * It has a certificate for DOMAIN by an authority of its own, serves some
 * connections one after the other, and says to each what a script says. */
#ifndef BENCH_SERVER_H
#define BENCH_SERVER_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sys/types.h>

#define SERVER_DOMAIN "example.com"

/* When WORD was heard, ANSWER is said; %s in it is the id that stood behind
 * the word.  A script ends with an empty line. */
typedef struct line {
    const char *word, *answer;
} line;

typedef struct server {
    gnutls_x509_crt_t authority, certificate;
    gnutls_x509_privkey_t authority_key, key;
    gnutls_datum_t pem; /* the authority, for clients */
} server;

void server_init(server *s);
void server_clear(server *s);

/* Begin to serve COUNT connections, of which FDS become the clients' ends;
 * each may be closed when it is no longer needed.  server_wait() waits for the
 * end of that and fails if it was no good one. */
pid_t server_start(server *s, const line *script, int *fds, size_t count);
void server_wait(pid_t pid);

#endif
