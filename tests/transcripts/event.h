/* event.h - events as words, and whether they are those of a transcript. */
#ifndef TESTS_EVENT_H
#define TESTS_EVENT_H

#include <loquat/loquat.h>

/* Write EVENT of STREAM as one line: its type, then for ONLINE who we are and
 * how it is secured, for a failure its layer, code, condition, and the sentence
 * and the peer's text in quotation marks. */
void event_tell(const lq_stream *stream, const lq_event *event, char *line,
                size_t size);

/* Whether LINE has the words of WANT, in their order; those in quotation marks
 * may be parts of words. */
bool event_is(const char *line, const char *want);

#endif
