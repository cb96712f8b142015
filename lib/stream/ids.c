/* ids.c - see ids.h. */
#include "stream/ids.h"

void lq_ids_init(lq_ids *ids)
{
    lq_table_init(&ids->table, NULL);
    ids->last = ids->last_claim = 0;
}

void lq_ids_clear(lq_ids *ids) { lq_table_clear(&ids->table); }

static lq_live *ids_find(const lq_ids *ids, lq_id id)
{
    return lq_table_get(&ids->table, (const char *)&id, sizeof(id));
}

lq_id lq_ids_add(lq_ids *ids, lq_live *live, int what)
{
    bool claim = what == LQ_LIVE_CLAIM;
    lq_id id = claim ? ids->last_claim : ids->last;

    do {
        if (claim) {
            id = id <= 1 ? INT32_MAX : id - 1;
        } else {
            id = id == INT32_MAX ? 1 : id + 1;
        }
    } while (ids_find(ids, id) != NULL);
    live->id = id;
    live->what = what;
    if (lq_table_set(&ids->table, (const char *)&live->id, sizeof(live->id),
                     live) < 0) {
        live->id = 0;
        return LQ_E_NOMEM;
    }
    if (claim) {
        ids->last_claim = id;
    } else {
        ids->last = id;
    }
    return id;
}

int lq_ids_put(lq_ids *ids, lq_live *live, int what, lq_id id)
{
    if (ids_find(ids, id) != NULL) {
        return LQ_E_STATE;
    }
    live->id = id;
    live->what = what;
    if (lq_table_set(&ids->table, (const char *)&live->id, sizeof(live->id),
                     live) < 0) {
        live->id = 0;
        return LQ_E_NOMEM;
    }
    return LQ_OK;
}

void lq_ids_remove(lq_ids *ids, lq_live *live)
{
    if (live->id != 0) {
        lq_table_remove(&ids->table, (const char *)&live->id, sizeof(live->id));
    }
}

lq_live *lq_ids_get(const lq_ids *ids, lq_id id, int what)
{
    lq_live *live = ids_find(ids, id);

    return live != NULL && live->what == what ? live : NULL;
}
