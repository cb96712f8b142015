/* language.h - which of several texts should a person read?
 *
 * Texts carry language tags, RFC 5646; a reader asks for one.  Best is the tag
 * itself, then the one that shares most subtags from the left, a shorter one
 * before a sibling ("de" before "de-CH" for "de-AT"), then the language of the
 * stanza, then whatever comes first. */
#ifndef LQ_LANGUAGE_H
#define LQ_LANGUAGE_H

#include <loquat/element.h>

/* How well a text in HAVE suits who wants WANT, in a stanza in OWN; each may
 * be NULL.  Of several take the first with the highest number, which is at
 * least 0. */
int lq_language_fit(const char *have, const char *want, const char *own);

/* The language of ELEMENT, a child of STANZA's root, or NULL. */
const char *lq_language_of(const lq_stanza *stanza, const lq_element *element);

/* The text of the child NAME of STANZA's root that suits WANT best, or
 * NULL. */
const char *lq_language_pick(const lq_stanza *stanza, const char *name,
                             const char *want);

#endif
