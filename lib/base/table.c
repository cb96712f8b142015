/* table.c - see table.h.
 *
 * Entries lie in order of insertion; slots hold their places, plus one, by
 * open addressing.  Removing an entry leaves a hole, an entry without a value:
 * its slot still leads searches past it.  When the entries are used up, all is
 * laid out anew without holes, with room for as many again, so each insertion
 * pays for a constant share; in place if the size is right, so that entries
 * may come and go forever without an allocation. */
#include "table.h"

#include <stdbool.h>
#include <string.h>

#include <loquat/base.h>

#include "endian.h"
#include "memory.h"

#define FIRST_SIZE 8

struct lq_entry {
    const char *key;
    void *value; /* NULL: a hole */
    uint32_t len;
    uint32_t hash;
};

uint32_t lq_plain_hash(const char *key, size_t len)
{
    const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t hash = len * odd;
    uint64_t word = 0;

    for (; len >= 8; len -= 8, key += 8) {
        hash = (hash ^ lq_little_endian(key)) * odd;
        hash ^= hash >> 32;
    }
    for (; len > 0; len--) {
        word = word << 8 | (uint8_t)*key++;
    }
    hash = (hash ^ word) * odd;
    return (uint32_t)(hash ^ hash >> 32);
}

static inline uint32_t table_hash(const lq_table *table, const char *key,
                                  size_t len)
{
    return table->hash_key == NULL
               ? lq_plain_hash(key, len)
               : (uint32_t)lq_hash(table->hash_key, key, len);
}

/* At most three slots of four are taken, so a search meets an empty one. */
static size_t table_capacity(size_t size) { return size / 4 * 3; }

/* By open addressing: the place of an entry, plus one. */
static inline uint32_t *table_slots(const lq_table *table)
{
    return (uint32_t *)(void *)(table->entries + table_capacity(table->size));
}

static struct lq_entry *table_find(const lq_table *table, uint32_t hash,
                                   const char *key, size_t len)
{
    size_t mask = (size_t)table->size - 1;
    size_t i = hash & mask;
    const uint32_t *slots;

    if (table->size == 0) {
        return NULL;
    }
    for (slots = table_slots(table); slots[i] != 0; i = (i + 1) & mask) {
        struct lq_entry *entry = &table->entries[slots[i] - 1];

        if (entry->hash == hash && entry->value != NULL && entry->len == len &&
            memcmp(entry->key, key, len) == 0) {
            return entry;
        }
    }
    return NULL;
}

/* Put ENTRY behind the last; there is room and its key is not in yet. */
static void table_add(lq_table *table, const struct lq_entry *entry)
{
    uint32_t *slots = table_slots(table);
    size_t mask = (size_t)table->size - 1;
    size_t i = entry->hash & mask;

    while (slots[i] != 0) {
        i = (i + 1) & mask;
    }
    table->entries[table->used++] = *entry;
    slots[i] = table->used;
    table->count++;
}

/* Hold the first USED of ENTRIES, less the holes.  They may be its own. */
static void table_refill(lq_table *table, const struct lq_entry *entries,
                         size_t used)
{
    memset(table_slots(table), 0, table->size * sizeof(uint32_t));
    table->first = table->used = table->count = 0;
    for (size_t i = 0; i < used; i++) {
        struct lq_entry entry = entries[i];

        if (entry.value != NULL) {
            table_add(table, &entry);
        }
    }
}

/* Memory for SIZE slots; entries and slots share one allocation. */
static bool table_lay_out(lq_table *table, size_t size)
{
    size_t entries = table_capacity(size) * sizeof(struct lq_entry);
    struct lq_entry *memory;

    if (size > UINT32_MAX / 64) {
        return false;
    }
    memory = lq_malloc(entries + size * sizeof(uint32_t));
    if (memory == NULL) {
        return false;
    }
    table->entries = memory;
    table->size = (uint32_t)size;
    return true;
}

static bool table_rebuild(lq_table *table)
{
    lq_table fresh = *table;
    size_t size = FIRST_SIZE;

    while (table_capacity(size) < (size_t)table->count * 2) {
        size *= 2;
    }
    if (size == table->size) {
        table_refill(table, table->entries, table->used);
        return true;
    }
    if (!table_lay_out(&fresh, size)) {
        return false;
    }
    table_refill(&fresh, table->entries, table->used);
    lq_free(table->entries);
    *table = fresh;
    return true;
}

/* Called when the last entry has gone. */
static void table_empty(lq_table *table)
{
    if (table->size > FIRST_SIZE) {
        lq_table_clear(table);
    } else {
        table_refill(table, NULL, 0);
    }
}

void lq_table_init(lq_table *table, const lq_hash_key *key)
{
    *table = (lq_table){ .hash_key = key };
}

void lq_table_clear(lq_table *table)
{
    lq_free(table->entries);
    lq_table_init(table, table->hash_key);
}

void *lq_table_get(const lq_table *table, const char *key, size_t len)
{
    const struct lq_entry *entry;

    if (table->count == 0) {
        return NULL;
    }
    entry = table_find(table, table_hash(table, key, len), key, len);
    return entry == NULL ? NULL : entry->value;
}

int lq_table_set(lq_table *table, const char *key, size_t len, void *value)
{
    uint32_t hash = table_hash(table, key, len);
    struct lq_entry *entry = table_find(table, hash, key, len);

    if (entry != NULL) {
        entry->key = key;
        entry->value = value;
        return LQ_OK;
    }
    if (table->used == table_capacity(table->size) && !table_rebuild(table)) {
        return LQ_E_NOMEM;
    }
    table_add(table, &(struct lq_entry){ .key = key,
                                         .len = (uint32_t)len,
                                         .hash = hash,
                                         .value = value });
    return LQ_OK;
}

void *lq_table_remove(lq_table *table, const char *key, size_t len)
{
    struct lq_entry *entry;
    void *value;

    if (table->count == 0) {
        return NULL;
    }
    entry = table_find(table, table_hash(table, key, len), key, len);
    if (entry == NULL) {
        return NULL;
    }
    value = entry->value;
    entry->value = NULL;
    while (table->first < table->used &&
           table->entries[table->first].value == NULL) {
        table->first++; /* so that who always takes the first finds it */
    }
    if (--table->count == 0) {
        table_empty(table);
    }
    return value;
}

void *lq_table_next(const lq_table *table, size_t *cursor)
{
    if (*cursor < table->first) {
        *cursor = table->first;
    }
    while (*cursor < table->used) {
        const struct lq_entry *entry = &table->entries[(*cursor)++];

        if (entry->value != NULL) {
            return entry->value;
        }
    }
    return NULL;
}
