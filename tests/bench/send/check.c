/* check.c - whether a text is the message, by libxml2's own tree. */
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdio.h>
#include <string.h>

#include "writer.h"

static const char *die_who, *die_text;

static void must(int is_so, const char *what)
{
    if (!is_so) {
        bench_die("%s wrote another %s: %s", die_who, what, die_text);
    }
}

static void must_be(xmlChar *value, const char *wanted, const char *what)
{
    must(value != NULL && strcmp((char *)value, wanted) == 0, what);
    xmlFree(value);
}

static xmlChar *attr(xmlNode *node, const char *name)
{
    return xmlGetNoNsProp(node, (const xmlChar *)name);
}

static xmlNode *child(xmlNode *node, const char *name, const char *xmlns)
{
    for (xmlNode *n = node->children; n != NULL; n = n->next) {
        if (strcmp((const char *)n->name, name) == 0 && n->ns != NULL &&
            strcmp((const char *)n->ns->href, xmlns) == 0) {
            return n;
        }
    }
    must(0, name);
    return NULL;
}

/* The id may be any; Loquat chooses its own. */
static void check_root(xmlNode *message)
{
    xmlChar *id = attr(message, "id");

    must(strcmp((const char *)message->name, "message") == 0, "stanza");
    must_be(attr(message, "to"), MESSAGE_TO, "to");
    must_be(attr(message, "type"), "chat", "type");
    must(xmlChildElementCount(message) == 3, "number of children");
    must_be(xmlNodeGetContent(child(message, "body", "jabber:client")),
            MESSAGE_BODY, "body");
    child(message, "active", NS_CHATSTATES);
    must(id != NULL && strlen((char *)id) >= 22, "id");
    must_be(attr(child(message, "origin-id", NS_SID), "id"), (const char *)id,
            "origin-id");
    xmlFree(id);
}

void message_check(const char *who, const char *text)
{
    char stream[MESSAGE_MAX + 64];
    xmlDoc *doc;
    int len = snprintf(stream, sizeof(stream),
                       "<stream xmlns='jabber:client'>%s</stream>", text);

    die_who = who;
    die_text = text;
    doc = xmlReadMemory(stream, len, NULL, NULL, XML_PARSE_NONET);
    must(doc != NULL, "language than XML");
    must(xmlChildElementCount(xmlDocGetRootElement(doc)) == 1,
         "number of stanzas");
    check_root(xmlFirstElementChild(xmlDocGetRootElement(doc)));
    xmlFreeDoc(doc);
}
