/* test_datetime.c - XEP-0082 and the calendar. */
#include "base/datetime.h"

#include <stddef.h>

#include "base/array.h"
#include "suite.h"

static const struct {
    const char *text;
    int64_t ms;
} times[] = {
    { "1970-01-01T00:00:00Z", 0 },
    { "1969-07-21T02:56:15Z", INT64_C(-14159025000) }, /* XEP-0082, 2.2 */
    { "2000-02-29T23:59:59Z", INT64_C(951868799000) },
    { "2004-02-29T00:00:00.001Z", INT64_C(1078012800001) },
    { "1969-12-31T23:59:59.999Z", -1 },
    { "0001-01-01T00:00:00Z", INT64_C(-62135596800000) },
    { "9999-12-31T23:59:59.999Z", INT64_C(253402300799999) },
};

START_TEST(times_are_read_and_written)
{
    for (size_t i = 0; i < LQ_COUNT(times); i++) {
        char text[LQ_DATETIME_SIZE];
        int64_t ms = 1;

        ck_assert_msg(lq_datetime_parse(times[i].text, &ms), "%s",
                      times[i].text);
        ck_assert_int_eq(ms, times[i].ms);
        lq_datetime_format(text, ms);
        ck_assert_str_eq(text, times[i].text);
    }
}
END_TEST

static const struct {
    const char *text, *same;
} spellings[] = {
    { "1969-07-20T21:56:15-05:00", "1969-07-21T02:56:15Z" },
    { "2002-09-10T23:41:07.1Z", "2002-09-10T23:41:07.100Z" },
    { "2002-09-10T23:41:07.123456789Z", "2002-09-10T23:41:07.123Z" },
    { "2002-09-10T23:41:07.000Z", "2002-09-10T23:41:07Z" },
    { "2002-09-10T23:41:07+23:59", "2002-09-09T23:42:07Z" },
    { "2002-09-10T23:41:07+00:00", "2002-09-10T23:41:07Z" },
    { "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z" },
    { "2016-12-31T23:59:60.9Z", "2017-01-01T00:00:00Z" },
    { "2017-01-01T00:59:60+01:00", "2017-01-01T00:00:00Z" },
    { "2016-12-31T18:59:60-05:00", "2017-01-01T00:00:00Z" },
};

START_TEST(spellings_of_one_moment_agree)
{
    for (size_t i = 0; i < LQ_COUNT(spellings); i++) {
        char text[LQ_DATETIME_SIZE];
        int64_t ms;

        ck_assert_msg(lq_datetime_parse(spellings[i].text, &ms), "%s",
                      spellings[i].text);
        lq_datetime_format(text, ms);
        ck_assert_str_eq(text, spellings[i].same);
    }
}
END_TEST

static const char *const not_times[] = {
    "",
    "2002-09-10",
    "2002-09-10T23:41:07",
    "2002-09-10 23:41:07Z",
    "2002-09-10t23:41:07z",
    "2002-9-10T23:41:07Z",
    "02-09-10T23:41:07Z",
    "12002-09-10T23:41:07Z",
    "-002-09-10T23:41:07Z",
    "+2002-09-10T23:41:07Z",
    "0000-01-01T00:00:00Z",
    "2002-00-10T23:41:07Z",
    "2002-13-10T23:41:07Z",
    "2002-09-00T23:41:07Z",
    "2002-09-31T23:41:07Z",
    "2002-02-29T23:41:07Z",
    "1900-02-29T23:41:07Z",
    "2002-09-10T24:00:00Z",
    "2002-09-10T23:60:07Z",
    "2002-09-10T23:41:61Z",
    "2002-09-10T23:41:60Z",
    "2016-12-31T23:59:60+01:00",
    "2002-09-10T23:41:07.Z",
    "2002-09-10T23:41:07,5Z",
    "2002-09-10T23:41Z",
    "2002-09-10T23:41:07+0000",
    "2002-09-10T23:41:07+24:00",
    "2002-09-10T23:41:07+00:60",
    "2002-09-10T23:41:07+1:00",
    "2002-09-10T23:41:07ZZ",
    " 2002-09-10T23:41:07Z",
    "2002-09-10T23:41:07Z ",
    "20020910T23:41:07",
};

START_TEST(anything_else_is_refused)
{
    for (size_t i = 0; i < LQ_COUNT(not_times); i++) {
        int64_t ms = 42;

        ck_assert_msg(!lq_datetime_parse(not_times[i], &ms), "%s",
                      not_times[i]);
        ck_assert_int_eq(ms, 42);
    }
    ck_assert(!lq_datetime_parse(NULL, NULL));
}
END_TEST

START_TEST(every_day_of_two_eras_comes_back)
{
    int64_t day = INT64_C(86400000);

    for (int64_t ms = -day * 146097; ms < day * 146097; ms += day) {
        char text[LQ_DATETIME_SIZE];
        int64_t again;

        lq_datetime_format(text, ms);
        ck_assert(lq_datetime_parse(text, &again));
        ck_assert_int_eq(again, ms);
    }
}
END_TEST

START_TEST(years_of_other_widths_are_not_written)
{
    static const int64_t far[] = { INT64_C(-62135596800001),
                                   INT64_C(253402300800000), INT64_MIN,
                                   INT64_MAX };

    for (size_t i = 0; i < LQ_COUNT(far); i++) {
        char text[LQ_DATETIME_SIZE] = "x";

        lq_datetime_format(text, far[i]);
        ck_assert_str_eq(text, "");
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        times_are_read_and_written,
        spellings_of_one_moment_agree,
        anything_else_is_refused,
        every_day_of_two_eras_comes_back,
        years_of_other_widths_are_not_written,
        NULL,
    };

    return suite_main("datetime", tests);
}
