/* unacked.c - see unacked.h. */
#include "stream/unacked.h"

#include <string.h>

enum { KEPT_MAX = 64 * 1024 * 1024 }; /* the high-water mark comes first */

void lq_unacked_init(lq_unacked *unacked)
{
    *unacked = (lq_unacked){ .acked = 0 };
    lq_buffer_init(&unacked->kept, KEPT_MAX);
}

void lq_unacked_clear(lq_unacked *unacked) { lq_buffer_clear(&unacked->kept); }

int lq_unacked_add(lq_unacked *unacked, const lq_unacked_head *head,
                   const char *bytes)
{
    char *room =
        lq_buffer_reserve(&unacked->kept, sizeof(*head) + (size_t)head->len);

    if (room == NULL) {
        return LQ_E_NOMEM;
    }
    memcpy(room, head, sizeof(*head));
    memcpy(room + sizeof(*head), bytes, head->len);
    lq_buffer_commit(&unacked->kept, sizeof(*head) + (size_t)head->len);
    unacked->last++;
    return LQ_OK;
}

void lq_unacked_pop(lq_unacked *unacked, uint32_t len)
{
    lq_buffer_truncate(&unacked->kept, lq_buffer_len(&unacked->kept) -
                                           sizeof(lq_unacked_head) - len);
    unacked->last--;
}

const char *lq_unacked_next(const lq_unacked *unacked, size_t *offset,
                            lq_unacked_head *head)
{
    const char *bytes = lq_buffer_bytes(&unacked->kept);

    if (*offset >= lq_buffer_len(&unacked->kept)) {
        return NULL;
    }
    memcpy(head, bytes + *offset, sizeof(*head));
    *offset += sizeof(*head) + head->len;
    return bytes + *offset - head->len;
}

void lq_unacked_sent(lq_unacked *unacked, const char *bytes,
                     const lq_unacked_head *head, uint64_t position)
{
    size_t place =
        (size_t)(bytes - lq_buffer_bytes(&unacked->kept)) - sizeof(*head);

    memcpy(lq_buffer_bytes(&unacked->kept) + place +
               offsetof(lq_unacked_head, position),
           &position, sizeof(position));
    unacked->sent = place + sizeof(*head) + head->len;
    unacked->count++;
}

uint64_t lq_unacked_unsent(const lq_unacked *unacked)
{
    return unacked->acked + unacked->count + 1;
}

bool lq_unacked_ack(lq_unacked *unacked, uint32_t h)
{
    uint32_t count = h - (uint32_t)unacked->acked;

    if (count > unacked->last - unacked->acked) {
        return false;
    }
    for (; count > 0; count--) {
        lq_unacked_head head;

        size_t size;

        memcpy(&head, lq_buffer_bytes(&unacked->kept), sizeof(head));
        size = sizeof(head) + (size_t)head.len;
        lq_buffer_consume(&unacked->kept, size);
        unacked->acked++;
        if (unacked->count > 0) {
            unacked->count--;
            unacked->sent -= size;
        }
    }
    if (unacked->left < unacked->acked) {
        unacked->left = unacked->acked;
    }
    lq_buffer_release(&unacked->kept);
    return true;
}

void lq_unacked_lost(lq_unacked *unacked, uint64_t position)
{
    uint64_t number = unacked->acked;
    lq_unacked_head head;
    size_t offset = 0;

    while (number < lq_unacked_unsent(unacked) - 1 &&
           lq_unacked_next(unacked, &offset, &head) != NULL &&
           head.position < position) {
        number++;
    }
    if (unacked->left < number) {
        unacked->left = number;
    }
    unacked->sent = 0;
    unacked->count = 0;
}
