/* limits.c - see limits.h.
 *
 * What is too large is told to the sender instead of the server, which would
 * end the stream for it. */
#include "stream/limits.h"

#include "base/text.h"
#include "stream/stream.h"

#define NS_LIMITS "urn:xmpp:stream-limits:0"

enum {
    BYTES_MIN = 10000, /* RFC 6120, 13.12: nobody may ask for less */
    IDLE_MAX = 24 * 60 * 60,
};

/* The number in the child NAME of LIMITS; 0: none, or none that can be. */
static long limit_read(const lq_element *limits, const char *name, long max)
{
    const lq_element *e = lq_element_child(limits, name, NS_LIMITS);
    long number;

    return e != NULL && lq_text_number(lq_element_text(e), 1, max, &number)
               ? number
               : 0;
}

void lq_limits_learn(lq_stream *stream)
{
    const lq_element *limits =
        lq_stream_server_feature(stream, "limits", NS_LIMITS);
    lq_peer_limits *learnt = &stream->negotiation.limits;
    long bytes = limit_read(limits, "max-bytes", INT32_MAX);
    long idle = limit_read(limits, "idle-seconds", IDLE_MAX);

    learnt->bytes = bytes < BYTES_MIN ? 0 : (uint32_t)bytes;
    learnt->idle = idle == 0 ? LQ_NEVER : (int32_t)(idle * 1000);
}

int lq_limits_check(const lq_stream *stream, size_t len)
{
    uint32_t most = stream->negotiation.limits.bytes;

    return most != 0 && len > most ? LQ_E_LARGE : LQ_OK;
}

lq_time lq_limits_space(const lq_stream *stream, lq_time timeout)
{
    lq_time idle = stream->negotiation.limits.idle;

    /* well before it, since the blank needs time to arrive */
    return timeout == LQ_NEVER || idle == LQ_NEVER || idle / 2 > timeout
               ? timeout
               : idle / 2;
}

size_t lq_stream_max_bytes(const lq_stream *stream)
{
    return stream->flowing ? stream->negotiation.limits.bytes : 0;
}
