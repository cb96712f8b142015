/* sasl1.c - SASL as RFC 6120, section 6, writes it. */
#include "stream/saying.h"
#include "stream/stream.h"

/* <auth xmlns='...sasl' mechanism='...'>base64</auth>; 6.4.2: an initial
 * response that is empty is "=". */
int lq_sasl1_start(lq_stream *stream, const lq_buffer *initial)
{
    const lq_attempt *attempt = stream->negotiation.sasl.attempt;
    lq_saying say;

    lq_saying_begin(&say, "auth", LQ_NS_SASL);
    lq_write_attr(&say.writer, "mechanism", attempt->choice.mechanism->name);
    if (initial != NULL && lq_buffer_len(initial) == 0) {
        lq_write_text(&say.writer, "=", 1);
    } else if (initial != NULL) {
        lq_saying_base64(&say, lq_buffer_bytes(initial),
                         lq_buffer_len(initial));
    }
    return lq_saying_end(&say, stream);
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
