/* framer.c - see framer.h.
 *
 * Each state is a function that takes the bytes it understands, and notes what
 * has ended, if anything.  Where a tag goes on from one state to the next, so
 * does the function, if there are bytes; the state tells where to go on when
 * there were none.  What is long is hopped over with memchr: texts, attribute
 * values, end tags and CDATA; only the rest of a start tag is looked at byte by
 * byte.  No byte is looked at twice, wherever the input is split.
 *
 * Whatever the framer believes about a frame, the parser must confirm: it is
 * enough, therefore, that both find the same end in every well-formed element.
 * Names, for instance, are counted and never compared. */
#include "framer.h"

#include <stdbool.h>
#include <string.h>

enum {
    START,       /* nothing read: an XML declaration may come */
    BETWEEN,     /* elements: white space may come */
    PROLOG,      /* behind the XML declaration: it belongs to the header */
    TEXT,        /* inside an element */
    MARKUP,      /* behind '<'; detail: a declaration may come */
    TAG,         /* in a start tag */
    VALUE,       /* in an attribute value; detail: its quotation mark */
    EMPTY,       /* behind the '/' of a start tag */
    END_TAG,     /* behind "</" */
    CDATA_START, /* behind "<!"; detail: how much of "[CDATA[" we saw */
    CDATA,       /* detail: how many ']' we saw last, at most two */
    DECLARATION_START, /* behind "<?"; detail: how much of "xml" we saw */
    DECLARATION,       /* detail: whether the last byte was '?' */
};

/* Bytes of a start tag that are neither of a name nor around one. */
static const uint8_t delimiter[256] = {
    ['\''] = 1, ['"'] = 1, ['/'] = 1, ['>'] = 1, ['<'] = 1
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Just behind the next C, or END. */
static const char *hop(const char *at, const char *end, int c)
{
    const char *found = memchr(at, c, (size_t)(end - at));

    return found == NULL ? end : found + 1;
}

/* Something has ended, or is wrong.  Each state returns where it stopped. */
static const char *stop(lq_framer *framer, int found, const char *at)
{
    framer->found = (int8_t)found;
    return at;
}

static const char *between(lq_framer *framer, const char *at, const char *end)
{
    const char *p = at;

    while (p < end && is_space(*p)) {
        p++;
    }
    if (p > at && framer->state != PROLOG) {
        framer->state = BETWEEN;
        return stop(framer, LQ_FRAME_SPACE, p);
    }
    if (p < end) {
        if (*p != '<') {
            return stop(framer, LQ_FRAME_MALFORMED, at);
        }
        framer->detail = framer->state == START;
        framer->state = MARKUP;
        p++;
    }
    return p;
}

static const char *element_ended(lq_framer *framer, const char *at)
{
    framer->depth--;
    if (framer->depth > 1) {
        framer->state = TEXT;
        return at;
    }
    framer->state = BETWEEN;
    return stop(framer, framer->depth == 1 ? LQ_FRAME_ELEMENT : LQ_FRAME_CLOSE,
                at);
}

/* A stream that its own header ends would have nothing to say. */
static const char *behind_slash(lq_framer *framer, const char *at)
{
    return *at != '>' || framer->depth == 1
               ? stop(framer, LQ_FRAME_MALFORMED, at)
               : element_ended(framer, at + 1);
}

static const char *in_end_tag(lq_framer *framer, const char *at,
                              const char *end)
{
    at = hop(at, end, '>');
    return at[-1] == '>' ? element_ended(framer, at) : at;
}

/* AT is a delimiter, but not of a value. */
static const char *start_tag_delimited(lq_framer *framer, const char *at,
                                       const char *end)
{
    if (*at == '<') {
        return stop(framer, LQ_FRAME_MALFORMED, at);
    }
    if (*at++ == '/') {
        framer->state = EMPTY;
        return at < end ? behind_slash(framer, at) : at;
    }
    if (framer->depth > 1) {
        framer->state = TEXT;
        return at;
    }
    framer->state = BETWEEN;
    framer->opened = true;
    return stop(framer, LQ_FRAME_HEADER, at);
}

/* Just behind the QUOTE that ends a value, or END. */
static const char *hop_value(lq_framer *framer, const char *at, const char *end,
                             int quote)
{
    const char *found = memchr(at, quote, (size_t)(end - at));

    if (found != NULL) {
        return found + 1;
    }
    framer->state = VALUE;
    framer->detail = (uint8_t)quote;
    return end;
}

/* The next delimiter, or END.  Most of the framer's time is spent here, so it
 * asks less often whether the end has come. */
static const char *hop_name(const char *at, const char *end)
{
    const uint8_t *p = (const uint8_t *)at;

    for (; end - (const char *)p >= 4; p += 4) {
        if (delimiter[p[0]]) {
            return (const char *)p;
        }
        if (delimiter[p[1]]) {
            return (const char *)p + 1;
        }
        if (delimiter[p[2]]) {
            return (const char *)p + 2;
        }
        if (delimiter[p[3]]) {
            return (const char *)p + 3;
        }
    }
    while ((const char *)p < end && !delimiter[*p]) {
        p++;
    }
    return (const char *)p;
}

static const char *in_start_tag(lq_framer *framer, const char *at,
                                const char *end)
{
    const lq_limits *limits = framer->limits;
    size_t room = limits->name - framer->name; /* for what may be a name */

    while (at < end) {
        const char *name = at;

        at = hop_name(at, end);
        if ((size_t)(at - name) > room) {
            return stop(framer, LQ_FRAME_LIMIT, name);
        }
        if (at == end) {
            framer->name = (uint16_t)(limits->name - room + (at - name));
            break;
        }
        framer->name = 0;
        room = limits->name;
        if (*at != '\'' && *at != '"') {
            return start_tag_delimited(framer, at, end);
        }
        if (framer->attrs++ == limits->attrs) {
            return stop(framer, LQ_FRAME_LIMIT, at);
        }
        at = hop_value(framer, at + 1, end, *at);
    }
    return at;
}

static const char *in_value(lq_framer *framer, const char *at, const char *end)
{
    framer->state = TAG;
    at = hop_value(framer, at, end, framer->detail);
    return framer->state == TAG ? in_start_tag(framer, at, end) : at;
}

static const char *tag_begins(lq_framer *framer, const char *at,
                              const char *end)
{
    if (framer->depth == 0 && framer->opened) {
        return stop(framer, LQ_FRAME_MALFORMED, at);
    }
    if (framer->depth > framer->limits->depth) {
        return stop(framer, LQ_FRAME_LIMIT, at); /* the stream is one, too */
    }
    framer->depth++;
    framer->attrs = 0;
    framer->name = 0;
    framer->state = TAG;
    return in_start_tag(framer, at, end);
}

static const char *behind_less_than(lq_framer *framer, const char *at,
                                    const char *end)
{
    switch (*at) {
    case '/':
        if (framer->depth == 0) {
            return stop(framer, LQ_FRAME_MALFORMED, at);
        }
        framer->state = END_TAG;
        return ++at < end ? in_end_tag(framer, at, end) : at;
    case '?':
        if (!framer->detail) {
            return stop(framer, LQ_FRAME_RESTRICTED, at);
        }
        framer->state = DECLARATION_START;
        framer->detail = 0;
        return at + 1;
    case '!':
        framer->state = CDATA_START;
        framer->detail = 0;
        return at + 1;
    default:
        return tag_begins(framer, at, end);
    }
}

static const char *in_text(lq_framer *framer, const char *at, const char *end)
{
    at = *at == '<' ? at + 1 : hop(at, end, '<'); /* mostly there is no text */
    if (at[-1] != '<') {
        return at;
    }
    framer->detail = false;
    framer->state = MARKUP;
    return at < end ? behind_less_than(framer, at, end) : at;
}

static const char *behind_bang(lq_framer *framer, const char *at)
{
    static const char mark[] = "[CDATA[";

    if (*at != mark[framer->detail]) {
        return stop(
            framer,
            framer->detail == 0 ? LQ_FRAME_RESTRICTED : LQ_FRAME_MALFORMED, at);
    }
    if (framer->depth <= 1) {
        return stop(framer, LQ_FRAME_MALFORMED, at);
    }
    if (mark[++framer->detail] == '\0') {
        framer->state = CDATA;
        framer->detail = 0;
    }
    return at + 1;
}

static const char *in_cdata(lq_framer *framer, const char *at, const char *end)
{
    while (at < end && framer->state == CDATA) {
        if (*at == ']') {
            framer->detail = framer->detail == 0 ? 1 : 2;
            at++;
        } else if (*at == '>' && framer->detail == 2) {
            framer->state = TEXT;
            at++;
        } else {
            at = hop(at, end, ']');
            framer->detail = at[-1] == ']';
        }
    }
    return at;
}

static const char *behind_question_mark(lq_framer *framer, const char *at)
{
    static const char mark[] = "xml";

    if (mark[framer->detail] == '\0') {
        framer->state = DECLARATION;
        framer->detail = false;
        return is_space(*at) ? at : stop(framer, LQ_FRAME_RESTRICTED, at);
    }
    return *at == mark[framer->detail++]
               ? at + 1
               : stop(framer, LQ_FRAME_RESTRICTED, at + 1);
}

static const char *in_declaration(lq_framer *framer, const char *at,
                                  const char *end)
{
    if (framer->detail) {
        framer->state = PROLOG;
        return *at == '>' ? at + 1 : stop(framer, LQ_FRAME_MALFORMED, at + 1);
    }
    at = hop(at, end, '?');
    framer->detail = at[-1] == '?';
    return at;
}

/* There is one byte at least. */
static const char *framer_step(lq_framer *framer, const char *at,
                               const char *end)
{
    switch (framer->state) {
    case MARKUP:
        return behind_less_than(framer, at, end);
    case TAG:
        return in_start_tag(framer, at, end);
    case VALUE:
        return in_value(framer, at, end);
    case EMPTY:
        return behind_slash(framer, at);
    case END_TAG:
        return in_end_tag(framer, at, end);
    case CDATA_START:
        return behind_bang(framer, at);
    case CDATA:
        return in_cdata(framer, at, end);
    case DECLARATION_START:
        return behind_question_mark(framer, at);
    case DECLARATION:
        return in_declaration(framer, at, end);
    default: /* START, BETWEEN, PROLOG */
        return between(framer, at, end);
    }
}

void lq_framer_init(lq_framer *framer, const lq_limits *limits)
{
    *framer = (lq_framer){ .state = START, .limits = limits };
}

void lq_framer_init_element(lq_framer *framer, const lq_limits *limits)
{
    *framer = (lq_framer){
        .state = BETWEEN, .depth = 1, .opened = true, .limits = limits
    };
}

int lq_framer_scan(lq_framer *framer, const char *bytes, size_t len,
                   size_t *used)
{
    size_t room = framer->limits->element - framer->size;
    const char *at = bytes;
    const char *end = bytes + (len < room ? len : room);

    framer->found = LQ_FRAME_MORE;
    while (at < end && framer->found == LQ_FRAME_MORE) {
        at = framer->state == TEXT ? in_text(framer, at, end)
                                   : framer_step(framer, at, end);
    }
    *used = (size_t)(at - bytes);
    framer->size += (uint32_t)*used;
    if (framer->found > LQ_FRAME_MORE) {
        framer->size = 0;
    } else if (framer->found == LQ_FRAME_MORE && len > room) {
        framer->found = LQ_FRAME_LIMIT;
    }
    return framer->found;
}
