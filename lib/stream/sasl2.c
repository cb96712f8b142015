/* sasl2.c - SASL as XEP-0388 writes it: in one round trip with what else a
 * client wants first, and without a new stream.
 *
 * What rides along is a row each: our user agent, a resource (Bind 2), a token
 * for the next time (FAST), which offer we go by (XEP-0509), which tasks we
 * would do (tasks.c). */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/datetime.h"
#include "base/memory.h"
#include "stream/inline.h"
#include "stream/saying.h"
#include "stream/sm.h"
#include "stream/stream.h"
#include "stream/tasks.h"

enum { TOKEN_MAX = 1024 };

/* ---- what rides along ---- */

static int write_agent(lq_stream *stream, lq_saying *say)
{
    const lq_extras *config = lq_config_extras(&stream->config);
    int rv = LQ_OK;

    if (config->agent_id == NULL) {
        rv = lq_known_agent(&stream->known);
    }
    if (rv < 0) {
        return rv;
    }
    lq_write_open(&say->writer, "user-agent", LQ_NS_SASL2);
    lq_write_attr(&say->writer, "id",
                  config->agent_id != NULL ? config->agent_id
                                           : stream->known.agent);
    if (config->software != NULL) {
        lq_saying_child(say, "software", LQ_NS_SASL2, config->software);
    }
    if (config->device != NULL) {
        lq_saying_child(say, "device", LQ_NS_SASL2, config->device);
    }
    lq_write_close(&say->writer);
    return LQ_OK;
}

/* XEP-0198, 9: what was before is resumed, or else bound anew. */
static int write_resume(lq_stream *stream, lq_saying *say)
{
    if (stream->negotiation.old_session && stream->known.offer.resume) {
        lq_sm_write_resume(stream, &say->writer);
    }
    return LQ_OK;
}

/* The resource is the server's to make; it may begin with a word of ours. */
static int write_bind(lq_stream *stream, lq_saying *say)
{
    const char *tag = lq_bind_wish(stream);

    if (!stream->known.offer.bind ||
        (stream->negotiation.old_session && !stream->known.offer.resume)) {
        return LQ_OK; /* not before the other was tried */
    }
    lq_write_open(&say->writer, "bind", LQ_NS_BIND2);
    if (tag == NULL) {
        tag = lq_config_extras(&stream->config)->software;
    }
    if (tag != NULL) {
        lq_saying_child(say, "tag", LQ_NS_BIND2, tag);
    }
    lq_inline_write(stream, &say->writer);
    lq_write_close(&say->writer);
    return LQ_OK;
}

/* What can be replayed is told apart by its number. */
static void write_count(lq_stream *stream, lq_saying *say)
{
    char text[16];

    snprintf(text, sizeof(text), "%lu",
             (unsigned long)++stream->known.token->count);
    lq_write_attr(&say->writer, "count", text);
}

static int write_fast(lq_stream *stream, lq_saying *say)
{
    lq_attempt *attempt = stream->negotiation.sasl.attempt;
    lq_means means;

    if (attempt->choice.mechanism->family == LQ_SASL_HT) {
        lq_write_open(&say->writer, "fast", LQ_NS_FAST);
        if (stream->known.token->last) {
            lq_write_attr(&say->writer, "invalidate", "true");
        } else {
            attempt->wanted = attempt->choice.mechanism; /* may be exchanged */
        }
        if (stream->negotiation.early) {
            write_count(stream, say);
        }
        lq_write_close(&say->writer);
        return LQ_OK;
    }
    lq_sasl_means(stream, &means);
    means.pins |= lq_choice_pins(&attempt->choice); /* as they will be then */
    attempt->wanted =
        lq_choose_token(&stream->known.offer, &means,
                        stream->config.early && stream->known.offer.early);
    if (attempt->wanted != NULL) {
        lq_write_open(&say->writer, "request-token", LQ_NS_FAST);
        lq_write_attr(&say->writer, "mechanism", attempt->wanted->name);
        lq_write_close(&say->writer);
    }
    return LQ_OK;
}

/* XEP-0509: what was guessed goes by this version of the offer. */
static int write_version(lq_stream *stream, lq_saying *say)
{
    const char *version = stream->known.version;

    if (version != NULL && stream->negotiation.sasl.attempt->guessed) {
        lq_write_open(&say->writer, "config-version", LQ_NS_IAP);
        lq_write_attr(&say->writer, "scheme", "opaque");
        lq_write_attr(&say->writer, "value", version);
        lq_write_close(&say->writer);
    }
    return LQ_OK;
}

static int (*const riders[])(lq_stream *stream, lq_saying *say) = {
    write_agent, write_resume,   write_bind,
    write_fast,  lq_tasks_write, write_version,
};

/* ---- beginning ---- */

int lq_sasl2_start(lq_stream *stream, const lq_buffer *initial)
{
    const lq_attempt *attempt = stream->negotiation.sasl.attempt;
    lq_saying say;

    lq_saying_begin(&say, "authenticate", LQ_NS_SASL2);
    lq_write_attr(&say.writer, "mechanism", attempt->choice.mechanism->name);
    if (initial != NULL) {
        lq_write_open(&say.writer, "initial-response", LQ_NS_SASL2);
        lq_saying_base64(&say, lq_buffer_bytes(initial),
                         lq_buffer_len(initial));
        lq_write_close(&say.writer);
    }
    for (size_t i = 0; i < LQ_COUNT(riders) && say.error == LQ_OK; i++) {
        say.error = riders[i](stream, &say);
    }
    return lq_saying_end(&say, stream);
}

static int sasl2_begin(lq_stream *stream, const lq_element *offer)
{
    (void)offer;
    return lq_sasl_begin(stream, LQ_SASL2);
}

static int sasl2_ahead(lq_stream *stream)
{
    return lq_sasl_ahead(stream, LQ_SASL2);
}

static int sasl2_offered(lq_stream *stream, const lq_element *offer)
{
    (void)offer;
    return lq_sasl_offered(stream);
}

/* ---- success ---- */

/* A new token, asked for or not, is for the mechanism of the one that it
 * replaces, or that was named in asking. */
static int success_token(lq_stream *stream, const lq_element *success)
{
    const lq_element *e = lq_element_child(success, "token", LQ_NS_FAST);
    const lq_mechanism *mechanism = stream->negotiation.sasl.attempt->wanted;
    const char *expiry = lq_element_attr(e, "expiry");
    const char *text = lq_element_attr(e, "token");
    lq_token *token;
    int64_t expires;

    if (stream->negotiation.sasl.attempt->choice.mechanism->family ==
            LQ_SASL_HT &&
        stream->known.token->last) {
        lq_known_set_token(&stream->known, NULL); /* so is the server's */
        return LQ_OK;
    }
    if (text == NULL || text[0] == '\0' || strlen(text) > TOKEN_MAX ||
        mechanism == NULL) {
        return LQ_OK;
    }
    if (expiry == NULL || !lq_datetime_parse(expiry, &expires) || expires < 0) {
        expires = LQ_NEVER;
    }
    token = lq_token_new(text, mechanism, expires);
    if (token == NULL) {
        return LQ_E_NOMEM;
    }
    lq_known_set_token(&stream->known, token);
    return LQ_OK;
}

/* Who we are now: XEP-0388, 2.6.1; with a resource if one was bound. */
static int success_identity(lq_stream *stream, const lq_element *success)
{
    const lq_element *e =
        lq_element_child(success, "authorization-identifier", LQ_NS_SASL2);
    bool bound = lq_element_child(success, "bound", LQ_NS_BIND2) != NULL;

    if (e == NULL) { /* as examples of other specifications have it */
        e = lq_element_child(success, "authorization-identity", LQ_NS_SASL2);
    }
    stream->negotiation.inlined = bound;
    return lq_bind_adopt(stream, e == NULL ? "" : lq_element_text(e), bound);
}

static const char *additional_data(const lq_element *element)
{
    const lq_element *e =
        lq_element_child(element, "additional-data", LQ_NS_SASL2);

    return e == NULL ? NULL : lq_element_text(e);
}

static int sasl2_success(lq_stream *stream, const lq_element *success)
{
    lq_attempt *attempt = stream->negotiation.sasl.attempt;
    int rv = attempt->continued
                 ? LQ_OK
                 : lq_sasl_proved(stream, additional_data(success));

    rv = rv < 0 ? rv : success_identity(stream, success);
    rv = rv < 0 ? rv : lq_sm_succeeded(stream, success);
    if (rv < 0) {
        return rv;
    }
    if (success_token(stream, success) < 0) {
        return lq_stream_no_memory(stream);
    }
    lq_sasl_succeeded(stream);
    lq_stream_frame_limits(stream);
    return stream->negotiation.resumed ? LQ_ROW_SKIP : LQ_ROW_FEATURES;
}

/* The server's signature comes before anything is done for it. */
static int sasl2_continue(lq_stream *stream, const lq_element *element)
{
    lq_attempt *attempt = stream->negotiation.sasl.attempt;
    int rv = attempt->continued
                 ? LQ_OK
                 : lq_sasl_proved(stream, additional_data(element));

    if (rv < 0) {
        return rv;
    }
    attempt->continued = true;
    return lq_tasks_next(stream, element);
}

static int sasl2_reply(lq_stream *stream, const lq_element *element)
{
    const lq_attempt *attempt = stream->negotiation.sasl.attempt;

    if (attempt == NULL) {
        return lq_stream_unexpected(stream); /* it does not know who asks */
    }
    if (lq_element_is(element, "challenge", LQ_NS_SASL2)) {
        return lq_sasl_challenge(stream, lq_element_text(element));
    }
    if (lq_element_is(element, "success", LQ_NS_SASL2)) {
        return sasl2_success(stream, element);
    }
    if (lq_element_is(element, "failure", LQ_NS_SASL2)) {
        return lq_sasl_failed(stream, element);
    }
    if (lq_element_is(element, "continue", LQ_NS_SASL2)) {
        return sasl2_continue(stream, element);
    }
    if (lq_element_is(element, "task-data", LQ_NS_SASL2) &&
        attempt->continued) {
        return lq_tasks_data(stream, element);
    }
    return lq_stream_unexpected(stream);
}

const lq_row lq_row_sasl2 = {
    "authentication", LQ_NS_SASL2, sasl2_begin,
    sasl2_reply,      sasl2_ahead, sasl2_offered,
};
