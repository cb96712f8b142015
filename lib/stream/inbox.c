/* inbox.c - see inbox.h.
 *
 *     [ length | bytes ] [ length | bytes ] [ length | bytes so far...
 *
 * The length of the frame that is arriving is filled in when it ends. */
#include "stream/inbox.h"

#include "base/memory.h"

/* Enough for a full inbox and the largest frame behind it. */
enum { INBOX_MAX = LQ_INBOX_HIGH + 10 * 1024 * 1024 };

void lq_inbox_init(lq_inbox *inbox, lq_pool *pool)
{
    lq_buffer_init_pooled(&inbox->buffer, INBOX_MAX, pool);
    lq_framer_init(&inbox->framer, &inbox->limits);
}

void lq_inbox_drop(lq_inbox *inbox)
{
    lq_buffer_clear(&inbox->buffer);
    inbox->partial = 0;
    inbox->complete = 0;
}

void lq_inbox_restart(lq_inbox *inbox)
{
    lq_framer_init(&inbox->framer, &inbox->limits);
    lq_parser_free(inbox->parser);
    inbox->parser = NULL;
    lq_free(inbox->lang);
    inbox->lang = NULL;
}

void lq_inbox_reset(lq_inbox *inbox)
{
    lq_inbox_drop(inbox);
    lq_inbox_restart(inbox);
}

void lq_inbox_end_frame(lq_inbox *inbox)
{
    size_t start = lq_buffer_len(&inbox->buffer) - inbox->partial;
    lq_frame_len len = (lq_frame_len)(inbox->partial - sizeof(lq_frame_len));

    memcpy(lq_buffer_bytes(&inbox->buffer) + start, &len, sizeof(len));
    inbox->newest = inbox->partial;
    inbox->partial = 0;
    inbox->complete++;
}

const char *lq_inbox_newest(const lq_inbox *inbox, size_t *len)
{
    *len = inbox->newest - sizeof(lq_frame_len);
    return lq_buffer_bytes(&inbox->buffer) + lq_buffer_len(&inbox->buffer) -
           *len;
}

void lq_inbox_pop(lq_inbox *inbox)
{
    lq_buffer_truncate(&inbox->buffer,
                       lq_buffer_len(&inbox->buffer) - inbox->newest);
    lq_buffer_release(&inbox->buffer);
    inbox->complete--;
}

const char *lq_inbox_first(const lq_inbox *inbox, size_t *len)
{
    lq_frame_len frame;

    if (inbox->complete == 0) {
        return NULL;
    }
    memcpy(&frame, lq_buffer_bytes(&inbox->buffer), sizeof(frame));
    *len = frame;
    return lq_buffer_bytes(&inbox->buffer) + sizeof(frame);
}

void lq_inbox_shift(lq_inbox *inbox)
{
    size_t len;

    if (lq_inbox_first(inbox, &len) != NULL) {
        lq_buffer_consume(&inbox->buffer, sizeof(lq_frame_len) + len);
        lq_buffer_release(&inbox->buffer);
        inbox->complete--;
    }
}
