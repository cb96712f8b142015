/* buffer.c - see buffer.h.
 *
 * Consumed bytes leave a gap in front.  It is closed only when it is at least
 * as long as what must be moved to close it, so each byte pays for at most one
 * move; until then the buffer grows.  Small ones double; large ones
 * grow by a quarter, and stay where they are if the system can arrange it. */
#include "buffer.h"

#include <stdint.h>
#include <string.h>

#include <loquat/base.h>

#include "memory.h"

#define FIRST_SIZE 64
#define LARGE      (64 * 1024)

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

    return buffer->data == NULL && pool != NULL && len <= pool->size &&
                   pool->size <= buffer->limit
               ? lq_pool_take_spare(pool)
               : NULL;
}

static size_t buffer_next_size(const lq_buffer *buffer, size_t need)
{
    size_t size = buffer->size;

    do {
        size += size < LARGE ? max(size, FIRST_SIZE) : size / 4;
    } while (size < need);
    return size;
}

/* SIZE bytes that begin with those in use. */
static char *buffer_resize(lq_buffer *buffer, size_t size)
{
    size_t used = lq_buffer_len(buffer);
    char *data;

    if (buffer->head == 0 && buffer->size >= LARGE) {
        return lq_realloc(buffer->data, size);
    }
    data = lq_malloc(size);
    if (data != NULL && buffer->data != NULL) {
        memcpy(data, lq_buffer_bytes(buffer), used);
        buffer_free(buffer);
    }
    return data;
}

/* The limit allows LEN more. */
static bool buffer_grow(lq_buffer *buffer, size_t len)
{
    size_t used = lq_buffer_len(buffer);
    char *data = buffer_spare(buffer, len);
    size_t size;

    if (data != NULL) {
        size = buffer->pool->size;
    } else {
        size = buffer_next_size(buffer, used + len);
        data = buffer_resize(buffer, size);
    }
    if (data == NULL) {
        return false;
    }
    buffer->data = data;
    buffer->head = 0;
    buffer->tail = (uint32_t)used;
    buffer->size = (uint32_t)size;
    return true;
}

static void buffer_close_gap(lq_buffer *buffer)
{
    size_t used = lq_buffer_len(buffer);

    memmove(buffer->data, lq_buffer_bytes(buffer), used);
    buffer->head = 0;
    buffer->tail = (uint32_t)used;
}

void lq_buffer_init(lq_buffer *buffer, size_t limit)
{
    lq_buffer_init_pooled(buffer, limit, NULL);
}

void lq_buffer_init_pooled(lq_buffer *buffer, size_t limit, lq_pool *pool)
{
    limit = limit < LQ_BUFFER_MAX ? limit : LQ_BUFFER_MAX;
    *buffer = (lq_buffer){ .limit = (uint32_t)limit, .pool = pool };
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
        bool fits = buffer->data != NULL && len <= buffer->size - used;

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
    buffer->head += (uint32_t)len;
    if (buffer->head == buffer->tail) {
        buffer->head = buffer->tail = 0;
    }
}

void lq_buffer_truncate(lq_buffer *buffer, size_t len)
{
    if (len < lq_buffer_len(buffer)) {
        buffer->tail = buffer->head + (uint32_t)len;
    }
}

void lq_buffer_release(lq_buffer *buffer)
{
    if (lq_buffer_len(buffer) == 0) {
        lq_buffer_clear(buffer);
    }
}
