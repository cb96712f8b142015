/* tls_server.h - a TLS server of GnuTLS's, whose wire is two texts.
 *
 * Its certificate is made by the program, and so are those that a client must
 * refuse. */
#ifndef TESTS_TLS_SERVER_H
#define TESTS_TLS_SERVER_H

#include <stdbool.h>

#include "bindings.h"
#include "octets.h"

/* What is the matter with a certificate. */
enum {
    CERTIFICATE_GOOD = 0,
    CERTIFICATE_EXPIRED,
    CERTIFICATE_WRONGNAME, /* it is wrong.example.net's */
    CERTIFICATE_UNTRUSTED, /* the client does not know it */
    CERTIFICATES,
};

typedef struct tls_server tls_server;

/* Make the certificates for DOMAIN, once; and free them. */
bool tls_server_prepare(const char *domain);
void tls_server_clear(void);

/* What a client must trust so that all but UNTRUSTED are signed by somebody
 * known, in PEM. */
const char *tls_server_pem(int certificate);

/* The private key of all, in PEM; and what a certificate binds to. */
const char *tls_server_key(void);
void tls_server_bind_end_point(int certificate, binding_set *b);

/* VERSION is "1.2" or "1.3", or NULL for both. */
tls_server *tls_server_new(int certificate, const char *version);
void tls_server_free(tls_server *server);

/* Bytes from the client; what they say is appended to PLAIN once the handshake
 * is through. */
void tls_server_take(tls_server *server, const char *bytes, size_t len,
                     octets *plain);

/* Encrypt BYTES. */
void tls_server_send(tls_server *server, const char *bytes, size_t len);

/* What is to be sent to the client, to be dropped from it. */
octets *tls_server_output(tls_server *server);

bool tls_server_is_established(const tls_server *server);

/* Whether the client has said good-bye; the alert that it sent, or NULL. */
bool tls_server_is_closed(const tls_server *server);
const char *tls_server_alert(const tls_server *server);

/* All channel bindings of the connection; none before the handshake. */
void tls_server_bindings(const tls_server *server, binding_set *b);

bool tls_server_is_1_3(const tls_server *server);

/* The protocol that the client asked for by ALPN, or "". */
const char *tls_server_alpn(const tls_server *server);

/* SERVER, which is new, gives tickets and takes those of all that did; whether
 * it took one. */
void tls_server_take_tickets(tls_server *server);
bool tls_server_is_resumed(const tls_server *server);

#endif
