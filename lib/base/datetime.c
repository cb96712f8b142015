/* datetime.c - see datetime.h.
 *
 * Dates are counted as days since 1970-01-01 in the proleptic Gregorian
 * calendar.  A year is taken to begin in March: then the leap day is its last,
 * and months have lengths that one linear formula gives. */
#include "datetime.h"

#include <stdio.h>
#include <string.h>

#define DAY_MS       INT64_C(86400000)
#define ERA_DAYS     146097 /* 400 years */
#define EPOCH_OFFSET 719468 /* from 0000-03-01 to 1970-01-01 */

typedef struct datetime {
    int year, month, day;
    int hour, minute, second, ms;
    int offset; /* minutes that its clock is ahead of UTC */
} datetime;

static bool year_is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_days(int year, int month)
{
    static const int days[] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };

    return days[month - 1] + (month == 2 && year_is_leap(year));
}

static int64_t days_of(int year, int month, int day)
{
    int y = month > 2 ? year : year - 1;
    int m = (month + 9) % 12; /* March is 0 */

    return 365 * (int64_t)y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 +
           day - 1 - EPOCH_OFFSET;
}

/* The inverse, for DAYS in the years 0 to 9999. */
static void days_split(int64_t days, datetime *when)
{
    int64_t count = days + EPOCH_OFFSET;
    int era = (int)(count / ERA_DAYS);
    int day = (int)(count % ERA_DAYS);
    int year = (day - day / 1460 + day / 36524 - day / (ERA_DAYS - 1)) / 365;
    int m;

    day -= 365 * year + year / 4 - year / 100;
    m = (5 * day + 2) / 153;
    when->day = day - (153 * m + 2) / 5 + 1;
    when->month = m < 10 ? m + 3 : m - 9;
    when->year = era * 400 + year + (when->month <= 2);
}

/* Read COUNT digits from *TEXT, and CLOSE behind them unless it is 0. */
static bool read_number(const char **text, int count, char close, int *number)
{
    *number = 0;
    for (; count > 0; count--, (*text)++) {
        if (**text < '0' || **text > '9') {
            return false;
        }
        *number = *number * 10 + (**text - '0');
    }
    if (close == '\0') {
        return true;
    }
    return *(*text)++ == close;
}

/* ".s+", of which three digits count. */
static bool read_fraction(const char **text, int *ms)
{
    int weight = 100;

    *ms = 0;
    if (**text != '.') {
        return true;
    }
    (*text)++;
    if (**text < '0' || **text > '9') {
        return false;
    }
    for (; **text >= '0' && **text <= '9'; (*text)++, weight /= 10) {
        *ms += (**text - '0') * weight;
    }
    return true;
}

static bool read_zone(const char **text, int *offset)
{
    int sign = **text == '-' ? -1 : 1;
    int hours, minutes;

    *offset = 0;
    if (**text == 'Z') {
        (*text)++;
        return true;
    }
    if (**text != '+' && **text != '-') {
        return false;
    }
    (*text)++;
    if (!read_number(text, 2, ':', &hours) ||
        !read_number(text, 2, '\0', &minutes)) {
        return false;
    }
    *offset = sign * (hours * 60 + minutes);
    return hours < 24 && minutes < 60;
}

static bool datetime_is_real(const datetime *when)
{
    int utc_minute = when->hour * 60 + when->minute - when->offset;

    if (when->year < 1 || when->month < 1 || when->month > 12 ||
        when->day < 1 || when->day > month_days(when->year, when->month)) {
        return false;
    }
    if (when->hour > 23 || when->minute > 59 || when->second > 60) {
        return false;
    }
    return when->second < 60 || (utc_minute + 1) % (24 * 60) == 0;
}

bool lq_datetime_parse(const char *text, int64_t *unix_ms)
{
    datetime when;
    int64_t minutes;

    if (text == NULL || !read_number(&text, 4, '-', &when.year) ||
        !read_number(&text, 2, '-', &when.month) ||
        !read_number(&text, 2, 'T', &when.day) ||
        !read_number(&text, 2, ':', &when.hour) ||
        !read_number(&text, 2, ':', &when.minute) ||
        !read_number(&text, 2, '\0', &when.second) ||
        !read_fraction(&text, &when.ms) || !read_zone(&text, &when.offset) ||
        *text != '\0' || !datetime_is_real(&when)) {
        return false;
    }
    minutes = days_of(when.year, when.month, when.day) * 24 * 60 +
              when.hour * 60 + when.minute - when.offset;
    *unix_ms =
        minutes * 60000 + when.second * 1000 + (when.second < 60 ? when.ms : 0);
    return true;
}

void lq_datetime_format(char text[LQ_DATETIME_SIZE], int64_t unix_ms)
{
    int64_t first = days_of(1, 1, 1) * DAY_MS;
    int64_t end = days_of(10000, 1, 1) * DAY_MS;
    datetime when;
    int ms, len;

    text[0] = '\0';
    if (unix_ms < first || unix_ms >= end) {
        return;
    }
    days_split((unix_ms - first) / DAY_MS + first / DAY_MS, &when);
    ms = (int)((unix_ms - first) % DAY_MS);
    len = snprintf(text, LQ_DATETIME_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d",
                   when.year, when.month, when.day, ms / 3600000,
                   ms / 60000 % 60, ms / 1000 % 60);
    if (ms % 1000 != 0) {
        len += snprintf(text + len, LQ_DATETIME_SIZE - (size_t)len, ".%03d",
                        ms % 1000);
    }
    memcpy(text + len, "Z", 2);
}
