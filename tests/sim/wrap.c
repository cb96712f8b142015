/* wrap.c - see wrap.h; journal.c says what the bytes mean. */
#include "wrap.h"

#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "draw.h"
#include "stream/record.h"
#include "world.h"

enum { MAGIC = 4, SUM = 8, ID_AT = 36, NEAR = 200 };

static void add(unsigned char *number, uint64_t by)
{
    uint64_t sum = lq_get_number(number, 8) + by;

    for (int i = 0; i < 8; i++) {
        number[i] = (unsigned char)(sum >> (8 * i));
    }
}

static void sum_again(unsigned char *record, size_t len)
{
    static const lq_hash_key nobody = { 0 };
    uint64_t sum = lq_hash(&nobody, record, len);

    for (int i = 0; i < SUM; i++) {
        record[len + (size_t)i] = (unsigned char)(sum >> (8 * i));
    }
}

/* Count BY more in each record that counts; the name of the session, or NULL.
 */
static const char *count_more(vault *kept, uint64_t by)
{
    lq_value rest = { (unsigned char *)kept->bytes + MAGIC, kept->len - MAGIC };
    const char *id = NULL;
    lq_value v;
    int tag;

    for (unsigned char *start = (unsigned char *)kept->bytes + MAGIC;
         (tag = lq_record_take(&rest, &v)) >= 0;
         start = (unsigned char *)kept->bytes + (kept->len - rest.len)) {
        unsigned char *value = start + LQ_RECORD_HEAD;

        if (tag == 's') {
            id = (const char *)value + ID_AT;
            add(value, by);
            add(value + 8, 0 - by); /* so that serials stay what they are */
            add(value + 16, by);
            add(value + 24, by);
        } else if (tag == 'c') {
            add(value, by);
            add(value + 8, by);
        }
        sum_again(start, LQ_RECORD_HEAD + v.len);
        rest.bytes += SUM;
        rest.len -= SUM;
    }
    return id;
}

static session *session_called(world *w, const char *id)
{
    session *s = w->server.sessions;

    while (s != NULL && (id == NULL || strcmp(s->id, id) != 0)) {
        s = s->next;
    }
    return s;
}

void wrap_session(world *w)
{
    uint64_t by = (UINT64_C(1) << 32) - draw_below(NEAR);
    vault *kept = &w->client.vault;
    session *s;

    if (kept->len == 0 || !draw_chance(1000)) {
        return;
    }
    for (const line *l = w->lines; l != NULL; l = l->next) {
        if (!l->server_gone) {
            return; /* it may bring what was said before */
        }
    }
    s = session_called(w, count_more(kept, 0));
    if (s != NULL && s->in < UINT32_MAX / 2 && s->acked < UINT32_MAX / 2) {
        world_trace(w, "(session %d has seen %llu stanzas more)", s->serial,
                    (unsigned long long)by);
        count_more(kept, by);
        s->in += (uint32_t)by;
        s->acked += (uint32_t)by;
    }
}
