/* tls.h - GnuTLS sessions whose wires are in memory, and an authority of our
 * own: what a server needs, and the bare client that is the floor. */
#ifndef BENCH_TLS_H
#define BENCH_TLS_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>

#define TLS_DOMAIN "example.com"

/* Bytes on their way: those from AT to LEN. */
typedef struct wire {
    char *bytes;
    size_t at, len, room;
} wire;

void wire_add(wire *w, const void *bytes, size_t len);
void wire_clear(wire *w);

/* Make the authority and the certificate for TLS_DOMAIN (ECDSA, P-256), once.
 * All that follows needs them. */
void tls_prepare(void);

/* The authority, in PEM. */
const char *tls_authority(void);

/* One end of a connection; it must stay where it is.  What comes is added to
 * IN, what goes is taken from OUT. */
typedef struct tls_end {
    gnutls_session_t session;
    wire in, out;
    bool established;
} tls_end;

/* A server that gives out tickets and takes them. */
void tls_serve(tls_end *end);

/* A client that verifies the server, and resumes with what gnutls_session_
 * get_data2() gave (NULL: it does not). */
void tls_connect(tls_end *end, const gnutls_datum_t *resume);

void tls_end_clear(tls_end *end);

/* Go on with the handshake; established says whether it is through. */
void tls_shake(tls_end *end);

/* Shake until both are through. */
void tls_meet(tls_end *client, tls_end *server);

/* Bring what FROM has said to TO. */
void tls_pass_on(tls_end *from, tls_end *to);

/* Encrypt BYTES as records of RECORD bytes. */
void tls_end_write(tls_end *end, const char *bytes, size_t len, size_t record);

/* Decrypt one record.  Its length; 0 if there is no whole one, -1 at the end
 * of the connection. */
int tls_end_read(tls_end *end, char *buffer, size_t size);

#endif
