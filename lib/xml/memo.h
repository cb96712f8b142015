/* memo.h - what the names of a parser's dictionary are called in a stanza.
 *
 * A key is a text that stays where it is and what it is until a forget; the
 * same text has the same key always.  So what it stands for, a constant or a
 * copy in the stanza's arena, is found by its address. */
#ifndef LQ_MEMO_H
#define LQ_MEMO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum { LQ_MEMO_SIZE = 512, LQ_MEMO_SPACES = 64 };

/* A copied namespace takes so many bytes besides its text, its share of the
 * buckets included. */
enum { LQ_MEMO_COST = 56 };

typedef struct lq_memo {
    uint64_t serial; /* of the stanza */
    struct {
        const char *key;
        const char *name;
        uint64_t until; /* the last serial for which NAME is right */
    } slots[LQ_MEMO_SIZE];

    /* the namespaces that were copied for the stanza, in buckets: these, or
     * more of them in the arena */
    struct lq_space *few[LQ_MEMO_SPACES], **spaces;
    size_t space_count, bucket_count;
} lq_memo;

/* All keys are void. */
void lq_memo_forget(lq_memo *memo);

/* Another stanza begins: all copies are void. */
void lq_memo_begin(lq_memo *memo);

/* Find out what KEY stands for, with a copy in ARENA if need be, and remember
 * it.  NULL when ARENA has no room. */
const char *lq_memo_learn(lq_memo *memo, lq_arena *arena, const char *key,
                          bool is_space);

static inline unsigned lq_memo_slot(const char *key)
{
    uintptr_t address = (uintptr_t)key;

    return (address >> 1 ^ address >> 10) % LQ_MEMO_SIZE;
}

/* What KEY stands for; a namespace is copied once for a stanza, another name
 * perhaps more often.  NULL when ARENA has no room. */
static inline const char *lq_memo_name(lq_memo *memo, lq_arena *arena,
                                       const char *key, bool is_space)
{
    unsigned slot = lq_memo_slot(key);

    if (memo->slots[slot].key == key &&
        memo->slots[slot].until >= memo->serial) {
        return memo->slots[slot].name;
    }
    return lq_memo_learn(memo, arena, key, is_space);
}

#endif
