/* headstart.h - a login that begins before the TLS handshake: XEP-0484 in TLS
 * 1.3's early data.
 *
 *     stream header + <authenticate/> behind the ClientHello
 *
 * What is sent so can be replayed, so it carries a number that has never been
 * used before, and it leaves only when the program has stored that number. */
#ifndef LQ_HEADSTART_H
#define LQ_HEADSTART_H

#include <loquat/base.h>

/* A transport is there, or the server will encrypt: begin TLS, with a login in
 * it if that is wanted and possible.  LQ_OK or a fatal error. */
int lq_headstart_tls(lq_stream *stream);

/* The handshake is through: begin a stream, unless the server has read the
 * beginning of one already.  LQ_OK or a fatal error. */
int lq_headstart_secured(lq_stream *stream);

#endif
