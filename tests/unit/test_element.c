/* test_element.c - finding one's way in a received stanza. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <loquat/element.h>

#include "base/array.h"
#include "suite.h"
#include "xml/stanza.h"

static const lq_stanza *stanza;
static const lq_element *root;

static void parse(const char *xml)
{
    lq_stanza_unref(stanza);
    stanza = lq_stanza_parse(xml, strlen(xml));
    ck_assert_msg(stanza != NULL, "%s", xml);
    root = lq_stanza_root(stanza);
}

static void done(void)
{
    lq_stanza_unref(stanza);
    stanza = NULL;
    ck_assert_uint_eq(memory_blocks(), 0);
}

START_TEST(children_are_found_by_name_and_namespace)
{
    const lq_element *e;

    parse(
        "<a>.<b n='1'/>.<c/><b xmlns='x' n='2'/><b n='3'/><c xmlns='x'/></a>");
    e = lq_element_child(root, "b", NULL);
    ck_assert_str_eq(lq_element_attr(e, "n"), "1");
    e = lq_element_next(e, "b", NULL);
    ck_assert_str_eq(lq_element_attr(e, "n"), "2");
    e = lq_element_next(e, "b", LQ_NS_CLIENT);
    ck_assert_str_eq(lq_element_attr(e, "n"), "3");
    ck_assert_ptr_null(lq_element_next(e, "b", NULL));
    e = lq_element_child(root, NULL, "x");
    ck_assert_str_eq(lq_element_attr(e, "n"), "2");
    ck_assert(lq_element_is(lq_element_next(e, NULL, "x"), "c", "x"));
    ck_assert_ptr_null(lq_element_child(root, "b", ""));
    ck_assert_ptr_null(lq_element_next(root, NULL, NULL));
    done();
}
END_TEST

START_TEST(attributes_with_a_namespace_are_others)
{
    const char *xmlns, *value;

    parse("<a xmlns:p='x' p:b='1' b='2' c='' xml:lang='de'/>");
    ck_assert_str_eq(lq_element_attr(root, "b"), "2");
    ck_assert_str_eq(lq_element_attr(root, "c"), "");
    ck_assert_ptr_null(lq_element_attr(root, "lang"));
    ck_assert_ptr_null(lq_element_attr(root, "p:b"));
    ck_assert_ptr_null(lq_element_attr(root, "xmlns:p"));
    ck_assert_str_eq(lq_element_attr_ns(root, "b", "x"), "1");
    ck_assert_str_eq(lq_element_attr_ns(root, "b", ""), "2");
    ck_assert_ptr_null(lq_element_attr_ns(root, "c", "x"));
    ck_assert_str_eq(lq_element_attr_at(root, 0, &xmlns, &value), "b");
    ck_assert_str_eq(xmlns, "x");
    ck_assert_str_eq(value, "1");
    ck_assert_str_eq(lq_element_attr_at(root, 3, &xmlns, NULL), "lang");
    ck_assert_str_eq(xmlns, LQ_NS_XML);
    ck_assert_str_eq(lq_element_attr_at(root, 2, NULL, NULL), "c");
    ck_assert_ptr_null(lq_element_attr_at(root, 4, NULL, NULL));
    ck_assert_ptr_null(lq_element_attr_at(root, -1, NULL, NULL));
    done();
}
END_TEST

static const struct {
    const char *xml, *text;
} texts[] = {
    { "<a/>", "" },
    { "<a>b</a>", "b" },
    { "<a><b>c</b></a>", "" },
    { "<a><b/>c</a>", "c" },
    { "<a>b<c>d</c>e</a>", "be" },
    { "<a>b<c/>d<e/>f<g/></a>", "bdf" },
    { "<a> <b/>\n</a>", " \n" },
};

START_TEST(text_joins_all_that_is_directly_inside)
{
    for (size_t i = 0; i < LQ_COUNT(texts); i++) {
        parse(texts[i].xml);
        ck_assert_str_eq(lq_element_text(root), texts[i].text);
    }
    done();
}
END_TEST

START_TEST(mixed_content_is_walked_in_order)
{
    const lq_element *node;

    parse("<a>b<c>d</c>e<f/></a>");
    node = lq_element_first_node(root);
    ck_assert(lq_element_is_text(node));
    ck_assert_str_eq(lq_element_text(node), "b");
    ck_assert_ptr_null(lq_element_name(node));
    ck_assert_ptr_null(lq_element_attr(node, "x"));
    ck_assert_ptr_null(lq_element_first_node(node));
    ck_assert(!lq_element_is(node, NULL, NULL));
    node = lq_element_next_node(node);
    ck_assert(lq_element_is(node, "c", LQ_NS_CLIENT));
    ck_assert_str_eq(lq_element_text(node), "d");
    node = lq_element_next_node(node);
    ck_assert_str_eq(lq_element_text(node), "e");
    node = lq_element_next_node(node);
    ck_assert(lq_element_is(node, "f", NULL) && !lq_element_is_text(node));
    ck_assert_ptr_null(lq_element_next_node(node));
    done();
}
END_TEST

/* A text node ends before what an element has behind it: under ASan, whoever
 * looks there is seen. */
static void claim_text_node(const lq_element *node, const char *text)
{
    const char *xmlns = "untouched", *value = "untouched";

    ck_assert(lq_element_is_text(node));
    ck_assert_str_eq(lq_element_text(node), text);
    ck_assert_ptr_null(lq_element_name(node));
    ck_assert_str_eq(lq_element_xmlns(node), "");
    ck_assert(!lq_element_is(node, NULL, NULL));
    ck_assert(!lq_element_is(node, NULL, ""));
    ck_assert_ptr_null(lq_element_attr(node, "b"));
    ck_assert_ptr_null(lq_element_attr_ns(node, "b", "urn:x"));
    for (int i = -1; i < 3; i++) {
        ck_assert_ptr_null(lq_element_attr_at(node, i, &xmlns, &value));
    }
    ck_assert_str_eq(xmlns, "untouched");
    ck_assert_str_eq(value, "untouched");
    ck_assert_ptr_null(lq_element_child(node, NULL, NULL));
    ck_assert_ptr_null(lq_element_child(node, "b", NULL));
    ck_assert_ptr_null(lq_element_first_node(node));
}

static const struct {
    const char *xml;
    const char *nodes; /* what is met: 't' a text, 'e' an element */
} walks[] = {
    { "<a>x</a>", "t" },
    { "<a b='c'>x</a>", "t" },
    { "<a>x<e/></a>", "te" },
    { "<a><e/>x</a>", "et" },
    { "<a>x<e/>x</a>", "tet" },
    { "<a b='c'>x<e/>x</a>", "tet" },
    { "<a b='c'><e d='f'/>x<e d='g'/>x<e/>x</a>", "etetet" },
    { "<a><![CDATA[x]]></a>", "t" },
};

START_TEST(text_nodes_have_text_and_nothing_else)
{
    for (size_t i = 0; i < LQ_COUNT(walks); i++) {
        const lq_element *node;

        parse(walks[i].xml);
        node = lq_element_first_node(root);
        for (const char *kind = walks[i].nodes; *kind != '\0'; kind++) {
            ck_assert_ptr_nonnull(node);
            ck_assert_int_eq(lq_element_is_text(node), *kind == 't');
            if (*kind == 't') {
                claim_text_node(node, "x");
            }
            node = lq_element_next_node(node);
        }
        ck_assert_ptr_null(node);
    }
    done();
}
END_TEST

START_TEST(element_behind_a_text_is_found)
{
    const lq_element *text;

    parse("<a b='c'>x<e d='1'/>y<f/><e d='2'/></a>");
    text = lq_element_first_node(root);
    ck_assert_str_eq(lq_element_attr(lq_element_next(text, "e", NULL), "d"),
                     "1");
    ck_assert(lq_element_is(lq_element_next(text, "f", NULL), "f", NULL));
    ck_assert_ptr_null(lq_element_next(text, "g", NULL));
    done();
}
END_TEST

/* The same one again and again is one text. */
START_TEST(namespaces_may_be_many)
{
    enum { MANY = 1000, EACH = 32 };
    static char xml[2 * MANY * EACH];
    char *at = xml + sprintf(xml, "<m>"), xmlns[EACH];
    const lq_element *child;

    for (int i = 0; i < 2 * MANY; i++) {
        at += sprintf(at, "<x xmlns='urn:%d' n='%d'/>", i % MANY, i);
    }
    strcpy(at, "</m>");
    parse(xml);
    child = lq_element_child(root, NULL, NULL);
    for (int i = 0; i < 2 * MANY; i++) {
        snprintf(xmlns, sizeof(xmlns), "urn:%d", i % MANY);
        ck_assert(lq_element_is(child, "x", xmlns));
        child = lq_element_next(child, NULL, NULL);
    }
    ck_assert_ptr_null(child);
    for (int i = 0; i < MANY; i += 7) {
        snprintf(xmlns, sizeof(xmlns), "urn:%d", i);
        child = lq_element_child(root, "x", xmlns);
        ck_assert_int_eq(atoi(lq_element_attr(child, "n")), i);
        ck_assert_ptr_eq(lq_element_xmlns(child),
                         lq_element_xmlns(lq_element_next(child, "x", xmlns)));
    }
    done();
}
END_TEST

/* Of an element with both, the one must not stand where the other is. */
START_TEST(attributes_and_joined_texts_stand_side_by_side)
{
    static const char *const values[] = { "1", "2", "3" };
    const lq_element *child, *node;
    const char *value;

    parse("<m b='1' c='2' d='3'>w<x b='1' c='2' d='3'>one<y/>two<z/>three"
          "</x>v</m>");
    child = lq_element_child(root, "x", NULL);
    for (int i = 0; i < 3; i++) {
        ck_assert_ptr_nonnull(lq_element_attr_at(root, i, NULL, &value));
        ck_assert_str_eq(value, values[i]);
        ck_assert_ptr_nonnull(lq_element_attr_at(child, i, NULL, &value));
        ck_assert_str_eq(value, values[i]);
    }
    ck_assert_ptr_null(lq_element_attr_at(root, 3, NULL, NULL));
    ck_assert_ptr_null(lq_element_attr_at(child, 3, NULL, NULL));
    ck_assert_str_eq(lq_element_attr(child, "d"), "3");
    ck_assert_str_eq(lq_element_text(root), "wv");
    ck_assert_str_eq(lq_element_text(child), "onetwothree");
    node = lq_element_first_node(child);
    claim_text_node(node, "one"); /* and not what joins them */
    claim_text_node(lq_element_next_node(lq_element_next_node(node)), "two");
    ck_assert(lq_element_is(lq_element_child(child, NULL, NULL), "y", NULL));
    ck_assert_str_eq(lq_element_xml(stanza, child),
                     "<x xmlns='jabber:client' b='1' c='2' d='3'>one<y/>two"
                     "<z/>three</x>");
    done();
}
END_TEST

START_TEST(null_is_passed_on)
{
    ck_assert_ptr_null(lq_element_name(NULL));
    ck_assert_ptr_null(lq_element_xmlns(NULL));
    ck_assert(!lq_element_is(NULL, NULL, NULL));
    ck_assert_ptr_null(lq_element_attr(NULL, "a"));
    ck_assert_ptr_null(lq_element_attr_ns(NULL, "a", "b"));
    ck_assert_ptr_null(lq_element_attr_at(NULL, 0, NULL, NULL));
    ck_assert_ptr_null(lq_element_text(NULL));
    ck_assert_ptr_null(lq_element_child(NULL, NULL, NULL));
    ck_assert_ptr_null(lq_element_next(NULL, NULL, NULL));
    ck_assert_ptr_null(lq_element_first_node(NULL));
    ck_assert_ptr_null(lq_element_next_node(NULL));
    ck_assert(!lq_element_is_text(NULL));
    ck_assert_ptr_null(lq_element_xml(NULL, NULL));
    ck_assert_ptr_null(lq_stanza_ref(NULL));
    lq_stanza_unref(NULL);
    ck_assert_ptr_null(lq_stanza_root(NULL));
    ck_assert_int_eq(lq_stanza_kind(NULL), LQ_NONZA);
    ck_assert_int_eq(lq_stanza_type(NULL), LQ_INVALID);
    ck_assert_ptr_null(lq_stanza_id(NULL));
    ck_assert_ptr_null(lq_stanza_from(NULL));
    ck_assert_ptr_null(lq_stanza_to(NULL));
    ck_assert_ptr_null(lq_stanza_sender(NULL));
    ck_assert_ptr_null(lq_stanza_lang(NULL));
    ck_assert_ptr_null(lq_stanza_payload(NULL));
    ck_assert_int_eq(lq_stanza_error(NULL), 0);
    ck_assert_ptr_null(lq_stanza_error_text(NULL));
    ck_assert_ptr_null(lq_stanza_error_detail(NULL));
}
END_TEST

START_TEST(xml_of_a_part_brings_its_namespaces)
{
    parse("<a><p:b xmlns:p='x' c='&lt;'>d<e xmlns='y'/></p:b></a>");
    ck_assert_str_eq(lq_element_xml(stanza, lq_element_child(root, "b", NULL)),
                     "<b xmlns='x' c='&lt;'>d<e xmlns='y'/></b>");
    ck_assert_ptr_null(lq_element_xml(stanza, NULL));
    done();
}
END_TEST

START_TEST(xml_may_be_asked_for_often)
{
    parse("<a><b/>c<d/></a>");
    for (int i = 0; i < 1000; i++) {
        ck_assert_str_eq(lq_element_xml(stanza, root),
                         "<a xmlns='jabber:client'><b/>c<d/></a>");
    }
    done();
}
END_TEST

/* ---- stanzas ---- */

static const struct {
    const char *xml;
    int kind, type;
} types[] = {
    { "<message/>", LQ_MESSAGE, LQ_NORMAL },
    { "<message type='normal'/>", LQ_MESSAGE, LQ_NORMAL },
    { "<message type='chat'/>", LQ_MESSAGE, LQ_CHAT },
    { "<message type='groupchat'/>", LQ_MESSAGE, LQ_GROUPCHAT },
    { "<message type='headline'/>", LQ_MESSAGE, LQ_HEADLINE },
    { "<message type='error'/>", LQ_MESSAGE, LQ_ERROR },
    { "<message type='whisper'/>", LQ_MESSAGE, LQ_NORMAL },
    { "<message type='get'/>", LQ_MESSAGE, LQ_NORMAL },
    { "<presence/>", LQ_PRESENCE, LQ_AVAILABLE },
    { "<presence type='unavailable'/>", LQ_PRESENCE, LQ_UNAVAILABLE },
    { "<presence type='subscribe'/>", LQ_PRESENCE, LQ_SUBSCRIBE },
    { "<presence type='subscribed'/>", LQ_PRESENCE, LQ_SUBSCRIBED },
    { "<presence type='unsubscribe'/>", LQ_PRESENCE, LQ_UNSUBSCRIBE },
    { "<presence type='unsubscribed'/>", LQ_PRESENCE, LQ_UNSUBSCRIBED },
    { "<presence type='probe'/>", LQ_PRESENCE, LQ_PROBE },
    { "<presence type='error'/>", LQ_PRESENCE, LQ_ERROR },
    { "<presence type='available'/>", LQ_PRESENCE, LQ_INVALID },
    { "<presence type=''/>", LQ_PRESENCE, LQ_INVALID },
    { "<iq type='get'/>", LQ_IQ, LQ_GET },
    { "<iq type='set'/>", LQ_IQ, LQ_SET },
    { "<iq type='result'/>", LQ_IQ, LQ_RESULT },
    { "<iq type='error'/>", LQ_IQ, LQ_ERROR },
    { "<iq/>", LQ_IQ, LQ_INVALID },
    { "<iq type='chat'/>", LQ_IQ, LQ_INVALID },
    { "<iq type='GET'/>", LQ_IQ, LQ_INVALID },
    { "<r/>", LQ_NONZA, LQ_ANY },
    { "<message xmlns='x' type='chat'/>", LQ_NONZA, LQ_ANY },
};

START_TEST(kind_and_type_are_worked_out)
{
    for (size_t i = 0; i < LQ_COUNT(types); i++) {
        parse(types[i].xml);
        ck_assert_msg(lq_stanza_kind(stanza) == types[i].kind &&
                          lq_stanza_type(stanza) == types[i].type,
                      "%s", types[i].xml);
    }
    done();
}
END_TEST

START_TEST(types_have_their_names_back)
{
    for (int type = LQ_ERROR; type <= LQ_PROBE; type++) {
        const char *name = lq_stanza_type_name(type);

        ck_assert((name == NULL) ==
                  (type == LQ_NORMAL || type == LQ_AVAILABLE));
    }
    ck_assert_str_eq(lq_stanza_type_name(LQ_GET), "get");
    ck_assert_str_eq(lq_stanza_type_name(LQ_PROBE), "probe");
    ck_assert_ptr_null(lq_stanza_type_name(LQ_ANY));
    ck_assert_ptr_null(lq_stanza_type_name(LQ_INVALID));
}
END_TEST

START_TEST(addresses_are_the_attributes)
{
    parse("<iq id='1' from='a@b' to='c@d' xml:lang='en' type='get'>"
          "<query xmlns='x'/></iq>");
    ck_assert_str_eq(lq_stanza_id(stanza), "1");
    ck_assert_str_eq(lq_stanza_from(stanza), "a@b");
    ck_assert_str_eq(lq_stanza_sender(stanza), "a@b");
    ck_assert_str_eq(lq_stanza_to(stanza), "c@d");
    ck_assert_str_eq(lq_stanza_lang(stanza), "en");
    ck_assert(lq_element_is(lq_stanza_payload(stanza), "query", "x"));
    parse("<iq type='get'/>");
    ck_assert_ptr_null(lq_stanza_from(stanza));
    ck_assert_ptr_null(lq_stanza_sender(stanza));
    ck_assert_ptr_null(lq_stanza_payload(stanza));
    done();
}
END_TEST

static const struct {
    const char *attrs;
    const char *id, *from, *to;
    int type;
} namesakes[] = {
    { "xmlns:x='urn:x' x:from='a' x:to='b' x:id='c' x:type='get'", NULL, NULL,
      NULL, LQ_INVALID },
    { "xmlns:x='urn:x' x:from='a' from='b' x:id='c' id='d' x:to='e' to='f'"
      " x:type='set' type='get'",
      "d", "b", "f", LQ_GET },
    { "from='b' id='d' to='f' type='get' xmlns:x='urn:x' x:from='a' x:id='c'"
      " x:to='e' x:type='set'",
      "d", "b", "f", LQ_GET },
    { "xmlns:from='urn:x' xmlns:id='urn:y' from:id='1' id:from='2' type='set'",
      NULL, NULL, NULL, LQ_SET },
    { "xml:id='c' id='' type='get'", "", NULL, NULL, LQ_GET },
    { "xmlns:x='jabber:client' x:from='a' x:id='b' x:type='get'", NULL, NULL,
      NULL, LQ_INVALID },
    { "From='a' ID='b' TO='c' fro='d' i='e' t='f' froms='g' ids='h' tos='i'"
      " type='get'",
      NULL, NULL, NULL, LQ_GET },
};

START_TEST(namesakes_with_a_namespace_are_no_addresses)
{
    for (size_t i = 0; i < LQ_COUNT(namesakes); i++) {
        char xml[300];

        snprintf(xml, sizeof(xml), "<iq %s><q from='no' id='no' to='no'/></iq>",
                 namesakes[i].attrs);
        parse(xml);
        ck_assert_pstr_eq(lq_stanza_id(stanza), namesakes[i].id);
        ck_assert_pstr_eq(lq_stanza_from(stanza), namesakes[i].from);
        ck_assert_pstr_eq(lq_stanza_sender(stanza), namesakes[i].from);
        ck_assert_pstr_eq(lq_stanza_to(stanza), namesakes[i].to);
        ck_assert_int_eq(lq_stanza_type(stanza), namesakes[i].type);
    }
    parse("<iq xmlns:x='urn:x' x:from='a' from='b' type='get'/>");
    ck_assert_str_eq(lq_element_attr_ns(root, "from", "urn:x"), "a");
    ck_assert_str_eq(lq_element_attr(root, "from"), "b");
    done();
}
END_TEST

#define ERROR(inside) "<iq type='error'><q/><error>" inside "</error></iq>"
#define CONDITION(name, text)                                                  \
    "<" name " xmlns='" LQ_NS_STANZAS "'>" text "</" name ">"

static const struct {
    const char *xml;
    int condition;
    const char *text, *detail;
} errors[] = {
    { ERROR(CONDITION("item-not-found", "")), LQ_STANZA_ITEM_NOT_FOUND, NULL,
      NULL },
    { ERROR(CONDITION("gone", "xmpp:a@b")), LQ_STANZA_GONE, NULL, NULL },
    { ERROR(CONDITION("text", "no") "\n" CONDITION("forbidden", "")),
      LQ_STANZA_FORBIDDEN, "no", NULL },
    { ERROR("<own xmlns='x'/>" CONDITION("conflict", "")), LQ_STANZA_CONFLICT,
      NULL, "own" },
    { ERROR(CONDITION("made-up", "")), LQ_STANZA_UNDEFINED_CONDITION, NULL,
      NULL },
    { ERROR("<gone/>"), LQ_STANZA_UNDEFINED_CONDITION, NULL, "gone" },
    { "<iq type='error'/>", LQ_STANZA_UNDEFINED_CONDITION, NULL, NULL },
    { "<message type='error'><error xmlns='x'>" CONDITION(
          "gone", "") "</error></message>",
      LQ_STANZA_UNDEFINED_CONDITION, NULL, NULL },
    { "<iq type='result'><error>" CONDITION("gone", "") "</error></iq>", 0,
      NULL, NULL },
};

START_TEST(stanza_errors_tell_what_is_wrong)
{
    for (size_t i = 0; i < LQ_COUNT(errors); i++) {
        const char *text, *detail;

        parse(errors[i].xml);
        text = lq_stanza_error_text(stanza);
        detail = lq_element_name(lq_stanza_error_detail(stanza));
        ck_assert_int_eq(lq_stanza_error(stanza), errors[i].condition);
        ck_assert_pstr_eq(text, errors[i].text);
        ck_assert_pstr_eq(detail, errors[i].detail);
    }
    done();
}
END_TEST

START_TEST(payload_is_not_the_error)
{
    parse("<iq type='error'><error/><q/></iq>");
    ck_assert(lq_element_is(lq_stanza_payload(stanza), "q", NULL));
    parse("<iq type='error'><error/></iq>");
    ck_assert_ptr_null(lq_stanza_payload(stanza));
    done();
}
END_TEST

START_TEST(conditions_have_names_and_types)
{
    for (int i = LQ_STANZA_BAD_REQUEST; i <= LQ_STANZA_UNEXPECTED_REQUEST;
         i++) {
        ck_assert_int_eq(lq_stanza_error_code(lq_stanza_error_name(i)), i);
        ck_assert_ptr_nonnull(lq_stanza_error_type(i));
    }
    ck_assert_str_eq(lq_stanza_error_name(LQ_STANZA_ITEM_NOT_FOUND),
                     "item-not-found");
    ck_assert_str_eq(lq_stanza_error_type(LQ_STANZA_FORBIDDEN), "auth");
    ck_assert_ptr_null(lq_stanza_error_name(0));
    ck_assert_ptr_null(lq_stanza_error_type(0));
    ck_assert_int_eq(lq_stanza_error_code("text"), 0);
}
END_TEST

START_TEST(a_reference_keeps_the_stanza)
{
    const lq_stanza *kept;

    parse("<a b='c'/>");
    kept = lq_stanza_ref(stanza);
    lq_stanza_unref(stanza);
    ck_assert_str_eq(lq_element_attr(lq_stanza_root(kept), "b"), "c");
    done();
}
END_TEST

/* The stanza around is let go of first. */
static const lq_stanza *within(const char *xml)
{
    const lq_stanza *inner;

    parse(xml);
    inner = lq_stanza_within(
        stanza, lq_element_child(root, "message", LQ_NS_CLIENT), "a@b");
    lq_stanza_unref(stanza);
    stanza = inner;
    root = lq_stanza_root(inner);
    return inner;
}

START_TEST(a_part_may_be_a_stanza_of_its_own)
{
    within("<a xml:lang='de'>x<message from='c@d' id='1' type='chat'>y<b>z</b>"
           "</message><c/></a>");
    ck_assert_int_eq(lq_stanza_kind(stanza), LQ_MESSAGE);
    ck_assert_int_eq(lq_stanza_type(stanza), LQ_CHAT);
    ck_assert_str_eq(lq_stanza_id(stanza), "1");
    ck_assert_str_eq(lq_stanza_sender(stanza), "c@d");
    ck_assert_str_eq(lq_stanza_lang(stanza), "de");
    ck_assert_ptr_null(lq_element_next_node(root));
    ck_assert_str_eq(lq_element_xml(stanza, root),
                     "<message xmlns='jabber:client' from='c@d' id='1'"
                     " type='chat' xml:lang='de'>y<b>z</b></message>");
    within("<a><message xml:lang='en'/></a>");
    ck_assert_ptr_null(lq_stanza_from(stanza));
    ck_assert_str_eq(lq_stanza_sender(stanza), "a@b");
    ck_assert_str_eq(lq_stanza_lang(stanza), "en");
    within("<a xml:lang='de'><message xml:lang='en'/></a>");
    ck_assert_ptr_null(lq_element_attr_at(root, 1, NULL, NULL));
    within("<a><message>y<b/>z</message></a>");
    ck_assert_ptr_null(lq_stanza_lang(stanza));
    ck_assert_str_eq(lq_element_text(root), "yz");
    done();
}
END_TEST

START_TEST(parse_takes_one_element_only)
{
    static const char *const refused[] = {
        "",
        " ",
        "<a/> ",
        "<a/><b/>",
        "<a>",
        "text",
        "<?xml version='1.0'?><a/>",
        "<a><!-- --></a>",
        "<b:a/>",
        "</a>",
    };

    for (size_t i = 0; i < LQ_COUNT(refused); i++) {
        ck_assert_ptr_null(lq_stanza_parse(refused[i], strlen(refused[i])));
    }
    ck_assert_ptr_null(lq_stanza_parse(NULL, 0));
    ck_assert_uint_eq(memory_blocks(), 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        children_are_found_by_name_and_namespace,
        attributes_with_a_namespace_are_others,
        text_joins_all_that_is_directly_inside,
        mixed_content_is_walked_in_order,
        text_nodes_have_text_and_nothing_else,
        element_behind_a_text_is_found,
        namespaces_may_be_many,
        attributes_and_joined_texts_stand_side_by_side,
        null_is_passed_on,
        xml_of_a_part_brings_its_namespaces,
        xml_may_be_asked_for_often,
        kind_and_type_are_worked_out,
        types_have_their_names_back,
        addresses_are_the_attributes,
        namesakes_with_a_namespace_are_no_addresses,
        stanza_errors_tell_what_is_wrong,
        payload_is_not_the_error,
        conditions_have_names_and_types,
        a_reference_keeps_the_stanza,
        a_part_may_be_a_stanza_of_its_own,
        parse_takes_one_element_only,
        NULL,
    };

    return suite_main("element", tests);
}
