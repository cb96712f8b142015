/* record.h - numbers and records in what a program keeps for us.
 *
 *     record: tag, length (four bytes, lowest first), value */
#ifndef LQ_RECORD_H
#define LQ_RECORD_H

#include "base/buffer.h"

enum { LQ_RECORD_HEAD = 5 };

/* Bytes of somebody else; not terminated. */
typedef struct lq_value {
    const unsigned char *bytes;
    size_t len;
} lq_value;

/* Append NUMBER in SIZE bytes.  LQ_OK, LQ_E_NOMEM, LQ_E_FULL. */
int lq_put_number(lq_buffer *out, uint64_t number, int size);
uint64_t lq_get_number(const unsigned char *bytes, int size);

/* Append a record's head. */
int lq_record_head(lq_buffer *out, int tag, size_t len);

/* The record at the front of *REST, taken off; its tag, or -1: it is none. */
int lq_record_take(lq_value *rest, lq_value *v);

/* The same for a number, or a text that ends with NUL, at the front of *V;
 * false, or NULL, if it is not there. */
bool lq_value_number(lq_value *v, int size, uint64_t *number);
const char *lq_value_text(lq_value *v);

#endif
