/* test_parser.c - stanzas from framed elements, and nothing from all else. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <loquat/element.h>

#include "base/array.h"
#include "base/buffer.h"
#include "base/memory.h"
#include "suite.h"
#include "xml/framer.h"
#include "xml/names.h"
#include "xml/parser.h"

static lq_pool *pool;
static lq_parser *parser;

static void setup(void)
{
    pool = lq_arena_pool();
    parser = lq_parser_new(LQ_NS_CLIENT, pool);
    ck_assert_ptr_nonnull(parser);
}

static void teardown(void)
{
    lq_parser_free(parser);
    lq_pool_unref(pool);
    ck_assert_uint_eq(memory_blocks(), 0);
}

static int parse_len(const char *xml, size_t len, lq_stanza **stanza)
{
    char *exact = malloc(len + (len == 0)); /* a byte too many is seen */
    int rv;

    memcpy(exact, xml, len);
    rv = lq_parser_element(parser, exact, len, NULL, stanza);
    ck_assert((rv == LQ_OK) == (*stanza != NULL));
    free(exact);
    return rv;
}

static lq_stanza *parse(const char *xml)
{
    lq_stanza *stanza;
    int rv = parse_len(xml, strlen(xml), &stanza);

    ck_assert_msg(rv == LQ_OK, "%s: %s", xml, lq_error_name(rv));
    return stanza;
}

static void refuse_len(const char *xml, size_t len, int error)
{
    lq_stanza *stanza;
    int rv = parse_len(xml, len, &stanza);

    ck_assert_msg(rv == error, "%s: %s", xml, lq_error_name(rv));
    lq_stanza_unref(parse("<a/>")); /* and goes on */
}

static void refuse(const char *xml) { refuse_len(xml, strlen(xml), LQ_E_XML); }

/* Parse XML and compare what its root comes to. */
static void expect_xml(const char *xml, const char *expected)
{
    lq_stanza *stanza = parse(xml);
    const char *got = lq_element_xml(stanza, lq_stanza_root(stanza));

    ck_assert_msg(got != NULL && strcmp(got, expected) == 0,
                  "%s\ngave     %s\nexpected %s", xml, got, expected);
    lq_stanza_unref(stanza);
}

/* ---- what is read ---- */

static const struct {
    const char *xml, *same;
} readings[] = {
    { "<a/>", "<a xmlns='jabber:client'/>" },
    { "<a></a>", "<a xmlns='jabber:client'/>" },
    { "<a xmlns=''/>", "<a/>" },
    { "<a xmlns='b'><c xmlns=''><d/></c><e/></a>",
      "<a xmlns='b'><c xmlns=''><d/></c><e/></a>" },
    { "<stream:features><b xmlns='c'/></stream:features>",
      "<features xmlns='" LQ_NS_STREAMS "'><b xmlns='c'/></features>" },
    { "<p:a xmlns:p='b' p:c='d' c='e'/>",
      "<a xmlns='b' xmlns:n0='b' n0:c='d' c='e'/>" },
    { "<a xml:lang='de'/>", "<a xmlns='jabber:client' xml:lang='de'/>" },
    { "<a xmlns='vcard-temp'/>", "<a xmlns='vcard-temp'/>" },
    { "<a xmlns='eu.siacs.x'><b/></a>", "<a xmlns='eu.siacs.x'><b/></a>" },
    { "<a xmlns='no uri [%'/>", "<a xmlns='no uri [%'/>" },
    { "<a>b<c>d</c>e</a>", "<a xmlns='jabber:client'>b<c>d</c>e</a>" },
    { "<a> \n\t</a>", "<a xmlns='jabber:client'> \n\t</a>" },
    { "<a>\r\n\r</a>", "<a xmlns='jabber:client'>\n\n</a>" },
    { "<a b='\r\n\t '/>", "<a xmlns='jabber:client' b='   '/>" },
    { "<a b='&#13;&#10;&#9;'/>",
      "<a xmlns='jabber:client' b='&#13;&#10;&#9;'/>" },
    { "<a>&#13;</a>", "<a xmlns='jabber:client'>&#13;</a>" },
    { "<a b='&amp;&lt;&gt;&quot;&apos;'>&amp;&lt;&gt;&quot;&apos;</a>",
      "<a xmlns='jabber:client' b='&amp;&lt;&gt;&quot;&apos;'>"
      "&amp;&lt;&gt;\"'</a>" },
    { "<a b='&#38;&#x26;'>&#38;&#x26;amp;</a>",
      "<a xmlns='jabber:client' b='&amp;&amp;'>&amp;&amp;amp;</a>" },
    { "<a>&#x1F600;&#128512;&#x10FFFF;</a>",
      "<a xmlns='jabber:client'>\xF0\x9F\x98\x80\xF0\x9F\x98\x80"
      "\xF4\x8F\xBF\xBF</a>" },
    { "<a>&#x0000000000000000000000041;</a>",
      "<a xmlns='jabber:client'>A</a>" },
    { "<a>b<![CDATA[<c>&amp;]]>d<![CDATA[]]></a>",
      "<a xmlns='jabber:client'>b&lt;c&gt;&amp;amp;d</a>" },
    { "<a><![CDATA[]]></a>", "<a xmlns='jabber:client'/>" },
    { "<a>\xC3\xA4\xE2\x82\xAC\xEF\xBF\xBD</a>",
      "<a xmlns='jabber:client'>\xC3\xA4\xE2\x82\xAC\xEF\xBF\xBD</a>" },
    { "<\xC3\xA4 \xC3\xB6='\xC3\xBC'/>",
      "<\xC3\xA4 xmlns='jabber:client' \xC3\xB6='\xC3\xBC'/>" },
    { "<a b='>' c='/>'/>", "<a xmlns='jabber:client' b='&gt;' c='/&gt;'/>" },
};

START_TEST(elements_are_read_as_they_are_meant)
{
    setup();
    for (size_t i = 0; i < LQ_COUNT(readings); i++) {
        expect_xml(readings[i].xml, readings[i].same);
    }
    teardown();
}
END_TEST

START_TEST(pieces_of_text_become_one_node)
{
    lq_stanza *stanza;
    const lq_element *node;

    setup();
    stanza = parse("<a>b&amp;<![CDATA[c]]>&#100;e</a>");
    node = lq_element_first_node(lq_stanza_root(stanza));
    ck_assert_str_eq(lq_element_text(node), "b&cde");
    ck_assert_ptr_null(lq_element_next_node(node));
    lq_stanza_unref(stanza);
    teardown();
}
END_TEST

static const struct {
    const char *xml, *text;
} lines[] = {
    { "<a><![CDATA[b\rc\r\nd\n\re\r\r\nf]]></a>", "b\nc\nd\n\ne\n\nf" },
    { "<a>b\rc\r\n<![CDATA[\r]]>\n</a>", "b\nc\n\n\n" },
    { "<a><![CDATA[\r]]><![CDATA[\n]]>&#13;\r</a>", "\n\n\r\n" },
};

START_TEST(ends_of_lines_are_one_character_everywhere)
{
    setup();
    for (size_t i = 0; i < LQ_COUNT(lines); i++) {
        lq_stanza *stanza = parse(lines[i].xml);

        ck_assert_str_eq(lq_element_text(stanza->root), lines[i].text);
        lq_stanza_unref(stanza);
    }
    refuse("<a b\r='c' b='d'/>");
    teardown();
}
END_TEST

START_TEST(an_empty_cdata_section_is_no_node)
{
    lq_stanza *stanza;
    const lq_element *b;

    setup();
    stanza = parse("<a><![CDATA[]]><b/><![CDATA[]]></a>");
    b = lq_element_first_node(stanza->root);
    ck_assert_str_eq(lq_element_name(b), "b");
    ck_assert_ptr_null(lq_element_next_node(b));
    lq_stanza_unref(stanza);
    teardown();
}
END_TEST

START_TEST(common_names_are_constants)
{
    lq_stanza *stanza;
    const lq_element *root;

    setup();
    stanza = parse("<message to='x'><unheard-of/></message>");
    root = lq_stanza_root(stanza);
    ck_assert_ptr_eq(lq_element_name(root), lq_name_intern("message", 7));
    ck_assert_ptr_eq(lq_element_xmlns(root), lq_name_intern(LQ_NS_CLIENT, 13));
    ck_assert_ptr_null(lq_name_intern("unheard-of", 10));
    lq_stanza_unref(stanza);
    teardown();
}
END_TEST

START_TEST(common_names_are_sorted_and_found)
{
    const char *last = "", *name;

    for (size_t i = 0; (name = lq_name_at(i)) != NULL; i++) {
        ck_assert_msg(strcmp(last, name) < 0, "%s, %s", last, name);
        ck_assert_ptr_eq(lq_name_intern(name, strlen(name)), name);
        last = name;
    }
    ck_assert_ptr_null(lq_name_intern("", 0));
    ck_assert_ptr_null(lq_name_intern("messag", 6));
    ck_assert_ptr_null(lq_name_intern("messages", 8));
    ck_assert_ptr_nonnull(lq_name_intern("messages", 7));
}
END_TEST

START_TEST(language_of_the_stream_reaches_the_root_only)
{
    lq_stanza *stanza;
    const lq_element *root;

    setup();
    ck_assert_int_eq(
        lq_parser_element(parser, "<a b='c'><d/></a>", 17, "de", &stanza),
        LQ_OK);
    root = lq_stanza_root(stanza);
    ck_assert_str_eq(lq_stanza_lang(stanza), "de");
    ck_assert_str_eq(lq_element_attr(root, "b"), "c");
    ck_assert_ptr_null(lq_element_attr(root, "lang"));
    ck_assert_ptr_null(lq_element_attr_ns(lq_element_child(root, "d", NULL),
                                          "lang", LQ_NS_XML));
    lq_stanza_unref(stanza);
    ck_assert_int_eq(
        lq_parser_element(parser, "<a xml:lang=''/>", 16, "de", &stanza),
        LQ_OK);
    ck_assert_str_eq(lq_stanza_lang(stanza), "");
    lq_stanza_unref(stanza);
    teardown();
}
END_TEST

/* ---- what is refused ---- */

static const char *const refused[] = {
    /* not one element */
    "",
    " ",
    "a",
    "<a/><b/>",
    "<a/>b",
    "b<a/>",
    "<a/> ",
    "<a>",
    "<a><b></a>",
    "<a></b>",
    "</a>",
    "</stream>",
    "<a/></stream>",
    "<>",
    "</>",
    "<a",
    /* not well-formed */
    "<a b/>",
    "<a b=c/>",
    "<a b='c'd='e'/>",
    "<a b='c' b='d'/>",
    "<1/>",
    "<a>]]></a>",
    "<a>&</a>",
    "<a>&amp</a>",
    "<a>&#;</a>",
    "<a>&#xG;</a>",
    "<a b='&'/>",
    "<a b='<'/>",
    "<a b='<c/>'/>",
    "<a/ >",
    "< a/>",
    "<a\v/>",
    /* namespaces */
    "<b:a/>",
    "<a b:c='d'/>",
    "<a:b:c/>",
    "<:a/>",
    "<a:/>",
    "<a b:='c'/>",
    "<p:a xmlns:p='b' xmlns:q='b' p:c='' q:c=''/>",
    "<a xmlns:b=''/>",
    "<a xmlns:xml='b'/>",
    "<a xmlns:xmlns='b'/>",
    "<a xmlns:b='" LQ_NS_XML "'/>",
    "<a xmlns='" LQ_NS_XML "'/>",
    "<a xmlns='" LQ_NS_XMLNS "'/>",
    "<a xmlns='b' xmlns='c'/>",
    /* entities */
    "<a>&#0;</a>",
    "<a>&#8;</a>",
    "<a>&#xD800;</a>",
    "<a>&#xDFFF;</a>",
    "<a>&#xFFFE;</a>",
    "<a>&#xFFFF;</a>",
    "<a>&#x110000;</a>",
    "<a>&#99999999999999999;</a>",
    "<a b='&#0;'/>",
    "<a b='&#xFFFE;'/>",
    "<a>&#-1;</a>",
    /* restricted XML, should the framer let it pass */
    "<!-- x --><a/>",
    "<a/><!-- x -->",
    "<a><!-- x --></a>",
    "<?pi?><a/>",
    "<a><?pi?></a>",
    "<a/><?pi?>",
    "<!DOCTYPE a><a/>",
    "<![CDATA[a]]><a/>",
    "<?xml version='1.0'?><a/>",
    "<a/><![CDATA[",
    "<a/><![CDATA[>",
    "<a/><!--",
};

START_TEST(entity_that_is_not_predefined_is_restricted)
{
    static const char *const rows[] = { "<a>&nbsp;</a>", "<a b='&nbsp;'/>",
                                        "<a>&lol9;</a>" };

    setup();
    for (size_t i = 0; i < LQ_COUNT(rows); i++) {
        refuse_len(rows[i], strlen(rows[i]), LQ_PARSE_RESTRICTED);
    }
    teardown();
}
END_TEST

START_TEST(what_is_not_one_element_is_refused)
{
    setup();
    for (size_t i = 0; i < LQ_COUNT(refused); i++) {
        refuse(refused[i]);
    }
    teardown();
}
END_TEST

static const char *const bad_bytes[] = {
    "\x80",
    "\xBF",
    "\xC0\x80",
    "\xC1\x81",
    "\xC1\xBF",
    "\xE0\x80\x80",
    "\xE0\x81\x81",
    "\xE0\x9F\xBF",
    "\xF0\x80\x80\x80",
    "\xF0\x82\x82\xAC",
    "\xF0\x8F\xBF\xBF",
    "\xED\xA0\x80",
    "\xED\xBF\xBF",
    "\xF4\x90\x80\x80",
    "\xF5\x80\x80\x80",
    "\xF8\x88\x80\x80",
    "\xFE",
    "\xFF",
    "\xC3",
    "\xE2\x82",
    "\xF0\x9F\x98",
    "\xEF\xBF\xBE",
    "\xEF\xBF\xBF",
    "\x01",
    "\x08",
    "\x0B",
    "\x0C",
    "\x1F",
};

/* Where they stand matters: libxml2 reads each place in its own way. */
static const char *const places[] = {
    "<a>%s</a>",
    "<a>%s<b/></a>",
    "<a>long enough to leave the fast path of ASCII behind us %s</a>",
    "<a><![CDATA[%s]]></a>",
    "<a><![CDATA[x%sx]]>x</a>",
    "<a b='%s'/>",
    "<a b=\"x%sx\"/>",
    "<a b='&amp;%s'/>",
    "<a%s/>",
    "<%sa/>",
    "<a b%s='c'/>",
    "<a xmlns='urn:%s'/>",
    "<a xmlns:b%s='c'/>",
    "<a></a%s>",
    "<a>&#65%s;</a>",
};

START_TEST(bytes_that_are_no_characters_are_refused_everywhere)
{
    char xml[200];

    setup();
    for (size_t i = 0; i < LQ_COUNT(places); i++) {
        for (size_t j = 0; j < LQ_COUNT(bad_bytes); j++) {
            snprintf(xml, sizeof(xml), places[i], bad_bytes[j]);
            refuse(xml);
        }
    }
    teardown();
}
END_TEST

START_TEST(nul_is_refused_everywhere)
{
    setup();
    for (size_t i = 0; i < LQ_COUNT(places); i++) {
        char xml[200];
        size_t len = (size_t)snprintf(xml, sizeof(xml), places[i], "\x01");

        *strchr(xml, '\x01') = '\0';
        refuse_len(xml, len, LQ_E_XML);
    }
    teardown();
}
END_TEST

/* ---- size ---- */

/* HEAD, then PIECE so often, then TAIL. */
static char *repeat(const char *head, const char *piece, size_t times,
                    const char *tail, size_t *len)
{
    size_t step = strlen(piece);
    char *xml = malloc(strlen(head) + times * step + strlen(tail) + 1);
    char *at = xml + strlen(head);

    strcpy(xml, head);
    for (size_t i = 0; i < times; i++, at += step) {
        memcpy(at, piece, step);
    }
    strcpy(at, tail);
    *len = (size_t)(at - xml) + strlen(tail);
    return xml;
}

static const struct {
    const char *head, *piece, *tail;
    size_t times;
} floods[] = {
    { "<m>", "<a/>", "</m>", 250000 },
    { "<m>", "<a/>x", "</m>", 200000 },
    { "<m>", "<a>x</a>", "</m>", 100000 },
    { "<m>", "<a b=''/>", "</m>", 100000 },
    { "<m>", "&lt;", "</m>", 1000000 },
    { "<m>", "<![CDATA[x]]>", "</m>", 100000 },
    { "<m>", "x", "</m>", 9000000 },
    { "<m a='", "x", "'/>", 9000000 },
    { "<m a='", "&amp;", "'/>", 200000 },
    { "<m xmlns:p='urn:x:0123456789012345678901234567890123456789' "
      "xmlns:q='urn:y:0123456789012345678901234567890123456789'>",
      "<p:a/><q:a/>", "</m>", 100000 },
};

START_TEST(a_tree_is_fourteen_times_its_text_at_most)
{
    for (size_t i = 0; i < LQ_COUNT(floods); i++) {
        lq_stanza *stanza;
        size_t len;
        char *xml = repeat(floods[i].head, floods[i].piece, floods[i].times,
                           floods[i].tail, &len);

        setup();
        ck_assert_msg(lq_parser_element(parser, xml, len, NULL, &stanza) ==
                          LQ_OK,
                      "row %zu", i);
        lq_stanza_unref(stanza);
        free(xml);
        teardown();
    }
}
END_TEST

START_TEST(text_in_a_million_pieces_is_whole)
{
    lq_stanza *stanza;
    size_t len;
    char *xml = repeat("<m>", "&lt;", 1000000, "</m>", &len);

    setup();
    ck_assert_int_eq(parse_len(xml, len, &stanza), LQ_OK);
    ck_assert_uint_eq(strlen(lq_element_text(lq_stanza_root(stanza))), 1000000);
    lq_stanza_unref(stanza);
    free(xml);
    teardown();
}
END_TEST

START_TEST(elements_nest_to_the_limit)
{
    char xml[8 * (LQ_DEPTH_MAX + 1)];

    setup();
    for (size_t depth = LQ_DEPTH_MAX; depth <= LQ_DEPTH_MAX + 1; depth++) {
        lq_stanza *stanza;
        char *at = xml;

        for (size_t i = 0; i < depth; i++) {
            at += sprintf(at, "<a>");
        }
        for (size_t i = 0; i < depth; i++) {
            at += sprintf(at, "</a>");
        }
        ck_assert_int_eq(parse_len(xml, (size_t)(at - xml), &stanza),
                         depth == LQ_DEPTH_MAX ? LQ_OK : LQ_E_POLICY);
        lq_stanza_unref(stanza);
    }
    teardown();
}
END_TEST

/* <n...-I> with as long a namespace and eight attributes of such names. */
static void new_names(char *xml, int i)
{
    xml += sprintf(xml, "<n%0900d xmlns='urn:%0900d'", i, i);
    for (int j = 0; j < 8; j++) {
        xml += sprintf(xml, " a%d-%0900d=''", j, i);
    }
    strcpy(xml, "/>");
}

/* libxml2 keeps them all and gives up after some 25 MB. */
START_TEST(forty_megabytes_of_new_names_are_forgotten)
{
    static char xml[10000];

    setup();
    for (int i = 0; i < 4500; i++) {
        lq_stanza *stanza;

        new_names(xml, i);
        stanza = parse(xml);
        ck_assert_int_eq(atoi(lq_element_name(lq_stanza_root(stanza)) + 1), i);
        lq_stanza_unref(stanza);
        ck_assert_uint_lt(memory_blocks(), 10);
    }
    teardown();
}
END_TEST

START_TEST(the_steady_state_allocates_nothing)
{
    setup();
    lq_stanza_unref(parse("<message><body>warm up</body></message>"));
    memory_fail(1, true);
    lq_stanza_unref(parse("<message from='a' type='chat'><body xmlns='c'>"
                          "art thou not Romeo</body><new-name/></message>"));
    ck_assert(!memory_failed());
    memory_fail(0, false);
    teardown();
}
END_TEST

/* ---- large elements, which libxml2 gets in three slices ---- */

#define SLICE ((size_t)100 * 1024)

/* START, LEN times the letter x, END; to be freed. */
static char *spread(const char *start, size_t len, const char *end)
{
    size_t whole;

    return repeat(start, "x", len, end, &whole);
}

START_TEST(elements_of_many_slices_are_whole)
{
    static const size_t lens[] = {
        128 * 1024, 128 * 1024 + 1, 128 * 1024 + 2, 128 * 1024 + 3,
        3 * SLICE,  3 * SLICE + 1,  3 * SLICE + 2,  25 * SLICE,
    };

    setup();
    for (size_t i = 0; i < LQ_COUNT(lens); i++) {
        size_t text = lens[i] - strlen("<a></a>");
        char *xml = spread("<a>", text, "</a>");
        lq_stanza *stanza = parse(xml);

        ck_assert_uint_eq(strlen(xml), lens[i]);
        ck_assert_uint_eq(strspn(lq_element_text(lq_stanza_root(stanza)), "x"),
                          text);
        ck_assert_uint_eq(strlen(lq_element_text(lq_stanza_root(stanza))),
                          text);
        lq_stanza_unref(stanza);
        lq_stanza_unref(parse("<a/>"));
        free(xml);
    }
    teardown();
}
END_TEST

START_TEST(attribute_of_many_slices_is_whole)
{
    enum { LEN = 700 * 1024 };
    char *xml = spread("<a b='", LEN, "' c='d'>e</a>");
    const lq_element *root;
    lq_stanza *stanza;

    setup();
    stanza = parse(xml);
    root = lq_stanza_root(stanza);
    ck_assert_uint_eq(strlen(lq_element_attr(root, "b")), LEN);
    ck_assert_uint_eq(strspn(lq_element_attr(root, "b"), "x"), LEN);
    ck_assert_str_eq(lq_element_attr(root, "c"), "d");
    ck_assert_str_eq(lq_element_text(root), "e");
    lq_stanza_unref(stanza);
    lq_stanza_unref(parse("<a/>"));
    teardown();
    free(xml);
}
END_TEST

/* What may lie across the border of two slices; and what it comes to. */
static const struct {
    const char *xml, *same;
} borders[] = {
    { "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x8D\x91",
      "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x8D\x91" },
    { "<![CDATA[<b/>]]>", "&lt;b/&gt;" },
    { "<![CDATA[\xF0\x9F\x8D\x91]]]>\xC3\xA4", "\xF0\x9F\x8D\x91]\xC3\xA4" },
    { "<![CDATA[]]><![CDATA[a]]>", "a" },
    { "&amp;&lt;&#x1F351;", "&amp;&lt;\xF0\x9F\x8D\x91" },
    { "a\r\nb\rc", "a\nb\nc" },
    { "<b c='d\xC3\xA4&gt;' e=\"'\">f</b>",
      "<b c='d\xC3\xA4&gt;' e='&apos;'>f</b>" },
    { "<p:b xmlns:p='urn:p' p:c='d'/>",
      "<b xmlns='urn:p' xmlns:n0='urn:p' n0:c='d'/>" },
    { "a<b/>c<b></b >d", "a<b/>c<b/>d" },
};

/* START and END, and between them XML among the letter x, so that its byte AT
 * is the first of the second slice; to be freed. */
static char *sliced(const char *start, const char *xml, size_t at,
                    const char *end)
{
    size_t before = SLICE - at - strlen(start);
    size_t behind = 3 * (SLICE - 1) - (SLICE - at) - strlen(xml) - strlen(end);
    char *first = spread(start, before, xml);
    char *whole = spread(first, behind, end);

    ck_assert(memcmp(whole + SLICE - at, xml, strlen(xml)) == 0);
    free(first);
    return whole;
}

/* Byte AT of XML is the first behind the border. */
static void claim_border(const char *xml, const char *same, size_t at)
{
    char *text = sliced("<a>", xml, at, "</a>");
    lq_stanza *stanza = parse(text);
    const char *got = lq_element_xml(stanza, lq_stanza_root(stanza));

    got += strlen("<a xmlns='jabber:client'>");
    ck_assert_uint_eq(strspn(got, "x"), SLICE - at - 3);
    got += SLICE - at - 3;
    ck_assert_msg(strncmp(got, same, strlen(same)) == 0, "%s, cut at %zu", xml,
                  at);
    got += strlen(same);
    ck_assert_str_eq(got + strspn(got, "x"), "</a>");
    lq_stanza_unref(stanza);
    free(text);
}

START_TEST(border_of_slices_may_lie_anywhere)
{
    setup();
    for (size_t i = 0; i < LQ_COUNT(borders); i++) {
        for (size_t at = 0; at <= strlen(borders[i].xml); at++) {
            claim_border(borders[i].xml, borders[i].same, at);
        }
    }
    teardown();
}
END_TEST

START_TEST(border_of_slices_may_lie_anywhere_in_a_value)
{
    static const char value[] = "\xC3\xA4&amp;\xF0\x9F\x8D\x91&#x20AC;\t\"y";
    static const char same[] = "\xC3\xA4&\xF0\x9F\x8D\x91\xE2\x82\xAC \"y";

    setup();
    for (size_t at = 0; at < sizeof(value); at++) {
        char *xml = sliced("<a b='", value, at, "' c='d'/>");
        lq_stanza *stanza = parse(xml);
        const char *got = lq_element_attr(lq_stanza_root(stanza), "b");

        ck_assert_uint_eq(strspn(got, "x"), SLICE - at - 6);
        got += SLICE - at - 6;
        ck_assert(strncmp(got, same, strlen(same)) == 0);
        got += strlen(same);
        ck_assert_uint_eq(strspn(got, "x"), strlen(got));
        lq_stanza_unref(stanza);
        free(xml);
    }
    teardown();
}
END_TEST

static const char *const bad_ends[] = {
    "<b c='d></b></a>",
    "<b c=\"d/></a>",
    "<b c=d/></a>",
    "<b></a>",
    "</b></a>",
    "&</a>",
    "&nbsp</a>",
    "<![CDATA[</a>",
    "<![CDATA[\xC0\x80]]></a>",
    "<![CDATA[\xED\xA0\x80]]></a>",
    "<![CDATA[\xC3]]></a>",
    "\xC0\x80</a>",
    "\xED\xA0\x80</a>",
    "\xF4\x90\x80\x80</a>",
    "&#1;</a>",
    "&#xD800;</a>",
    "<!-- --></a>",
    "<?b?></a>",
    "</a></a>",
    "</a><a/>",
    "\xC3</a>",
    "\xF0\x9F</a>",
    "\x01</a>",
    "<p:b/></a>",
    "<b c='<'/></a>",
    "]]></a>",
    "]]]]]></a>",
    "</a",
    "",
};

/* Behind LEN bytes of text. */
static void claim_bad_end(const char *bad, size_t len)
{
    char *xml = spread("<a>", len, bad);
    lq_stanza *stanza;

    ck_assert_msg(parse_len(xml, strlen(xml), &stanza) == LQ_E_XML,
                  "%s behind %zu", bad, len);
    lq_stanza_unref(parse("<a/>"));
    free(xml);
}

START_TEST(what_is_wrong_in_a_later_slice_is_refused)
{
    setup();
    for (size_t i = 0; i < LQ_COUNT(bad_ends); i++) {
        claim_bad_end(bad_ends[i], 300000);
        claim_bad_end(bad_ends[i], 2 * SLICE + 1000);
    }
    teardown();
}
END_TEST

START_TEST(what_is_wrong_across_the_border_is_refused)
{
    setup();
    for (size_t i = 0; i < LQ_COUNT(bad_ends); i++) {
        for (size_t at = 0; at < strlen(bad_ends[i]); at++) {
            char *xml = sliced("<a>", bad_ends[i], at, "</a>");

            refuse(xml);
            free(xml);
        }
    }
    teardown();
}
END_TEST

START_TEST(what_is_wrong_in_the_first_slice_is_refused_once)
{
    char *xml = spread("<a><b c='d></b>", 3 * SLICE, "</a>");
    char *two = spread("<a/><a>", 3 * SLICE, "</a>");

    setup();
    refuse(xml);
    refuse(two);
    teardown();
    free(two);
    free(xml);
}
END_TEST

START_TEST(an_element_outlives_its_parser)
{
    lq_stanza *stanza;

    setup();
    stanza = parse("<a-name b-name='c'>d</a-name>");
    refuse("<oops");
    lq_parser_free(parser);
    parser = NULL;
    ck_assert_str_eq(lq_element_name(lq_stanza_root(stanza)), "a-name");
    ck_assert_str_eq(lq_element_attr(lq_stanza_root(stanza), "b-name"), "c");
    ck_assert_str_eq(lq_element_text(lq_stanza_root(stanza)), "d");
    lq_stanza_unref(stanza);
    teardown();
}
END_TEST

/* ---- headers ---- */

#define HEADER(attrs) "<stream:stream " attrs ">"
#define CLIENT        "xmlns='jabber:client' "
#define STREAM        "xmlns:stream='" LQ_NS_STREAMS "' "

static const struct {
    const char *xml;
    int rv;
    bool canonical;
} headers[] = {
    { HEADER(CLIENT STREAM "id='1'"), LQ_OK, true },
    { "<?xml version='1.0'?>" HEADER(CLIENT STREAM), LQ_OK, true },
    { "<?xml version='1.0' encoding='UTF-8'?>\n" HEADER(CLIENT STREAM), LQ_OK,
      true },
    { HEADER("xmlns='jabber:server' " STREAM), LQ_OK, true },
    { HEADER(STREAM), LQ_OK, false },
    { HEADER(CLIENT STREAM "xmlns:db='jabber:server:dialback'"), LQ_OK, false },
    { "<s:stream " CLIENT "xmlns:s='" LQ_NS_STREAMS "'>", LQ_OK, false },
    { "<stream xmlns='" LQ_NS_STREAMS "'>", LQ_OK, false },
    { HEADER(CLIENT "xmlns:stream='urn:other'"), LQ_OK, false },
    { HEADER(CLIENT), LQ_E_XML, false },
    { HEADER(CLIENT STREAM "a='&b;'"), LQ_PARSE_RESTRICTED, false },
    { HEADER(CLIENT STREAM "a='1' a='1'"), LQ_E_XML, false },
    { "<!DOCTYPE a [<!ENTITY b 'c'>]>" HEADER(CLIENT STREAM), LQ_E_XML, false },
    { "<?xml version='1.0'?>" HEADER(CLIENT STREAM "a='\xE4'"), LQ_E_XML,
      false },
    { "<?xml version='1.0' encoding='ISO-8859-1'?>" HEADER(CLIENT STREAM
                                                           "a='\xE4'"),
      LQ_E_XML, false },
    { HEADER(CLIENT STREAM) "<a>", LQ_E_XML, false },
    { "<a", LQ_E_XML, false },
    { "", LQ_E_XML, false },
};

START_TEST(headers_are_read_alone)
{
    for (size_t i = 0; i < LQ_COUNT(headers); i++) {
        lq_stanza *stanza;
        int rv =
            lq_parse_header(headers[i].xml, strlen(headers[i].xml), &stanza);

        ck_assert_msg(rv == headers[i].rv, "%s: %s", headers[i].xml,
                      lq_error_name(rv));
        ck_assert((rv == LQ_OK) == (stanza != NULL));
        ck_assert_msg(stanza == NULL || lq_header_is_canonical(stanza) ==
                                            headers[i].canonical,
                      "%s", headers[i].xml);
        lq_stanza_unref(stanza);
    }
    ck_assert_uint_eq(memory_blocks(), 0);
}
END_TEST

START_TEST(declarations_of_a_header_are_attributes)
{
    static const char xml[] = HEADER(CLIENT STREAM "id='1' xml:lang='en'");
    const lq_element *root;
    lq_stanza *stanza;

    ck_assert_int_eq(lq_parse_header(xml, strlen(xml), &stanza), LQ_OK);
    root = lq_stanza_root(stanza);
    ck_assert(lq_element_is(root, "stream", LQ_NS_STREAMS));
    ck_assert_str_eq(lq_element_attr(root, "id"), "1");
    ck_assert_str_eq(lq_stanza_lang(stanza), "en");
    ck_assert_str_eq(lq_element_attr_ns(root, "xmlns", LQ_NS_XMLNS),
                     LQ_NS_CLIENT);
    ck_assert_str_eq(lq_element_attr_ns(root, "stream", LQ_NS_XMLNS),
                     LQ_NS_STREAMS);
    ck_assert_ptr_null(lq_element_attr(root, "xmlns"));
    lq_stanza_unref(stanza);
}
END_TEST

START_TEST(prefixes_of_a_header_hold_for_its_elements)
{
    static const char xml[] =
        "<s:stream xmlns='jabber:client' xmlns:s='" LQ_NS_STREAMS
        "' xmlns:q='urn:&apos;&lt;&amp;'>";
    lq_stanza *header;

    ck_assert_int_eq(lq_parse_header(xml, strlen(xml), &header), LQ_OK);
    parser = lq_parser_new_for(header, NULL);
    lq_stanza_unref(header);
    expect_xml("<s:features/>", "<features xmlns='" LQ_NS_STREAMS "'/>");
    expect_xml("<q:a/>", "<a xmlns='urn:&apos;&lt;&amp;'/>");
    expect_xml("<iq/>", "<iq xmlns='jabber:client'/>");
    refuse("<stream:features/>");
    lq_parser_free(parser);
    ck_assert_uint_eq(memory_blocks(), 0);
}
END_TEST

START_TEST(a_header_without_default_namespace_gives_none)
{
    static const char xml[] = "<s:stream xmlns:s='" LQ_NS_STREAMS "'>";
    lq_stanza *header;

    ck_assert_int_eq(lq_parse_header(xml, strlen(xml), &header), LQ_OK);
    parser = lq_parser_new_for(header, NULL);
    lq_stanza_unref(header);
    expect_xml("<a/>", "<a/>");
    lq_parser_free(parser);
}
END_TEST

/* ---- memory ---- */

static void scenario(void)
{
    static const char header[] = HEADER(CLIENT STREAM "xmlns:p='urn:p'");
    static const char xml[] =
        "<p:a b='c'>d<e xmlns='urn:f'/>g&amp;<stream:h/>\r</p:a>";
    lq_pool *spare = lq_arena_pool();
    lq_stanza *stanza = NULL;
    lq_parser *one = NULL;

    if (lq_parse_header(header, strlen(header), &stanza) == LQ_OK) {
        one = lq_parser_new_for(stanza, spare);
    }
    lq_stanza_unref(stanza);
    for (int i = 0; one != NULL && i < 2; i++) {
        int rv = lq_parser_element(one, xml, strlen(xml), "de", &stanza);

        ck_assert(rv == LQ_OK || rv == LQ_E_MEMORY);
        if (rv == LQ_OK) {
            lq_element_xml(stanza, lq_stanza_root(stanza));
        }
        lq_stanza_unref(stanza);
    }
    lq_parser_free(one);
    lq_pool_unref(spare);
}

START_TEST(any_allocation_may_fail) { memory_torture(scenario); }
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        elements_are_read_as_they_are_meant,
        pieces_of_text_become_one_node,
        ends_of_lines_are_one_character_everywhere,
        an_empty_cdata_section_is_no_node,
        common_names_are_constants,
        common_names_are_sorted_and_found,
        language_of_the_stream_reaches_the_root_only,
        entity_that_is_not_predefined_is_restricted,
        what_is_not_one_element_is_refused,
        bytes_that_are_no_characters_are_refused_everywhere,
        nul_is_refused_everywhere,
        a_tree_is_fourteen_times_its_text_at_most,
        text_in_a_million_pieces_is_whole,
        elements_nest_to_the_limit,
        forty_megabytes_of_new_names_are_forgotten,
        the_steady_state_allocates_nothing,
        elements_of_many_slices_are_whole,
        attribute_of_many_slices_is_whole,
        border_of_slices_may_lie_anywhere,
        border_of_slices_may_lie_anywhere_in_a_value,
        what_is_wrong_in_a_later_slice_is_refused,
        what_is_wrong_across_the_border_is_refused,
        what_is_wrong_in_the_first_slice_is_refused_once,
        an_element_outlives_its_parser,
        headers_are_read_alone,
        declarations_of_a_header_are_attributes,
        prefixes_of_a_header_hold_for_its_elements,
        a_header_without_default_namespace_gives_none,
        any_allocation_may_fail,
        NULL,
    };

    return suite_main("parser", tests);
}
