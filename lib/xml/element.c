/* element.c - see element.h.
 *
 * Elements are what tree.c laid down; here they are only read.  Each function
 * passes NULL on, and each treats a text node as an element without a name. */
#include <loquat/element.h>

#include <string.h>

#include "xml/names.h"
#include "xml/stanza.h"
#include "xml/writer.h"

static bool element_matches(const lq_element *node, const char *name,
                            const char *xmlns)
{
    return node->name != NULL &&
           (name == NULL || lq_name_same(node->name, name)) &&
           (xmlns == NULL || lq_name_same(node->xmlns, xmlns));
}

static const lq_element *element_search(const lq_element *node,
                                        const char *name, const char *xmlns)
{
    while (node != NULL && !element_matches(node, name, xmlns)) {
        node = node->next;
    }
    return node;
}

const char *lq_element_name(const lq_element *element)
{
    return element == NULL ? NULL : element->name;
}

const char *lq_element_xmlns(const lq_element *element)
{
    if (element == NULL) {
        return NULL;
    }
    return element->name == NULL ? "" : element->xmlns;
}

bool lq_element_is(const lq_element *element, const char *name,
                   const char *xmlns)
{
    return element != NULL && element_matches(element, name, xmlns);
}

static const char *attr_search(const lq_element *element, const char *name,
                               const char *xmlns)
{
    const lq_attrs *attrs = element == NULL ? NULL : lq_element_attrs(element);

    for (uint32_t i = 0; attrs != NULL && i < attrs->count; i++) {
        const lq_attr *attr = &attrs->list[i];

        if (lq_name_same(attr->name, name) &&
            lq_name_same(attr->xmlns, xmlns)) {
            return attr->value;
        }
    }
    return NULL;
}

const char *lq_element_attr(const lq_element *element, const char *name)
{
    return attr_search(element, name, "");
}

const char *lq_element_attr_ns(const lq_element *element, const char *name,
                               const char *xmlns)
{
    return attr_search(element, name, xmlns);
}

const char *lq_element_attr_at(const lq_element *element, int index,
                               const char **xmlns, const char **value)
{
    const lq_attrs *attrs = element == NULL ? NULL : lq_element_attrs(element);
    const lq_attr *attr;

    if (attrs == NULL || index < 0 || (uint32_t)index >= attrs->count) {
        return NULL;
    }
    attr = &attrs->list[index];
    if (xmlns != NULL) {
        *xmlns = attr->xmlns;
    }
    if (value != NULL) {
        *value = attr->value;
    }
    return attr->name;
}

const char *lq_element_text(const lq_element *element)
{
    const lq_element *node;

    if (element == NULL || element->name == NULL) {
        return element == NULL ? NULL : element->text;
    }
    for (node = lq_element_below(element); node != NULL; node = node->next) {
        if (node->name == NULL) {
            return node->text; /* the only one, or all of them joined */
        }
    }
    return "";
}

const lq_element *lq_element_child(const lq_element *parent, const char *name,
                                   const char *xmlns)
{
    return element_search(lq_element_first_node(parent), name, xmlns);
}

const lq_element *lq_element_next(const lq_element *element, const char *name,
                                  const char *xmlns)
{
    return element_search(lq_element_next_node(element), name, xmlns);
}

const lq_element *lq_element_first_node(const lq_element *parent)
{
    const lq_element *node;

    if (parent == NULL || parent->name == NULL) {
        return NULL;
    }
    node = lq_element_below(parent);
    return lq_element_has_joined(parent) ? node->next : node;
}

const lq_element *lq_element_next_node(const lq_element *node)
{
    return node == NULL ? NULL : node->next;
}

bool lq_element_is_text(const lq_element *node)
{
    return node != NULL && node->name == NULL;
}

/* The tree's limit bounds what a peer can make us keep; what the program asks
 * for stands outside of it. */
static const char *element_keep(lq_arena *arena, const lq_buffer *text)
{
    size_t len = lq_buffer_len(text);

    if (arena->budget < len + 1) {
        arena->budget = len + 1;
    }
    return lq_arena_text(arena, lq_buffer_bytes(text), len);
}

const char *lq_element_xml(const lq_stanza *stanza, const lq_element *element)
{
    lq_stanza *owner = (lq_stanza *)stanza; /* its arena may grow */
    const char *xml = NULL;
    lq_buffer text;
    lq_writer writer;

    if (stanza == NULL || element == NULL) {
        return NULL;
    }
    lq_buffer_init(&text, LQ_BUFFER_MAX);
    lq_writer_init(&writer, &text, "");
    lq_write_copy(&writer, element);
    if (lq_writer_end(&writer) == LQ_OK) {
        xml = element_keep(&owner->arena, &text);
    }
    lq_buffer_clear(&text);
    return xml;
}
