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

/* JID is the account; a resource in it is asked for as by _set_resource().  A
 * domain alone logs in as nobody in particular (ANONYMOUS), or as whoever the
 * client certificate names.
 * It is checked by lq_stream_start(), which says what is wrong with it.  NULL
 * when memory runs out. */
LQ_API lq_config *lq_config_new(const char *jid);
LQ_API void lq_config_free(lq_config *config); /* NULL is fine */

/* UTF-8 of 4,096 bytes at the most; NULL (as at first) means that a QUERY event
 * asks for it. */
LQ_API int lq_config_set_password(lq_config *config, const char *password);

/* An OAuth 2.0 access token (RFC 6750), for OAUTHBEARER; with one, and without
 * a password, none is asked for.  NULL takes it back. */
LQ_API int lq_config_set_token(lq_config *config, const char *token);

/* The only SASL mechanisms to use, by their names with spaces between; the
 * order is ours: bound to the channel, then SCRAM, then the rest.  At first all
 * but DIGEST-MD5: HT-SHA-512 and HT-SHA-256 with -EXPR, -UNIQ, -ENDP and -NONE
 * (by which FAST tokens are used, XEP-0484), EXTERNAL, SCRAM-SHA-512,
 * SCRAM-SHA-256 and SCRAM-SHA-1 with and without -PLUS, OAUTHBEARER,
 * DIGEST-MD5, PLAIN, ANONYMOUS.  LQ_E_ARGUMENT for others.
 *
 * What worked once is the least that is used again, whatever this says: no
 * PLAIN or DIGEST-MD5 after SCRAM or EXTERNAL, no login without channel binding
 * after one with it (EXTERNAL has none: it proves us to the server, and not the
 * server to us), no SASL 1 after a SASL 2 in which the server proved itself;
 * see lq_stream_forget().  A server that advertises -PLUS and refuses it is
 * taken for an attack: where it is known to be so, leave those with -PLUS out
 * here.
 */
LQ_API int lq_config_set_mechanisms(lq_config *config, const char *names);

/* Most iterations of SCRAM (RFC 5802) that a server may ask for, 4,096 to
 * 10,000,000; 200,000 at first, which take some tens of milliseconds in one
 * call of lq_stream_recv(), once: their result is kept. */
LQ_API int lq_config_set_iterations(lq_config *config, int most);

/* What the server may tell the account's owner about this client (XEP-0388):
 * SOFTWARE's name, by which the resource begins where the server makes it
 * (XEP-0386), and the DEVICE's; both may be NULL, as at first.  ID is a random
 * UUID (version 4) in hexadecimal that this installation keeps for good; NULL
 * makes one, which is in what lq_stream_save() gives. */
LQ_API int lq_config_set_agent(lq_config *config, const char *id,
                               const char *software, const char *device);

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

/* Pin the server's key: PIN is the base64 of the SHA-256 of its
 * SubjectPublicKeyInfo (as in RFC 7469; lq_event_pin() tells it).  More calls
 * add more, 1,000 at most; once there are any, the server's own certificate
 * must have one of these keys, besides what else is verified, and nothing
 * excuses another.  LQ_E_ARGUMENT for a PIN that is none. */
LQ_API int lq_config_add_pin(lq_config *config, const char *pin);

/* Our own certificate, which is given to a server that asks for one, once that
 * server was verified; who has one can log in by EXTERNAL.  CERTIFICATE and KEY
 * are names of files in PEM (KEY NULL: the same file), or PKCS#11 URLs;
 * PASSWORD is the key's, or the token's PIN, or NULL.  Or one text PEM of LEN
 * bytes holds the chain and the key.  The last call counts; a NULL CERTIFICATE
 * or PEM takes it back.  They are loaded by lq_stream_start(), which fails if
 * they cannot be; once for all streams of a context that name the same
 * authorities and the same certificate. */
LQ_API int lq_config_set_certificate(lq_config *config, const char *certificate,
                                     const char *key, const char *password);
LQ_API int lq_config_set_certificate_pem(lq_config *config, const void *pem,
                                         size_t len, const char *password);

/* Ask (QUERY) about a certificate that does not verify instead of refusing
 * it; off at first.  lq_stream_trust() can trust a key for good. */
LQ_API void lq_config_set_ask_trust(lq_config *config, bool ask);

/* Surface each TLS secret as a KEYLOG event, with which everything that is sent
 * and received can be read: to look into a connection of one's own, by
 * Wireshark.  Off at first; no variable of the environment switches it on. */
LQ_API void lq_config_set_keylog(lq_config *config, bool log);

/* What lq_stream_save() gave when this account was last used.  With that of the
 * ACCOUNT the next login is safer and quicker; with that of the SESSION it goes
 * on where another process was (XEP-0198): what that one sent and the server
 * has not acknowledged is sent again, what the server sent in between arrives,
 * and DELIVERY tells of what lq_stream_send() had accepted there, by its ids.
 *
 *     lq_config_set_saved(config, LQ_SAVED_ACCOUNT, bytes, len);   or NULL, 0
 *     lq_config_set_saved(config, LQ_SAVED_SESSION, bytes, len);   or NULL, 0
 *     case LQ_EVENT_SAVE:
 *         bytes = lq_stream_save(stream, event->id, &len);
 *         if (store(event->id, bytes, len)) {
 *             lq_stream_saved(stream, now, event->id);
 *         }
 * store() replaces what there was of ACCOUNT or SESSION (as a file: write
 * another, fsync() it, rename() it to the old one's name), and appends RECORDS
 * to that of SESSION, so that a stanza costs its own size; the file of both is
 * given back as SESSION.  What it could not append is not in later RECORDS: the
 * program ends, or has SESSION stored instead, which lq_stream_save() gives at
 * any time.  One stream at a time may use a session.  examples/durable.c is a
 * whole program.
 *
 * Without DATA (LEN 0) nothing is known yet; in both cases SAVE events tell
 * when there is something to be kept.  LQ_E_ARGUMENT if DATA is damaged or
 * another account's: then, and after LQ_E_NOMEM, it is as if there were none,
 * pins included.  RECORDS that were stored in half count as not stored. */
enum { LQ_SAVED_ACCOUNT = 1, LQ_SAVED_SESSION, LQ_SAVED_RECORDS };
LQ_API int lq_config_set_saved(lq_config *config, int which, const void *data,
                               size_t len);

/* Nothing leaves, and nothing is acknowledged, before lq_stream_saved() says
 * that the session which it belongs to was stored; off at first, and of no
 * effect without lq_config_set_saved() for SESSION and stream management.  Then
 * whenever the process ends, even in the middle of a call: what send() took and
 * was stored reaches the server exactly once as long as the session can be
 * resumed; what arrives is told at least once, each time with the same
 * lq_stream_serial().  A stanza that arrived is stored as handled together with
 * what was sent while its event was looked at, if lq_stream_save() is called
 * when SAVE asks for it: a bot answers once without books of its own, and needs
 * the serial only for what it does elsewhere.  If this is off, a process that
 * is killed can lose what it had not stored yet, and send again what had left.
 */
LQ_API void lq_config_set_durable(lq_config *config, bool durable);

/* Log in within the TLS handshake itself (early data, RFC 8446) where the
 * server is known to take a FAST token there; off at first.  What is sent so
 * could be sent again by others, so each token is used with a number, and the
 * connection's output waits until lq_stream_saved() says that it has been
 * stored: without that call, and without lq_config_set_saved(), such a login
 * does not come about. */
LQ_API void lq_config_set_early(lq_config *config, bool early);

/* Milliseconds, each at least 1; more than 24 days count as 24 days:
 * CONNECT  from connected() to ONLINE at the most, 30,000 at first;
 * REQUEST  for the reply to a request, 60,000;
 * QUESTION for the answer to a QUERY, 300,000; the CONNECT time stands still
 *          while a question is open;
 * IDLE     without a byte from the server until a ping is sent, 300,000;
 * PING     for any byte after that, else the connection is dead, 20,000; what
 *          we sent and would have acknowledged (XEP-0198) asks as a ping does,
 *          at once, so a server that is silent while we talk is noticed after
 *          PING alone;
 * SPACE    without a byte to the server until a blank keeps the connection's
 *          path open, 120,000; sooner where the server says that it waits no
 *          longer than that (XEP-0478).
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
 * it is lost; but a redirect, and a login that needs a second connection, is
 * followed at once in any case. */
LQ_API int lq_config_set_reconnect(lq_config *config, lq_time first,
                                   lq_time last);

/* Most bytes of a stanza from the server, 10,000 to 9,437,184 (9 MiB);
 * 1,048,576 at first.  Before authentication it is 65,536 in any case. */
LQ_API int lq_config_set_max_stanza(lq_config *config, size_t bytes);

LQ_END
#endif
