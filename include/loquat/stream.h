/* loquat/stream.h - one account's XMPP session, without its socket.
 *
 * A stream turns received bytes into events and stanzas into bytes to send.
 * It never reads a clock, opens a socket, starts a thread or calls you back.
 * It outlives its connections: when one is lost it wishes for another.
 *
 *     switch (lq_stream_wish(s)) ...               open or close a transport
 *     lq_stream_recv(s, now, buf, n);              bytes in
 *     while ((event = lq_stream_event(s))) ...     events out
 *     out = lq_stream_output(s, &n);               bytes out
 *     lq_stream_sent(s, now, write(fd, out, n));
 *     poll(fd, lq_stream_deadline(s) - now);       then lq_stream_tick()
 *
 * libloquat-net (net.h) is this loop, ready made.
 *
 * NOW is milliseconds on any clock that never runs backwards; a smaller one
 * counts as the last.  Functions that return int return LQ_E_BUSY from inside
 * a handler unless they say otherwise. */
#ifndef LOQUAT_STREAM_H
#define LOQUAT_STREAM_H

#include "base.h"
#include "builder.h"
#include "event.h"

LQ_BEGIN

/* ---- life ---- */

/* A stream that logs in as CONFIG says; CONFIG is copied.  A NULL CONTEXT
 * makes a private one: fine for one stream, wasteful for many.  NULL when
 * memory runs out. */
LQ_API lq_stream *lq_stream_new(lq_context *context, const lq_config *config);

/* Free STREAM and all it owns, modules and events included, without a word to
 * the server; stanzas kept with lq_stanza_ref() survive.  NULL is fine; inside
 * a handler it is ignored. */
LQ_API void lq_stream_free(lq_stream *stream);

/* We want to be online.  Also after CLOSED was taken, with the same modules.
 * LQ_E_STATE if it was started before; LQ_E_ARGUMENT if the config cannot
 * work: lq_stream_failure() says why. */
LQ_API int lq_stream_start(lq_stream *stream, lq_time now);

/* We want to be offline: what was sent leaves first (if it is to be stored
 * before, once it is), what has come is acknowledged as soon as its events have
 * been taken, the stream is closed on both sides (two seconds for all that at
 * most), then come OFFLINE, if there was a connection, and CLOSED.  LQ_E_STATE
 * if it was not started, or was stopped already.  Allowed inside handlers. */
LQ_API int lq_stream_stop(lq_stream *stream, lq_time now);

/* Leave the transport without ending the session (XEP-0198), so that it can be
 * resumed: by another process from what lq_stream_save() gives of it, which
 * SAVE asks for once more, or by start().  What is to leave leaves first; then
 * come SAVE, OFFLINE, if there was a connection, and CLOSED, and no DELIVERY or
 * REPLY: those come to whoever resumes.  Without stream management, and before
 * the server has agreed to it, which is shortly after ONLINE, there is nothing
 * to resume: the server takes it for a lost connection, and DELIVERY comes
 * here.  LQ_E_STATE as for stop(). */
LQ_API int lq_stream_suspend(lq_stream *stream, lq_time now);

enum {
    LQ_STATE_IDLE = 0,    /* not started yet */
    LQ_STATE_WAITING,     /* for a transport, or to try again */
    LQ_STATE_NEGOTIATING, /* from the transport to the bound resource */
    LQ_STATE_ONLINE,
    LQ_STATE_CLOSING, /* stop() was called; the peer's answer is awaited */
    LQ_STATE_CLOSED,
};
LQ_API int lq_stream_state(const lq_stream *stream);

/* Why the last connection ended, until the next connected(), unreachable() or
 * stop(), or why start() failed; NULL if nothing went wrong. */
LQ_API const lq_failure *lq_stream_failure(const lq_stream *stream);

/* The account's bare JID as the server writes it, and the full JID that was
 * bound; the second is NULL while not online.  Both are replaced by the next
 * bind. */
LQ_API const char *lq_stream_account(const lq_stream *stream);
LQ_API const char *lq_stream_jid(const lq_stream *stream);

/* Whether JID is this stream's own account: absent, its bare JID, or its own
 * full JID (which some servers put there; RFC 6121, 2.1.6). */
LQ_API bool lq_stream_is_own(const lq_stream *stream, const char *jid);

/* The child NAME of XMLNS of the features that the server announced last, or
 * NULL.  Lives until the next function that moves the stream on: recv(),
 * event(), connected() or trust(); or save(). */
LQ_API const lq_element *lq_stream_server_feature(const lq_stream *stream,
                                                  const char *name,
                                                  const char *xmlns);

/* The context it belongs to, private or not. */
LQ_API lq_context *lq_stream_context(const lq_stream *stream);

/* A pointer of the program's own, NULL at first. */
LQ_API void lq_stream_set_user(lq_stream *stream, void *user);
LQ_API void *lq_stream_user(const lq_stream *stream);

/* ---- for the driver ---- */

enum {
    LQ_WISH_NOTHING = 0,
    LQ_WISH_CONNECT, /* open a transport to lq_stream_target() */
    LQ_WISH_KEEP,    /* the transport is in use */
    LQ_WISH_CLOSE,   /* write the output, for a second at most, and close */
};
LQ_API int lq_stream_wish(const lq_stream *stream);

/* What kind of transport it is, or was asked for. */
enum {
    LQ_TRANSPORT_ANY = 0,      /* of a target: the first two */
    LQ_TRANSPORT_STARTTLS = 1, /* plain; the stream upgrades it itself */
    LQ_TRANSPORT_TLS,          /* the stream starts TLS at once (XEP-0368) */
    LQ_TRANSPORT_SECURE,       /* protected already: a Unix socket, a test */
};

/* Where to connect: the domain to look up (in its ASCII form), or, if HOST is
 * not NULL, this host and port only.  They are the stream's until the next
 * connected() or stop(). */
LQ_API const char *lq_stream_target_domain(const lq_stream *stream);
LQ_API const char *lq_stream_target_host(const lq_stream *stream);
LQ_API int lq_stream_target_port(const lq_stream *stream);
LQ_API int lq_stream_target_transport(const lq_stream *stream);

/* A transport is open, as wished.  LQ_E_STATE if none was. */
LQ_API int lq_stream_connected(lq_stream *stream, lq_time now, int transport);

/* No transport could be opened; TEXT (may be NULL) tells a person what was
 * tried and what each said.  LQ_E_STATE if none was wished for. */
LQ_API int lq_stream_unreachable(lq_stream *stream, lq_time now,
                                 const char *text);

/* The transport is gone: exactly once for each connected(), also when the
 * stream wished it.  ERROR is 0 for an orderly end, else LQ_E_NET.  LQ_E_STATE
 * without a transport. */
LQ_API int lq_stream_disconnected(lq_stream *stream, lq_time now, int error);

/* Take LEN received bytes, split anywhere.  Returns how many were taken: fewer
 * mean that events wait, or a question is open; pass the rest once
 * lq_stream_can_recv().  LQ_E_STATE without a transport.  A fatal result is the
 * end of the connection: lq_stream_wish() turns to CLOSE. */
LQ_API int lq_stream_recv(lq_stream *stream, lq_time now, const void *data,
                          size_t len);

/* Whether recv() would take a byte now. */
LQ_API bool lq_stream_can_recv(const lq_stream *stream);

/* Bytes waiting to be written, or NULL with *LEN = 0, as always inside a
 * handler.  They stay where they are until lq_stream_sent() has dropped the
 * last of them. */
LQ_API const void *lq_stream_output(lq_stream *stream, size_t *len);

/* LEN bytes of the output were written.  LQ_E_ARGUMENT if it had fewer. */
LQ_API int lq_stream_sent(lq_stream *stream, lq_time now, size_t len);

/* When lq_stream_tick() is next due, or LQ_NEVER.  Early calls do no harm. */
LQ_API lq_time lq_stream_deadline(const lq_stream *stream);
LQ_API int lq_stream_tick(lq_stream *stream, lq_time now);

/* The way to the net has changed, as the system tells (another network, awake
 * again): a stream that waits tries at once, and one that is online finds out
 * whether it still is, within the PING time of the config.  LQ_OK or
 * LQ_E_NOMEM. */
LQ_API int lq_stream_network_changed(lq_stream *stream, lq_time now);

/* ---- for the program ---- */

/* The next event, or NULL.  It and everything reached from it stay valid until
 * the next call, which also counts its stanza as handled.  Inside a handler
 * NULL. */
LQ_API const lq_event *lq_stream_event(lq_stream *stream);

/* Send a message or presence, or an IQ get or set, and free B, also on
 * failure.  The id comes back in exactly one DELIVERY (send) or REPLY
 * (request).  Accepted from start() to stop(), else LQ_E_STATE; before ONLINE
 * it waits (a request's time runs all the same), but for a presence that tells
 * where we are, which is LQ_E_STATE then (lq_presence_set() remembers ours).
 * LQ_E_FULL while 256 KiB wait to leave, or the server has not acknowledged
 * 1 MiB; LQ_E_LARGE past lq_stream_max_bytes(); LQ_E_ARGUMENT if B is no such
 * stanza or was built wrongly; a NULL B is LQ_E_NOMEM.  Allowed inside
 * handlers. */
LQ_API lq_id lq_stream_send(lq_stream *stream, lq_builder *b);
LQ_API lq_id lq_stream_request(lq_stream *stream, lq_builder *b);

/* A number for the stanza that the last event came from: if another process
 * that resumes this session (lq_config_set_saved()) is given it once more, it
 * has the same, and nothing else ever has.  They grow from stanza to stanza and
 * from session to session, which the wall clock is needed for
 * (lq_context_set_wallclock()), and stay below 2^53.  Without
 * lq_config_set_durable() a process that is killed may have acknowledged what
 * it had not stored: then its numbers are given again, to other stanzas.  0: it
 * is not from a stanza, or the session is not managed, or not to be saved. */
LQ_API int64_t lq_stream_serial(const lq_stream *stream);

/* Bytes that can be sent before LQ_E_FULL. */
LQ_API size_t lq_stream_room(const lq_stream *stream);

/* Most bytes of a stanza that the server takes, or 0 if it does not say
 * (XEP-0478), or we are not online.  What waited for ONLINE and is larger ends
 * with LQ_E_LARGE. */
LQ_API size_t lq_stream_max_bytes(const lq_stream *stream);

/* Claim what matches: messages, presences and IQs of KIND and TYPE (LQ_ANY:
 * all but error) with a child called NAME in XMLNS (NULL matches any; both
 * NULL: the stanza itself).  They surface as CLAIMED, IQ gets and sets as
 * QUERY; results and errors of IQs cannot be claimed.  FEATURE (may be NULL) is
 * added to what disco answers.  An id, LQ_E_NOMEM, or LQ_E_ARGUMENT for a KIND
 * or TYPE that is none.  There is no way back. */
LQ_API lq_id lq_stream_claim(lq_stream *stream, int kind, int type,
                             const char *name, const char *xmlns,
                             const char *feature);

/* Begin the result of a question, lq_build_* its payload, and send it.  The
 * second frees B, also on failure, and is due for any B.  LQ_E_STATE if
 * QUESTION is no longer open; B is NULL only when memory ran out. */
LQ_API lq_builder *lq_build_answer(lq_stream *stream, lq_id question);
LQ_API int lq_stream_answer(lq_stream *stream, lq_builder *b);

/* Answer a question with the stanza error CONDITION (LQ_STANZA_*) and TEXT,
 * which may be NULL. */
LQ_API int lq_stream_refuse(lq_stream *stream, lq_id question, int condition,
                            const char *text);

/* Answer a certificate question: do not trust; trust for this connection; or
 * trust the key from now on, on this stream's later connections, too, without
 * asking: whatever else is wrong with a certificate for it, unless it was
 * revoked.  About another key that does not verify it is asked again, and
 * lq_event_distrust() says that it is another. */
enum { LQ_TRUST_NO = 0, LQ_TRUST_ONCE, LQ_TRUST_ALWAYS };
LQ_API int lq_stream_trust(lq_stream *stream, lq_time now, lq_id question,
                           int trust);

/* The password from now on; NULL declines.  Answers the open question. */
LQ_API int lq_stream_set_password(lq_stream *stream, lq_time now,
                                  const char *password);

/* LEN bytes to be kept and given to lq_config_set_saved() the next time. WHICH:
 * ACCOUNT all that STREAM has learnt about its account: which mechanisms and
 *         channel bindings have worked, what the server offers, the keys that
 *         SCRAM makes of the password, a FAST token, a TLS session, the key
 *         that was trusted for good;
 * SESSION what is needed to resume the session: its name, how far both sides
 *         are, and each stanza that the server has not acknowledged;
 * RECORDS what has happened to the session since SESSION or RECORDS were given.
 * The first lets anybody log in as the account, the others show what was
 * written: keep them as you would the password, and out of backups.  They are
 * the stream's until the next call of this function or of lq_stream_saved().  A
 * stanza whose event is being looked at counts as not handled yet.  NULL before
 * start(), without lq_config_set_saved(), and when memory runs out, when nothing
 * of it is lost to the next call; and for RECORDS if SESSION is needed, as SAVE
 * then says.  A session that has ended gives bytes as well, which say so. */
LQ_API const void *lq_stream_save(lq_stream *stream, int which, size_t *len);

/* What lq_stream_save() gave last of WHICH has been stored: what waited for
 * that may leave.  Output that waits since then goes on waiting: its SAVE event
 * is still to be taken. */
LQ_API int lq_stream_saved(lq_stream *stream, lq_time now, int which);

/* Forget what keeps a login from being weaker than those before it (PINS), for
 * a server that has changed for the worse and is known to have; or ALL that was
 * learnt, as if the account were new; or the TOKEN: the next login uses it for
 * the last time and has the server forget it, too (XEP-0484), as a log-out
 * should.  LQ_E_STATE during a login. */
enum { LQ_FORGET_PINS = 1, LQ_FORGET_ALL, LQ_FORGET_TOKEN };
LQ_API int lq_stream_forget(lq_stream *stream, int what);

/* Whether somebody looks at what comes, as is thought at first; if not, the
 * server may hold back what can wait, if it can do that (XEP-0352).  Kept from
 * connection to connection.  Allowed inside handlers; LQ_OK or a fatal
 * error. */
LQ_API int lq_stream_set_active(lq_stream *stream, lq_time now, bool active);

/* Begin or end TRACE events. */
LQ_API void lq_stream_trace(lq_stream *stream, bool trace);

/* How this connection is secured, NULL or "" where it is not (yet):
 * "TLS1.3", "AES-256-GCM", "SCRAM-SHA-256-PLUS", "tls-exporter"; the TLS
 * session is "new", "resumed", or "early": resumed, and the login went in its
 * handshake; SASL was spoken as "SASL" (RFC 6120) or "SASL2" (XEP-0388). */
enum {
    LQ_SECURITY_PROTOCOL = 0,
    LQ_SECURITY_CIPHER,
    LQ_SECURITY_MECHANISM,
    LQ_SECURITY_BINDING,
    LQ_SECURITY_SESSION,
    LQ_SECURITY_PROFILE,
};
LQ_API const char *lq_stream_security(const lq_stream *stream, int which);

LQ_END
#endif
