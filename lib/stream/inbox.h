/* inbox.h - frames that have arrived and wait to be taken.
 *
 * One buffer holds them in order, each behind its length; the last may still
 * be arriving.  Bytes are copied once, from the transport to here, and parsed
 * in place. */
#ifndef LQ_INBOX_H
#define LQ_INBOX_H

#include <stdbool.h>
#include <string.h>

#include "base/buffer.h"
#include "xml/framer.h"
#include "xml/parser.h"

typedef uint32_t lq_frame_len; /* stands before each frame */

typedef struct lq_inbox {
    lq_framer framer;
    lq_limits limits;
    lq_buffer buffer;
    uint32_t partial;  /* bytes of the frame that is arriving */
    uint32_t newest;   /* bytes of the frame that ended last */
    unsigned complete; /* frames */
    char *lang;        /* xml:lang of the peer's stream header, or NULL */
    lq_parser *parser; /* of this stream alone; NULL: the context's */
} lq_inbox;

/* Bytes of complete frames past which no more are taken. */
enum { LQ_INBOX_HIGH = 256 * 1024 };

void lq_inbox_init(lq_inbox *inbox, lq_pool *pool);

/* Forget everything, as before the first byte of a stream. */
void lq_inbox_reset(lq_inbox *inbox);

/* A new stream begins on the same transport; frames that wait stay. */
void lq_inbox_restart(lq_inbox *inbox);

/* Drop what has arrived and was not taken. */
void lq_inbox_drop(lq_inbox *inbox);

static inline bool lq_inbox_is_empty(const lq_inbox *inbox)
{
    return inbox->complete == 0; /* frames; there may be a part of one */
}

static inline bool lq_inbox_is_full(const lq_inbox *inbox)
{
    return lq_buffer_len(&inbox->buffer) - inbox->partial >= LQ_INBOX_HIGH;
}

/* Add LEN > 0 bytes to the frame that is arriving.  LQ_OK, LQ_E_NOMEM. */
static inline int lq_inbox_add(lq_inbox *inbox, const char *bytes, size_t len)
{
    size_t head = inbox->partial == 0 ? sizeof(lq_frame_len) : 0;
    char *room = lq_buffer_reserve(&inbox->buffer, head + len);

    if (room == NULL) {
        return LQ_E_NOMEM;
    }
    memcpy(room + head, bytes, len);
    lq_buffer_commit(&inbox->buffer, head + len);
    inbox->partial += (uint32_t)(head + len);
    return LQ_OK;
}

/* The arriving frame is complete. */
void lq_inbox_end_frame(lq_inbox *inbox);

/* The oldest complete frame, or NULL; then drop it. */
const char *lq_inbox_first(const lq_inbox *inbox, size_t *len);
void lq_inbox_shift(lq_inbox *inbox);

/* The newest frame, which has just been ended; and take it off again. */
const char *lq_inbox_newest(const lq_inbox *inbox, size_t *len);
void lq_inbox_pop(lq_inbox *inbox);

#endif
