/* test_framer.c - where each first-level element of a stream ends. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "suite.h"
#include "xml/framer.h"

static const lq_limits limits = { 100000, LQ_DEPTH_MAX, 256, 1024 };

/* What a framer made of an input: a letter and an end for each frame. */
typedef struct verdict {
    char kinds[64];
    size_t ends[64];
    size_t count;
} verdict;

/* Space, header, element, close; and the errors. */
static char letter(int frame)
{
    return frame > 0 ? ".SHEC"[frame] : "?MRL"[-frame];
}

/* White space may come in pieces, which count as one. */
static void verdict_add(verdict *v, int frame, size_t end)
{
    if (frame == LQ_FRAME_SPACE && v->count > 0 &&
        v->kinds[v->count - 1] == 'S') {
        v->ends[v->count - 1] = end;
        return;
    }
    v->kinds[v->count] = letter(frame);
    v->ends[v->count++] = end;
    ck_assert_uint_lt(v->count, sizeof(v->kinds));
}

/* Give FRAMER input until END; false after an error. */
static bool feed(lq_framer *framer, verdict *v, const char *input, size_t at,
                 size_t end)
{
    while (at < end) {
        size_t used;
        int frame = lq_framer_scan(framer, input + at, end - at, &used);

        ck_assert_uint_le(used, end - at);
        at += used;
        if (frame == LQ_FRAME_MORE) {
            ck_assert_uint_eq(at, end);
            return true;
        }
        verdict_add(v, frame, frame < 0 ? 0 : at);
        if (frame < 0) {
            return false;
        }
    }
    return true;
}

static verdict judge(const lq_limits *limit, const char *input, size_t len,
                     size_t split)
{
    verdict v = { .count = 0 };
    lq_framer framer;

    lq_framer_init(&framer, limit);
    if (feed(&framer, &v, input, 0, split)) {
        feed(&framer, &v, input, split, len);
    }
    return v;
}

static verdict judge_singly(const char *input, size_t len)
{
    verdict v = { .count = 0 };
    lq_framer framer;

    lq_framer_init(&framer, &limits);
    for (size_t at = 0; at < len; at++) {
        if (!feed(&framer, &v, input, at, at + 1)) {
            break;
        }
    }
    return v;
}

static void same_verdict(const verdict *a, const verdict *b, const char *input)
{
    ck_assert_msg(
        a->count == b->count && memcmp(a->kinds, b->kinds, a->count) == 0 &&
            memcmp(a->ends, b->ends, a->count * sizeof(a->ends[0])) == 0,
        "%s: %s and %s", input, a->kinds, b->kinds);
}

#define HEADER "<stream:stream to='example.com' version=\"1.0\">"

static const struct {
    const char *input, *kinds;
} streams[] = {
    /* headers */
    { HEADER, "H" },
    { "<?xml version='1.0'?>" HEADER, "H" },
    { "<?xml version='1.0' encoding='UTF-8'?>\r\n" HEADER, "H" },
    { "<?xml\tversion='1.0'?>" HEADER, "H" },
    { " " HEADER, "SH" },
    { "<stream a='>' b='/>' c='<'>", "H" },
    { "<stream:stream/>", "M" },
    { "\xEF\xBB\xBF" HEADER, "M" },
    { "text", "M" },
    { "</stream:stream>", "M" },
    /* the end of the stream */
    { HEADER "</stream:stream>", "HC" },
    { HEADER "</stream:stream  >", "HC" },
    { HEADER " </stream:stream> ", "HSCS" },
    { HEADER "</stream:stream><a/>", "HCM" },
    { HEADER "</stream:stream></stream:stream>", "HCM" },
    /* elements */
    { HEADER "<a/>", "HE" },
    { HEADER "<a/><b></b><c>d</c>", "HEEE" },
    { HEADER "\n<a/>\t<b/>\r ", "HSESES" },
    { HEADER "<a><a><a/></a></a>", "HE" },
    { HEADER "<a b='x' c=\"y\"/>", "HE" },
    { HEADER "<a b = 'x'\n\tc = \"y\" />", "HE" },
    { HEADER "<a b='\"'/><a b=\"'\"/>", "HEE" },
    { HEADER "<a b='/>'/><a b='>'></a>", "HEE" },
    { HEADER "<a b='</a>'><b c='<!-- ?>'/></a>", "HE" },
    { HEADER "<a>> / ' \" = ]]</a>", "HE" },
    { HEADER "<a>&lt;&#62;</a>", "HE" },
    { HEADER "<a></a >", "HE" },
    { HEADER "<\xC3\xA4/>", "HE" },
    /* CDATA */
    { HEADER "<a><![CDATA[<b></a>]]></a>", "HE" },
    { HEADER "<a><![CDATA[]]></a>", "HE" },
    { HEADER "<a><![CDATA[]]]]></a>", "HE" },
    { HEADER "<a><![CDATA[]>]]>]]]></a>", "HE" },
    { HEADER "<a><![CDATA[ ]] > ]]]]]]></a>", "HE" },
    { HEADER "<a><b/><![CDATA[x]]><b/></a>", "HE" },
    { HEADER "<a><![CDAT[x]]></a>", "HM" },
    { HEADER "<a><![cdata[x]]></a>", "HM" },
    { HEADER "<![CDATA[x]]>", "HM" },
    { "<![CDATA[x]]>", "M" },
    /* between elements */
    { HEADER "x", "HM" },
    { HEADER "<a/>x<a/>", "HEM" },
    { HEADER " &#32; ", "HSM" },
    { HEADER "<a/>>", "HEM" },
    { HEADER "\v", "HM" },
    /* tags that cannot be */
    { HEADER "<a<b/>", "HM" },
    { HEADER "<a / >", "HM" },
    { HEADER "<a//>", "HM" },
    /* what XMPP restricts */
    { HEADER "<!-- x --><a/>", "HR" },
    { HEADER "<a><!-- x --></a>", "HR" },
    { HEADER "<a><!DOCTYPE a></a>", "HR" },
    { HEADER "<a><!ENTITY a 'b'></a>", "HR" },
    { HEADER "<?pi?>", "HR" },
    { HEADER "<a><?pi x?></a>", "HR" },
    { HEADER "<?xml version='1.0'?>", "HR" },
    { "<!DOCTYPE stream>" HEADER, "R" },
    { "<!-- x -->" HEADER, "R" },
    { "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]>" HEADER, "R" },
    { "<?xml version='1.0'?><!-- x -->" HEADER, "R" },
    { "<?xml version='1.0'?><?xml version='1.0'?>" HEADER, "R" },
    { " <?xml version='1.0'?>" HEADER, "SR" },
    { "<?xmlx?>" HEADER, "R" },
    { "<?pi?>" HEADER, "R" },
    { "<?xml version='1.0'?x?>" HEADER, "M" },
    { "<?xml version='1.0'?>x" HEADER, "M" },
};

START_TEST(every_construct_is_framed_alike_however_it_is_split)
{
    for (size_t i = 0; i < LQ_COUNT(streams); i++) {
        const char *input = streams[i].input;
        size_t len = strlen(input);
        verdict whole = judge(&limits, input, len, len);
        verdict part = judge_singly(input, len);

        ck_assert_msg(strcmp(whole.kinds, streams[i].kinds) == 0,
                      "%s: %s instead of %s", input, whole.kinds,
                      streams[i].kinds);
        same_verdict(&whole, &part, input);
        for (size_t split = 0; split < len; split++) {
            part = judge(&limits, input, len, split);
            same_verdict(&whole, &part, input);
        }
    }
}
END_TEST

START_TEST(frames_end_at_their_last_byte)
{
    static const char input[] = HEADER " <a>></a><b/>";
    size_t header = strlen(HEADER);
    verdict v = judge(&limits, input, strlen(input), 0);

    ck_assert_str_eq(v.kinds, "HSEE");
    ck_assert_uint_eq(v.ends[0], header);
    ck_assert_uint_eq(v.ends[1], header + 1);
    ck_assert_uint_eq(v.ends[2], header + 9);
    ck_assert_uint_eq(v.ends[3], header + 13);
}
END_TEST

START_TEST(bytes_behind_a_frame_are_not_looked_at)
{
    static const char input[] = "<a/>\x01<<";
    lq_framer framer;
    size_t used;

    lq_framer_init_element(&framer, &limits);
    ck_assert_int_eq(lq_framer_scan(&framer, input, strlen(input), &used),
                     LQ_FRAME_ELEMENT);
    ck_assert_uint_eq(used, 4);
}
END_TEST

START_TEST(an_element_needs_no_stream_around_it)
{
    static const struct {
        const char *input;
        int frame;
    } rows[] = {
        { "<a b='c'><d/></a>", LQ_FRAME_ELEMENT },
        { " <a/>", LQ_FRAME_SPACE },
        { "<?xml version='1.0'?><a/>", LQ_FRAME_RESTRICTED },
        { "<a>", LQ_FRAME_MORE },
        { "</a>", LQ_FRAME_CLOSE },
        { "a", LQ_FRAME_MALFORMED },
    };

    for (size_t i = 0; i < LQ_COUNT(rows); i++) {
        lq_framer framer;
        size_t used;

        lq_framer_init_element(&framer, &limits);
        ck_assert_msg(lq_framer_scan(&framer, rows[i].input,
                                     strlen(rows[i].input),
                                     &used) == rows[i].frame,
                      "%s", rows[i].input);
    }
}
END_TEST

/* ---- limits ---- */

static void expect(const lq_limits *limit, const char *input, const char *kinds)
{
    size_t len = strlen(input);

    for (size_t split = 0; split <= len; split++) {
        verdict v = judge(limit, input, len, split);

        ck_assert_msg(strcmp(v.kinds, kinds) == 0, "%s split at %zu: %s", input,
                      split, v.kinds);
    }
}

START_TEST(size_counts_every_byte_of_a_frame)
{
    lq_limits limit = { 12, 9, 9, 99 };

    expect(&limit, "<s><a>567890", "H");
    expect(&limit, "<s><a>56789</a>", "HE");
    expect(&limit, "<s><a>567890</a>", "HL");
    expect(&limit, "<s><a>5678</a><b/>", "HEE");
    expect(&limit, "<s 45678901>", "H");
    expect(&limit, "<s 456789012>", "L");
    expect(&limit, "<?xml v?><s>", "H");
    expect(&limit, "<?xml v?> <s>", "L");
}
END_TEST

START_TEST(white_space_between_elements_does_not_add_up)
{
    lq_limits limit = { 8, 9, 9, 9 };

    expect(&limit, "<s>                              <a/>", "HSE");
}
END_TEST

START_TEST(depth_counts_from_the_element)
{
    lq_limits limit = { 999, 3, 9, 9 };

    expect(&limit, "<s><a><b><c/></b></a>", "HE");
    expect(&limit, "<s><a><b><c><d/>", "HL");
    expect(&limit, "<s><a><b><c></c><c/></b><b/></a><a/>", "HEE");
}
END_TEST

START_TEST(attributes_count_for_each_element)
{
    lq_limits limit = { 999, 9, 2, 9 };

    expect(&limit, "<s a='' b=''><a a='' xmlns=''><b a='' b=''/></a>", "HE");
    expect(&limit, "<s><a a='' xmlns='' b=''/>", "HL");
    expect(&limit, "<s><a a=\"\" b=\"\" c=\"\"/>", "HL");
    expect(&limit, "<s a='' b='' c=''>", "L");
}
END_TEST

START_TEST(names_are_bounded_and_values_are_not)
{
    lq_limits limit = { 999, 9, 9, 8 };

    expect(&limit, "<s><abcdefgh/>", "HE");
    expect(&limit, "<s><abcdefghi/>", "HL");
    expect(&limit, "<s><a bcdef='0123456789'/>", "HE");
    expect(&limit, "<s><a:bcdefg/>", "HE");
    expect(&limit, "<s><a bcdefghi='0'/>", "HL");
    expect(&limit, "<s><a b:cdefgh='0'/>", "HL");
}
END_TEST

START_TEST(limits_may_change_between_frames)
{
    lq_limits low = { 6, 9, 9, 9 };
    lq_framer framer;
    size_t used;

    lq_framer_init_element(&framer, &low);
    ck_assert_int_eq(lq_framer_scan(&framer, "<a/>", 4, &used),
                     LQ_FRAME_ELEMENT);
    framer.limits = &limits;
    ck_assert_int_eq(lq_framer_scan(&framer, "<a>56</a>", 9, &used),
                     LQ_FRAME_ELEMENT);
}
END_TEST

START_TEST(largest_limits_do_not_wrap)
{
    lq_limits limit = { UINT32_MAX, LQ_DEPTH_MAX, UINT16_MAX, UINT16_MAX };
    size_t len = 5 * 65536 + 10;
    char *input = calloc(1, len + 1);
    lq_framer framer;
    size_t used;

    strcpy(input, "<a");
    for (size_t i = 0; i < 65536; i++) {
        memcpy(input + 2 + 5 * i, " b=''", 5);
    }
    lq_framer_init_element(&framer, &limit);
    ck_assert_int_eq(lq_framer_scan(&framer, input, len, &used),
                     LQ_FRAME_LIMIT);
    memset(input + 1, 'a', 65536);
    lq_framer_init_element(&framer, &limit);
    ck_assert_int_eq(lq_framer_scan(&framer, input, 65537, &used),
                     LQ_FRAME_LIMIT);
    free(input);
}
END_TEST

START_TEST(a_quarter_million_children_are_one_element)
{
    lq_limits limit = { 2000000, 9, 9, 9 };
    size_t len = 3 + 4 * 250000 + 4;
    char *input = malloc(len + 1);
    lq_framer framer;
    size_t used;

    strcpy(input, "<m>");
    for (size_t i = 0; i < 250000; i++) {
        memcpy(input + 3 + 4 * i, "<a/>", 4);
    }
    memcpy(input + len - 4, "</m>", 4);
    lq_framer_init_element(&framer, &limit);
    ck_assert_int_eq(lq_framer_scan(&framer, input, len, &used),
                     LQ_FRAME_ELEMENT);
    ck_assert_uint_eq(used, len);
    free(input);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        every_construct_is_framed_alike_however_it_is_split,
        frames_end_at_their_last_byte,
        bytes_behind_a_frame_are_not_looked_at,
        an_element_needs_no_stream_around_it,
        size_counts_every_byte_of_a_frame,
        white_space_between_elements_does_not_add_up,
        depth_counts_from_the_element,
        attributes_count_for_each_element,
        names_are_bounded_and_values_are_not,
        limits_may_change_between_frames,
        largest_limits_do_not_wrap,
        a_quarter_million_children_are_one_element,
        NULL,
    };

    return suite_main("framer", tests);
}
