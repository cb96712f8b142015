/* stream.c - the life story of a stream.
 *
 *     IDLE -> WAITING -> NEGOTIATING -> ONLINE -> (lost) WAITING ... CLOSED
 *
 * The driver enters with bytes and the time; what happens is remembered as
 * notes and frames, and all hooks and handlers run when the program takes
 * events.  A connection that has failed is `ending`: it takes and gives no
 * more stanzas, but its transport may live until the driver has written the
 * last words.  Only when the transport is gone and everything that it brought
 * was taken is the connection concluded (closing.c), and the next one begins.
 */
#include "stream/stream.h"
#include "stream/headstart.h"

#include <idn2.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/memory.h"

/* ---- in and out ---- */

lq_time lq_stream_deadline(const lq_stream *stream)
{
    const lq_heap_item *first = lq_heap_first(&stream->timers);

    if (stream->tickets.fresh.first != NULL) {
        return stream->now; /* their time-outs begin with the next entry */
    }
    return first == NULL ? LQ_NEVER : first->when;
}

static void stream_retime(lq_stream *stream)
{
    lq_time deadline = lq_stream_deadline(stream);
    lq_time before = stream->alarm.place == 0 ? LQ_NEVER : stream->alarm.when;

    stream->retimed = false;
    if (before != deadline) {
        /* Cannot fail: the context has a place for each of its streams. */
        lq_heap_set(&stream->context->alarms, &stream->alarm, deadline);
        stream->changed = true;
    }
}

void lq_stream_settle(lq_stream *stream)
{
    if (stream->retimed) {
        stream_retime(stream);
    }
    if (stream->changed) {
        stream->changed = false;
        lq_context_mark(stream->context, stream);
    }
}

void lq_stream_note(lq_stream *stream, lq_note *note)
{
    if (note->place.list == NULL) {
        lq_list_append(&stream->notes, &note->place);
        stream->changed = true;
    }
}

/* ---- make and free ---- */

static void stream_timeout(lq_stream *stream, lq_timer *timer)
{
    (void)timer;
    if (stream->state == LQ_STATE_CLOSING) {
        lq_stream_send_close(
            stream); /* what waited to be stored does not leave */
        lq_stream_close_done(stream); /* the peer had its two seconds */
        return;
    }
    lq_stream_fail(stream,
                   &(lq_fault){ LQ_LAYER_NET, LQ_E_DEAD, "connection-timeout",
                                NULL, "The server took too long to log us in.",
                                .tell = true });
}

static void stream_init(lq_stream *stream, lq_context *context)
{
    stream->context = lq_context_ref(context);
    stream->timeout.fire = stream_timeout;
    stream->timeout.fixed = true;
    lq_heap_init(&stream->timers);
    lq_inbox_init(&stream->inbox, context->pool);
    lq_outbox_init(&stream->outbox, context->pool);
    lq_list_init(&stream->notes);
    lq_list_init(&stream->questions);
    lq_ids_init(&stream->ids);
    lq_tickets_init(&stream->tickets, &context->hash_key);
    lq_router_init(&stream->router);
    lq_list_init(&stream->modules.slots);
    lq_reconnect_init(&stream->reconnect);
    lq_liveness_init(stream);
}

lq_stream *lq_stream_new(lq_context *context, const lq_config *config)
{
    lq_context *own = context == NULL ? lq_context_new() : NULL;
    lq_stream *stream;

    if (context == NULL && own == NULL) {
        return NULL;
    }
    context = own == NULL ? context : own;
    stream = lq_calloc(1, sizeof(*stream));
    if (stream == NULL || lq_config_copy(&stream->config, config) < 0) {
        lq_free(stream);
        lq_context_free(own);
        return NULL;
    }
    stream_init(stream, context);
    lq_context_free(own);
    /* Each stream has a place in the heap of deadlines from the beginning, so
     * that nothing can fail later. */
    if (lq_context_enroll(context) < 0 ||
        lq_heap_reserve(&stream->timers, LQ_FIXED_TIMERS) < 0) {
        lq_stream_free(stream);
        return NULL;
    }
    return stream;
}

void lq_stream_free(lq_stream *stream)
{
    lq_note *note;

    if (stream == NULL || stream->hooked) {
        return;
    }
    stream->hooked = true; /* nothing that clear() calls gets through */
    stream->state = LQ_STATE_CLOSED;
    if (stream->current != NULL) {
        lq_note_pass(stream->current);
    }
    lq_stanza_unref(stream->event.stanza);
    while ((note = lq_note_take(&stream->notes)) != NULL) {
        lq_note_pass(note);
    }
    lq_sm_free(stream->sm);
    stream->sm = NULL; /* no question outlives it */
    lq_questions_drop(stream);
    lq_tickets_clear(stream);
    lq_modules_clear(&stream->modules);
    lq_router_clear(&stream->router);
    lq_negotiation_reset(&stream->negotiation);
    lq_inbox_reset(&stream->inbox);
    lq_outbox_reset(&stream->outbox);
    lq_reconnect_clear(&stream->reconnect);
    lq_connection_unref(stream->connection);
    lq_connection_unref(stream->next);
    lq_ids_clear(&stream->ids);
    lq_heap_clear(&stream->timers);
    lq_config_clear(&stream->config);
    lq_known_clear(&stream->known);
    lq_saver_free(stream->saver);
    lq_journal_free(stream->journal);
    lq_resumption_free(stream->resumption);
    lq_free(stream->trusted);
    lq_trust_unref(stream->trust);
    lq_jid_free(stream->self);
    lq_free(stream->account);
    lq_free(stream->jid);
    lq_context_forget(stream->context, stream);
    lq_context_free(stream->context);
    lq_free(stream);
}

/* ---- start ---- */

static int start_refused(lq_stream *stream, int code, const char *text,
                         const char *message)
{
    char sentence[512];

    snprintf(sentence, sizeof(sentence), "%s: %s", message, text);
    lq_stream_begin(stream);
    lq_failure_set(&stream->connection->failure,
                   &(lq_fault){ LQ_LAYER_CONFIG, code, NULL, text, sentence,
                                .final = true });
    return code;
}

/* Domain names are looked up and verified in ASCII. */
static int stream_domain(lq_stream *stream)
{
    const char *domain = lq_jid_domain(stream->self);
    char *ascii = NULL;
    int rv = idn2_to_ascii_8z(domain, &ascii, IDN2_NONTRANSITIONAL);
    int replaced;

    if (rv == IDN2_MALLOC) {
        return LQ_E_NOMEM;
    }
    /* An address literal is no domain name and stays as it is. */
    if (rv != IDN2_OK || strcmp(ascii, domain) == 0) {
        replaced = lq_replace(&stream->reconnect.domain, NULL);
    } else {
        replaced = lq_replace(&stream->reconnect.domain, ascii);
    }
    idn2_free(ascii);
    return replaced;
}

static int stream_self(lq_stream *stream)
{
    int why = LQ_OK;
    lq_jid *jid;

    if (stream->self != NULL) {
        return LQ_OK;
    }
    jid = lq_jid_parse(stream->config.jid, &why);
    if (jid == NULL && why == LQ_E_NOMEM) {
        return LQ_E_NOMEM;
    }
    if (jid == NULL) {
        return start_refused(stream, LQ_E_ARGUMENT, lq_jid_problem(why),
                             "The configured account is not one");
    }
    stream->self = jid;
    lq_replace(&stream->config.jid, NULL); /* it has served */
    return LQ_OK;
}

/* What the program has kept of the last time is learnt once. */
static int stream_saved(lq_stream *stream)
{
    const lq_extras *extras = lq_config_extras(&stream->config);
    int rv = LQ_OK;

    if (stream->config.saves && stream->saver == NULL) {
        stream->saver = lq_saver_new();
        if (stream->saver == NULL) {
            return LQ_E_NOMEM;
        }
    }
    if (stream->config.saves_session && stream->journal == NULL) {
        stream->journal = lq_journal_new();
        if (stream->journal == NULL) {
            return LQ_E_NOMEM;
        }
    }
    if (extras->saved.bytes != NULL) {
        rv = lq_saved_read(stream, extras->saved.bytes, extras->saved.len);
    }
    if (rv == LQ_OK && extras->session.bytes != NULL) {
        rv =
            lq_journal_read(stream, extras->session.bytes, extras->session.len);
    }
    if (rv == LQ_OK) { /* else the next start() learns it, pins above all */
        lq_config_forget_saved(&stream->config);
    }
    return rv;
}

static int stream_account(lq_stream *stream)
{
    int rv = stream_self(stream);

    rv = rv < 0 ? rv : stream_saved(stream);

    lq_replace(&stream->account, NULL);
    return rv == LQ_OK ? stream_domain(stream) : rv;
}

int lq_stream_set_account(lq_stream *stream, const lq_jid *jid)
{
    const char *bare = lq_jid_bare(jid);
    bool same = strcmp(bare, lq_jid_bare(stream->self)) == 0;

    return lq_replace(&stream->account, same ? NULL : bare);
}

/* Authorities of its own, and our certificate, are loaded now, so that it can
 * be said what is wrong with them. */
static int stream_trust(lq_stream *stream)
{
    lq_fault why = { 0 };
    int rv;

    if (stream->trust != NULL || !lq_trust_is_own(&stream->config)) {
        return LQ_OK;
    }
    rv = lq_trust_get(stream->context, &stream->config, &stream->trust, &why);
    if (rv == LQ_OK) { /* GnuTLS has its own copies */
        lq_config_forget_source(&stream->config);
    }
    return rv == LQ_E_ARGUMENT
               ? start_refused(stream, rv, why.text, why.message)
               : rv;
}

static int stream_start(lq_stream *stream)
{
    int rv;

    if (stream->next == NULL) {
        stream->next = lq_connection_new();
        if (stream->next == NULL) {
            return LQ_E_NOMEM;
        }
    }
    rv = stream_account(stream);
    if (rv < 0) {
        return rv;
    }
    rv = stream_trust(stream);
    if (rv < 0) {
        return rv;
    }
    stream->stopping = stream->suspending = false;
    rv = lq_reconnect_start(stream);
    if (rv == LQ_OK) {
        stream->state = LQ_STATE_WAITING;
        stream->changed = true;
    }
    return rv;
}

int lq_stream_start(lq_stream *stream, lq_time now)
{
    int rv = LQ_E_STATE;

    if (!lq_stream_enter(stream, now)) {
        return LQ_E_BUSY;
    }
    if (stream->state == LQ_STATE_IDLE ||
        (stream->state == LQ_STATE_CLOSED &&
         stream->connection->closed.place.list == NULL)) {
        rv = stream_start(stream);
    }
    lq_stream_leave(stream);
    return rv;
}

/* ---- a transport ---- */

int lq_stream_wish(const lq_stream *stream)
{
    if (stream->transport != 0) {
        /* what still has to be written is, before the transport is closed */
        return stream->ending ? LQ_WISH_CLOSE : LQ_WISH_KEEP;
    }
    return stream->state == LQ_STATE_WAITING && stream->next != NULL
               ? LQ_WISH_CONNECT
               : LQ_WISH_NOTHING;
}

const char *lq_stream_target_domain(const lq_stream *stream)
{
    return stream->reconnect.domain != NULL ? stream->reconnect.domain
                                            : lq_jid_domain(stream->self);
}

const char *lq_stream_target_host(const lq_stream *stream)
{
    return stream->reconnect.host != NULL ? stream->reconnect.host
                                          : stream->config.host;
}

int lq_stream_target_port(const lq_stream *stream)
{
    return stream->reconnect.host != NULL ? stream->reconnect.port
                                          : stream->config.port;
}

int lq_stream_target_transport(const lq_stream *stream)
{
    return stream->reconnect.host != NULL ? LQ_TRANSPORT_STARTTLS
                                          : stream->config.transport;
}

void lq_stream_begin(lq_stream *stream)
{
    if (stream->next != NULL) {
        lq_connection_unref(stream->connection);
        stream->connection = stream->next;
        stream->next = NULL;
        stream->changed = true;
    }
}

void lq_stream_limit(lq_stream *stream)
{
    lq_timer_set(stream, &stream->timeout,
                 lq_time_after(stream->now,
                               stream->config.timeouts[LQ_TIMEOUT_CONNECT]));
}

static int stream_connected(lq_stream *stream, int transport)
{
    lq_stream_begin(stream);
    stream->state = LQ_STATE_NEGOTIATING;
    stream->transport = transport;
    stream->ending = false;
    stream->closed_by_us = stream->closed_by_peer = stream->answered = false;
    stream->heard = stream->spoken = stream->now;
    lq_inbox_reset(&stream->inbox);
    lq_outbox_reset(&stream->outbox);
    lq_negotiation_reset(&stream->negotiation);
    stream->negotiation.old_session = lq_sm_is_resumable(stream);
    lq_stream_limit(stream);
    return transport == LQ_TRANSPORT_TLS ? lq_headstart_tls(stream)
                                         : lq_stream_open(stream);
}

int lq_stream_connected(lq_stream *stream, lq_time now, int transport)
{
    int rv = LQ_E_STATE;

    if (!lq_stream_enter(stream, now)) {
        return LQ_E_BUSY;
    }
    if (transport < LQ_TRANSPORT_STARTTLS || transport > LQ_TRANSPORT_SECURE) {
        rv = LQ_E_ARGUMENT;
    } else if (lq_stream_wish(stream) == LQ_WISH_CONNECT) {
        stream_connected(stream, transport);
        rv = LQ_OK; /* what failed shows as the wish to close */
    }
    lq_stream_leave(stream);
    return rv;
}

static void stream_unreachable(lq_stream *stream, const char *text)
{
    char message[1024] = "No server could be reached.";

    if (text != NULL && text[0] != '\0') {
        snprintf(message, sizeof(message), "No server could be reached: %s",
                 text);
    }
    lq_stream_begin(stream);
    lq_failure_set(&stream->connection->failure,
                   &(lq_fault){ LQ_LAYER_NET, LQ_E_NET, NULL, text, message,
                                .final = false });
    stream->ending = true;
    lq_stream_conclude(stream);
}

int lq_stream_unreachable(lq_stream *stream, lq_time now, const char *text)
{
    int rv = LQ_E_STATE;

    if (!lq_stream_enter(stream, now)) {
        return LQ_E_BUSY;
    }
    if (lq_stream_wish(stream) == LQ_WISH_CONNECT) {
        stream_unreachable(stream, text);
        rv = LQ_OK;
    }
    lq_stream_leave(stream);
    return rv;
}

int lq_stream_fail(lq_stream *stream, const lq_fault *fault)
{
    /* What is no fault of the peer's must not end the session (XEP-0198, 6),
     * which may have been resumed already, if it is the old one. */
    bool lasts = lq_sm_may_last(stream) &&
                 (fault->code == LQ_E_DEAD || fault->code == LQ_E_MEMORY);
    bool can_tell = fault->tell && !lasts && !stream->closed_by_us &&
                    stream->transport != 0 && !stream->ending;

    lq_failure_set(&stream->connection->failure, fault);
    if (can_tell) {
        lq_sm_tell(stream); /* only the closing tag follows an error */
        lq_stream_write_error(stream, fault);
    }
    if (!stream->ending && !lasts) {
        lq_stream_send_close(stream);
    }
    lq_stream_close_done(stream);
    return fault->code;
}

bool lq_stream_is_secure(const lq_stream *stream)
{
    return stream->transport == LQ_TRANSPORT_SECURE ||
           stream->negotiation.early ||
           (stream->outbox.tls != NULL &&
            lq_tls_is_established(stream->outbox.tls));
}

/* ---- online ---- */

void lq_stream_bound(lq_stream *stream)
{
    stream->state = LQ_STATE_ONLINE;
    stream->negotiation.through = true;
    stream->told_inactive =
        stream->negotiation.inlined && stream->negotiation.inactive;
    stream->reconnect.online_at = stream->now;
    lq_timer_set(stream, &stream->timeout, LQ_NEVER);
    lq_connection_ref(stream->connection);
    lq_stream_note(stream, &stream->connection->online);
    lq_saver_touch(stream);
    lq_limits_learn(stream);
    lq_liveness_start(stream);
}

int lq_stream_flow(lq_stream *stream)
{
    return stream->ending || stream->state != LQ_STATE_ONLINE
               ? LQ_OK
               : lq_tickets_flow(stream);
}

/* ---- time ---- */

/* Who comes so much later than the deadline was asleep, and so was the path to
 * the server. */
enum { ASLEEP_MS = 10000 };

int lq_stream_tick(lq_stream *stream, lq_time now)
{
    const lq_heap_item *due = lq_heap_first(&stream->timers);

    if (!lq_stream_enter(stream, now)) {
        return LQ_E_BUSY;
    }
    if (due != NULL && stream->now - due->when > ASLEEP_MS) {
        lq_liveness_ask(stream);
    }
    lq_timers_run(stream);
    lq_tickets_arm(stream); /* of what they have asked */
    lq_stream_leave(stream);
    return LQ_OK;
}

lq_time lq_stream_now(const lq_stream *stream) { return stream->now; }

int64_t lq_stream_unix_ms(const lq_stream *stream)
{
    return lq_context_unix_ms(stream->context, stream->now);
}

/* ---- ask ---- */

int lq_stream_state(const lq_stream *stream) { return stream->state; }

const lq_failure *lq_stream_failure(const lq_stream *stream)
{
    const lq_connection *connection = stream->connection;

    return connection != NULL && connection->failure.set ? &connection->failure
                                                         : NULL;
}

const char *lq_stream_account(const lq_stream *stream)
{
    return stream->account != NULL || stream->self == NULL
               ? stream->account
               : lq_jid_bare(stream->self);
}

const char *lq_stream_jid(const lq_stream *stream)
{
    bool open =
        stream->state == LQ_STATE_ONLINE || stream->state == LQ_STATE_CLOSING;

    return open && stream->negotiation.through ? stream->jid : NULL;
}

bool lq_stream_is_own(const lq_stream *stream, const char *jid)
{
    return jid == NULL || lq_address_equal(jid, lq_stream_account(stream)) ||
           (stream->jid != NULL && lq_address_equal(jid, stream->jid));
}

lq_context *lq_stream_context(const lq_stream *stream)
{
    return stream->context;
}

void lq_stream_set_user(lq_stream *stream, void *user) { stream->user = user; }

void *lq_stream_user(const lq_stream *stream) { return stream->user; }

const char *lq_stream_security(const lq_stream *stream, int which)
{
    const lq_tls *tls = stream->outbox.tls;
    bool encrypted = tls != NULL && lq_tls_is_established(tls);

    switch (which) {
    case LQ_SECURITY_PROTOCOL:
        return encrypted ? lq_tls_protocol(tls) : NULL;
    case LQ_SECURITY_CIPHER:
        return encrypted ? lq_tls_cipher(tls) : NULL;
    case LQ_SECURITY_MECHANISM:
        return lq_sasl_mechanism(&stream->negotiation.sasl);
    case LQ_SECURITY_BINDING:
        return lq_sasl_binding(&stream->negotiation.sasl);
    case LQ_SECURITY_PROFILE:
        return lq_sasl_profile(&stream->negotiation.sasl);
    case LQ_SECURITY_SESSION:
        return encrypted ? lq_tls_session(tls) : NULL;
    default:
        return NULL;
    }
}
