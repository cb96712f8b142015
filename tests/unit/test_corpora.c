/* test_corpora.c - all examples of all XEPs, in and out again.
 *
 * They are not ours to distribute: LQ_CORPORA names the folder where
 * xep-stanzas.jsonl lies, a JSON object on each line with the members "class"
 * ("open": a stream, closed for the occasion) and "xml". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <loquat/element.h>

#include "base/buffer.h"
#include "suite.h"
#include "xml/framer.h"
#include "xml/parser.h"

#define SKIPPED 77
#define LINE    (1 << 18)

static const lq_limits limits = { 1 << 20, LQ_DEPTH_MAX, 256, 1024 };

static lq_parser *parser;

/* ---- reading ---- */

static char *put_utf8(char *to, unsigned c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xC0 | c >> 6);
        *to++ = (char)(0x80 | (c & 0x3F));
    } else {
        *to++ = (char)(0xE0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    }
    return to;
}

/* The string member NAME of the object on LINE, decoded; surrogates have not
 * been seen there. */
static bool member(const char *line, const char *name, char *value)
{
    static const char escapes[] = "n\nt\tr\rb\bf\f";
    char key[32];
    const char *p;

    snprintf(key, sizeof(key), "\"%s\": \"", name);
    p = strstr(line, key);
    if (p == NULL) {
        return false;
    }
    for (p += strlen(key); *p != '"' && *p != '\0'; p++) {
        const char *escape = NULL;
        unsigned c;

        if (*p != '\\') {
            *value++ = *p;
        } else if (*++p == 'u' && sscanf(p + 1, "%4x", &c) == 1) {
            value = put_utf8(value, c);
            p += 4;
        } else {
            escape = strchr(escapes, *p);
            *value++ = escape == NULL ? *p : escape[1];
        }
    }
    *value = '\0';
    return true;
}

/* XMPP has no comments: without them the examples are what was meant. */
static bool drop_comments(char *xml)
{
    bool any = false;
    char *begin, *end;

    while ((begin = strstr(xml, "<!--")) != NULL &&
           (end = strstr(begin, "-->")) != NULL) {
        memmove(begin, end + 3, strlen(end + 3) + 1);
        any = true;
    }
    return any;
}

static bool is_framed(const char *xml, int expected)
{
    lq_framer framer;
    size_t used;

    lq_framer_init_element(&framer, &limits);
    return lq_framer_scan(&framer, xml, strlen(xml), &used) == expected;
}

/* Call CHECK with each element, and return how many there were. */
static size_t for_each(bool headers, void (*check)(char *xml))
{
    static char line[LINE], xml[LINE], kind[LINE];
    char path[1000];
    size_t count = 0;
    FILE *file;

    snprintf(path, sizeof(path), "%s/xep-stanzas.jsonl", getenv("LQ_CORPORA"));
    file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s", path);
    while (fgets(line, sizeof(line), file) != NULL) {
        ck_assert(member(line, "class", kind) && member(line, "xml", xml));
        if ((strcmp(kind, "open") == 0) == headers) {
            bool had = !is_framed(xml, LQ_FRAME_ELEMENT);

            ck_assert_msg(drop_comments(xml) == had, "%s", xml);
            check(xml);
            count++;
        }
    }
    fclose(file);
    return count;
}

/* ---- comparing ---- */

static bool same_attrs(const lq_element *a, const lq_element *b)
{
    const char *name, *xmlns, *value;
    int count = 0;

    while ((name = lq_element_attr_at(a, count, &xmlns, &value)) != NULL) {
        const char *other = lq_element_attr_ns(b, name, xmlns);

        if (other == NULL || strcmp(value, other) != 0) {
            return false;
        }
        count++;
    }
    return lq_element_attr_at(b, count, NULL, NULL) == NULL;
}

static bool same(const lq_element *a, const lq_element *b)
{
    const lq_element *x = lq_element_first_node(a);
    const lq_element *y = lq_element_first_node(b);

    if (lq_element_is_text(a) || lq_element_is_text(b)) {
        return lq_element_is_text(a) && lq_element_is_text(b) &&
               strcmp(lq_element_text(a), lq_element_text(b)) == 0;
    }
    if (!lq_element_is(a, lq_element_name(b), lq_element_xmlns(b)) ||
        !same_attrs(a, b) || strcmp(lq_element_text(a), lq_element_text(b))) {
        return false;
    }
    while (x != NULL && y != NULL && same(x, y)) {
        x = lq_element_next_node(x);
        y = lq_element_next_node(y);
    }
    return x == NULL && y == NULL;
}

static void ck_same(const lq_stanza *a, const lq_stanza *b, const char *xml)
{
    ck_assert_msg(a != NULL && b != NULL &&
                      same(lq_stanza_root(a), lq_stanza_root(b)),
                  "%.4000s", xml);
}

/* ---- claims ---- */

static void check_again(char *xml)
{
    const lq_stanza *stanza = lq_stanza_parse(xml, strlen(xml));
    const char *text = lq_element_xml(stanza, lq_stanza_root(stanza));
    const lq_stanza *again =
        text == NULL ? NULL : lq_stanza_parse(text, strlen(text));

    ck_same(stanza, again, xml);
    lq_stanza_unref(stanza);
    lq_stanza_unref(again);
}

START_TEST(what_is_written_is_what_was_read)
{
    ck_assert_uint_gt(for_each(false, check_again), 5000);
    ck_assert_uint_eq(memory_blocks(), 0);
}
END_TEST

/* Frame XML in pieces of seven bytes. */
static void deliver(const char *xml, lq_buffer *frame)
{
    size_t len = strlen(xml);
    int found = LQ_FRAME_MORE;
    lq_framer framer;

    lq_framer_init_element(&framer, &limits);
    while (len > 0 && found == LQ_FRAME_MORE) {
        size_t used;

        found = lq_framer_scan(&framer, xml, len < 7 ? len : 7, &used);
        lq_buffer_append(frame, xml, used);
        xml += used;
        len -= used;
    }
    ck_assert_int_eq(found, LQ_FRAME_ELEMENT);
    ck_assert_uint_eq(len, 0);
}

static void check_in_sevens(char *xml)
{
    const lq_stanza *whole = lq_stanza_parse(xml, strlen(xml));
    lq_stanza *stanza;
    lq_buffer frame;

    lq_buffer_init(&frame, LINE);
    deliver(xml, &frame);
    ck_assert_int_eq(lq_parser_element(parser, lq_buffer_bytes(&frame),
                                       lq_buffer_len(&frame), NULL, &stanza),
                     LQ_OK);
    ck_same(whole, stanza, xml);
    lq_buffer_clear(&frame);
    lq_stanza_unref(whole);
    lq_stanza_unref(stanza);
}

START_TEST(pieces_make_the_same_trees)
{
    lq_pool *pool = lq_arena_pool();

    parser = lq_parser_new("jabber:client", pool);
    ck_assert_uint_gt(for_each(false, check_in_sevens), 5000);
    lq_parser_free(parser);
    lq_pool_unref(pool);
    ck_assert_uint_eq(memory_blocks(), 0);
}
END_TEST

static void check_header(char *xml)
{
    const lq_stanza *whole = lq_stanza_parse(xml, strlen(xml));
    char *empty = xml + strlen(xml) - 2;
    lq_stanza *header;
    lq_framer framer;
    size_t used;

    if (strcmp(empty, "/>") == 0) {
        strcpy(empty, ">");
    }
    lq_framer_init(&framer, &limits);
    ck_assert_int_eq(lq_framer_scan(&framer, xml, strlen(xml), &used),
                     LQ_FRAME_HEADER);
    ck_assert_int_eq(lq_parse_header(xml, used, &header), LQ_OK);
    ck_assert(lq_element_is(lq_stanza_root(header),
                            lq_element_name(lq_stanza_root(whole)),
                            lq_element_xmlns(lq_stanza_root(whole))));
    lq_stanza_unref(header);
    lq_stanza_unref(whole);
}

START_TEST(headers_are_headers)
{
    ck_assert_uint_gt(for_each(true, check_header), 200);
    ck_assert_uint_eq(memory_blocks(), 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        what_is_written_is_what_was_read,
        pieces_make_the_same_trees,
        headers_are_headers,
        NULL,
    };

    if (getenv("LQ_CORPORA") == NULL) {
        return SKIPPED;
    }
    return suite_main("corpora", tests);
}
