/* test_pool.c - spare pieces of memory, all of one size. */
#include <string.h>

#include "base/array.h"
#include "base/memory.h"
#include "base/pool.h"
#include "suite.h"

enum { SIZE = 100, MAX = 3 };

static lq_pool *pool;

static void make(void)
{
    pool = lq_pool_new(SIZE, MAX);
    ck_assert_ptr_nonnull(pool);
}

/* The last who holds it lets go: nothing is left. */
static void done(void)
{
    lq_pool_unref(pool);
    ck_assert_uint_eq(memory_blocks(), 0);
}

static void *take(void)
{
    void *piece = lq_pool_take(pool);

    ck_assert_ptr_nonnull(piece);
    memset(piece, 'x', SIZE); /* all of it is ours */
    return piece;
}

START_TEST(piece_that_was_given_comes_back)
{
    void *piece;

    make();
    piece = take();
    lq_pool_give(pool, piece);
    ck_assert_ptr_eq(take(), piece);
    ck_assert_uint_eq(memory_blocks(), 2);
    lq_pool_give(pool, piece);
    done();
}
END_TEST

START_TEST(spare_pieces_come_before_new_ones)
{
    void *first, *second, *taken[3];

    make();
    first = take();
    second = take();
    lq_pool_give(pool, first);
    lq_pool_give(pool, second);
    for (size_t i = 0; i < LQ_COUNT(taken); i++) {
        taken[i] = take();
        ck_assert_uint_eq(memory_blocks(), i < 2 ? 3 : 4);
    }
    ck_assert(taken[0] == second && taken[1] == first); /* the warmest */
    for (size_t i = 0; i < LQ_COUNT(taken); i++) {
        lq_pool_give(pool, taken[i]);
    }
    done();
}
END_TEST

START_TEST(spare_is_taken_only_where_there_is_one)
{
    void *piece;

    make();
    ck_assert_ptr_null(lq_pool_take_spare(pool));
    piece = take();
    ck_assert_ptr_null(lq_pool_take_spare(pool));
    lq_pool_give(pool, piece);
    ck_assert_ptr_eq(lq_pool_take_spare(pool), piece);
    ck_assert_ptr_null(lq_pool_take_spare(pool));
    lq_free(piece);
    done();
}
END_TEST

START_TEST(more_than_the_most_are_freed)
{
    void *pieces[2 * MAX];

    make();
    for (size_t i = 0; i < LQ_COUNT(pieces); i++) {
        pieces[i] = take();
    }
    for (size_t i = 0; i < LQ_COUNT(pieces); i++) {
        ck_assert_uint_eq(pool->count, i < MAX ? i : MAX);
        lq_pool_give(pool, pieces[i]);
    }
    ck_assert_uint_eq(pool->count, MAX);
    ck_assert_uint_eq(memory_blocks(), 1 + MAX);
    done();
}
END_TEST

START_TEST(what_is_taken_makes_room_for_what_is_given)
{
    void *pieces[MAX];

    make();
    for (int round = 0; round < 100; round++) {
        for (size_t i = 0; i < MAX; i++) {
            pieces[i] = take();
        }
        ck_assert_uint_eq(pool->count, 0);
        for (size_t i = 0; i < MAX; i++) {
            lq_pool_give(pool, pieces[i]);
        }
    }
    ck_assert_uint_eq(memory_blocks(), 1 + MAX);
    done();
}
END_TEST

START_TEST(pool_that_may_keep_none_frees_all)
{
    pool = lq_pool_new(SIZE, 0);
    lq_pool_give(pool, take());
    ck_assert_uint_eq(memory_blocks(), 1);
    ck_assert_ptr_null(lq_pool_take_spare(pool));
    done();
}
END_TEST

START_TEST(pieces_may_come_from_elsewhere)
{
    lq_pool *other = lq_pool_new(SIZE, MAX);

    make();
    lq_pool_give(pool, lq_pool_take(other));
    lq_pool_give(pool, lq_malloc(SIZE));
    ck_assert_uint_eq(pool->count, 2);
    ck_assert_uint_eq(other->count, 0);
    lq_pool_unref(other);
    lq_pool_give(pool, take());
    ck_assert_uint_eq(pool->count, 2);
    done();
}
END_TEST

START_TEST(pool_lives_as_long_as_anybody_holds_it)
{
    void *piece;

    make();
    ck_assert_ptr_eq(lq_pool_ref(pool), pool);
    piece = take();
    lq_pool_unref(pool);
    lq_pool_give(pool, piece);
    ck_assert_ptr_eq(take(), piece);
    lq_pool_give(pool, piece);
    done();
}
END_TEST

START_TEST(null_is_fine)
{
    ck_assert_ptr_null(lq_pool_ref(NULL));
    lq_pool_unref(NULL);
}
END_TEST

START_TEST(without_memory_there_are_spare_ones_still)
{
    void *piece;

    memory_fail(1, false);
    ck_assert_ptr_null(lq_pool_new(SIZE, MAX));
    make();
    piece = take();
    lq_pool_give(pool, piece);
    memory_fail(1, true);
    ck_assert_ptr_eq(lq_pool_take(pool), piece);
    ck_assert_ptr_null(lq_pool_take(pool));
    ck_assert_uint_eq(pool->count, 0);
    memory_fail(0, false);
    lq_pool_give(pool, piece);
    done();
}
END_TEST

static void pool_scenario(void)
{
    lq_pool *one = lq_pool_new(SIZE, MAX);

    for (int i = 0; one != NULL && i < 2 * MAX; i++) {
        void *a = lq_pool_take(one), *b = lq_pool_take(one);

        if (a != NULL) {
            lq_pool_give(one, a);
        }
        if (b != NULL) {
            lq_pool_give(one, b);
        }
    }
    lq_pool_unref(one);
}

START_TEST(pool_survives_any_failing_allocation)
{
    memory_torture(pool_scenario);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        piece_that_was_given_comes_back,
        spare_pieces_come_before_new_ones,
        spare_is_taken_only_where_there_is_one,
        more_than_the_most_are_freed,
        what_is_taken_makes_room_for_what_is_given,
        pool_that_may_keep_none_frees_all,
        pieces_may_come_from_elsewhere,
        pool_lives_as_long_as_anybody_holds_it,
        null_is_fine,
        without_memory_there_are_spare_ones_still,
        pool_survives_any_failing_allocation,
        NULL,
    };

    return suite_main("pool", tests);
}
