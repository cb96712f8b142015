/* part.h - the parts of an address, apart: RFC 7622, 3.
 *
 * Splitting comes first and knows only the separators; then each part is
 * prepared by its own rules.  Plain ASCII stays where it is and needs at most
 * lower-casing, which is left to whoever copies it. */
#ifndef LQ_PART_H
#define LQ_PART_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"

enum { LQ_PART_LOCAL, LQ_PART_DOMAIN, LQ_PART_RESOURCE, LQ_PARTS };

enum { LQ_PART_MAX = 1023 }; /* bytes of a prepared part */

/* Why a text is no such part. */
enum {
    LQ_PART_EMPTY,
    LQ_PART_LONG,
    LQ_PART_ENCODING, /* it is not UTF-8 */
    LQ_PART_REFUSED,  /* its profile does not allow it */
    LQ_PART_REASONS
};

typedef struct lq_part {
    const char *text; /* borrowed, not terminated; NULL: there is none */
    size_t len;
} lq_part;

/* Split TEXT at its first '/' and, before that, its first '@'. */
void lq_part_split(lq_part parts[LQ_PARTS], const char *text);

/* Whether PART, which is the one WHICH says, is valid ASCII that preparation
 * would at most lower-case. */
bool lq_part_is_plain(const lq_part *part, int which);

/* Whether ASCII letters are lower-cased in this part. */
bool lq_part_folds(int which);

/* Prepare PART.  Unless it is plain it then lies in MEMORY, which is the
 * caller's to clear in any case.  LQ_OK, LQ_E_NOMEM, or what lq_part_problem()
 * makes of the reason. */
int lq_part_prepare(lq_part *part, int which, lq_buffer *memory);

/* One positive number for WHICH part and REASON. */
int lq_part_problem(int which, int reason);

#endif
