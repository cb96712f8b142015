/* loquat/config.h - whose account, and how careful.
 *
 * A config is read by lq_stream_new(), which copies it; one may serve many
 * streams.  Texts are copied.  Setters return LQ_OK, LQ_E_NOMEM, or
 * LQ_E_ARGUMENT for values outside the range that is named; then nothing has
 * changed.  What may be NULL is said.  Only the JID is required, and nearly
 * always the password.
 *
 *     lq_config *config = lq_config_new("juliet@example.com");
 *     lq_config_set_password(config, password);
 *     lq_stream *stream = lq_stream_new(context, config);
 *     lq_config_free(config); */
#ifndef LOQUAT_CONFIG_H
#define LOQUAT_CONFIG_H

#include "base.h"

LQ_BEGIN

/* JID is the account; a resource in it is asked for as by _set_resource().
 * It is checked by lq_stream_start(), which says what is wrong with it.  NULL
 * when memory runs out. */
LQ_API lq_config *lq_config_new(const char *jid);
LQ_API void lq_config_free(lq_config *config); /* NULL is fine */

/* NULL (as at first) means that a QUERY event asks for it. */
LQ_API int lq_config_set_password(lq_config *config, const char *password);

/* The resource to ask for; NULL (as at first) lets the server choose, which
 * says less about the device to contacts. */
LQ_API int lq_config_set_resource(lq_config *config, const char *resource);

/* xml:lang of the stream, "en" at first; NULL says none. */
LQ_API int lq_config_set_lang(lq_config *config, const char *lang);

/* Connect to HOST (a name, or an IPv4 or IPv6 address) and PORT instead of
 * looking the domain up; NULL takes that back.  TRANSPORT: what is spoken
 * there, LQ_TRANSPORT_STARTTLS or LQ_TRANSPORT_TLS.  The certificate must
 * still be the domain's. */
LQ_API int lq_config_set_host(lq_config *config, const char *host, int port,
                              int transport);

/* Trust the certification authorities in this PEM text or file instead of the
 * system's; more calls add more.  Files are read by lq_stream_start(), which
 * fails if one cannot be; once for all streams of a context that name the
 * same. */
LQ_API int lq_config_add_ca(lq_config *config, const void *pem, size_t len);
LQ_API int lq_config_add_ca_file(lq_config *config, const char *path);

/* Ask (QUERY) about a certificate that does not verify instead of refusing
 * it; off at first. */
LQ_API void lq_config_set_ask_trust(lq_config *config, bool ask);

/* Milliseconds, each at least 1; more than 24 days count as 24 days:
 * CONNECT  from connected() to ONLINE at the most, 30,000 at first;
 * REQUEST  for the reply to a request, 60,000;
 * QUESTION for the answer to a QUERY, 300,000; the CONNECT time stands still
 *          while a question is open;
 * IDLE     without a byte from the server until a ping is sent, 300,000;
 * PING     for any byte after that, else the connection is dead, 20,000;
 * SPACE    without a byte to the server until a blank keeps the connection's
 *          path open, 120,000.
 * LQ_NEVER switches IDLE or SPACE off. */
enum {
    LQ_TIMEOUT_CONNECT = 0,
    LQ_TIMEOUT_REQUEST,
    LQ_TIMEOUT_QUESTION,
    LQ_TIMEOUT_IDLE,
    LQ_TIMEOUT_PING,
    LQ_TIMEOUT_SPACE,
};
LQ_API int lq_config_set_timeout(lq_config *config, int which, lq_time ms);

/* How long to wait before connecting again: a random time up to FIRST after
 * the first failure, doubling to LAST at most; 2,000 and 300,000 at first, 24
 * days at most.  FIRST = LQ_NEVER: do not reconnect, the stream is CLOSED when
 * it is lost. */
LQ_API int lq_config_set_reconnect(lq_config *config, lq_time first,
                                   lq_time last);

/* Most bytes of a stanza from the server, 10,000 to 9,437,184 (9 MiB);
 * 1,048,576 at first.  Before authentication it is 65,536 in any case. */
LQ_API int lq_config_set_max_stanza(lq_config *config, size_t bytes);

LQ_END
#endif
