/* floors.c - what cannot be undercut: the bytes copied, searched, and parsed
 * by libxml2 and expat with handlers that do nothing. */
#include <expat.h>
#include <libxml/parser.h>
#include <string.h>

#include "reader.h"

static void read_memcpy(feed *f)
{
    static char copy[65536];
    size_t at = 0, len;
    const char *piece;

    while ((piece = feed_next(f, &at, &len)) != NULL) {
        for (size_t i = 0; i < len; i += sizeof(copy)) {
            size_t n = len - i < sizeof(copy) ? len - i : sizeof(copy);

            memcpy(copy, piece + i, n);
            __asm__ volatile("" : : "r"(copy) : "memory");
        }
    }
    f->stanzas = f->corpus->count;
}

static void read_memchr(feed *f)
{
    const char *at = f->corpus->bytes;
    const char *end = at + f->corpus->len;
    volatile size_t count = 0;

    while ((at = memchr(at, '<', (size_t)(end - at))) != NULL) {
        at++;
        count++;
    }
    f->stanzas = f->corpus->count;
}

/* ---- libxml2 ---- */

static void null_start(void *self, const xmlChar *name, const xmlChar *prefix,
                       const xmlChar *xmlns, int space_count,
                       const xmlChar **spaces, int count, int defaulted,
                       const xmlChar **attrs)
{
    (void)name, (void)prefix, (void)xmlns, (void)space_count, (void)spaces;
    (void)count, (void)defaulted, (void)attrs;
    ++*(int *)self; /* depth: the stream itself is one */
}

static void null_end(void *self, const xmlChar *name, const xmlChar *prefix,
                     const xmlChar *xmlns)
{
    (void)name, (void)prefix, (void)xmlns;
    --*(int *)self;
}

static void null_text(void *self, const xmlChar *text, int len)
{
    (void)self, (void)text, (void)len;
}

static void read_libxml2(feed *f)
{
    xmlSAXHandler sax = { .initialized = XML_SAX2_MAGIC,
                          .startElementNs = null_start,
                          .endElementNs = null_end,
                          .characters = null_text,
                          .ignorableWhitespace = null_text,
                          .cdataBlock = null_text };
    int depth = 0;
    xmlParserCtxt *context =
        xmlCreatePushParserCtxt(&sax, &depth, NULL, 0, NULL);
    size_t at = 0, len;
    const char *piece;

    xmlCtxtUseOptions(context, XML_PARSE_NONET | XML_PARSE_NOENT);
    while ((piece = feed_next(f, &at, &len)) != NULL) {
        xmlParseChunk(context, piece, (int)len, 0);
    }
    if (context->wellFormed && depth == 1) {
        f->stanzas = f->corpus->count;
    }
    xmlFreeDoc(context->myDoc);
    xmlFreeParserCtxt(context);
}

/* ---- expat ---- */

static void XMLCALL expat_start(void *self, const XML_Char *name,
                                const XML_Char **attrs)
{
    (void)name, (void)attrs;
    ++*(int *)self;
}

static void XMLCALL expat_end(void *self, const XML_Char *name)
{
    (void)name;
    --*(int *)self;
}

static void XMLCALL expat_text(void *self, const XML_Char *text, int len)
{
    (void)self, (void)text, (void)len;
}

static void read_with_expat(feed *f, XML_Parser parser)
{
    size_t at = 0, len;
    const char *piece;
    int depth = 0, ok = 1;

    XML_SetUserData(parser, &depth);
    XML_SetElementHandler(parser, expat_start, expat_end);
    XML_SetCharacterDataHandler(parser, expat_text);
    while (ok && (piece = feed_next(f, &at, &len)) != NULL) {
        ok = XML_Parse(parser, piece, (int)len, 0) == XML_STATUS_OK;
    }
    if (ok) { /* it may hold the last element back until more bytes come */
        f->stanzas = f->corpus->count;
    }
    XML_ParserFree(parser);
}

static void read_expat(feed *f) { read_with_expat(f, XML_ParserCreate(NULL)); }

static void read_expat_ns(feed *f)
{
    read_with_expat(f, XML_ParserCreateNS(NULL, '\n'));
}

const reader readers_floors[] = {
    { "memcpy", "copy the bytes", NULL, read_memcpy, NULL },
    { "memchr", "search them for '<'", NULL, read_memchr, NULL },
    { "libxml2", "SAX2 push parser, null handlers", NULL, read_libxml2, NULL },
    { "expat", "null handlers", NULL, read_expat, NULL },
    { "expat-ns", "null handlers, namespaces", NULL, read_expat_ns, NULL },
    { 0 },
};
