/* peer_xml.c - see peer_xml.h.
 *
 * libxml2's own tree, so that our parser is not its own judge. */
#include "peer_xml.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>

#define OUTER                                                                  \
    "<stream:stream xmlns='jabber:client'"                                     \
    " xmlns:stream='http://etherx.jabber.org/streams'>"

static const char *chars(const xmlChar *text) { return (const char *)text; }

/* ---- reading ---- */

static xmlDoc *tree_read(const char *xml)
{
    size_t size = strlen(xml) + sizeof(OUTER) + sizeof("</stream:stream>");
    char *text = malloc(size);
    xmlDoc *doc;

    snprintf(text, size, "%s%s</stream:stream>", OUTER, xml);
    doc = xmlReadMemory(text, (int)strlen(text), NULL, NULL,
                        XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                            XML_PARSE_NONET | XML_PARSE_HUGE);
    free(text);
    return doc;
}

static xmlNode *first_element(xmlNode *node)
{
    while (node != NULL && node->type != XML_ELEMENT_NODE) {
        node = node->next;
    }
    return node;
}

static xmlNode *tree_root(xmlDoc *doc)
{
    return doc == NULL ? NULL
                       : first_element(xmlDocGetRootElement(doc)->children);
}

/* ---- comparing ---- */

static bool same_ns(const xmlNs *a, const xmlNs *b)
{
    return xmlStrEqual(a == NULL ? NULL : a->href, b == NULL ? NULL : b->href);
}

static bool attrs_match(xmlNode *node, const xmlNode *pattern)
{
    for (xmlAttr *attr = pattern->properties; attr != NULL; attr = attr->next) {
        const xmlChar *ns = attr->ns == NULL ? NULL : attr->ns->href;
        xmlChar *want = xmlNodeGetContent((xmlNode *)attr);
        xmlChar *have = ns == NULL ? xmlGetNoNsProp(node, attr->name)
                                   : xmlGetNsProp(node, attr->name, ns);
        bool same = have != NULL && xmlStrEqual(want, have);

        xmlFree(want);
        xmlFree(have);
        if (!same) {
            return false;
        }
    }
    return true;
}

/* The text directly inside NODE. */
static char *own_text(const xmlNode *node)
{
    char *text = calloc(1, 1);

    for (const xmlNode *n = node->children; n != NULL; n = n->next) {
        if (n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE) {
            text = realloc(text, strlen(text) + strlen(chars(n->content)) + 1);
            strcat(text, chars(n->content));
        }
    }
    return text;
}

static bool texts_match(const xmlNode *node, const xmlNode *pattern)
{
    char *want = own_text(pattern);
    char *have = own_text(node);
    bool match =
        strspn(want, " \t\r\n") == strlen(want) || strcmp(want, have) == 0;

    free(want);
    free(have);
    return match;
}

static bool node_matches(xmlNode *node, const xmlNode *pattern);

/* Each child of PATTERN has a child of NODE of its own, in the same order. */
static bool children_match(xmlNode *node, const xmlNode *pattern)
{
    xmlNode *have = first_element(node->children);
    const xmlNode *want = first_element(pattern->children);

    while (want != NULL && have != NULL) {
        if (node_matches(have, want)) {
            want = first_element(want->next);
        }
        have = first_element(have->next);
    }
    return want == NULL;
}

static bool node_matches(xmlNode *node, const xmlNode *pattern)
{
    return xmlStrEqual(node->name, pattern->name) &&
           same_ns(node->ns, pattern->ns) && attrs_match(node, pattern) &&
           texts_match(node, pattern) && children_match(node, pattern);
}

bool xml_contains(const char *xml, const char *pattern)
{
    xmlDoc *have = tree_read(xml);
    xmlDoc *want = tree_read(pattern);
    xmlNode *node = tree_root(have);
    xmlNode *wanted = tree_root(want);
    bool match = node != NULL && wanted != NULL && node_matches(node, wanted);

    xmlFreeDoc(have);
    xmlFreeDoc(want);
    return match;
}

bool xml_is_element(const char *xml)
{
    xmlDoc *doc = tree_read(xml);
    bool is = tree_root(doc) != NULL;

    xmlFreeDoc(doc);
    return is;
}

void xml_attr(const char *xml, const char *name, char *value, size_t size)
{
    xmlDoc *doc = tree_read(xml);
    xmlNode *root = tree_root(doc);
    xmlChar *text =
        root == NULL ? NULL : xmlGetNoNsProp(root, (const xmlChar *)name);

    snprintf(value, size, "%s", text == NULL ? "" : chars(text));
    xmlFree(text);
    xmlFreeDoc(doc);
}
