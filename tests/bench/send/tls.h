/* tls.h - messages that were encrypted, and the one that the last of them is.
 */
#ifndef BENCH_SEND_TLS_H
#define BENCH_SEND_TLS_H

#include "../common/tls.h"
#include "writer.h"

/* Take LEN bytes of ciphertext away, to SERVER's wire; they count as one. */
void tls_keep(writing *w, tls_end *server, const char *bytes, size_t len);

/* Let SERVER decrypt all that it was given: the last record is the last
 * message. */
void tls_reveal(writing *w, tls_end *server);

#endif
