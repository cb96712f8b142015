/* test_buffer.c - bytes appended at the end and taken from the front. */
#include <loquat/base.h>

#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "suite.h"

static lq_buffer buffer;

static void expect(const char *text)
{
    ck_assert_uint_eq(lq_buffer_len(&buffer), strlen(text));
    if (*text != '\0') {
        ck_assert_mem_eq(lq_buffer_bytes(&buffer), text, strlen(text));
    }
}

static void add(const char *text)
{
    ck_assert_int_eq(lq_buffer_append(&buffer, text, strlen(text)), LQ_OK);
}

START_TEST(bytes_come_out_in_order)
{
    lq_buffer_init(&buffer, 100);
    ck_assert_ptr_null(lq_buffer_bytes(&buffer));
    add("Romeo");
    add("");
    add("Juliet");
    expect("RomeoJuliet");
    lq_buffer_consume(&buffer, 5);
    expect("Juliet");
    lq_buffer_truncate(&buffer, 3);
    expect("Jul");
    lq_buffer_truncate(&buffer, 30);
    expect("Jul");
    lq_buffer_consume(&buffer, 3);
    expect("");
    lq_buffer_clear(&buffer);
    ck_assert_uint_eq(memory_blocks(), 0);
}
END_TEST

START_TEST(limit_counts_bytes_in_use)
{
    lq_buffer_init(&buffer, 10);
    add("0123456789");
    ck_assert_int_eq(lq_buffer_append(&buffer, "x", 1), LQ_E_FULL);
    ck_assert_ptr_null(lq_buffer_reserve(&buffer, 1));
    expect("0123456789");
    lq_buffer_consume(&buffer, 1);
    add("x");
    expect("123456789x");
    lq_buffer_clear(&buffer);
    add("again");
    expect("again");
    lq_buffer_clear(&buffer);
}
END_TEST

START_TEST(reserved_room_counts_when_committed)
{
    char *room;

    lq_buffer_init(&buffer, 1000);
    add("a");
    room = lq_buffer_reserve(&buffer, 900);
    ck_assert_ptr_nonnull(room);
    memset(room, 'b', 900);
    expect("a");
    lq_buffer_commit(&buffer, 2);
    expect("abb");
    lq_buffer_clear(&buffer);
}
END_TEST

START_TEST(without_memory_nothing_changes)
{
    static const char more[100] = "x";

    lq_buffer_init(&buffer, 1000);
    add("Romeo");
    memory_fail(1, false);
    ck_assert_int_eq(lq_buffer_append(&buffer, more, sizeof(more)), LQ_E_NOMEM);
    expect("Romeo");
    lq_buffer_clear(&buffer);
}
END_TEST

START_TEST(release_frees_only_what_is_empty)
{
    lq_buffer_init(&buffer, 100);
    add("a");
    lq_buffer_release(&buffer);
    expect("a");
    lq_buffer_consume(&buffer, 1);
    lq_buffer_release(&buffer);
    ck_assert_uint_eq(memory_blocks(), 0);
}
END_TEST

START_TEST(full_queue_costs_bounded_memory_and_time)
{
    char piece[7] = "abcdefg";

    lq_buffer_init(&buffer, 100000);
    while (lq_buffer_append(&buffer, piece, sizeof(piece)) == LQ_OK) {
    }
    /* A million moves of 100 KB would not end within the time-out */
    for (int i = 0; i < 1000000; i++) {
        lq_buffer_consume(&buffer, sizeof(piece));
        ck_assert_int_eq(lq_buffer_append(&buffer, piece, sizeof(piece)),
                         LQ_OK);
    }
    ck_assert_mem_eq(lq_buffer_bytes(&buffer), piece, sizeof(piece));
    ck_assert_uint_le(buffer.size, 400000);
    lq_buffer_clear(&buffer);
}
END_TEST

START_TEST(huge_length_is_refused)
{
    lq_buffer_init(&buffer, SIZE_MAX);
    add("a");
    ck_assert_ptr_null(lq_buffer_reserve(&buffer, SIZE_MAX));
    ck_assert_ptr_null(lq_buffer_reserve(&buffer, SIZE_MAX - 1));
    expect("a");
    lq_buffer_clear(&buffer);
}
END_TEST

static void buffer_scenario(void)
{
    lq_buffer_init(&buffer, 10000);
    for (int i = 0; i < 100; i++) {
        lq_buffer_append(&buffer, "0123456789", 10);
    }
    lq_buffer_clear(&buffer);
}

START_TEST(buffer_survives_any_failing_allocation)
{
    memory_torture(buffer_scenario);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        bytes_come_out_in_order,
        limit_counts_bytes_in_use,
        reserved_room_counts_when_committed,
        without_memory_nothing_changes,
        release_frees_only_what_is_empty,
        full_queue_costs_bounded_memory_and_time,
        huge_length_is_refused,
        buffer_survives_any_failing_allocation,
        NULL,
    };

    return suite_main("buffer", tests);
}
