/* receive.c - bytes in.
 *
 *     driver -> [TLS] -> framer -> inbox -> negotiation, or the program
 *
 * While negotiating, each frame is acted upon at once.  Once online, frames
 * wait in the inbox until the program takes events (take.c). */
#include <string.h>

#include "stream/stream.h"

static const lq_limits limits_before = {
    .element = 64 * 1024, .depth = 32, .attrs = 64, .name = 256
};

static const lq_limits limits_online = { .depth = LQ_DEPTH_MAX,
                                         .attrs = LQ_ATTRS_MAX,
                                         .name = 1024 };

void lq_stream_frame_limits(lq_stream *stream)
{
    bool known = stream->negotiation.sasl.authenticated;

    stream->inbox.limits = known ? limits_online : limits_before;
    if (known) {
        stream->inbox.limits.element = (uint32_t)stream->config.max_stanza;
    }
}

static const lq_fault frame_faults[] = {
    [-LQ_FRAME_MALFORMED] = { LQ_LAYER_XML, LQ_E_XML, "not-well-formed", NULL,
                              "The server sent what is not well-formed XML.",
                              .tell = true },
    [-LQ_FRAME_RESTRICTED] = { LQ_LAYER_XML, LQ_E_XML, "restricted-xml", NULL,
                               "The server sent XML that XMPP does not allow.",
                               .tell = true },
    [-LQ_FRAME_LIMIT] = { LQ_LAYER_XML, LQ_E_POLICY, "policy-violation", NULL,
                          "The server sent an element that is too large, too "
                          "deep or has too many attributes.",
                          .tell = true },
};

int lq_stream_no_memory(lq_stream *stream)
{
    stream->starved = true;
    return lq_stream_fail(stream,
                          &(lq_fault){ LQ_LAYER_MEMORY, LQ_E_MEMORY,
                                       "internal-server-error", NULL,
                                       "Memory ran out.", .tell = true });
}

int lq_stream_malformed(lq_stream *stream, int error)
{
    switch (error) {
    case LQ_E_MEMORY:
    case LQ_E_NOMEM:
        return lq_stream_no_memory(stream);
    case LQ_E_POLICY:
        return lq_stream_fail(stream, &frame_faults[-LQ_FRAME_LIMIT]);
    case LQ_PARSE_RESTRICTED:
        return lq_stream_fail(stream, &frame_faults[-LQ_FRAME_RESTRICTED]);
    default:
        return lq_stream_fail(stream, &frame_faults[-LQ_FRAME_MALFORMED]);
    }
}

/* While negotiating nothing else waits: the frame is the inbox's first. */
static int receive_negotiate(lq_stream *stream, int frame)
{
    size_t len = 0;
    const char *bytes = lq_inbox_first(&stream->inbox, &len);
    lq_stanza *stanza = NULL;
    int rv;

    if (frame == LQ_FRAME_HEADER) {
        rv = lq_negotiate_header(stream, bytes, len);
        lq_inbox_shift(&stream->inbox);
        return rv;
    }
    rv = lq_stream_parse(stream, bytes, len, &stanza);
    lq_inbox_shift(&stream->inbox);
    if (rv < 0) {
        return lq_stream_malformed(stream, rv);
    }
    rv = lq_negotiate_element(stream, stanza);
    lq_stanza_unref(stanza);
    return rv;
}

/* BYTES are an end tag behind all that is open.  It must be the stream's, of
 * which the framer knows nothing: an element of that name would tell.  LQ_OK or
 * an error of the parser. */
static int closing_check(lq_stream *stream, const char *bytes, size_t len)
{
    const char *name = bytes + 2, *end = bytes + len - 1;
    size_t name_len = 0;
    lq_stanza *stanza = NULL;
    lq_buffer tag;
    int rv;

    while (end > name && memchr(" \t\r\n", end[-1], 4) != NULL) {
        end--;
    }
    while (name + name_len < end &&
           memchr(" \t\r\n/", name[name_len], 5) == NULL) {
        name_len++;
    }
    if (name + name_len != end) {
        return LQ_E_XML;
    }
    lq_buffer_init(&tag, len + 1);
    rv = lq_buffer_append(&tag, "<", 1);
    rv = rv < 0 ? rv : lq_buffer_append(&tag, name, name_len);
    rv = rv < 0 ? rv : lq_buffer_append(&tag, "/>", 2);
    rv = rv < 0 ? rv
                : lq_stream_parse(stream, lq_buffer_bytes(&tag),
                                  lq_buffer_len(&tag), &stanza);
    if (rv == LQ_OK &&
        !lq_element_is(lq_stanza_root(stanza), "stream", LQ_NS_STREAMS)) {
        rv = LQ_E_XML;
    }
    lq_stanza_unref(stanza);
    lq_buffer_clear(&tag);
    return rv;
}

static int receive_frame(lq_stream *stream, int frame)
{
    size_t len = 0;
    const char *bytes;
    int rv;

    lq_inbox_end_frame(&stream->inbox);
    bytes = lq_inbox_newest(&stream->inbox, &len);
    lq_stream_trace_bytes(stream, false, bytes, len);
    if (frame == LQ_FRAME_CLOSE) {
        rv = closing_check(stream, bytes, len);
        lq_inbox_pop(&stream->inbox);
        if (rv < 0) {
            return lq_stream_malformed(stream, rv);
        }
        lq_stream_peer_closed(stream);
        return LQ_OK;
    }
    if (stream->negotiation.through) {
        stream->changed = true;
        return LQ_OK;
    }
    if (stream->state == LQ_STATE_CLOSING) {
        lq_inbox_pop(&stream->inbox); /* we want nothing of it any more */
        return LQ_OK;
    }
    return receive_negotiate(stream, frame);
}

int lq_stream_input(lq_stream *stream, const char *bytes, size_t len)
{
    const lq_tls *tls = stream->outbox.tls;
    size_t taken = 0;

    /* What was decrypted must be taken; TLS stops at the next record. */
    while (taken < len && !stream->ending &&
           (tls != NULL || !lq_inbox_is_full(&stream->inbox))) {
        size_t used = 0;
        int rv;
        int frame = lq_framer_scan(&stream->inbox.framer, bytes + taken,
                                   len - taken, &used);

        if (frame < 0) {
            return lq_stream_fail(stream, &frame_faults[-frame]);
        }
        if (frame != LQ_FRAME_SPACE &&
            lq_inbox_add(&stream->inbox, bytes + taken, used) < 0) {
            return lq_stream_no_memory(stream);
        }
        taken += used;
        if (frame < LQ_FRAME_HEADER) {
            continue;
        }
        rv = receive_frame(stream, frame);
        if (rv < 0) {
            return rv;
        }
        if (stream->outbox.tls != tls && taken < len) {
            return lq_stream_fail(
                stream, &(lq_fault){ LQ_LAYER_TLS, LQ_E_POLICY, NULL, NULL,
                                     "Bytes were injected before encryption "
                                     "began.",
                                     .final = true });
        }
    }
    return (int)taken;
}

bool lq_stream_can_recv(const lq_stream *stream)
{
    return stream->transport != 0 && !stream->ending &&
           !lq_inbox_is_full(&stream->inbox) &&
           !(stream->outbox.tls != NULL &&
             lq_tls_is_asking(stream->outbox.tls));
}

static int receive(lq_stream *stream, const char *bytes, size_t len)
{
    if (stream->transport == 0) {
        return LQ_E_STATE;
    }
    if (stream->ending || len == 0) {
        return (int)len; /* nobody listens any more */
    }
    if (stream->outbox.hello) {
        return lq_stream_fail(
            stream, &(lq_fault){ LQ_LAYER_TLS, LQ_E_POLICY, NULL, NULL,
                                 "Bytes came before encryption began.",
                                 .final = true });
    }
    stream->heard = stream->now;
    stream->pinged = LQ_NEVER;
    return stream->outbox.tls != NULL ? lq_tls_recv(stream, bytes, len)
                                      : lq_stream_input(stream, bytes, len);
}

int lq_stream_recv(lq_stream *stream, lq_time now, const void *data, size_t len)
{
    int rv;

    if (!lq_stream_enter(stream, now)) {
        return LQ_E_BUSY;
    }
    if (len > INT32_MAX) {
        len = INT32_MAX;
    }
    rv = receive(stream, data, len);
    lq_stream_leave(stream);
    return rv;
}
