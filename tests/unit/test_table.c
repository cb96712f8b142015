/* test_table.c - texts to pointers, in order of insertion. */
#include <loquat/base.h>

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/memory.h"
#include "base/table.h"
#include "suite.h"

#define MANY 10000

static const lq_hash_key zero_key = { 0, 0 };
static lq_table table;
static char keys[MANY][16];

static void make(void)
{
    lq_table_init(&table, &zero_key);
    for (int i = 0; i < MANY; i++) {
        snprintf(keys[i], sizeof(keys[i]), "key %d", i);
    }
}

static void set(const char *key, void *value)
{
    ck_assert_int_eq(lq_table_set(&table, key, strlen(key), value), LQ_OK);
}

static void *get(const char *key)
{
    return lq_table_get(&table, key, strlen(key));
}

static void *take(const char *key)
{
    return lq_table_remove(&table, key, strlen(key));
}

/* What CPython 3.11 computes with PYTHONHASHSEED=0. */
static const struct {
    const char *text;
    uint64_t hash;
} hashes[] = {
    { "a", UINT64_C(0x407448d2b89b1813) },
    { "abc", UINT64_C(0xc03bc3a0042630f2) },
    { "01234567", UINT64_C(0xda3dcedf84ea6cc6) },
    { "juliet@example.com", UINT64_C(0x4708bab6adb0ea05) },
};

START_TEST(hash_is_siphash_1_3)
{
    for (size_t i = 0; i < LQ_COUNT(hashes); i++) {
        ck_assert_uint_eq(
            lq_hash(&zero_key, hashes[i].text, strlen(hashes[i].text)),
            hashes[i].hash);
    }
}
END_TEST

START_TEST(hash_depends_on_both_halves_of_the_key)
{
    lq_hash_key one = { 1, 0 }, other = { 0, 1 };

    ck_assert_uint_ne(lq_hash(&zero_key, "a", 1), lq_hash(&one, "a", 1));
    ck_assert_uint_ne(lq_hash(&zero_key, "a", 1), lq_hash(&other, "a", 1));
    ck_assert_uint_ne(lq_hash(&one, "a", 1), lq_hash(&other, "a", 1));
}
END_TEST

START_TEST(empty_table_knows_nothing)
{
    size_t cursor = 0;

    make();
    ck_assert_ptr_null(get("Romeo"));
    ck_assert_ptr_null(take("Romeo"));
    ck_assert_ptr_null(lq_table_next(&table, &cursor));
    lq_table_clear(&table);
}
END_TEST

START_TEST(key_is_its_bytes_and_their_number)
{
    make();
    set("Romeo", keys[0]);
    set("", keys[1]);
    ck_assert_ptr_eq(get("Romeo"), keys[0]);
    ck_assert_ptr_eq(lq_table_get(&table, "Romeo and", 5), keys[0]);
    ck_assert_ptr_null(lq_table_get(&table, "Romeo", 4));
    ck_assert_ptr_eq(get(""), keys[1]);
    lq_table_clear(&table);
}
END_TEST

START_TEST(setting_again_replaces_value_and_key)
{
    char gone[] = "Romeo";

    make();
    set(gone, keys[0]);
    set("Romeo", keys[1]);
    gone[0] = 'X'; /* nobody looks any more */
    ck_assert_uint_eq(lq_table_count(&table), 1);
    ck_assert_ptr_eq(get("Romeo"), keys[1]);
    lq_table_clear(&table);
}
END_TEST

static void many_are_found(void)
{
    size_t cursor = 0;

    for (int i = 0; i < MANY; i++) {
        set(keys[i], keys[i]);
    }
    for (int i = 0; i < MANY; i += 2) {
        ck_assert_ptr_eq(take(keys[i]), keys[i]);
        ck_assert_ptr_null(take(keys[i]));
    }
    ck_assert_uint_eq(lq_table_count(&table), MANY / 2);
    for (int i = 0; i < MANY; i++) {
        ck_assert_ptr_eq(get(keys[i]), i % 2 ? keys[i] : NULL);
    }
    for (int i = 1; i < MANY; i += 2) {
        ck_assert_ptr_eq(lq_table_next(&table, &cursor), keys[i]);
    }
    ck_assert_ptr_null(lq_table_next(&table, &cursor));
    lq_table_clear(&table);
}

START_TEST(many_are_found_and_walked_in_order)
{
    make();
    many_are_found();
}
END_TEST

START_TEST(texts_of_our_own_need_no_key)
{
    make();
    lq_table_init(&table, NULL);
    many_are_found();
}
END_TEST

START_TEST(walk_may_remove_what_it_meets)
{
    size_t cursor = 0, met = 0;
    char *key;

    make();
    for (int i = 0; i < 100; i++) {
        set(keys[i], keys[i]);
    }
    while ((key = lq_table_next(&table, &cursor)) != NULL) {
        ck_assert_ptr_eq(take(key), key);
        met++;
    }
    ck_assert_uint_eq(met, 100);
    ck_assert_uint_eq(lq_table_count(&table), 0);
    ck_assert_uint_eq(memory_blocks(), 0);
}
END_TEST

START_TEST(coming_and_going_needs_no_memory)
{
    make();
    set(keys[0], keys[0]);
    set(keys[1], keys[1]);
    memory_fail(1, true);
    for (int i = 2; i < MANY; i++) {
        set(keys[i], keys[i]);
        ck_assert_ptr_eq(take(keys[i - 1]), keys[i - 1]);
    }
    ck_assert_uint_eq(lq_table_count(&table), 2);
    ck_assert_ptr_eq(get(keys[0]), keys[0]);
    lq_table_clear(&table);
}
END_TEST

START_TEST(table_shrinks_when_most_have_gone)
{
    make();
    for (int i = 0; i < MANY; i++) {
        set(keys[i], keys[i]);
    }
    for (int i = 1; i < MANY; i++) {
        take(keys[i]);
    }
    for (int i = 1; i < MANY; i++) {
        set(keys[i], keys[i]);
        take(keys[i]);
    }
    ck_assert_uint_le(table.size, 16);
    ck_assert_ptr_eq(get(keys[0]), keys[0]);
    lq_table_clear(&table);
}
END_TEST

static void *oldest(void)
{
    size_t cursor = 0;

    return lq_table_next(&table, &cursor);
}

/* A queue of LENGTH, through which all pass. */
static void pass_in_order(int length)
{
    make();
    for (int i = 0; i < MANY; i++) {
        set(keys[i], keys[i]);
        if (i >= length) {
            ck_assert_ptr_eq(oldest(), keys[i - length]);
            ck_assert_ptr_eq(take(keys[i - length]), keys[i - length]);
        }
    }
    for (int i = MANY - length; i < MANY; i++) {
        ck_assert_ptr_eq(oldest(), keys[i]);
        take(keys[i]);
    }
    ck_assert_ptr_null(oldest());
    lq_table_clear(&table);
    ck_assert_uint_eq(memory_blocks(), 0);
}

START_TEST(oldest_is_found_where_thousands_came_and_went)
{
    static const int lengths[] = { 1, 2, 5, 6, 7, 100, 1000, MANY };

    for (size_t i = 0; i < LQ_COUNT(lengths); i++) {
        pass_in_order(lengths[i]);
    }
}
END_TEST

START_TEST(oldest_is_found_behind_holes)
{
    make();
    for (int i = 0; i < MANY; i++) {
        set(keys[i], keys[i]);
    }
    for (int i = 0; i < MANY; i++) { /* others go in between, and come again */
        if (i % 3 == 1) {
            take(keys[i]);
        }
    }
    for (int i = 0; i < MANY; i++) {
        if (i % 3 == 1) {
            set(keys[i], keys[i]); /* as the newest */
        }
    }
    for (int rest = 0; rest < 2; rest++) {
        for (int i = 0; i < MANY; i++) {
            if ((i % 3 == 1) == (rest == 1)) {
                ck_assert_ptr_eq(oldest(), keys[i]);
                ck_assert_ptr_eq(take(keys[i]), keys[i]);
            }
        }
    }
    ck_assert_ptr_null(oldest());
    lq_table_clear(&table);
}
END_TEST

START_TEST(oldest_stays_when_it_is_set_again)
{
    make();
    set(keys[0], keys[0]);
    set(keys[1], keys[1]);
    set(keys[0], keys[2]);
    ck_assert_ptr_eq(oldest(), keys[2]);
    take(keys[0]);
    set(keys[0], keys[0]);
    ck_assert_ptr_eq(oldest(), keys[1]);
    lq_table_clear(&table);
}
END_TEST

START_TEST(without_memory_nothing_changes)
{
    size_t count = 0;

    make();
    memory_fail(2, true);
    while (lq_table_set(&table, keys[count], strlen(keys[count]),
                        keys[count]) == LQ_OK) {
        count++;
    }
    ck_assert_uint_gt(count, 0);
    ck_assert_uint_eq(lq_table_count(&table), count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_ptr_eq(get(keys[i]), keys[i]);
    }
    lq_table_clear(&table);
}
END_TEST

static void table_scenario(void)
{
    lq_table_init(&table, &zero_key);
    for (int i = 0; i < 100; i++) {
        lq_table_set(&table, keys[i], strlen(keys[i]), keys[i]);
    }
    for (int i = 0; i < 90; i++) {
        lq_table_remove(&table, keys[i], strlen(keys[i]));
    }
    lq_table_clear(&table);
}

START_TEST(table_survives_any_failing_allocation)
{
    make();
    memory_torture(table_scenario);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        hash_is_siphash_1_3,
        hash_depends_on_both_halves_of_the_key,
        empty_table_knows_nothing,
        key_is_its_bytes_and_their_number,
        setting_again_replaces_value_and_key,
        many_are_found_and_walked_in_order,
        texts_of_our_own_need_no_key,
        walk_may_remove_what_it_meets,
        coming_and_going_needs_no_memory,
        table_shrinks_when_most_have_gone,
        oldest_is_found_where_thousands_came_and_went,
        oldest_is_found_behind_holes,
        oldest_stays_when_it_is_set_again,
        without_memory_nothing_changes,
        table_survives_any_failing_allocation,
        NULL,
    };

    return suite_main("table", tests);
}
