/* test_heap.c - which of these moments comes first? */
#include "base/heap.h"

#include "base/memory.h"
#include "base/random.h"
#include "suite.h"

#define MANY 500

static lq_heap heap;
static lq_heap_item items[MANY];

static void make(void)
{
    lq_heap_init(&heap);
    for (int i = 0; i < MANY; i++) {
        items[i] = (lq_heap_item){ .when = LQ_NEVER };
    }
}

static void set(int item, lq_time when)
{
    ck_assert_int_eq(lq_heap_set(&heap, &items[item], when), LQ_OK);
}

/* The least of all set, the slow way; LQ_NEVER if none is. */
static lq_time least(void)
{
    lq_time found = LQ_NEVER;

    for (int i = 0; i < MANY; i++) {
        if (items[i].when != LQ_NEVER &&
            (found == LQ_NEVER || items[i].when < found)) {
            found = items[i].when;
        }
    }
    return found;
}

static lq_time first(void)
{
    const lq_heap_item *item = lq_heap_first(&heap);

    return item == NULL ? LQ_NEVER : item->when;
}

START_TEST(empty_heap_has_no_first)
{
    make();
    ck_assert_ptr_null(lq_heap_first(&heap));
    set(0, LQ_NEVER);
    ck_assert_ptr_null(lq_heap_first(&heap));
    lq_heap_clear(&heap);
}
END_TEST

START_TEST(moments_come_in_order)
{
    make();
    for (int i = 0; i < MANY; i++) {
        set(i, (i * 37) % MANY);
    }
    for (lq_time when = 0; when < MANY; when++) {
        lq_heap_item *item = lq_heap_first(&heap);

        ck_assert_int_eq(item->when, when);
        ck_assert_int_eq(lq_heap_set(&heap, item, LQ_NEVER), LQ_OK);
        ck_assert_uint_eq(item->place, 0);
    }
    ck_assert_ptr_null(lq_heap_first(&heap));
    lq_heap_clear(&heap);
}
END_TEST

START_TEST(any_change_keeps_the_first_first)
{
    random_seed(1);
    make();
    for (int i = 0; i < 20000; i++) {
        unsigned char dice[3];

        lq_random_fill(dice, sizeof(dice));
        set((dice[0] << 8 | dice[1]) % MANY, dice[2] < 64 ? LQ_NEVER : dice[2]);
        ck_assert_int_eq(first(), least());
    }
    lq_heap_clear(&heap);
}
END_TEST

START_TEST(reserved_places_need_no_memory)
{
    make();
    ck_assert_int_eq(lq_heap_reserve(&heap, MANY), LQ_OK);
    memory_fail(1, true);
    for (int i = 0; i < MANY; i++) {
        set(i, MANY - i);
    }
    lq_heap_clear(&heap);
}
END_TEST

START_TEST(without_memory_items_inside_still_move)
{
    make();
    set(0, 10);
    memory_fail(1, true);
    for (int i = 1; i < MANY; i++) {
        if (lq_heap_set(&heap, &items[i], i) < 0) {
            ck_assert_uint_eq(items[i].place, 0);
        }
    }
    ck_assert(memory_failed());
    set(0, 0);
    ck_assert_ptr_eq(lq_heap_first(&heap), &items[0]);
    set(0, LQ_NEVER);
    ck_assert_ptr_ne(lq_heap_first(&heap), &items[0]);
    lq_heap_clear(&heap);
    ck_assert_uint_eq(memory_blocks(), 0);
}
END_TEST

START_TEST(absurd_reservation_is_refused)
{
    make();
    ck_assert_int_eq(lq_heap_reserve(&heap, SIZE_MAX), LQ_E_NOMEM);
    lq_heap_clear(&heap);
}
END_TEST

static void heap_scenario(void)
{
    make();
    for (int i = 0; i < MANY; i++) {
        lq_heap_set(&heap, &items[i], MANY - i);
    }
    lq_heap_clear(&heap);
}

START_TEST(heap_survives_any_failing_allocation)
{
    memory_torture(heap_scenario);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        empty_heap_has_no_first,
        moments_come_in_order,
        any_change_keeps_the_first_first,
        reserved_places_need_no_memory,
        without_memory_items_inside_still_move,
        absurd_reservation_is_refused,
        heap_survives_any_failing_allocation,
        NULL,
    };

    return suite_main("heap", tests);
}
