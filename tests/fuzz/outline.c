/* outline.c - see outline.h. */
#define _POSIX_C_SOURCE 200809L

#include "outline.h"

#include <expat.h>
#include <libxml/xmlreader.h>
#include <stdlib.h>
#include <string.h>

enum { OPEN = 1, CLOSE = 2, ATTR = 3, TEXT = 4, PART = 5 };

/* ---- drawing ---- */

static void put(outline *o, const char *bytes, size_t len)
{
    if (o->size - o->len < len) {
        o->size = 2 * (o->size + len);
        o->text = realloc(o->text, o->size);
    }
    if (len > 0) {
        memcpy(o->text + o->len, bytes, len);
        o->len += len;
    }
}

static void mark(outline *o, int kind)
{
    char c = (char)kind;

    put(o, &c, 1);
    o->in_text = kind == TEXT;
}

static void put_name(outline *o, const char *name, const char *xmlns)
{
    for (const char *p = name; *p != '\0'; p++) {
        o->wide |= (*p & 0x80) != 0;
    }
    put(o, name, strlen(name));
    mark(o, PART);
    put(o, xmlns, strlen(xmlns));
}

void outline_open(outline *o, const char *name, const char *xmlns)
{
    mark(o, OPEN);
    put_name(o, name, xmlns);
}

void outline_attr(outline *o, const char *name, const char *xmlns,
                  const char *value)
{
    mark(o, ATTR);
    put_name(o, name, xmlns);
    mark(o, PART);
    put(o, value, strlen(value));
}

void outline_text(outline *o, const char *text, size_t len)
{
    if (len > 0 && !o->in_text) {
        mark(o, TEXT);
    }
    put(o, text, len);
}

void outline_close(outline *o) { mark(o, CLOSE); }

bool outline_equal(const outline *a, const outline *b)
{
    return a->len == b->len &&
           (a->len == 0 || memcmp(a->text, b->text, a->len) == 0);
}

void outline_clear(outline *o)
{
    free(o->text);
    *o = (outline){ .text = NULL };
}

/* ---- ours ---- */

void outline_element(outline *o, const lq_element *element)
{
    const char *name, *xmlns, *value;

    outline_open(o, lq_element_name(element), lq_element_xmlns(element));
    for (int i = 0;
         (name = lq_element_attr_at(element, i, &xmlns, &value)) != NULL; i++) {
        outline_attr(o, name, xmlns, value);
    }
    for (const lq_element *node = lq_element_first_node(element); node != NULL;
         node = lq_element_next_node(node)) {
        if (lq_element_is_text(node)) {
            const char *text = lq_element_text(node);

            outline_text(o, text, strlen(text));
        } else {
            outline_element(o, node);
        }
    }
    outline_close(o);
}

/* ---- expat ---- */

typedef struct listener {
    XML_Parser expat;
    heard *heard;
    int depth; /* of open elements, the stream included */
} listener;

/* NAME is "namespace PART local" or "local" alone. */
static const char *split(char *whole, const char **xmlns)
{
    char *part = strrchr(whole, PART);

    *xmlns = part == NULL ? "" : whole;
    if (part == NULL) {
        return whole;
    }
    *part = '\0';
    return part + 1;
}

static void attributes(outline *o, const char **attrs)
{
    for (; *attrs != NULL; attrs += 2) {
        char *whole = strdup(attrs[0]);
        const char *xmlns, *name = split(whole, &xmlns);

        outline_attr(o, name, xmlns, attrs[1]);
        free(whole);
    }
}

static void on_start(void *self, const char *name, const char **attrs)
{
    listener *l = self;
    outline *o = &l->heard->elements[l->heard->count];

    if (l->depth++ == 0) {
        attributes(&l->heard->header, attrs);
    } else {
        char *whole = strdup(name);
        const char *xmlns, *local = split(whole, &xmlns);

        outline_open(o, local, xmlns);
        attributes(o, attrs);
        free(whole);
    }
}

static void on_end(void *self, const char *name)
{
    listener *l = self;

    (void)name;
    if (--l->depth == 0) {
        return;
    }
    outline_close(&l->heard->elements[l->heard->count]);
    if (l->depth == 1 && ++l->heard->count == OUTLINES) {
        XML_StopParser(l->expat, XML_FALSE);
    }
}

static void stop(listener *l) { XML_StopParser(l->expat, XML_FALSE); }

static bool is_space(const char *text, int len)
{
    while (len > 0 && memchr(" \t\r\n", text[len - 1], 4) != NULL) {
        len--;
    }
    return len == 0;
}

/* Between elements only white space may stand, as it is. */
static void on_text(void *self, const char *text, int len)
{
    listener *l = self;
    int offset = 0, size = 0;
    const char *raw = XML_GetInputContext(l->expat, &offset, &size);

    if (l->depth > 1) {
        outline_text(&l->heard->elements[l->heard->count], text, (size_t)len);
    } else if (raw == NULL || raw[offset] == '&' || !is_space(text, len)) {
        stop(l);
    }
}

static void on_cdata(void *self)
{
    listener *l = self;

    if (l->depth <= 1) {
        stop(l);
    }
}

static void on_comment(void *self, const char *text)
{
    (void)text;
    stop(self);
}

static void on_instruction(void *self, const char *target, const char *data)
{
    (void)target, (void)data;
    stop(self);
}

static void on_doctype(void *self, const char *name, const char *system_id,
                       const char *public_id, int internal)
{
    (void)name, (void)system_id, (void)public_id, (void)internal;
    stop(self);
}

void expat_read(heard *h, const char *bytes, size_t len)
{
    listener l = { XML_ParserCreateNS("UTF-8", PART), h, 0 };

    XML_SetUserData(l.expat, &l);
    XML_SetElementHandler(l.expat, on_start, on_end);
    XML_SetCharacterDataHandler(l.expat, on_text);
    XML_SetCdataSectionHandler(l.expat, on_cdata, NULL);
    XML_SetCommentHandler(l.expat, on_comment);
    XML_SetProcessingInstructionHandler(l.expat, on_instruction);
    XML_SetStartDoctypeDeclHandler(l.expat, on_doctype);
    XML_Parse(l.expat, bytes, (int)len, XML_FALSE);
    XML_ParserFree(l.expat);
}

void heard_clear(heard *h)
{
    outline_clear(&h->header);
    for (int i = 0; i <= OUTLINES; i++) {
        outline_clear(&h->elements[i]);
    }
    h->count = 0;
}

/* ---- libxml2 ---- */

/* An invalid URI is a harmless name to XMPP. */
static void on_error(void *self, xmlErrorPtr error)
{
    bool *wrong = self;

    if (error->level >= XML_ERR_ERROR && error->code != XML_WAR_NS_URI) {
        *wrong = true;
    }
}

static const char *or_empty(const xmlChar *text)
{
    return text == NULL ? "" : (const char *)text;
}

static void reader_open(outline *o, xmlTextReader *reader)
{
    bool empty = xmlTextReaderIsEmptyElement(reader) == 1;

    outline_open(o, or_empty(xmlTextReaderConstLocalName(reader)),
                 or_empty(xmlTextReaderConstNamespaceUri(reader)));
    while (xmlTextReaderMoveToNextAttribute(reader) == 1) {
        if (xmlTextReaderIsNamespaceDecl(reader) != 1) {
            outline_attr(o, or_empty(xmlTextReaderConstLocalName(reader)),
                         or_empty(xmlTextReaderConstNamespaceUri(reader)),
                         or_empty(xmlTextReaderConstValue(reader)));
        }
    }
    xmlTextReaderMoveToElement(reader);
    if (empty) {
        outline_close(o);
    }
}

static void reader_node(outline *o, xmlTextReader *reader)
{
    const char *value = or_empty(xmlTextReaderConstValue(reader));

    if (xmlTextReaderDepth(reader) == 0) {
        return;
    }
    switch (xmlTextReaderNodeType(reader)) {
    case XML_READER_TYPE_ELEMENT:
        reader_open(o, reader);
        break;
    case XML_READER_TYPE_END_ELEMENT:
        outline_close(o);
        break;
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
    case XML_READER_TYPE_WHITESPACE:
    case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
        outline_text(o, value, strlen(value));
        break;
    default:
        outline_text(o, "\x06", 1); /* nothing of ours is equal to that */
    }
}

bool reader_read(outline *o, const char *header, const char *bytes, size_t len)
{
    outline document = { .text = NULL };
    xmlTextReader *reader;
    bool wrong = false;
    int rv;

    put(&document, header, strlen(header));
    put(&document, bytes, len);
    put(&document, "</stream:stream>", strlen("</stream:stream>"));
    reader = xmlReaderForMemory(document.text, (int)document.len, NULL, NULL,
                                XML_PARSE_NOENT | XML_PARSE_NONET |
                                    XML_PARSE_IGNORE_ENC);
    xmlTextReaderSetStructuredErrorHandler(reader, on_error, &wrong);
    while ((rv = xmlTextReaderRead(reader)) == 1) {
        reader_node(o, reader);
    }
    xmlFreeTextReader(reader);
    outline_clear(&document);
    return rv == 0 && !wrong;
}
