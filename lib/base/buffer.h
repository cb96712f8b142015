/* buffer.h - bytes that are appended at the end and taken from the front.
 *
 * It grows geometrically up to a limit given at birth and gives its memory back
 * when it is emptied by lq_buffer_release(); to a pool, if it has one. */
#ifndef LQ_BUFFER_H
#define LQ_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pool.h"

/* Streams have several: sizes of 32 bits make them smaller. */
typedef struct lq_buffer {
    char *data;
    uint32_t head;  /* first byte in use */
    uint32_t tail;  /* end of the bytes in use */
    uint32_t size;  /* bytes allocated */
    uint32_t limit; /* most bytes in use at once */
    lq_pool *pool;  /* borrowed, or NULL */
} lq_buffer;

/* A larger limit counts as this one, 1 GiB. */
enum { LQ_BUFFER_MAX = 1 << 30 };

void lq_buffer_init(lq_buffer *buffer, size_t limit);

/* One that comes and goes: POOL must live as long. */
void lq_buffer_init_pooled(lq_buffer *buffer, size_t limit, lq_pool *pool);
void lq_buffer_clear(lq_buffer *buffer); /* frees; may be used again */
void lq_buffer_wipe(lq_buffer *buffer);  /* the same for secrets */

static inline size_t lq_buffer_len(const lq_buffer *buffer)
{
    return buffer->tail - buffer->head;
}

static inline char *lq_buffer_bytes(const lq_buffer *buffer)
{
    return buffer->data == NULL ? NULL : buffer->data + buffer->head;
}

/* LQ_OK; LQ_E_FULL past the limit, LQ_E_NOMEM; then nothing has changed. */
int lq_buffer_append(lq_buffer *buffer, const void *bytes, size_t len);

/* Bytes behind the end that can be written without growing. */
static inline size_t lq_buffer_room(const lq_buffer *buffer)
{
    size_t room = buffer->size - buffer->tail;
    size_t allowed = buffer->limit - lq_buffer_len(buffer);

    return room < allowed ? room : allowed;
}

/* The same as the next one when there is no room. */
char *lq_buffer_reserve_anew(lq_buffer *buffer, size_t len);

/* Room for LEN more bytes behind the end, or NULL (then lq_buffer_append of LEN
 * bytes would fail too); lq_buffer_commit() makes LEN of it count. */
static inline char *lq_buffer_reserve(lq_buffer *buffer, size_t len)
{
    return len < buffer->size - buffer->tail &&
                   len <= buffer->limit - lq_buffer_len(buffer)
               ? buffer->data + buffer->tail
               : lq_buffer_reserve_anew(buffer, len);
}

static inline void lq_buffer_commit(lq_buffer *buffer, size_t len)
{
    buffer->tail += (uint32_t)len;
}

/* Drop LEN <= lq_buffer_len() bytes from the front; amortised O(1) a byte. */
void lq_buffer_consume(lq_buffer *buffer, size_t len);

/* Drop all but the first LEN bytes. */
void lq_buffer_truncate(lq_buffer *buffer, size_t len);

/* Free the memory if no byte is in use. */
void lq_buffer_release(lq_buffer *buffer);

#endif
