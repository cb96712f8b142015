/* tls.h - TLS over memory, by GnuTLS; it verifies the account's domain. */
#ifndef LQ_TLS_H
#define LQ_TLS_H

#include <loquat/base.h>

#include "base/buffer.h"

typedef struct lq_tls lq_tls;

/* A session of the past that the next handshake may resume. */
typedef struct lq_resumption lq_resumption;
void lq_resumption_free(lq_resumption *resumption); /* NULL is fine */

/* The transport is gone: keep what the next handshake needs to be short, if
 * there is anything. */
void lq_tls_remember(lq_stream *stream);

/* Begin a handshake: the ClientHello goes to the outbox's wire.  LQ_OK, or
 * what lq_stream_fail() said. */
int lq_tls_start(lq_stream *stream);
void lq_tls_free(lq_tls *tls);

bool lq_tls_is_established(const lq_tls *tls);

/* Take received bytes, go on with the handshake or pass what they hold to
 * lq_stream_input().  How many were taken, or a fatal error. */
int lq_tls_recv(lq_stream *stream, const char *bytes, size_t len);

/* The question about the certificate was answered. */
int lq_tls_answered(lq_stream *stream, bool trust);

/* Whether it waits for that answer. */
bool lq_tls_is_asking(const lq_tls *tls);

/* Turn TEXT into records in the outbox's wire.  LQ_OK or a fatal error. */
int lq_tls_encrypt(lq_tls *tls, lq_buffer *text);

/* Append close_notify. */
void lq_tls_bye(lq_tls *tls);

/* "TLS1.3", "AES-256-GCM". */
const char *lq_tls_protocol(const lq_tls *tls);
const char *lq_tls_cipher(const lq_tls *tls);

/* Append the tls-exporter channel binding, RFC 9266.  LQ_OK, or negative if
 * this connection has none. */
int lq_tls_exporter(const lq_tls *tls, lq_buffer *out);

#endif
