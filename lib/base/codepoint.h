/* codepoint.h - the Unicode rules that PRECIS profiles are made of.
 *
 * A text is judged as an array of code points that are known to be scalar
 * values. */
#ifndef LQ_CODEPOINT_H
#define LQ_CODEPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What RFC 8264, section 8, derives for a code point, strictest first. */
typedef enum lq_codepoint_class {
    LQ_CODEPOINT_DISALLOWED,
    LQ_CODEPOINT_FREEFORM, /* FREE_PVAL: only in the FreeformClass */
    LQ_CODEPOINT_CONTEXT,  /* CONTEXTJ, CONTEXTO: where its context allows */
    LQ_CODEPOINT_VALID     /* PVALID: in both string classes */
} lq_codepoint_class;

lq_codepoint_class lq_codepoint_classify(uint32_t c);

/* Whether all that need a certain context have it: RFC 5892, appendix A. */
bool lq_context_holds(const uint32_t *text, size_t len);

/* Whether TEXT is free of right-to-left characters or satisfies the Bidi Rule
 * of RFC 5893, section 2. */
bool lq_bidi_holds(const uint32_t *text, size_t len);

#endif
