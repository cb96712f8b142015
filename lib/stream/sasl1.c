/* sasl1.c - SASL as RFC 6120, section 6, writes it. */
#include <string.h>

#include "base/text.h"
#include "stream/stream.h"

/* <auth xmlns='...sasl' mechanism='...'>base64</auth>; 6.4.2: an initial
 * response that is empty is "=". */
int lq_sasl1_start(lq_stream *stream, const lq_buffer *initial)
{
    const lq_attempt *attempt = stream->negotiation.sasl.attempt;
    lq_buffer text, out;
    lq_writer writer;
    int rv = LQ_OK;

    lq_buffer_init(&text, 2 * LQ_SASL_MESSAGE_MAX);
    lq_buffer_init(&out, 4 * LQ_SASL_MESSAGE_MAX);
    if (initial != NULL) {
        rv = lq_buffer_len(initial) == 0
                 ? lq_buffer_append(&text, "=", 1)
                 : lq_base64_encode(&text, lq_buffer_bytes(initial),
                                    lq_buffer_len(initial));
    }
    lq_writer_init(&writer, &out, LQ_NS_CLIENT);
    lq_write_open(&writer, "auth", LQ_NS_SASL);
    lq_write_attr(&writer, "mechanism", attempt->choice.mechanism->name);
    lq_write_text(&writer, lq_buffer_bytes(&text), lq_buffer_len(&text));
    lq_write_close(&writer);
    rv = rv < 0 ? rv : lq_writer_end(&writer);
    rv = rv < 0 ? rv
                : lq_stream_write_element(stream, lq_buffer_bytes(&out),
                                          lq_buffer_len(&out));
    stream->outbox.secret = true;
    lq_buffer_wipe(&text);
    lq_buffer_wipe(&out);
    return rv;
}

static int sasl1_begin(lq_stream *stream, const lq_element *offer)
{
    (void)offer;
    return lq_sasl_begin(stream, LQ_SASL1);
}

static int sasl1_ahead(lq_stream *stream)
{
    return lq_sasl_ahead(stream, LQ_SASL1);
}

static int sasl1_offered(lq_stream *stream, const lq_element *offer)
{
    (void)offer;
    return lq_sasl_offered(stream);
}

static int sasl1_success(lq_stream *stream, const lq_element *element)
{
    const char *text = lq_element_text(element);
    int rv = lq_sasl_proved(stream, text);

    if (rv < 0) {
        return rv;
    }
    lq_sasl_succeeded(stream);
    return LQ_ROW_RESTART;
}

static int sasl1_reply(lq_stream *stream, const lq_element *element)
{
    if (stream->negotiation.sasl.attempt == NULL) {
        return lq_stream_unexpected(stream); /* it does not know who asks */
    }
    if (lq_element_is(element, "challenge", LQ_NS_SASL)) {
        return lq_sasl_challenge(stream, lq_element_text(element));
    }
    if (lq_element_is(element, "success", LQ_NS_SASL)) {
        return sasl1_success(stream, element);
    }
    if (lq_element_is(element, "failure", LQ_NS_SASL)) {
        return lq_sasl_failed(stream, element);
    }
    return lq_stream_unexpected(stream);
}

const lq_row lq_row_sasl1 = {
    "mechanisms", LQ_NS_SASL,  sasl1_begin,
    sasl1_reply,  sasl1_ahead, sasl1_offered,
};
