/* table.h - a hash table from texts to pointers, walked in order of insertion.
 *
 * Keys are borrowed: whoever inserts keeps them alive and unchanged for as
 * long as the entry.  Where peers choose what is inserted, the hash is keyed
 * (SipHash-1-3); a table of texts of our own needs no key.  All operations are
 * amortised O(1). */
#ifndef LQ_TABLE_H
#define LQ_TABLE_H

#include <stddef.h>
#include <stdint.h>

typedef struct lq_hash_key {
    uint64_t k0, k1;
} lq_hash_key;

uint64_t lq_hash(const lq_hash_key *key, const void *bytes, size_t len);

/* Quick, and good for texts that nobody chose to collide. */
uint32_t lq_plain_hash(const char *text, size_t len);

typedef struct lq_table {
    const lq_hash_key *hash_key; /* borrowed; NULL: the keys are our own */
    struct lq_entry *entries;    /* dense, in order of insertion, with holes;
                                    behind them the slots */
    uint32_t first;              /* no entry is in use before this one */
    uint32_t used;               /* entries in use, holes included */
    uint32_t count;              /* entries in use */
    uint32_t size;               /* slots, a power of two, or 0 */
} lq_table;

/* KEY may be NULL. */
void lq_table_init(lq_table *table, const lq_hash_key *key);
void lq_table_clear(lq_table *table); /* frees; values are the caller's */

static inline size_t lq_table_count(const lq_table *table)
{
    return table->count;
}

/* The value of KEY, or NULL. */
void *lq_table_get(const lq_table *table, const char *key, size_t len);

/* Insert, or replace value and key; VALUE is not NULL.  LQ_OK or LQ_E_NOMEM,
 * then nothing has changed. */
int lq_table_set(lq_table *table, const char *key, size_t len, void *value);

/* Remove KEY and return its value, or NULL.  Never fails. */
void *lq_table_remove(lq_table *table, const char *key, size_t len);

/* The values one after the other: begin with *CURSOR = 0, NULL ends.  Entries
 * may be removed during the walk, not inserted. */
void *lq_table_next(const lq_table *table, size_t *cursor);

#endif
