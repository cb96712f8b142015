/* memo.c - see memo.h.
 *
 * The slots are a cache without promises: a name that loses its slot is copied
 * again, which costs no more than what the peer sent.  A prefix of one letter,
 * however, may stand for a namespace of any length as often as the peer likes,
 * so the copies of namespaces are in a table of their own. */
#include "memo.h"

#include <string.h>

#include "xml/names.h"

typedef struct lq_space {
    struct lq_space *next; /* in its bucket */
    const char *key;
    char name[];
} lq_space;

void lq_memo_forget(lq_memo *memo)
{
    memset(memo->slots, 0, sizeof(memo->slots));
}

void lq_memo_begin(lq_memo *memo)
{
    memo->serial++;
    if (memo->space_count > 0 || memo->spaces == NULL) {
        memset(memo->few, 0, sizeof(memo->few));
        memo->spaces = memo->few;
        memo->bucket_count = LQ_MEMO_SPACES;
        memo->space_count = 0;
    }
}

static lq_space **memo_bucket(const lq_memo *memo, const char *key)
{
    uint64_t mixed = (uint64_t)(uintptr_t)key * UINT64_C(0x9e3779b97f4a7c15);

    return &memo->spaces[(mixed >> 32) % memo->bucket_count];
}

static void memo_add(lq_memo *memo, lq_space *space)
{
    lq_space **bucket = memo_bucket(memo, space->key);

    space->next = *bucket;
    *bucket = space;
}

/* Twice as many buckets, if ARENA has room. */
static void memo_spread(lq_memo *memo, lq_arena *arena)
{
    lq_space **old = memo->spaces;
    size_t count = memo->bucket_count;
    size_t size = 2 * count * sizeof(*old);
    lq_space **spaces = lq_arena_alloc(arena, size);

    if (spaces == NULL) {
        return;
    }
    memset(spaces, 0, size);
    memo->spaces = spaces;
    memo->bucket_count = 2 * count;
    for (size_t i = 0; i < count; i++) {
        for (lq_space *space = old[i], *next; space != NULL; space = next) {
            next = space->next;
            memo_add(memo, space);
        }
    }
}

static const char *memo_space(lq_memo *memo, lq_arena *arena, const char *key,
                              size_t len)
{
    lq_space *space = *memo_bucket(memo, key);

    while (space != NULL && space->key != key) {
        space = space->next;
    }
    if (space != NULL) {
        return space->name;
    }
    space = lq_arena_alloc(arena, sizeof(*space) + len + 1);
    if (space == NULL) {
        return NULL;
    }
    space->key = key;
    memcpy(space->name, key, len + 1);
    if (++memo->space_count > memo->bucket_count) {
        memo_spread(memo, arena);
    }
    memo_add(memo, space);
    return space->name;
}

const char *lq_memo_learn(lq_memo *memo, lq_arena *arena, const char *key,
                          bool is_space)
{
    unsigned slot = lq_memo_slot(key);
    size_t len = strlen(key);
    const char *name = lq_name_intern(key, len);

    memo->slots[slot].until = name != NULL ? UINT64_MAX : memo->serial;
    if (name == NULL) {
        name = is_space ? memo_space(memo, arena, key, len)
                        : lq_arena_text(arena, key, len);
    }
    memo->slots[slot].key = key;
    memo->slots[slot].name = name;
    return name;
}
