/* trace.c - traffic as indented, coloured XML.
 *
 * A trace is one element, one stream header or one closing tag, well-formed as
 * far as it goes, so looking for `<`, quotes and `>` is all there is to
 * parsing it.  A tag stands on a line of its own unless text is its
 * neighbour. */
#define _GNU_SOURCE

#include "common.h"

#include <string.h>
#include <unistd.h>

static const char *const SENT = "\033[32m", *const RECEIVED = "\033[36m",
                         *const VALUE = "\033[33m", *const PLAIN = "\033[0m";

static bool is_coloured;

static void colour(const char *code)
{
    if (is_coloured) {
        fputs(code, stderr);
    }
}

/* Print the tag at P, values in a colour of their own; returns its end. */
static const char *print_tag(const char *p, const char *tag_colour)
{
    char quote = '\0';

    colour(tag_colour);
    for (; *p != '\0' && (quote != '\0' || *p != '>'); p++) {
        if (quote == '\0' && (*p == '\'' || *p == '"')) {
            quote = *p;
            colour(VALUE);
            fputc(*p, stderr);
        } else {
            fputc(*p, stderr);
            if (quote != '\0' && *p == quote) {
                quote = '\0';
                colour(tag_colour);
            }
        }
    }
    if (*p == '>') {
        fputc(*p++, stderr);
    }
    colour(PLAIN);
    return p;
}

/* Whether the tag at P, up to END, ends, begins, or is a whole element. */
typedef enum tag_kind { TAG_END = -1, TAG_WHOLE = 0, TAG_BEGIN = 1 } tag_kind;

static tag_kind tag_kind_of(const char *p, const char *end)
{
    return p[1] == '/'                     ? TAG_END
           : p[1] == '?' || end[-2] == '/' ? TAG_WHOLE
                                           : TAG_BEGIN;
}

void print_trace(const lq_event *event)
{
    bool sent = false, stays = true; /* on the line */
    const char *p = lq_event_trace(event, &sent), *tag;
    tag_kind last = TAG_WHOLE, kind;
    int depth = 0, text;

    is_coloured = isatty(fileno(stderr));
    fputs(sent ? "> " : "< ", stderr);
    while (p != NULL && *p != '\0') {
        tag = p;
        kind = p[1] == '/' ? TAG_END : TAG_BEGIN;
        depth -= kind == TAG_END && depth > 0;
        if (!stays && !(kind == TAG_END && last == TAG_BEGIN)) {
            fprintf(stderr, "\n%*s", 2 + 2 * depth, "");
        }
        p = print_tag(p, sent ? SENT : RECEIVED);
        last = tag_kind_of(tag, p);
        depth += last == TAG_BEGIN;
        text = (int)strcspn(p, "<");
        fprintf(stderr, "%.*s", text, p);
        p += text;
        stays = text > 0;
    }
    fputc('\n', stderr);
}
