/* words.h - what a transcript may say in braces.
 *
 * {name} is a word that a pattern of the client's captured; {row} is a row of
 * the file, which may hold braces of its own.  {base64 TEXT} and {repeat N
 * TEXT} are computed; {server-first OPTIONS}, {server-final}
 * and {fast-final} are what a server says (sasl.h).  Braces nest.  \n, \t, \r,
 * \\ and \xHH are single bytes. */
#ifndef TESTS_WORDS_H
#define TESTS_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "../common/octets.h"
#include "sasl.h"

enum { WORDS_MAX = 32 };

typedef struct words {
    char *names[WORDS_MAX], *values[WORDS_MAX];
    int count;
    const char
        *row; /* of the file, which is expanded where it stands; or NULL */
    sasl sasl;
} words;

/* NULL if nobody gave it a value. */
const char *words_get(const words *w, const char *name);
void words_set(words *w, const char *name, const char *value);
void words_clear(words *w);

/* Append what SOURCE says to OUT.  NULL, or a word that nobody gave a value, to
 * be freed. */
char *words_expand(words *w, const char *source, octets *out);

#endif
