/* test_arena.c - memory that is freed all at once. */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "suite.h"

#define LIMIT 1000000

static lq_arena arena;

static void arena_make(lq_pool *pool, size_t limit)
{
    lq_arena_init(&arena, pool, limit);
}

START_TEST(objects_are_aligned_and_apart)
{
    char *last = NULL;

    arena_make(NULL, LIMIT);
    for (size_t size = 1; size < 300; size++) {
        char *object = lq_arena_alloc(&arena, size);

        ck_assert_ptr_nonnull(object);
        ck_assert_uint_eq((uintptr_t)object % 8, 0);
        ck_assert_ptr_ne(object, last);
        memset(object, (int)size, size);
        last = object;
    }
    lq_arena_clear(&arena);
    ck_assert_uint_eq(memory_blocks(), 0);
}
END_TEST

START_TEST(texts_are_packed_and_terminated)
{
    char *a, *b;

    arena_make(NULL, LIMIT);
    a = lq_arena_text(&arena, "Romeo", 3);
    b = lq_arena_text(&arena, "", 0);
    ck_assert_str_eq(a, "Rom");
    ck_assert_str_eq(b, "");
    ck_assert_ptr_eq(b, a + 4);
    ck_assert_uint_eq((uintptr_t)lq_arena_alloc(&arena, 1) % 8, 0);
    lq_arena_clear(&arena);
}
END_TEST

START_TEST(limit_bounds_the_sum)
{
    size_t sum = 0;

    arena_make(NULL, 5000);
    while (lq_arena_alloc(&arena, 8) != NULL) {
        sum += 8;
    }
    ck_assert_uint_ge(sum, 4900);
    ck_assert_uint_le(sum, 5000);
    ck_assert_ptr_null(lq_arena_alloc(&arena, SIZE_MAX));
    ck_assert_ptr_null(lq_arena_text(&arena, "", SIZE_MAX));
    lq_arena_clear(&arena);
}
END_TEST

START_TEST(one_allocation_may_take_the_whole_limit)
{
    arena_make(NULL, 100000);
    ck_assert_ptr_nonnull(lq_arena_alloc(&arena, 100000));
    ck_assert_ptr_null(lq_arena_alloc(&arena, 1));
    lq_arena_clear(&arena);
}
END_TEST

START_TEST(small_limit_is_kept_with_a_pool_too)
{
    lq_pool *pool = lq_arena_pool();

    arena_make(pool, 100);
    ck_assert_ptr_nonnull(lq_arena_alloc(&arena, 96));
    ck_assert_ptr_null(lq_arena_alloc(&arena, 8));
    lq_arena_clear(&arena);
    lq_pool_unref(pool);
    ck_assert_uint_eq(memory_blocks(), 0);
}
END_TEST

START_TEST(chunks_are_few)
{
    arena_make(NULL, LIMIT);
    for (int i = 0; i < 100000; i++) {
        ck_assert_ptr_nonnull(lq_arena_text(&arena, "1234", 4));
    }
    ck_assert_uint_le(memory_blocks(), 12);
    lq_arena_clear(&arena);
}
END_TEST

START_TEST(arena_may_lie_in_its_own_memory)
{
    lq_arena *inside;

    arena_make(NULL, LIMIT);
    inside = lq_arena_alloc(&arena, sizeof(arena));
    *inside = arena;
    for (int i = 0; i < 1000; i++) {
        ck_assert_ptr_nonnull(lq_arena_alloc(inside, 100));
    }
    lq_arena_clear(inside);
    ck_assert_uint_eq(memory_blocks(), 0);
}
END_TEST

START_TEST(cleared_arena_gives_nothing_more)
{
    arena_make(NULL, LIMIT);
    ck_assert_ptr_nonnull(lq_arena_alloc(&arena, 1));
    lq_arena_clear(&arena);
    ck_assert_ptr_null(lq_arena_alloc(&arena, 1));
    lq_arena_clear(&arena);
}
END_TEST

START_TEST(pool_gives_a_chunk_again)
{
    lq_pool *pool = lq_arena_pool();
    void *first;

    arena_make(pool, LIMIT);
    first = lq_arena_alloc(&arena, 4000);
    lq_arena_clear(&arena);
    ck_assert_uint_eq(memory_blocks(), 2);
    arena_make(pool, LIMIT);
    ck_assert_ptr_eq(lq_arena_alloc(&arena, 4000), first);
    ck_assert_uint_eq(memory_blocks(), 2);
    lq_arena_clear(&arena);
    lq_pool_unref(pool);
    ck_assert_uint_eq(memory_blocks(), 0);
}
END_TEST

START_TEST(pool_keeps_a_few_chunks_at_most)
{
    lq_pool *pool = lq_arena_pool();
    lq_arena arenas[2 * LQ_CHUNKS_MAX];

    for (int i = 0; i < 2 * LQ_CHUNKS_MAX; i++) {
        lq_arena_init(&arenas[i], pool, LIMIT);
        ck_assert_ptr_nonnull(lq_arena_alloc(&arenas[i], 8));
    }
    for (int i = 0; i < 2 * LQ_CHUNKS_MAX; i++) {
        lq_arena_clear(&arenas[i]);
    }
    ck_assert_uint_eq(memory_blocks(), 1 + LQ_CHUNKS_MAX);
    lq_pool_unref(pool);
}
END_TEST

START_TEST(arena_outlives_the_pool_of_others)
{
    lq_pool *pool = lq_arena_pool();

    arena_make(pool, LIMIT);
    lq_pool_unref(pool);
    ck_assert_ptr_nonnull(lq_arena_alloc(&arena, 8));
    lq_arena_clear(&arena);
    lq_pool_unref(NULL);
    ck_assert_uint_eq(memory_blocks(), 0);
}
END_TEST

START_TEST(last_text_is_extended_in_place)
{
    size_t room = 0;
    char *text, *longer;

    arena_make(NULL, LIMIT);
    text = lq_arena_text(&arena, "Wherefore", 9);
    longer = lq_arena_extend(&arena, text, 9, &room, " art thou", 9);
    ck_assert_ptr_eq(longer, text);
    ck_assert_str_eq(longer, "Wherefore art thou");
    lq_arena_clear(&arena);
}
END_TEST

START_TEST(older_text_moves_and_gets_room)
{
    size_t room = 0;
    char *text, *moved;

    arena_make(NULL, LIMIT);
    text = lq_arena_text(&arena, "Wherefore", 9);
    ck_assert_ptr_nonnull(lq_arena_alloc(&arena, 8));
    moved = lq_arena_extend(&arena, text, 9, &room, " art", 4);
    ck_assert_ptr_ne(moved, text);
    ck_assert_str_eq(moved, "Wherefore art");
    ck_assert_uint_ge(room, 13);
    ck_assert_ptr_nonnull(lq_arena_alloc(&arena, 8));
    ck_assert_ptr_eq(lq_arena_extend(&arena, moved, 13, &room, " thou", 5),
                     moved);
    ck_assert_str_eq(moved, "Wherefore art thou");
    lq_arena_clear(&arena);
}
END_TEST

START_TEST(two_texts_in_turn_cost_linear_memory)
{
    size_t len[2] = { 0, 0 }, room[2] = { 0, 0 };
    char *text[2];

    arena_make(NULL, LIMIT);
    text[0] = lq_arena_text(&arena, "", 0);
    text[1] = lq_arena_text(&arena, "", 0);
    for (int i = 0; i < 100000; i++) {
        int k = i % 2;

        text[k] = lq_arena_extend(&arena, text[k], len[k], &room[k],
                                  k ? "b" : "a", 1);
        ck_assert_ptr_nonnull(text[k]);
        len[k]++;
    }
    ck_assert_uint_eq(strlen(text[0]), 50000);
    ck_assert_uint_eq(strspn(text[0], "a"), 50000);
    ck_assert_uint_eq(strspn(text[1], "b"), 50000);
    lq_arena_clear(&arena);
}
END_TEST

START_TEST(extension_stops_at_the_limit)
{
    static const char piece[100] = { 0 };
    size_t len = 0, room = 0;
    char *longer;

    arena_make(NULL, 10000);
    longer = lq_arena_text(&arena, "", 0);
    while (longer != NULL) {
        char *text = longer;

        longer =
            lq_arena_extend(&arena, text, len, &room, piece, sizeof(piece));
        len += longer != NULL ? sizeof(piece) : 0;
    }
    ck_assert_uint_ge(len, 3000);
    ck_assert_uint_le(len, 10000);
    lq_arena_clear(&arena);
}
END_TEST

static void arena_scenario(void)
{
    lq_pool *pool = lq_arena_pool();
    size_t room = 0;
    char *text;

    arena_make(pool, LIMIT);
    text = lq_arena_text(&arena, "Romeo", 5);
    for (int i = 0; i < 10; i++) {
        lq_arena_alloc(&arena, 2000);
    }
    if (text != NULL) {
        lq_arena_extend(&arena, text, 5, &room, "!", 1);
    }
    lq_arena_clear(&arena);
    lq_pool_unref(pool);
}

START_TEST(arena_survives_any_failing_allocation)
{
    memory_torture(arena_scenario);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        objects_are_aligned_and_apart,
        texts_are_packed_and_terminated,
        limit_bounds_the_sum,
        one_allocation_may_take_the_whole_limit,
        small_limit_is_kept_with_a_pool_too,
        chunks_are_few,
        arena_may_lie_in_its_own_memory,
        cleared_arena_gives_nothing_more,
        pool_gives_a_chunk_again,
        pool_keeps_a_few_chunks_at_most,
        arena_outlives_the_pool_of_others,
        last_text_is_extended_in_place,
        older_text_moves_and_gets_room,
        two_texts_in_turn_cost_linear_memory,
        extension_stops_at_the_limit,
        arena_survives_any_failing_allocation,
        NULL,
    };

    return suite_main("arena", tests);
}
