/* pattern.c - see pattern.h.  The trees are libxml2's, so that our parser is
 * not its own judge. */
#include "pattern.h"

#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER "<stream:stream"
#define OUTER                                                                  \
    "<outer xmlns='jabber:client'"                                             \
    " xmlns:stream='http://etherx.jabber.org/streams'>"

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* ---- trees ---- */

static xmlDoc *tree_read(const char *xml)
{
    size_t len = strlen(xml);
    bool header = starts(xml, HEADER) && len > 2 && xml[len - 2] != '/';
    char *text = malloc(len + sizeof(OUTER) + 32);
    xmlDoc *doc;

    sprintf(text, OUTER "%s%s</outer>", xml, header ? "</stream:stream>" : "");
    doc = xmlReadMemory(text, (int)strlen(text), NULL, NULL,
                        XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                            XML_PARSE_NONET | XML_PARSE_HUGE);
    free(text);
    return doc;
}

static xmlNode *element_from(xmlNode *node)
{
    while (node != NULL && node->type != XML_ELEMENT_NODE) {
        node = node->next;
    }
    return node;
}

static xmlNode *tree_root(xmlDoc *doc)
{
    return doc == NULL ? NULL
                       : element_from(xmlDocGetRootElement(doc)->children);
}

/* ---- matching ---- */

/* WANT may be a word to be captured, or one that was. */
static bool value_matches(words *w, const char *want, const char *have)
{
    size_t len = strlen(want);
    char name[64];
    const char *known;

    if (len < 3 || len > sizeof(name) || want[0] != '{' ||
        want[len - 1] != '}') {
        return strcmp(want, have) == 0;
    }
    snprintf(name, sizeof(name), "%.*s", (int)len - 2, want + 1);
    if (name[0] == '=') {
        known = words_get(w, name + 1);
        return known != NULL && strcmp(known, have) == 0;
    }
    words_set(w, name, have);
    return have[0] != '\0';
}

static bool attr_matches(words *w, xmlNode *node, const xmlAttr *attr)
{
    xmlChar *want = xmlNodeGetContent((const xmlNode *)attr);
    xmlChar *have = attr->ns == NULL
                        ? xmlGetNoNsProp(node, attr->name)
                        : xmlGetNsProp(node, attr->name, attr->ns->href);
    bool match = have != NULL &&
                 value_matches(w, (const char *)want, (const char *)have);

    xmlFree(want);
    xmlFree(have);
    return match;
}

static bool text_matches(words *w, xmlNode *node, const xmlNode *pattern)
{
    xmlChar *want, *have;
    bool match;

    if (element_from(pattern->children) != NULL) {
        return true; /* what stands between elements is layout */
    }
    want = xmlNodeGetContent(pattern);
    have = xmlNodeGetContent(node);
    match = want[0] == '\0' ||
            value_matches(w, (const char *)want, (const char *)have);
    xmlFree(want);
    xmlFree(have);
    return match;
}

static bool same_ns(const xmlNs *a, const xmlNs *b)
{
    return xmlStrEqual(a == NULL ? NULL : a->href, b == NULL ? NULL : b->href);
}

static bool node_matches(words *w, xmlNode *node, const xmlNode *pattern)
{
    xmlNode *have = element_from(node->children);
    xmlNode *want = element_from(pattern->children);

    if (!xmlStrEqual(node->name, pattern->name) ||
        !same_ns(node->ns, pattern->ns) || !text_matches(w, node, pattern)) {
        return false;
    }
    for (xmlAttr *attr = pattern->properties; attr != NULL; attr = attr->next) {
        if (!attr_matches(w, node, attr)) {
            return false;
        }
    }
    for (; want != NULL && have != NULL; have = element_from(have->next)) {
        if (node_matches(w, have, want)) {
            want = element_from(want->next);
        }
    }
    return want == NULL;
}

bool pattern_matches(words *w, const char *pattern, const char *sent)
{
    xmlDoc *want = tree_read(pattern), *have = tree_read(sent);
    xmlNode *wanted = tree_root(want), *node = tree_root(have);
    bool match = starts(pattern, "</") ? strcmp(pattern, sent) == 0
                                       : wanted != NULL && node != NULL &&
                                             node_matches(w, node, wanted);

    xmlFreeDoc(want);
    xmlFreeDoc(have);
    return match;
}

bool pattern_is_xml(const char *pattern)
{
    xmlDoc *doc = tree_read(pattern);
    bool is = starts(pattern, "</") || tree_root(doc) != NULL;

    xmlFreeDoc(doc);
    return is;
}
