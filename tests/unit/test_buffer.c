/* test_buffer.c - bytes appended at the end and taken from the front. */
#include <loquat/base.h>

#include <string.h>

#include "base/array.h"
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

START_TEST(limit_beyond_the_most_counts_as_the_most)
{
    static const size_t limits[] = { LQ_BUFFER_MAX, (size_t)LQ_BUFFER_MAX + 1,
                                     UINT32_MAX, (size_t)UINT32_MAX + 8,
                                     SIZE_MAX };

    for (size_t i = 0; i < LQ_COUNT(limits); i++) {
        lq_buffer_init(&buffer, limits[i]);
        ck_assert_uint_eq(buffer.limit, LQ_BUFFER_MAX);
        add("a");
        ck_assert_int_eq(lq_buffer_append(&buffer, "", LQ_BUFFER_MAX),
                         LQ_E_FULL);
        ck_assert_ptr_null(lq_buffer_reserve(&buffer, LQ_BUFFER_MAX));
        expect("a");
        lq_buffer_clear(&buffer);
        ck_assert_uint_eq(buffer.limit, LQ_BUFFER_MAX);
    }
}
END_TEST

START_TEST(room_is_no_more_than_the_limit_allows)
{
    static const char piece[300] = "";

    for (size_t limit = 1; limit < sizeof(piece); limit++) {
        lq_buffer_init(&buffer, limit);
        ck_assert_uint_eq(lq_buffer_room(&buffer), 0);
        for (size_t len = 0; len < limit; len++) {
            size_t room;

            ck_assert_int_eq(lq_buffer_append(&buffer, piece, 1), LQ_OK);
            room = lq_buffer_room(&buffer);
            ck_assert_uint_le(room, limit - lq_buffer_len(&buffer));
            if (room > 0) { /* and it is there */
                char *at = lq_buffer_reserve(&buffer, room);

                ck_assert_ptr_eq(at, buffer.data + buffer.tail);
                memset(at, 'x', room);
            }
        }
        ck_assert_uint_eq(lq_buffer_room(&buffer), 0);
        lq_buffer_consume(&buffer, limit / 2);
        ck_assert_uint_le(lq_buffer_room(&buffer), limit / 2);
        lq_buffer_clear(&buffer);
    }
}
END_TEST

/* ---- large ones ---- */

enum { LARGE = 64 * 1024, HUGE_LEN = 1024 * 1024 };

/* Byte NUMBER of an endless text of which no part is like another. */
static char byte_at(size_t number)
{
    return (char)(number * 2654435761u >> 13);
}

static void claim_bytes(size_t first)
{
    const char *bytes = lq_buffer_bytes(&buffer);

    for (size_t i = 0; i < lq_buffer_len(&buffer); i++) {
        if (bytes[i] != byte_at(first + i)) {
            ck_abort_msg("byte %zu is another", first + i);
        }
    }
}

/* Append until HUGE_LEN bytes have come, EACH at a time; of each, TAKEN are
 * consumed at once. */
static void flow(size_t each, size_t taken)
{
    char piece[5000];
    size_t first = 0, size = 0;

    lq_buffer_init(&buffer, SIZE_MAX);
    for (size_t come = 0; come < HUGE_LEN;) {
        for (size_t i = 0; i < each; i++) {
            piece[i] = byte_at(come + i);
        }
        ck_assert_int_eq(lq_buffer_append(&buffer, piece, each), LQ_OK);
        come += each;
        lq_buffer_consume(&buffer, taken);
        first += taken;
        if (buffer.size != size) {
            claim_bytes(first);
            ck_assert_msg(size < LARGE || buffer.size <= size + size / 4,
                          "from %zu to %u", size, buffer.size);
            size = buffer.size;
        }
    }
    claim_bytes(first);
    lq_buffer_clear(&buffer);
    ck_assert_uint_eq(memory_blocks(), 0);
}

START_TEST(large_buffer_grows_by_a_quarter_and_keeps_its_bytes)
{
    static const size_t rows[][2] = {
        { 5000, 0 }, { 5000, 1 }, { 4999, 700 }, { 997, 400 }, { 333, 333 },
    };

    for (size_t i = 0; i < LQ_COUNT(rows); i++) {
        flow(rows[i][0], rows[i][1]);
    }
}
END_TEST

START_TEST(large_buffer_without_memory_does_not_change)
{
    static char bytes[LARGE + 1];

    for (size_t consumed = 0; consumed < 2; consumed++) {
        lq_buffer_init(&buffer, SIZE_MAX);
        for (size_t i = 0; i < sizeof(bytes); i++) {
            bytes[i] = byte_at(i);
        }
        ck_assert_int_eq(lq_buffer_append(&buffer, bytes, sizeof(bytes)),
                         LQ_OK);
        lq_buffer_consume(&buffer, consumed);
        memory_fail(1, true);
        ck_assert_ptr_null(lq_buffer_reserve(&buffer, HUGE_LEN));
        memory_fail(0, false);
        ck_assert_uint_eq(lq_buffer_len(&buffer), sizeof(bytes) - consumed);
        claim_bytes(consumed);
        lq_buffer_clear(&buffer);
    }
}
END_TEST

/* ---- with a pool ---- */

enum { PIECE = 256 };

static lq_pool *pool;
static void *spare; /* the one that the pool has */

static void make_pooled(size_t limit)
{
    pool = lq_pool_new(PIECE, 2);
    spare = lq_malloc(PIECE);
    lq_pool_give(pool, spare);
    lq_buffer_init_pooled(&buffer, limit, pool);
}

static void done_pooled(void)
{
    lq_buffer_clear(&buffer);
    lq_pool_unref(pool);
    ck_assert_uint_eq(memory_blocks(), 0);
}

static void claim_given_back(void)
{
    ck_assert_uint_eq(lq_buffer_len(&buffer), 0);
    ck_assert_ptr_null(lq_buffer_bytes(&buffer));
    ck_assert_uint_eq(pool->count, 1);
    ck_assert_ptr_eq(lq_pool_take_spare(pool), spare);
    lq_pool_give(pool, spare);
}

START_TEST(first_bytes_go_to_a_spare_piece)
{
    make_pooled(1000);
    add("Romeo");
    ck_assert_ptr_eq(lq_buffer_bytes(&buffer), spare);
    ck_assert_uint_eq(buffer.size, PIECE);
    ck_assert_uint_eq(pool->count, 0);
    ck_assert_uint_eq(memory_blocks(), 2);
    done_pooled();
}
END_TEST

static void consume_and_release(lq_buffer *b)
{
    lq_buffer_consume(b, lq_buffer_len(b));
    lq_buffer_release(b);
}

START_TEST(piece_is_given_back_and_taken_again)
{
    static void (*const ways[])(lq_buffer *) = {
        lq_buffer_clear,
        lq_buffer_wipe,
        consume_and_release,
    };

    make_pooled(1000);
    for (size_t i = 0; i < LQ_COUNT(ways); i++) {
        add("Romeo");
        ways[i](&buffer);
        claim_given_back();
        ways[i](&buffer); /* with nothing in it */
        claim_given_back();
        add("Juliet");
        ck_assert_ptr_eq(lq_buffer_bytes(&buffer), spare);
        expect("Juliet");
        ways[i](&buffer);
    }
    done_pooled();
}
END_TEST

START_TEST(wiped_piece_tells_nothing)
{
    const char *piece;

    make_pooled(1000);
    add("Wherefore art thou Romeo?");
    lq_buffer_wipe(&buffer);
    claim_given_back();
    piece = lq_pool_take_spare(pool);
    for (size_t i = sizeof(void *); i < PIECE; i++) {
        ck_assert_int_eq(piece[i], 0); /* but for the way to the next */
    }
    lq_pool_give(pool, spare);
    done_pooled();
}
END_TEST

START_TEST(what_is_in_use_is_not_given_back)
{
    make_pooled(1000);
    add("a");
    lq_buffer_release(&buffer);
    ck_assert_uint_eq(pool->count, 0);
    expect("a");
    done_pooled();
}
END_TEST

START_TEST(first_need_decides_whether_it_is_pooled)
{
    static const struct {
        size_t limit, need;
        bool pooled;
    } rows[] = {
        { 1000, 1, true },       { 1000, PIECE - 1, true },
        { 1000, PIECE, true },   { 1000, PIECE + 1, false },
        { 1000, 1000, false },   { PIECE, PIECE, true },
        { PIECE - 1, 1, false }, /* which is more than it may hold */
    };
    char bytes[1000];

    memset(bytes, 'x', sizeof(bytes));
    for (size_t i = 0; i < LQ_COUNT(rows); i++) {
        make_pooled(rows[i].limit);
        ck_assert_int_eq(lq_buffer_append(&buffer, bytes, rows[i].need), LQ_OK);
        ck_assert_msg((lq_buffer_bytes(&buffer) == spare) == rows[i].pooled,
                      "row %zu", i);
        ck_assert_uint_eq(pool->count, rows[i].pooled ? 0 : 1);
        lq_buffer_clear(&buffer);
        claim_given_back();
        done_pooled();
    }
}
END_TEST

START_TEST(buffer_that_outgrows_its_piece_gives_it_back)
{
    char bytes[PIECE];

    make_pooled(100000);
    memset(bytes, 'x', sizeof(bytes));
    add("Romeo");
    ck_assert_int_eq(lq_buffer_append(&buffer, bytes, PIECE - 5), LQ_OK);
    ck_assert_ptr_eq(lq_buffer_bytes(&buffer), spare);
    add("Juliet");
    ck_assert_ptr_ne(lq_buffer_bytes(&buffer), spare);
    ck_assert_uint_eq(pool->count, 1);
    ck_assert_mem_eq(lq_buffer_bytes(&buffer), "Romeox", 6);
    ck_assert_mem_eq(lq_buffer_bytes(&buffer) + PIECE, "Juliet", 6);
    lq_buffer_consume(&buffer, PIECE + 6);
    lq_buffer_release(&buffer);
    claim_given_back();
    done_pooled();
}
END_TEST

START_TEST(pool_without_a_spare_piece_is_no_pool)
{
    make_pooled(1000);
    lq_free(lq_pool_take_spare(pool));
    add("Romeo");
    ck_assert_uint_lt(buffer.size, PIECE);
    expect("Romeo");
    lq_buffer_clear(&buffer);
    ck_assert_uint_eq(pool->count, 0);
    done_pooled();
}
END_TEST

START_TEST(buffer_of_the_size_of_a_piece_becomes_one)
{
    char bytes[PIECE];

    make_pooled(1000);
    lq_free(lq_pool_take_spare(pool));
    memset(bytes, 'x', sizeof(bytes));
    ck_assert_int_eq(lq_buffer_append(&buffer, bytes, 10), LQ_OK);
    ck_assert_int_eq(lq_buffer_append(&buffer, bytes, PIECE - 10), LQ_OK);
    spare = lq_buffer_bytes(&buffer);
    ck_assert_uint_eq(buffer.size, PIECE);
    lq_buffer_clear(&buffer);
    claim_given_back();
    done_pooled();
}
END_TEST

/* ---- memory ---- */

static void buffer_fill(void)
{
    for (int i = 0; i < 100; i++) {
        lq_buffer_append(&buffer, "0123456789", 10);
    }
    lq_buffer_consume(&buffer, lq_buffer_len(&buffer));
    lq_buffer_release(&buffer);
    lq_buffer_append(&buffer, "0123456789", 10);
    lq_buffer_clear(&buffer);
}

static void buffer_scenario(void)
{
    lq_buffer_init(&buffer, 10000);
    buffer_fill();
    pool = lq_pool_new(PIECE, 2);
    if (pool != NULL) {
        void *piece = lq_pool_take(pool);

        if (piece != NULL) {
            lq_pool_give(pool, piece);
        }
    }
    lq_buffer_init_pooled(&buffer, 10000, pool);
    buffer_fill();
    lq_pool_unref(pool);
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
        limit_beyond_the_most_counts_as_the_most,
        room_is_no_more_than_the_limit_allows,
        large_buffer_grows_by_a_quarter_and_keeps_its_bytes,
        large_buffer_without_memory_does_not_change,
        first_bytes_go_to_a_spare_piece,
        piece_is_given_back_and_taken_again,
        wiped_piece_tells_nothing,
        what_is_in_use_is_not_given_back,
        first_need_decides_whether_it_is_pooled,
        buffer_that_outgrows_its_piece_gives_it_back,
        pool_without_a_spare_piece_is_no_pool,
        buffer_of_the_size_of_a_piece_becomes_one,
        buffer_survives_any_failing_allocation,
        NULL,
    };

    return suite_main("buffer", tests);
}
