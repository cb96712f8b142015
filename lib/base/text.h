/* text.h - UTF-8, ASCII and base64, strictly. */
#ifndef LQ_TEXT_H
#define LQ_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"

/* Both may be NULL; NULL equals only NULL. */
bool lq_text_equal(const char *a, const char *b);

/* Like strtol for a whole text of decimal digits with an optional '-': no
 * spaces, no '+', nothing behind.  False if it is none or not within
 * MIN..MAX. */
bool lq_text_number(const char *text, long min, long max, long *number);

/* Whether the bytes are UTF-8: shortest forms, no surrogates, nothing above
 * U+10FFFF, nothing cut off. */
bool lq_utf8_valid(const char *bytes, size_t len);

/* Whether they are UTF-8 and each character is an XML 1.0 Char. */
bool lq_utf8_valid_xml(const char *bytes, size_t len);

/* The same for a whole text; NULL is fine. */
bool lq_text_is_xml(const char *text);

/* Append the encoding of BYTES, RFC 4648 section 4 with padding.  LQ_OK,
 * LQ_E_NOMEM, LQ_E_FULL. */
int lq_base64_encode(lq_buffer *out, const void *bytes, size_t len);

/* Append what TEXT of LEN bytes encodes.  LQ_E_ARGUMENT for anything but the
 * one canonical encoding: no white space, padding required, unused bits 0. */
int lq_base64_decode(lq_buffer *out, const char *text, size_t len);

#endif
