/* datetime.h - XEP-0082 date-times and milliseconds since 1970. */
#ifndef LQ_DATETIME_H
#define LQ_DATETIME_H

#include <stdbool.h>
#include <stdint.h>

#define LQ_DATETIME_SIZE 32 /* what lq_datetime_format() needs */

/* CCYY-MM-DDThh:mm:ss[.s+](Z|(+|-)hh:mm), years 0001 to 9999, calendar checked,
 * a leap second 60 only as 23:59:60 UTC and read as the next second's start;
 * digits past milliseconds are dropped.  False: not one. */
bool lq_datetime_parse(const char *text, int64_t *unix_ms);

/* In UTC, with milliseconds only if there are any.  "" if the year is outside
 * 0001 to 9999. */
void lq_datetime_format(char text[LQ_DATETIME_SIZE], int64_t unix_ms);

#endif
