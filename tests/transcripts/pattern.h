/* pattern.h - does what the client sent contain what it must?
 *
 * A pattern is an element as it stands within a stream; what was sent must hold
 * every element, attribute and text of it, and may hold others.  A text or an
 * attribute {like-this} matches any that is not empty and keeps it as a word;
 * {=like-this} matches only what is kept.
 * A stream header is matched like an empty element. */
#ifndef TESTS_PATTERN_H
#define TESTS_PATTERN_H

#include "words.h"

/* Whether it is so; words may have been set even if it is not. */
bool pattern_matches(words *w, const char *pattern, const char *sent);

/* Whether PATTERN can be matched at all. */
bool pattern_is_xml(const char *pattern);

#endif
