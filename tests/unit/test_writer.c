/* test_writer.c - XML that says what was meant, and nothing else. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <loquat/element.h>

#include "base/array.h"
#include "base/buffer.h"
#include "suite.h"
#include "xml/names.h"
#include "xml/quote.h"
#include "xml/writer.h"

static lq_buffer out;
static lq_writer writer;

static void begin(void)
{
    lq_buffer_clear(&out);
    lq_buffer_init(&out, 1000000);
    lq_writer_init(&writer, &out, LQ_NS_CLIENT);
}

static void element(const char *name, const char *xmlns)
{
    lq_write_open(&writer, name, xmlns);
}

static void attr(const char *name, const char *value)
{
    lq_write_attr(&writer, name, value);
}

static void attr_ns(const char *name, const char *xmlns, const char *value)
{
    lq_write_attr_ns(&writer, name, xmlns, value);
}

static void text(const char *value)
{
    lq_write_text(&writer, value, strlen(value));
}

static void end(void) { lq_write_close(&writer); }

/* What was written is XML, and the writer content. */
static void expect(const char *xml)
{
    ck_assert_int_eq(lq_writer_end(&writer), LQ_OK);
    ck_assert_msg(lq_buffer_len(&out) == strlen(xml) &&
                      memcmp(lq_buffer_bytes(&out), xml, strlen(xml)) == 0,
                  "%.*s\ninstead of\n%s", (int)lq_buffer_len(&out),
                  lq_buffer_bytes(&out), xml);
    lq_buffer_clear(&out);
}

static void expect_error(int error)
{
    int rv = lq_writer_end(&writer);

    ck_assert_msg(rv == error, "%s", lq_error_name(rv));
    ck_assert_uint_eq(lq_buffer_len(&out), 0);
    lq_buffer_clear(&out);
}

static void clear(void)
{
    lq_buffer_clear(&out);
    ck_assert_uint_eq(memory_blocks(), 0);
}

/* ---- elements and namespaces ---- */

START_TEST(elements_nest_and_close)
{
    begin();
    element("message", NULL);
    attr("to", "romeo@example.net");
    attr("type", "chat");
    element("body", NULL);
    text("Art thou not ");
    text("Romeo?");
    end();
    element("active", "urn:x");
    end();
    text("");
    end();
    expect("<message to='romeo@example.net' type='chat'>"
           "<body>Art thou not Romeo?</body><active xmlns='urn:x'/></message>");
    begin();
    element("a", NULL);
    text("");
    end();
    expect("<a/>");
    clear();
}
END_TEST

START_TEST(namespaces_are_declared_where_they_change)
{
    begin();
    element("a", LQ_NS_CLIENT);
    element("b", LQ_NS_CLIENT);
    element("c", "urn:x'&<");
    element("d", "urn:x'&<");
    element("e", NULL);
    element("f", "");
    element("g", "");
    element("h", LQ_NS_CLIENT);
    for (int i = 0; i < 5; i++) {
        end();
    }
    element("i", NULL);
    end();
    for (int i = 0; i < 3; i++) {
        end();
    }
    expect("<a><b><c xmlns='urn:x&apos;&amp;&lt;'><d><e><f xmlns=''><g>"
           "<h xmlns='jabber:client'/></g></f></e></d><i/></c></b></a>");
    begin();
    element("a", "");
    end();
    expect("<a xmlns=''/>");
    clear();
}
END_TEST

START_TEST(a_prefix_of_a_namespace_is_another_namespace)
{
    begin();
    element("a", "urn:x");
    element("b", "urn:xy");
    element("c", "urn:x");
    end();
    end();
    end();
    expect("<a xmlns='urn:x'><b xmlns='urn:xy'><c xmlns='urn:x'/></b></a>");
    clear();
}
END_TEST

START_TEST(attributes_get_prefixes_for_their_namespaces)
{
    begin();
    element("a", NULL);
    attr_ns("lang", LQ_NS_XML, "de");
    attr_ns("b", "", "1");
    attr_ns("b", "urn:x", "2");
    attr_ns("b", "urn:y'", "3");
    attr_ns("c", "urn:x", "4");
    attr_ns("c", "urn:y'", "5");
    end();
    expect("<a xml:lang='de' b='1' xmlns:n0='urn:x' n0:b='2' "
           "xmlns:n1='urn:y&apos;' n1:b='3' n0:c='4' n1:c='5'/>");
    clear();
}
END_TEST

START_TEST(what_stood_in_the_buffer_stays)
{
    lq_buffer_init(&out, 1000);
    lq_buffer_append(&out, "gone<kept/>", 11);
    lq_buffer_consume(&out, 4);
    lq_writer_init(&writer, &out, LQ_NS_CLIENT);
    element("a", "urn:x");
    element("b", "urn:x");
    attr("c", "d");
    end();
    end();
    expect("<kept/><a xmlns='urn:x'><b c='d'/></a>");
    lq_buffer_append(&out, "<kept/>", 7);
    lq_writer_init(&writer, &out, LQ_NS_CLIENT);
    element("a", NULL);
    ck_assert_int_eq(lq_writer_end(&writer), LQ_E_ARGUMENT);
    ck_assert_uint_eq(lq_buffer_len(&out), 7);
    clear();
}
END_TEST

/* ---- escaping ---- */

static const struct {
    const char *plain, *text, *value;
} escapes[] = {
    { "", "", "" },
    { "<>&", "&lt;&gt;&amp;", "&lt;&gt;&amp;" },
    { "'\"", "'\"", "&apos;&quot;" },
    { "\t\n\r", "\t\n&#13;", "&#9;&#10;&#13;" },
    { "a&b<c", "a&amp;b&lt;c", "a&amp;b&lt;c" },
    { "&amp;", "&amp;amp;", "&amp;amp;" },
    { "]]>", "]]&gt;", "]]&gt;" },
    { "01234567&", "01234567&amp;", "01234567&amp;" },
    { "\xC3\xA4\xF0\x9F\x8D\x91&\x7F", "\xC3\xA4\xF0\x9F\x8D\x91&amp;\x7F",
      "\xC3\xA4\xF0\x9F\x8D\x91&amp;\x7F" },
};

START_TEST(values_and_texts_are_escaped)
{
    for (size_t i = 0; i < LQ_COUNT(escapes); i++) {
        char xml[200];

        begin();
        element("a", NULL);
        attr("b", escapes[i].plain);
        text("-");
        text(escapes[i].plain);
        end();
        snprintf(xml, sizeof(xml), "<a b='%s'>-%s</a>", escapes[i].value,
                 escapes[i].text);
        expect(xml);
    }
    clear();
}
END_TEST

static const char *const injections[] = {
    "'/><message to='x'/><a b='",
    "\"/><message to=\"x\"/>",
    "</a><message/>",
    "<!-- ",
    "]]>",
    "<![CDATA[",
    "<?pi?>",
    "&lt;",
    "&#0;",
    "&nbsp;",
    "\r\n\t ",
    " leading and trailing ",
    "\xF4\x8F\xBF\xBF",
    "/>",
    "'",
    "--",
    "%s%n",
};

/* Everywhere a peer's text may be echoed: attacks.md, 9. */
START_TEST(no_text_becomes_markup)
{
    for (size_t i = 0; i < LQ_COUNT(injections); i++) {
        const char *evil = injections[i];
        const lq_element *root, *child;
        const lq_stanza *back;

        begin();
        element("iq", NULL);
        attr("id", evil);
        attr_ns("lang", LQ_NS_XML, evil);
        attr_ns("x", evil, evil);
        element("q", evil);
        text(evil);
        end();
        end();
        ck_assert_int_eq(lq_writer_end(&writer), LQ_OK);
        back = lq_stanza_parse(lq_buffer_bytes(&out), lq_buffer_len(&out));
        ck_assert_msg(back != NULL, "%.*s", (int)lq_buffer_len(&out),
                      lq_buffer_bytes(&out));
        root = lq_stanza_root(back);
        child = lq_element_child(root, "q", evil);
        ck_assert_str_eq(lq_stanza_id(back), evil);
        ck_assert_str_eq(lq_stanza_lang(back), evil);
        ck_assert_str_eq(lq_element_attr_ns(root, "x", evil), evil);
        ck_assert_str_eq(lq_element_text(child), evil);
        ck_assert_ptr_null(lq_element_next_node(child));
        lq_stanza_unref(back);
    }
    clear();
}
END_TEST

static const char *const not_xml[] = {
    "\x01",
    "\x08",
    "\x0B",
    "\x1F",
    "\x80",
    "\xC0\x80",
    "\xC1\x81",
    "\xE0\x80\x80",
    "\xED\xA0\x80",
    "\xED\xB0\x80",
    "\xEF\xBF\xBE",
    "\xEF\xBF\xBF",
    "\xF0\x80\x80\x80",
    "\xF4\x90\x80\x80",
    "\xFF",
    "\xC3",
    "\xE2\x82",
    "plenty of text before \xF0\x9F\x98",
    "\xC3\xA4\xC3",
    "\xF0\x9F\x8D\x91\x91",
    "<\x01",
};

START_TEST(what_is_no_text_of_xml_is_refused)
{
    for (size_t i = 0; i < LQ_COUNT(not_xml); i++) {
        for (int place = 0; place < 4; place++) {
            begin();
            element("a", place == 0 ? not_xml[i] : NULL);
            attr("b", place == 1 ? not_xml[i] : "c");
            attr_ns("b", place == 2 ? not_xml[i] : "d", "c");
            text(place == 3 ? not_xml[i] : "e");
            end();
            expect_error(LQ_E_ARGUMENT);
        }
    }
    begin();
    element("a", NULL);
    lq_write_text(&writer, "b\0c", 3);
    end();
    expect_error(LQ_E_ARGUMENT);
    clear();
}
END_TEST

static const struct {
    const char *name;
    bool valid;
} names[] = {
    { "a", true },
    { "message", true },
    { "_", true },
    { "A-b.c_1", true },
    { "\xC3\xA4", true },
    { "a\xC2\xB7", true },
    { "\xF0\x90\x80\x80", true },
    { "", false },
    { "1", false },
    { "-a", false },
    { ".a", false },
    { "\xC2\xB7", false },
    { "\xCC\x80", false }, /* U+0300, a combining character */
    { "\xC3\x97", false }, /* the multiplication sign */
    { "\xCD\xBE", false }, /* the Greek question mark */
    { "a:b", false },
    { ":a", false },
    { "a b", false },
    { "a\n", false },
    { "a>", false },
    { "a='b'", false },
    { "a/", false },
    { "<a", false },
    { "a&", false },
    { "a\x80", false },
    { "a\xC3", false },
    { "a\xED\xA0\x80", false },
    { "a\xEF\xBF\xBE", false },
};

START_TEST(names_are_ncnames)
{
    for (size_t i = 0; i < LQ_COUNT(names); i++) {
        const char *name = names[i].name;
        int rv = names[i].valid ? LQ_OK : LQ_E_ARGUMENT;

        ck_assert_uint_eq(lq_name_len(name), names[i].valid ? strlen(name) : 0);
        for (int place = 0; place < 3; place++) {
            begin();
            element(place == 0 ? name : "x", NULL);
            attr(place == 1 ? name : "y", "");
            attr_ns(place == 2 ? name : "z", "urn:x", "");
            end();
            ck_assert_msg(lq_writer_end(&writer) == rv, "%s at %d", name,
                          place);
        }
    }
    clear();
}
END_TEST

/* ---- errors ---- */

static void close_too_often(void)
{
    element("a", NULL);
    end();
    end();
}

static void leave_open(void) { element("a", NULL); }

static void write_nothing(void) {}

static void write_two(void)
{
    element("a", NULL);
    end();
    element("a", NULL);
    end();
}

static void text_around(void)
{
    text("a");
    element("a", NULL);
    end();
}

static void text_behind(void)
{
    element("a", NULL);
    end();
    text("a");
}

static void attr_nowhere(void)
{
    attr("a", "b");
    element("a", NULL);
    end();
}

static void attr_behind_text(void)
{
    element("a", NULL);
    text("b");
    attr("c", "d");
    end();
}

static void attr_behind_child(void)
{
    element("a", NULL);
    element("b", NULL);
    end();
    attr("c", "d");
    end();
}

static void attr_twice(void)
{
    element("a", NULL);
    attr("b", "1");
    attr("c", "2");
    attr("b", "1");
    end();
}

static void attr_ns_twice(void)
{
    element("a", NULL);
    attr_ns("b", "urn:x", "1");
    attr_ns("b", "urn:y", "1");
    attr_ns("b", "urn:x", "2");
    end();
}

static void lang_twice(void)
{
    element("a", NULL);
    attr_ns("lang", LQ_NS_XML, "de");
    attr_ns("lang", LQ_NS_XML, "en");
    end();
}

static void xmlns_as_attr(void)
{
    element("a", NULL);
    attr("xmlns", "urn:x");
    end();
}

static void xmlns_as_attr_ns(void)
{
    element("a", NULL);
    attr_ns("b", LQ_NS_XMLNS, "urn:x");
    end();
}

static void reserved_default(void)
{
    element("a", LQ_NS_XML);
    end();
}

static void reserved_default_too(void)
{
    element("a", LQ_NS_XMLNS);
    end();
}

static void too_deep(void)
{
    for (int i = 0; i <= LQ_DEPTH_MAX; i++) {
        element("a", NULL);
    }
    for (int i = 0; i <= LQ_DEPTH_MAX; i++) {
        end();
    }
}

static void error_then_more(void)
{
    element("a b", NULL);
    attr("c", "d");
    text("e");
    element("f", NULL);
    end();
    end();
}

START_TEST(misuse_is_an_error_that_sticks)
{
    static void (*const misuses[])(void) = {
        close_too_often, leave_open,           write_nothing,
        write_two,       text_around,          text_behind,
        attr_nowhere,    attr_behind_text,     attr_behind_child,
        attr_twice,      attr_ns_twice,        lang_twice,
        xmlns_as_attr,   xmlns_as_attr_ns,     reserved_default,
        too_deep,        reserved_default_too, error_then_more,
    };

    for (size_t i = 0; i < LQ_COUNT(misuses); i++) {
        begin();
        misuses[i]();
        ck_assert_msg(lq_writer_end(&writer) == LQ_E_ARGUMENT, "row %zu", i);
        ck_assert_uint_eq(lq_buffer_len(&out), 0);
    }
    clear();
}
END_TEST

START_TEST(attributes_that_look_alike_are_told_apart)
{
    begin();
    element("a", NULL);
    attr("ab", "ba=''");
    attr("ac", " ab='");
    attr("ba", "");
    attr("aa", "");
    end();
    expect("<a ab='ba=&apos;&apos;' ac=' ab=&apos;' ba='' aa=''/>");
    clear();
}
END_TEST

/* ---- many attributes ---- */

enum { MANY = LQ_ATTRS_OWN_MAX };

typedef enum attr_kind { NORMAL, PLAIN, SPACED, OF_OWN, ATTR_KINDS } attr_kind;

/* Attribute NUMBER; those of one kind look alike. */
static void attr_of(attr_kind kind, int number)
{
    char name[16], xmlns[16];

    snprintf(name, sizeof(name), "a%03d", number);
    snprintf(xmlns, sizeof(xmlns), "urn:%03d", number);
    switch (kind) {
    case NORMAL:
        attr(name, "'");
        break;
    case PLAIN:
        lq_write_attr_plain(&writer, name, "v");
        break;
    case SPACED:
        attr_ns(name, "urn:x", "'");
        break;
    default:
        attr_ns("a", xmlns, "'"); /* told apart by their namespaces */
        break;
    }
}

/* COUNT attributes. */
static void write_attrs(attr_kind kind, int count)
{
    begin();
    element("a", NULL);
    for (int i = 0; i < count; i++) {
        attr_of(kind, i);
    }
}

START_TEST(double_attribute_is_found_among_any_number)
{
    static const int counts[] = { 2, 3, 16, 17, 18, 100 };

    for (size_t i = 0; i < LQ_COUNT(counts); i++) {
        int count = counts[i];

        for (attr_kind kind = 0; kind < ATTR_KINDS; kind++) {
            write_attrs(kind, count);
            end();
            ck_assert_int_eq(lq_writer_end(&writer), LQ_OK);
            for (int which = 0; which < count - 1; which++) {
                write_attrs(kind, count - 1);
                attr_of(kind, which);
                end();
                ck_assert_msg(lq_writer_end(&writer) == LQ_E_ARGUMENT,
                              "%d of %d, kind %d", which, count, kind);
            }
        }
    }
    clear();
}
END_TEST

START_TEST(attributes_of_all_kinds_stand_side_by_side)
{
    const lq_stanza *back;

    begin();
    element("a", NULL);
    for (int i = 0; i < MANY / 5; i++) {
        attr_of(NORMAL, 2 * i);
        attr_of(SPACED, 2 * i);
        attr_of(OF_OWN, i);
        attr_of(PLAIN, 2 * i + 1);
    }
    end();
    ck_assert_int_eq(lq_writer_end(&writer), LQ_OK);
    /* and who reads what was written takes as many */
    write_attrs(NORMAL, MANY);
    end();
    ck_assert_int_eq(lq_writer_end(&writer), LQ_OK);
    back = lq_stanza_parse(lq_buffer_bytes(&out), lq_buffer_len(&out));
    ck_assert_str_eq(lq_element_attr(lq_stanza_root(back), "a1023"), "'");
    lq_stanza_unref(back);
    clear();
}
END_TEST

START_TEST(plain_attribute_is_like_any_other)
{
    begin();
    element("a", NULL);
    lq_write_attr_plain(&writer, "b", "1");
    attr("c", "2");
    lq_write_attr_plain(&writer, "d", "");
    end();
    expect("<a b='1' c='2' d=''/>");
    for (int order = 0; order < 3; order++) {
        begin();
        element("a", NULL);
        for (int i = 0; i < 2; i++) {
            if (order == i) {
                attr("b", "1");
            } else {
                lq_write_attr_plain(&writer, "b", "1");
            }
        }
        end();
        expect_error(LQ_E_ARGUMENT);
    }
    begin();
    lq_write_attr_plain(&writer, "b", "1"); /* of no element */
    element("a", NULL);
    end();
    expect_error(LQ_E_ARGUMENT);
    clear();
}
END_TEST

/* Declarations count as well. */
static int most_of(attr_kind kind)
{
    return kind == OF_OWN ? MANY / 2 : kind == SPACED ? MANY - 1 : MANY;
}

START_TEST(attributes_are_so_many_at_most)
{
    const lq_stanza *back;

    for (attr_kind kind = 0; kind < ATTR_KINDS; kind++) {
        write_attrs(kind, most_of(kind));
        end();
        ck_assert_int_eq(lq_writer_end(&writer), LQ_OK);
        back = lq_stanza_parse(lq_buffer_bytes(&out), lq_buffer_len(&out));
        ck_assert_ptr_nonnull(back);
        lq_stanza_unref(back);
        write_attrs(kind, most_of(kind) + 1);
        end();
        expect_error(LQ_E_ARGUMENT);
    }
    write_attrs(NORMAL, 70000); /* and no wrap makes them fewer */
    end();
    expect_error(LQ_E_ARGUMENT);
    clear();
}
END_TEST

START_TEST(only_what_must_be_declared_counts)
{
    begin();
    element("a", "urn:x");
    element("b", "urn:x");
    for (int i = 0; i < MANY; i++) {
        attr_of(NORMAL, i);
    }
    end();
    element("b", "urn:y");
    for (int i = 0; i < MANY - 1; i++) {
        attr_of(NORMAL, i);
    }
    end();
    end();
    ck_assert_int_eq(lq_writer_end(&writer), LQ_OK);
    begin();
    element("b", "urn:y");
    for (int i = 0; i < MANY; i++) {
        attr_of(NORMAL, i);
    }
    end();
    expect_error(LQ_E_ARGUMENT);
    clear();
}
END_TEST

START_TEST(each_element_has_its_own_attributes)
{
    begin();
    for (int depth = 0; depth < 5; depth++) {
        element("a", NULL);
        for (int i = 0; i < MANY - 1; i++) {
            attr_of(depth % 2 ? SPACED : NORMAL, i);
        }
    }
    for (int depth = 0; depth < 5; depth++) {
        end();
    }
    ck_assert_int_eq(lq_writer_end(&writer), LQ_OK);
    clear();
}
END_TEST

START_TEST(elements_may_nest_as_deep_as_received_ones)
{
    begin();
    for (int i = 0; i < LQ_DEPTH_MAX; i++) {
        element("a", NULL);
    }
    for (int i = 0; i < LQ_DEPTH_MAX; i++) {
        end();
    }
    ck_assert_int_eq(lq_writer_end(&writer), LQ_OK);
    clear();
}
END_TEST

START_TEST(the_limit_of_the_buffer_is_kept)
{
    static const char xml[] = "<a xmlns='urn:x' b='&apos;'>&lt;c</a>";

    for (size_t limit = 0; limit <= strlen(xml); limit++) {
        lq_buffer_init(&out, limit);
        lq_writer_init(&writer, &out, "");
        element("a", "urn:x");
        attr("b", "'");
        text("<c");
        end();
        if (limit < strlen(xml)) {
            expect_error(LQ_E_FULL);
        } else {
            expect(xml);
        }
    }
    clear();
}
END_TEST

/* ---- trees ---- */

static const char *const trees[] = {
    "<a/>",
    "<a xmlns='urn:x'/>",
    "<a>b<c>d</c>e<f g='h'/></a>",
    "<a><b><c/></b><b><c/></b></a>",
    "<a xmlns='urn:x'><b xmlns=''><c xmlns='urn:x'/></b></a>",
    "<a xml:lang='de' xmlns:n0='urn:x' n0:b='c' b='&#10;'> </a>",
    "<a> <b/> <c/> </a>",
};

START_TEST(copies_equal_their_trees)
{
    for (size_t i = 0; i < LQ_COUNT(trees); i++) {
        const lq_stanza *stanza = lq_stanza_parse(trees[i], strlen(trees[i]));

        begin();
        lq_write_copy(&writer, lq_stanza_root(stanza));
        expect(trees[i]);
        lq_stanza_unref(stanza);
    }
    clear();
}
END_TEST

START_TEST(a_copy_ends_with_its_element)
{
    static const char xml[] = "<a><b>c<d/></b><e/>f</a>";
    const lq_stanza *stanza = lq_stanza_parse(xml, strlen(xml));

    begin();
    element("x", "urn:x");
    lq_write_copy(&writer, lq_element_child(lq_stanza_root(stanza), "b", NULL));
    lq_write_copy(&writer, NULL);
    end();
    expect("<x xmlns='urn:x'><b xmlns='jabber:client'>c<d/></b></x>");
    lq_stanza_unref(stanza);
    clear();
}
END_TEST

START_TEST(a_copy_too_deep_is_an_error)
{
    char xml[7 * LQ_DEPTH_MAX + 1] = "";
    const lq_stanza *stanza;

    for (int i = 0; i < LQ_DEPTH_MAX; i++) {
        strcat(xml, "<a>");
    }
    for (int i = 0; i < LQ_DEPTH_MAX; i++) {
        strcat(xml, "</a>");
    }
    stanza = lq_stanza_parse(xml, strlen(xml));
    begin();
    lq_write_copy(&writer, lq_stanza_root(stanza));
    ck_assert_int_eq(lq_writer_end(&writer), LQ_OK);
    begin();
    element("x", NULL);
    lq_write_copy(&writer, lq_stanza_root(stanza));
    end();
    expect_error(LQ_E_ARGUMENT);
    lq_stanza_unref(stanza);
    clear();
}
END_TEST

static void scenario(void)
{
    int rv;

    begin();
    element("a", "urn:a namespace that does not fit");
    attr_ns("b", "urn:another of the same kind", "c");
    text("and text enough for a second growth of the buffer, & a third");
    end();
    rv = lq_writer_end(&writer);
    ck_assert(rv == LQ_OK || rv == LQ_E_NOMEM);
    ck_assert(rv == LQ_OK || lq_buffer_len(&out) == 0);
    lq_buffer_clear(&out);
}

START_TEST(any_allocation_may_fail) { memory_torture(scenario); }
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        elements_nest_and_close,
        namespaces_are_declared_where_they_change,
        a_prefix_of_a_namespace_is_another_namespace,
        attributes_get_prefixes_for_their_namespaces,
        what_stood_in_the_buffer_stays,
        values_and_texts_are_escaped,
        no_text_becomes_markup,
        what_is_no_text_of_xml_is_refused,
        names_are_ncnames,
        misuse_is_an_error_that_sticks,
        attributes_that_look_alike_are_told_apart,
        double_attribute_is_found_among_any_number,
        attributes_of_all_kinds_stand_side_by_side,
        plain_attribute_is_like_any_other,
        attributes_are_so_many_at_most,
        only_what_must_be_declared_counts,
        each_element_has_its_own_attributes,
        elements_may_nest_as_deep_as_received_ones,
        the_limit_of_the_buffer_is_kept,
        copies_equal_their_trees,
        a_copy_ends_with_its_element,
        a_copy_too_deep_is_an_error,
        any_allocation_may_fail,
        NULL,
    };

    return suite_main("writer", tests);
}
