/* buffer.c - see buffer.h.
 *
 * Consumed bytes leave a gap in front.  It is closed only when it is at least
 * as long as what must be moved to close it, so each byte pays for at most one
 * move; until then the buffer grows.  That bounds its memory by twice the
 * bytes in use, rounded up to a doubling. */
#include "buffer.h"

#include <stdint.h>
#include <string.h>

#include <loquat/base.h>

#include "memory.h"

#define FIRST_SIZE 64

static size_t max(size_t a, size_t b) { return a > b ? a : b; }

static bool buffer_allows(const lq_buffer *buffer, size_t len)
{
    return len <= buffer->limit - lq_buffer_len(buffer);
}

static void buffer_free(lq_buffer *buffer)
{
    if (buffer->pool != NULL && buffer->size == buffer->pool->size) {
        lq_pool_give(buffer->pool, buffer->data);
    } else {
        lq_free(buffer->data);
    }
}

/* A piece of the pool, if the first LEN bytes fit there. */
static char *buffer_spare(const lq_buffer *buffer, size_t len)
{
    lq_pool *pool = buffer->pool;

    return buffer->data == NULL && pool != NULL && len <= pool->size
               ? lq_pool_take_spare(pool)
               : NULL;
}

static bool buffer_grow(lq_buffer *buffer, size_t len)
{
    size_t used = lq_buffer_len(buffer);
    size_t size = max(buffer->size, FIRST_SIZE / 2) * 2;
    char *data = buffer_spare(buffer, len);

    if (data != NULL) {
        buffer->data = data;
        buffer->size = buffer->pool->size;
        return true;
    }
    if (len > SIZE_MAX / 4 - used || buffer->size > SIZE_MAX / 4) {
        return false;
    }
    while (size < used + len) {
        size *= 2;
    }
    data = lq_malloc(size);
    if (data == NULL) {
        return false;
    }
    if (used > 0) {
        memcpy(data, lq_buffer_bytes(buffer), used);
    }
    buffer_free(buffer);
    buffer->data = data;
    buffer->head = 0;
    buffer->tail = used;
    buffer->size = size;
    return true;
}

static void buffer_close_gap(lq_buffer *buffer)
{
    size_t used = lq_buffer_len(buffer);

    memmove(buffer->data, lq_buffer_bytes(buffer), used);
    buffer->head = 0;
    buffer->tail = used;
}

void lq_buffer_init(lq_buffer *buffer, size_t limit)
{
    *buffer = (lq_buffer){ .limit = limit };
}

void lq_buffer_init_pooled(lq_buffer *buffer, size_t limit, lq_pool *pool)
{
    *buffer = (lq_buffer){ .limit = limit, .pool = pool };
}

void lq_buffer_clear(lq_buffer *buffer)
{
    if (buffer->data != NULL) {
        buffer_free(buffer);
    }
    lq_buffer_init_pooled(buffer, buffer->limit, buffer->pool);
}

void lq_buffer_wipe(lq_buffer *buffer)
{
    if (buffer->data != NULL) {
        lq_wipe(buffer->data, buffer->size);
    }
    lq_buffer_clear(buffer);
}

int lq_buffer_append(lq_buffer *buffer, const void *bytes, size_t len)
{
    char *room;

    if (len == 0) {
        return LQ_OK;
    }
    if (!buffer_allows(buffer, len)) {
        return LQ_E_FULL;
    }
    room = lq_buffer_reserve(buffer, len);
    if (room == NULL) {
        return LQ_E_NOMEM;
    }
    memcpy(room, bytes, len);
    lq_buffer_commit(buffer, len);
    return LQ_OK;
}

char *lq_buffer_reserve_anew(lq_buffer *buffer, size_t len)
{
    size_t used = lq_buffer_len(buffer);

    if (!buffer_allows(buffer, len)) {
        return NULL;
    }
    if (buffer->data == NULL || len > buffer->size - buffer->tail) {
        bool fits = len <= buffer->size - used;

        if (fits && buffer->head > 0 && buffer->head >= used) {
            buffer_close_gap(buffer);
        } else if (!buffer_grow(buffer, len)) {
            return NULL;
        }
    }
    return buffer->data + buffer->tail;
}

void lq_buffer_consume(lq_buffer *buffer, size_t len)
{
    buffer->head += len;
    if (buffer->head == buffer->tail) {
        buffer->head = buffer->tail = 0;
    }
}

void lq_buffer_truncate(lq_buffer *buffer, size_t len)
{
    if (len < lq_buffer_len(buffer)) {
        buffer->tail = buffer->head + len;
    }
}

void lq_buffer_release(lq_buffer *buffer)
{
    if (lq_buffer_len(buffer) == 0) {
        lq_buffer_clear(buffer);
    }
}
