/* outbox.c - see outbox.h. */
#include "stream/outbox.h"

#include "stream/stream.h"

enum { OUTBOX_MAX = 64 * 1024 * 1024 }; /* the high-water mark comes first */

void lq_outbox_init(lq_outbox *outbox, lq_pool *pool)
{
    lq_buffer_init_pooled(&outbox->text, OUTBOX_MAX, pool);
    lq_buffer_init_pooled(&outbox->wire, OUTBOX_MAX, pool);
    lq_buffer_init_pooled(&outbox->block, OUTBOX_MAX, pool);
}

void lq_outbox_reset(lq_outbox *outbox)
{
    /* Text that never left keeps its place in the count. */
    lq_tls_free(outbox->tls);
    outbox->tls = NULL;
    outbox->begun = lq_outbox_position(outbox);
    lq_buffer_wipe(&outbox->text);
    lq_buffer_wipe(&outbox->wire);
    lq_buffer_wipe(&outbox->block);
    outbox->bye = outbox->secret = false;
    outbox->withheld = false;
    outbox->hello = 0;
    outbox->reserve = 0;
}

uint64_t lq_outbox_position(const lq_outbox *outbox)
{
    return outbox->begun + lq_buffer_len(&outbox->text);
}

bool lq_outbox_is_empty(const lq_outbox *outbox)
{
    return lq_buffer_len(&outbox->text) == 0 &&
           lq_buffer_len(&outbox->wire) == 0 &&
           lq_buffer_len(&outbox->block) == 0;
}

int lq_stream_write(lq_stream *stream, const char *bytes, size_t len)
{
    if (lq_buffer_append(&stream->outbox.text, bytes, len) < 0) {
        return LQ_E_NOMEM;
    }
    stream->changed = true;
    return LQ_OK;
}

int lq_stream_write_element(lq_stream *stream, const char *bytes, size_t len)
{
    lq_stream_trace_bytes(stream, true, bytes, len);
    return lq_stream_write(stream, bytes, len);
}

static void outbox_swap(lq_buffer *a, lq_buffer *b)
{
    lq_buffer swapped = *a;

    *a = *b;
    *b = swapped;
}

/* BUFFER may be used up. */
static void outbox_forget(lq_outbox *outbox, lq_buffer *buffer)
{
    if (outbox->secret && lq_buffer_len(buffer) == 0) {
        lq_buffer_wipe(buffer);
    }
    lq_buffer_release(buffer);
    outbox->secret = outbox->secret && !lq_outbox_is_empty(outbox);
}

/* Move what waits one step on; the block is used up. */
static int outbox_flush(lq_outbox *outbox)
{
    size_t before = lq_buffer_len(&outbox->text);
    int rv = LQ_OK;

    if (outbox->tls == NULL) {
        outbox_swap(&outbox->block, &outbox->text);
        outbox->begun += before;
        return LQ_OK;
    }
    if (lq_tls_is_established(outbox->tls)) {
        if (before > 0) {
            rv = lq_tls_encrypt(outbox->tls, &outbox->text);
            outbox->begun += before - lq_buffer_len(&outbox->text);
            outbox_forget(outbox, &outbox->text);
        }
        if (rv == LQ_OK && outbox->bye) {
            outbox->bye = false;
            lq_tls_bye(outbox->tls);
        }
    }
    outbox_swap(&outbox->block, &outbox->wire);
    return rv;
}

const void *lq_stream_output(lq_stream *stream, size_t *len)
{
    lq_outbox *outbox = &stream->outbox;

    *len = 0;
    if (stream->hooked || stream->transport == 0 || outbox->withheld) {
        return NULL;
    }
    lq_tickets_ask(stream);
    lq_sm_ask(stream);
    if ((lq_outbox_is_empty(outbox) && !outbox->bye)) {
        return NULL;
    }
    if (lq_buffer_len(&outbox->block) == 0 && outbox_flush(outbox) < 0) {
        lq_stream_no_memory(stream);
        lq_stream_leave(stream);
    }
    *len = lq_buffer_len(&outbox->block);
    return *len == 0 ? NULL : lq_buffer_bytes(&outbox->block);
}

int lq_stream_sent(lq_stream *stream, lq_time now, size_t len)
{
    lq_outbox *outbox = &stream->outbox;

    if (!lq_stream_enter(stream, now)) {
        return LQ_E_BUSY;
    }
    if (len > lq_buffer_len(&outbox->block)) {
        lq_stream_leave(stream);
        return LQ_E_ARGUMENT;
    }
    lq_buffer_consume(&outbox->block, len);
    outbox_forget(outbox, &outbox->block);
    if (lq_stream_room(stream) > 0) {
        outbox->reserve = 0;
    }
    stream->spoken = stream->now;
    outbox->hello -= len < outbox->hello ? (uint32_t)len : outbox->hello;
    lq_tickets_room(stream);
    lq_stream_leave(stream);
    return LQ_OK;
}

static size_t room_below(size_t most, size_t used)
{
    return used < most ? most - used : 0;
}

size_t lq_stream_room(const lq_stream *stream)
{
    size_t room = room_below(LQ_OUTBOX_HIGH, lq_stream_waiting(stream));
    size_t kept = lq_stream_unacked(stream);

    return kept + room <= LQ_UNACKED_HIGH ? room
                                          : room_below(LQ_UNACKED_HIGH, kept);
}
