/* datetime.c - what is read as a time is the time that the C library makes of
 * it, and every time is written as it is read.
 *
 * The first byte tells whether text follows, or a number of eight bytes. */
#define _DEFAULT_SOURCE

#include "base/datetime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fuzz.h"

static void write_and_read(int64_t ms)
{
    char text[LQ_DATETIME_SIZE];
    int64_t again = ~ms;

    memset(text, 'x', sizeof(text));
    lq_datetime_format(text, ms);
    CLAIM(memchr(text, '\0', sizeof(text)) != NULL);
    if (text[0] == '\0') { /* year 0001 to 9999 */
        CLAIM(ms < INT64_C(-62135596800000) || ms > INT64_C(253402300799999));
        return;
    }
    CLAIM(lq_datetime_parse(text, &again));
    CLAIM(again == ms);
}

/* The milliseconds of a fraction ".123456", as far as they are written. */
static int fraction(const char *text)
{
    int ms = 0, unit = 100;

    if (*text == '.') {
        for (text++; *text >= '0' && *text <= '9'; text++) {
            ms += (*text - '0') * unit;
            unit /= 10;
        }
    }
    return ms;
}

/* TEXT was taken, so its shape needs no proof, only its value. */
static int64_t judge(const char *text)
{
    struct tm tm = { .tm_isdst = 0 };
    const char *zone = text + strcspn(text + 11, "Z+-") + 11;
    int hours = 0, minutes = 0, n = 0;
    int64_t ms;

    CLAIM(sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon,
                 &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &n) == 6);
    CLAIM(n == 19);
    ms = tm.tm_sec == 60 ? 0 : fraction(text + n);
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    ms += (int64_t)timegm(&tm) * 1000;
    if (*zone != 'Z') {
        CLAIM(sscanf(zone + 1, "%2d:%2d", &hours, &minutes) == 2);
        CLAIM(hours <= 23 && minutes <= 59);
        hours = *zone == '-' ? -hours : hours;
        minutes = *zone == '-' ? -minutes : minutes;
    }
    return ms - (hours * 60 + minutes) * INT64_C(60000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned choice = fuzz_byte(&data, &size);
    int64_t ms = 0;
    char *text;

    if (choice % 2 == 1) {
        memcpy(&ms, data, size < sizeof(ms) ? size : sizeof(ms));
        write_and_read(ms);
        return 0;
    }
    text = calloc(1, size + 1);
    memcpy(text, data, size);
    if (lq_datetime_parse(text, &ms)) {
        CLAIM(strlen(text) >= 20);
        CLAIM(ms == judge(text));
        write_and_read(ms);
    }
    free(text);
    return 0;
}
