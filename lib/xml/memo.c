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
    if (memo->has_spaces) {
        memset(memo->spaces, 0, sizeof(memo->spaces));
        memo->has_spaces = false;
    }
}

static const char *memo_space(lq_memo *memo, lq_arena *arena, const char *key,
                              size_t len)
{
    lq_space **bucket = &memo->spaces[lq_memo_slot(key) % LQ_MEMO_SPACES];
    lq_space *space = *bucket;

    while (space != NULL && space->key != key) {
        space = space->next;
    }
    if (space == NULL) {
        space = lq_arena_alloc(arena, sizeof(*space) + len + 1);
        if (space == NULL) {
            return NULL;
        }
        space->next = *bucket;
        space->key = key;
        memcpy(space->name, key, len + 1);
        *bucket = space;
        memo->has_spaces = true;
    }
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
