/* headstart.c - see headstart.h. */
#include "stream/headstart.h"

#include "stream/stream.h"

static bool headstart_is_wanted(const lq_stream *stream)
{
    const lq_known *known = &stream->known;

    return stream->config.early && stream->saver != NULL && known->has_offer &&
           known->offer.early &&
           lq_token_is_good(known->token, lq_stream_unix_ms(stream)) &&
           !known->token->last && lq_tls_can_early(stream->outbox.tls);
}

/* It was never said. */
static void headstart_undo(lq_stream *stream)
{
    lq_negotiation *negotiation = &stream->negotiation;

    lq_sasl_restart(&negotiation->sasl);
    lq_buffer_wipe(&stream->outbox.text);
    negotiation->row = NULL;
    negotiation->opened = negotiation->ahead = negotiation->early = false;
    stream->known.has_offer = true;
}

/* Whether what stands in the outbox is a login by token, and nothing else. */
static bool headstart_is_login(const lq_stream *stream)
{
    const lq_attempt *attempt = stream->negotiation.sasl.attempt;

    return attempt != NULL && attempt->choice.mechanism->family == LQ_SASL_HT;
}

static int headstart_login(lq_stream *stream)
{
    int rv;

    stream->negotiation.early = true;
    rv = lq_stream_open(stream);
    if (rv < 0) {
        return rv;
    }
    rv = headstart_is_login(stream) ? lq_tls_early(stream) : LQ_E_STATE;
    if (rv == LQ_E_NOMEM) {
        return lq_stream_no_memory(stream);
    }
    if (rv < 0) {
        headstart_undo(stream);
        return LQ_OK;
    }
    stream->outbox.withheld = true;
    stream->saver->given = false; /* what was given before lacks the number */
    lq_saver_touch(stream);
    return LQ_OK;
}

int lq_headstart_tls(lq_stream *stream)
{
    int rv = lq_tls_prepare(stream);

    if (rv == LQ_OK && headstart_is_wanted(stream)) {
        rv = headstart_login(stream);
    }
    return rv < 0 ? rv : lq_tls_start(stream);
}

int lq_headstart_secured(lq_stream *stream)
{
    if (!stream->negotiation.early) {
        return lq_stream_open(stream);
    }
    if (lq_tls_early_accepted(stream->outbox.tls)) {
        stream->negotiation.early = false;
        return LQ_OK;
    }
    headstart_undo(stream);
    return lq_stream_open(stream);
}

int lq_stream_saved(lq_stream *stream, lq_time now, int which)
{
    if (!lq_stream_enter(stream, now)) {
        return LQ_E_BUSY;
    }
    if (which == LQ_SAVED_SESSION || which == LQ_SAVED_RECORDS) {
        lq_journal_stored(stream, which);
    }
    if (which == LQ_SAVED_ACCOUNT && stream->outbox.withheld &&
        stream->saver->given) {
        stream->outbox.withheld = false;
        stream->changed = true;
    }
    lq_stream_leave(stream);
    return which >= LQ_SAVED_ACCOUNT && which <= LQ_SAVED_RECORDS
               ? LQ_OK
               : LQ_E_ARGUMENT;
}
