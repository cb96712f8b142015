/* early_server.h - a TLS 1.3 server that answers early data at once.
 *
 * It is OpenSSL's: a server of GnuTLS's that has taken early data says nothing
 * before it has the client's Finished, which is a round trip later.  Its
 * certificate and key are those of tls_server.h, CERTIFICATE_GOOD. */
#ifndef TESTS_EARLY_SERVER_H
#define TESTS_EARLY_SERVER_H

#include <stdbool.h>

#include "bindings.h"
#include "octets.h"

typedef struct early_server early_server;

/* After tls_server_prepare(); tickets are good between the two. */
bool early_server_prepare(void);
void early_server_clear(void);

early_server *early_server_new(void);
void early_server_free(early_server *server);

/* Bytes from the client; what they say is appended to EARLY, if it came before
 * the handshake was through, or to PLAIN. */
void early_server_take(early_server *server, const char *bytes, size_t len,
                       octets *early, octets *plain);

/* Encrypt BYTES, as soon as there is anything to answer. */
void early_server_send(early_server *server, const char *bytes, size_t len);

/* What is to be sent to the client, to be dropped from it. */
octets *early_server_output(early_server *server);

bool early_server_is_established(const early_server *server);

/* What can be bound to: only the end point before the handshake is through. */
void early_server_bindings(const early_server *server, binding_set *b);

#endif
