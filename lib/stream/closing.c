/* closing.c - how connections end.
 *
 * In order: what was sent leaves, `</stream:stream>` goes both ways (RFC 6120,
 * 4.4), TLS says close_notify, the driver closes the transport.  When what the
 * connection brought has been taken as well, it is concluded: the fate of
 * everything that it carried is told, then OFFLINE. */
#include "stream/stream.h"

#include <string.h>

enum { CLOSING_MS = 2000 };

void lq_stream_send_close(lq_stream *stream)
{
    static const char tag[] = "</stream:stream>";

    if (!stream->closed_by_us && stream->transport != 0 &&
        stream->negotiation.opened) {
        lq_sm_tell(stream); /* else they are given to somebody again */
        stream->closed_by_us = true;
        lq_stream_write_element(stream, tag, strlen(tag));
    }
}

void lq_stream_caught_up(lq_stream *stream)
{
    if (stream->state == LQ_STATE_CLOSING && !stream->ending) {
        lq_stream_send_close(stream);
    }
}

void lq_stream_close_done(lq_stream *stream)
{
    stream->ending = true;
    stream->flowing = false;
    stream->outbox.bye = true;
    stream->changed = true;
    lq_timer_set(stream, &stream->timeout, LQ_NEVER);
    lq_liveness_stop(stream);
}

/* The answer to our closing tag shows that everything was read, if it got as
 * far as stanzas; but a stream error, which may still wait in front of it,
 * shows that it was not. */
static void closing_acknowledge(lq_stream *stream)
{
    if (stream->answered && stream->negotiation.through &&
        !stream->connection->failure.set) {
        stream->answered = false;
        lq_tickets_all_read(stream);
    }
}

void lq_stream_peer_closed(lq_stream *stream)
{
    if (stream->closed_by_peer) {
        return;
    }
    stream->closed_by_peer = true;
    stream->answered =
        stream->closed_by_us && lq_outbox_is_empty(&stream->outbox);
    if (lq_inbox_is_empty(&stream->inbox)) {
        closing_acknowledge(stream);
    }
    lq_stream_send_close(stream);
    lq_stream_close_done(stream);
}

/* Encryption has been asked for: what we say in the clear would be taken for
 * the first of it. */
static bool closing_would_interrupt(const lq_stream *stream)
{
    return stream->negotiation.row != NULL && !lq_stream_is_secure(stream);
}

static void stop_with_transport(lq_stream *stream)
{
    stream->state = LQ_STATE_CLOSING;
    lq_liveness_stop(stream);
    if (stream->ending) {
        return;
    }
    if (!stream->negotiation.header || closing_would_interrupt(stream)) {
        lq_stream_close_done(stream);
        return;
    }
    if (!lq_sm_is_behind(stream)) {
        lq_stream_send_close(stream);
    }
    stream->flowing = false;
    lq_timer_set(stream, &stream->timeout,
                 lq_time_after(stream->now, CLOSING_MS));
}

static int stream_stop(lq_stream *stream)
{
    if (stream->state == LQ_STATE_IDLE || stream->state == LQ_STATE_CLOSED ||
        stream->stopping) {
        return LQ_E_STATE;
    }
    stream->stopping = true;
    stream->changed = true;
    if (stream->transport != 0) {
        stop_with_transport(stream);
    } else if (!stream->ending) {
        lq_stream_begin(stream);
        lq_stream_conclude(stream);
    }
    return LQ_OK;
}

int lq_stream_stop(lq_stream *stream, lq_time now)
{
    int rv;

    if (!lq_stream_enter(stream, now)) {
        return stream_stop(stream); /* a handler may */
    }
    rv = stream_stop(stream);
    lq_stream_leave(stream);
    return rv;
}

static int stream_suspend(lq_stream *stream)
{
    if (stream->state == LQ_STATE_IDLE || stream->state == LQ_STATE_CLOSED ||
        stream->stopping) {
        return LQ_E_STATE;
    }
    stream->stopping = stream->suspending = true;
    stream->changed = true;
    lq_journal_touch(stream);
    if (stream->transport != 0) {
        stream->state = LQ_STATE_CLOSING;
        lq_stream_close_done(stream);
    } else if (!stream->ending) {
        lq_stream_begin(stream);
        lq_stream_conclude(stream);
    }
    return LQ_OK;
}

int lq_stream_suspend(lq_stream *stream, lq_time now)
{
    int rv;

    if (!lq_stream_enter(stream, now)) {
        return LQ_E_BUSY;
    }
    rv = stream_suspend(stream);
    lq_stream_leave(stream);
    return rv;
}

/* An end that nobody asked for and no failure explains. */
static void explain_end(lq_stream *stream)
{
    lq_failure *failure = &stream->connection->failure;

    if (stream->stopping && (!stream->lost || stream->closed_by_peer)) {
        return;
    }
    lq_failure_set(failure,
                   &(lq_fault){ .layer = LQ_LAYER_NET,
                                .code = LQ_E_NET,
                                .message = stream->closed_by_peer
                                               ? "The server closed the "
                                                 "stream."
                                               : "The connection was "
                                                 "lost." });
}

/* A server may hang up on whoever would resume a session of TLS, instead of
 * beginning a new one.  The ticket has gone, so the next handshake is a full
 * one, and need not wait. */
static void closing_hung_up(lq_stream *stream)
{
    const lq_tls *tls = stream->outbox.tls;

    if (tls != NULL && !stream->ending && lq_tls_is_resuming(tls)) {
        stream->known.hangups++;
        lq_reconnect_at_once(&stream->reconnect);
    }
}

/* Whether the program still has to take, or to be done with, something. */
static bool closing_is_awaited(const lq_stream *stream)
{
    return !lq_inbox_is_empty(&stream->inbox) || stream->surfacing ||
           (stream->sm != NULL && stream->sm->taking);
}

int lq_stream_disconnected(lq_stream *stream, lq_time now, int error)
{
    int rv = LQ_E_STATE;

    if (!lq_stream_enter(stream, now)) {
        return LQ_E_BUSY;
    }
    if (stream->transport != 0) {
        rv = LQ_OK;
        stream->lost = error != LQ_OK;
        stream->transport = 0;
        closing_hung_up(stream);
        lq_stream_close_done(stream);
        lq_questions_drop(stream);
        lq_sm_lost(stream);
        lq_tickets_unsent(stream);
        lq_tls_remember(stream);
        lq_outbox_reset(&stream->outbox);
        lq_tickets_room(stream);
        if (!closing_is_awaited(stream)) {
            lq_stream_conclude(stream);
        }
    }
    lq_stream_leave(stream);
    return rv;
}

static void tell_offline(lq_stream *stream)
{
    lq_connection *connection = stream->connection;
    const lq_failure *failure = lq_stream_failure(stream);

    lq_connection_ref(connection);
    connection->offline.event.error = lq_failure_code(failure);
    connection->offline.event.detail = failure;
    lq_stream_note(stream, &connection->offline);
}

static void tell_closed(lq_stream *stream)
{
    lq_connection *connection = stream->connection;
    const lq_failure *failure =
        stream->stopping ? NULL : lq_stream_failure(stream);

    stream->state = LQ_STATE_CLOSED;
    lq_connection_ref(connection);
    connection->closed.event.error = lq_failure_code(failure);
    connection->closed.event.detail = failure;
    if (!stream->suspending) {
        lq_tickets_drop(stream);
    }
    lq_stream_note(stream, &connection->closed);
}

/* The session ends with its connection, or long after it. */
static void closing_session(lq_stream *stream)
{
    if (stream->suspending && lq_sm_is_resumable(stream)) {
        return;
    }
    if (stream->journal != NULL && stream->sm != NULL) {
        stream->journal->serials += stream->sm->handled;
    }
    lq_tickets_lost(stream);
    lq_sm_free(stream->sm);
    stream->sm = NULL;
    lq_questions_drop(stream);
    lq_journal_renew(stream);
}

/* The transport is gone, or there was none, and the inbox is empty. */
void lq_stream_conclude(lq_stream *stream)
{
    bool again = !stream->stopping;

    lq_questions_drop(stream); /* what was drained may have asked some more */
    if (stream->ending) {
        closing_acknowledge(stream);
        explain_end(stream);
        stream->ending = stream->lost = false;
        lq_inbox_reset(&stream->inbox);
        again =
            again && lq_reconnect_after(stream, &stream->connection->failure);
        if (!again || !lq_sm_is_resumable(stream)) {
            closing_session(stream);
        }
        tell_offline(stream);
    }
    if (again) {
        stream->state = LQ_STATE_WAITING;
    } else {
        lq_timer_set(stream, &stream->reconnect.timer, LQ_NEVER);
        closing_session(stream);
        tell_closed(stream);
    }
    stream->changed = true;
}
