/* stanza.c - what is parsed, written and parsed again is the same, and what
 * was written once is written so again; every question has an answer. */
#include <loquat/element.h>

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

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
        !same_attrs(a, b) ||
        strcmp(lq_element_text(a), lq_element_text(b)) != 0) {
        return false;
    }
    while (x != NULL && y != NULL && same(x, y)) {
        x = lq_element_next_node(x);
        y = lq_element_next_node(y);
    }
    return x == NULL && y == NULL;
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void claim_questions(const lq_stanza *stanza)
{
    int error = lq_stanza_error(stanza);

    CLAIM((error != 0) == (lq_stanza_kind(stanza) != LQ_NONZA &&
                           lq_stanza_type(stanza) == LQ_ERROR));
    CLAIM(error == 0 || lq_stanza_error_name(error) != NULL);
    CLAIM(error != 0 || (lq_stanza_error_text(stanza) == NULL &&
                         lq_stanza_error_detail(stanza) == NULL));
    CLAIM(lq_stanza_sender(stanza) == lq_stanza_from(stanza));
    CLAIM(same_text(lq_stanza_id(stanza),
                    lq_element_attr(lq_stanza_root(stanza), "id")));
}

/* Whether NAME of the namespace of "xml" stands there, which has no text. */
static bool has_reserved(const lq_element *element)
{
    const lq_element *child = lq_element_child(element, NULL, NULL);

    while (child != NULL && !has_reserved(child)) {
        child = lq_element_next(child, NULL, NULL);
    }
    return child != NULL || strcmp(lq_element_xmlns(element),
                                   "http://www.w3.org/XML/1998/namespace") == 0;
}

/* Whether a name is so long that, with what is written beside it, it passes the
 * limit of lq_stanza_parse(). */
static bool has_long(const lq_element *element)
{
    const lq_element *child = lq_element_child(element, NULL, NULL);
    bool found = strlen(lq_element_name(element)) > 900;
    const char *name;

    for (int i = 0; (name = lq_element_attr_at(element, i, NULL, NULL)) != NULL;
         i++) {
        found |= strlen(name) > 900;
    }
    for (; child != NULL && !found;
         child = lq_element_next(child, NULL, NULL)) {
        found = has_long(child);
    }
    return found;
}

static void claim_read_again(const lq_stanza *stanza, const char *xml)
{
    const lq_stanza *again = lq_stanza_parse(xml, strlen(xml)), *third;
    const char *written;

    if (again == NULL) {
        CLAIM(has_long(lq_stanza_root(stanza)));
        return;
    }
    CLAIM(same(lq_stanza_root(stanza), lq_stanza_root(again)));
    CLAIM(lq_stanza_kind(stanza) == lq_stanza_kind(again));
    CLAIM(lq_stanza_type(stanza) == lq_stanza_type(again));
    written = lq_element_xml(again, lq_stanza_root(again));
    CLAIM(written != NULL && strcmp(xml, written) == 0);
    third = lq_stanza_ref(again);
    lq_stanza_unref(again);
    lq_stanza_unref(third);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const lq_stanza *stanza = lq_stanza_parse((const char *)data, size);
    const char *xml;

    if (stanza == NULL) {
        return 0;
    }
    claim_questions(stanza);
    xml = lq_element_xml(stanza, lq_stanza_root(stanza));
    if (xml == NULL) {
        CLAIM(has_reserved(lq_stanza_root(stanza)));
    } else if (lq_element_xmlns(lq_stanza_root(stanza))[0] != '\0') {
        claim_read_again(stanza, xml);
    }
    lq_stanza_unref(stanza);
    return 0;
}
