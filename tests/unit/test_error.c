/* test_error.c - results, and the copies that most of them are about. */
#include <loquat/base.h>

#include <string.h>

#include "base/array.h"
#include "base/memory.h"
#include "base/random.h"
#include "suite.h"

static const struct {
    int error;
    const char *name;
    bool fatal;
} errors[] = {
    { LQ_OK, "LQ_OK", false },
    { 1, "unknown error", false },
    { LQ_E_ARGUMENT, "LQ_E_ARGUMENT", false },
    { LQ_E_STANZA, "LQ_E_STANZA", false },
    { -99, "unknown error", false },
    { LQ_E_MEMORY, "LQ_E_MEMORY", true },
    { LQ_E_DEAD, "LQ_E_DEAD", true },
    { -110, "unknown error", true },
};

START_TEST(error_has_a_name_and_a_weight)
{
    for (size_t i = 0; i < LQ_COUNT(errors); i++) {
        ck_assert_str_eq(lq_error_name(errors[i].error), errors[i].name);
        ck_assert_int_eq(lq_error_is_fatal(errors[i].error), errors[i].fatal);
    }
}
END_TEST

START_TEST(every_constant_has_a_name)
{
    for (int e = LQ_OK; e >= LQ_E_LARGE; e--) {
        ck_assert_str_ne(lq_error_name(e), "unknown error");
    }
    for (int e = LQ_E_MEMORY; e >= LQ_E_DEAD; e--) {
        ck_assert_str_ne(lq_error_name(e), "unknown error");
    }
}
END_TEST

START_TEST(copy_of_nothing_is_nothing)
{
    ck_assert_ptr_null(lq_strdup(NULL));
    ck_assert_ptr_null(lq_strndup(NULL, 3));
    lq_free_secret(NULL);
}
END_TEST

START_TEST(strndup_takes_a_part)
{
    char *part = lq_strndup("balcony", 4);

    ck_assert_str_eq(part, "balc");
    lq_free(part);
}
END_TEST

START_TEST(replace_frees_what_was_there)
{
    char *slot = NULL;

    ck_assert_int_eq(lq_replace(&slot, "Romeo"), LQ_OK);
    ck_assert_int_eq(lq_replace(&slot, "Juliet"), LQ_OK);
    ck_assert_str_eq(slot, "Juliet");
    ck_assert_int_eq(lq_replace(&slot, slot), LQ_OK);
    ck_assert_str_eq(slot, "Juliet");
    ck_assert_int_eq(lq_replace(&slot, NULL), LQ_OK);
    ck_assert_ptr_null(slot);
    ck_assert_uint_eq(memory_blocks(), 0);
}
END_TEST

START_TEST(replace_without_memory_changes_nothing)
{
    char *slot = lq_strdup("Romeo");

    memory_fail(1, false);
    ck_assert_int_eq(lq_replace(&slot, "Juliet"), LQ_E_NOMEM);
    ck_assert_str_eq(slot, "Romeo");
    lq_free(slot);
}
END_TEST

START_TEST(wipe_leaves_zeroes)
{
    char secret[] = "pencil";

    lq_wipe(secret, sizeof(secret));
    for (size_t i = 0; i < sizeof(secret); i++) {
        ck_assert_int_eq(secret[i], 0);
    }
    lq_wipe(NULL, 0);
}
END_TEST

START_TEST(same_seed_gives_the_same_numbers)
{
    char a[16], b[16];

    random_seed(7);
    ck_assert_int_eq(lq_random_fill(a, sizeof(a)), LQ_OK);
    ck_assert_int_eq(lq_random_fill(b, sizeof(b)), LQ_OK);
    ck_assert_mem_ne(a, b, sizeof(a));
    random_seed(7);
    ck_assert_int_eq(lq_random_fill(b, sizeof(b)), LQ_OK);
    ck_assert_mem_eq(a, b, sizeof(a));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        error_has_a_name_and_a_weight,
        every_constant_has_a_name,
        copy_of_nothing_is_nothing,
        strndup_takes_a_part,
        replace_frees_what_was_there,
        replace_without_memory_changes_nothing,
        wipe_leaves_zeroes,
        same_seed_gives_the_same_numbers,
        NULL,
    };

    return suite_main("error", tests);
}
