/* record.c - see record.h. */
#include "stream/record.h"

#include <string.h>

int lq_put_number(lq_buffer *out, uint64_t number, int size)
{
    unsigned char bytes[8];

    for (int i = 0; i < size; i++) {
        bytes[i] = (unsigned char)(number >> 8 * i);
    }
    return lq_buffer_append(out, bytes, (size_t)size);
}

uint64_t lq_get_number(const unsigned char *bytes, int size)
{
    uint64_t number = 0;

    for (int i = 0; i < size; i++) {
        number |= (uint64_t)bytes[i] << 8 * i;
    }
    return number;
}

int lq_record_head(lq_buffer *out, int tag, size_t len)
{
    int rv = lq_put_number(out, (uint64_t)tag, 1);

    return rv < 0 ? rv : lq_put_number(out, len, 4);
}

static void value_skip(lq_value *v, size_t len)
{
    v->bytes += len;
    v->len -= len;
}

int lq_record_take(lq_value *rest, lq_value *v)
{
    int tag;

    if (rest->len < LQ_RECORD_HEAD) {
        return -1;
    }
    tag = rest->bytes[0];
    v->len = (size_t)lq_get_number(rest->bytes + 1, 4);
    v->bytes = rest->bytes + LQ_RECORD_HEAD;
    if (v->len > rest->len - LQ_RECORD_HEAD) {
        return -1;
    }
    value_skip(rest, LQ_RECORD_HEAD + v->len);
    return tag;
}

bool lq_value_number(lq_value *v, int size, uint64_t *number)
{
    if (v->len < (size_t)size) {
        return false;
    }
    *number = lq_get_number(v->bytes, size);
    value_skip(v, (size_t)size);
    return true;
}

const char *lq_value_text(lq_value *v)
{
    const char *text = (const char *)v->bytes;
    const char *end = v->len == 0 ? NULL : memchr(text, '\0', v->len);

    if (end == NULL) {
        return NULL;
    }
    value_skip(v, (size_t)(end + 1 - text));
    return text;
}
