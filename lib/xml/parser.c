/* parser.c - see parser.h.
 *
 * libxml2 is a bystander here: it reads a stream of which the elements are all
 * that matters and never builds a tree of its own.  What it says is believed
 * only if nothing at all was odd, since several things that a stream must not
 * contain are no errors to it: it reports an undeclared prefix and goes on, and
 * it silently holds back what follows a '<' in an attribute value. */
#include "parser.h"

#include <limits.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "base/memory.h"
#include "base/text.h"
#include "xml/header.h"
#include "xml/tree.h"

/* An element of four bytes is a node of 32; a text of one byte behind it is
 * one of 24, is stored, and joined to its brothers: 13 times what came.
 * Nothing that is well-formed needs more, so that no contact of the user's can
 * end the stream with what the server passes on. */
#define TREE_FACTOR 14
#define TREE_EXTRA  4096

/* When a context is exchanged for a new one. */
#define WORN_BY_ELEMENT    (64 * 1024)
#define WORN_BY_DICTIONARY (128 * 1024)

#define SLICE_MIN (128 * 1024)

struct lq_parser {
    xmlParserCtxt *context; /* NULL: to be made when needed */
    lq_buffer header;       /* what each new one reads first */
    lq_pool *pool;
    bool declarations; /* namespace declarations become attributes */
    const char *lang;
    lq_tree tree;
};

#if LIBXML_VERSION >= 21200
typedef const xmlError *parser_error;
#else
typedef xmlErrorPtr parser_error;
#endif

/* An invalid URI is an error to libxml2 and a harmless name to XMPP. */
static int error_result(int code)
{
    switch (code) {
    case XML_ERR_NO_MEMORY:
        return LQ_E_MEMORY;
    case XML_ERR_UNDECLARED_ENTITY:
        return LQ_PARSE_RESTRICTED;
    default:
        return LQ_E_XML;
    }
}

static void on_error(void *self, parser_error error)
{
    lq_parser *parser = self;

    if (error->level >= XML_ERR_ERROR && error->code != XML_WAR_NS_URI) {
        lq_tree_fail(&parser->tree, error_result(error->code));
    }
}

/* libxml2 gives two pointers for each. */
static void parser_declarations(lq_parser *parser, int count,
                                const xmlChar **spaces)
{
    for (int i = 0; i < count; i++, spaces += 2) {
        const char *prefix = (const char *)spaces[0];
        const char *xmlns = spaces[1] == NULL ? "" : (const char *)spaces[1];

        lq_tree_attr(&parser->tree, prefix == NULL ? "xmlns" : prefix,
                     LQ_NS_XMLNS, xmlns, strlen(xmlns));
    }
}

static bool has_lang(int count, const xmlChar **attrs)
{
    for (int i = 0; i < count; i++, attrs += 5) {
        if (attrs[2] != NULL && xmlStrEqual(attrs[0], BAD_CAST "lang") &&
            xmlStrEqual(attrs[2], BAD_CAST LQ_NS_XML)) {
            return true;
        }
    }
    return false;
}

/* A root, which may get attributes that are not written in its tag. */
static void parser_root(lq_parser *parser, const char *name, const char *xmlns,
                        int space_count, const xmlChar **spaces, int count,
                        const xmlChar **attrs)
{
    const char *lang = parser->lang;
    int declared = parser->declarations ? space_count : 0;

    lq_tree_open(&parser->tree, name, xmlns, attrs, (size_t)count,
                 (size_t)declared + (lang != NULL));
    parser_declarations(parser, declared, spaces);
    if (lang != NULL && !has_lang(count, attrs)) {
        lq_tree_attr(&parser->tree, "lang", LQ_NS_XML, lang, strlen(lang));
    }
}

static void on_start(void *self, const xmlChar *name, const xmlChar *prefix,
                     const xmlChar *xmlns, int space_count,
                     const xmlChar **spaces, int count, int defaulted,
                     const xmlChar **attrs)
{
    lq_parser *parser = self;

    (void)prefix, (void)defaulted;
    if (parser->tree.depth == 0) {
        parser_root(parser, (const char *)name, (const char *)xmlns,
                    space_count, spaces, count, attrs);
    } else {
        lq_tree_open(&parser->tree, (const char *)name, (const char *)xmlns,
                     attrs, (size_t)count, 0);
    }
}

static void on_end(void *self, const xmlChar *name, const xmlChar *prefix,
                   const xmlChar *xmlns)
{
    lq_parser *parser = self;

    (void)name, (void)prefix, (void)xmlns;
    lq_tree_close(&parser->tree);
}

static void on_text(void *self, const xmlChar *text, int len)
{
    lq_parser *parser = self;

    lq_tree_text(&parser->tree, (const char *)text, (size_t)len);
}

/* libxml2 2.9 lets overlong forms pass in CDATA.  An empty one is no node. */
static void on_cdata(void *self, const xmlChar *text, int len)
{
    lq_parser *parser = self;

    if (!lq_utf8_valid_xml((const char *)text, (size_t)len)) {
        lq_tree_fail(&parser->tree, LQ_E_XML);
    }
    if (len > 0) {
        on_text(self, text, len);
    }
}

/* The framer has refused these already. */
static void on_comment(void *self, const xmlChar *text)
{
    lq_parser *parser = self;

    (void)text;
    lq_tree_fail(&parser->tree, LQ_E_XML);
}

static void on_instruction(void *self, const xmlChar *target,
                           const xmlChar *data)
{
    (void)data;
    on_comment(self, target);
}

static void on_doctype(void *self, const xmlChar *name,
                       const xmlChar *public_id, const xmlChar *system_id)
{
    (void)public_id, (void)system_id;
    on_comment(self, name);
}

static void on_reference(void *self, const xmlChar *name)
{
    on_comment(self, name);
}

static const xmlSAXHandler handlers = {
    .initialized = XML_SAX2_MAGIC,
    .startElementNs = on_start,
    .endElementNs = on_end,
    .characters = on_text,
    .ignorableWhitespace = on_text,
    .cdataBlock = on_cdata,
    .comment = on_comment,
    .processingInstruction = on_instruction,
    .internalSubset = on_doctype,
    .reference = on_reference,
    .serror = on_error,
};

/* ---- contexts ---- */

static void parser_renew(lq_parser *parser)
{
    if (parser->context != NULL) {
        xmlFreeDoc(parser->context->myDoc);
        xmlFreeParserCtxt(parser->context);
        parser->context = NULL;
        lq_memo_forget(&parser->tree.memo);
    }
}

static int parser_push(lq_parser *parser, const char *bytes, size_t len,
                       bool last)
{
    xmlParserCtxt *context = parser->context;

    if (len > INT_MAX) {
        return LQ_E_POLICY;
    }
    xmlParseChunk(context, bytes, (int)len, last);
    if (context->wellFormed && !context->disableSAX) {
        return LQ_OK;
    }
    return context->errNo == XML_ERR_NO_MEMORY ? LQ_E_MEMORY : LQ_E_XML;
}

/* Make a context and let it read the header. */
static int parser_make(lq_parser *parser)
{
    xmlSAXHandler sax = handlers;

    parser->lang = NULL; /* of whichever stream was served last */
    parser->context = xmlCreatePushParserCtxt(&sax, parser, NULL, 0, NULL);
    if (parser->context == NULL) {
        return LQ_E_MEMORY;
    }
    /* XMPP is UTF-8, whatever an XML declaration says: RFC 6120, 11.6 */
    xmlCtxtUseOptions(parser->context,
                      XML_PARSE_NOENT | XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
    return parser_push(parser, lq_buffer_bytes(&parser->header),
                       lq_buffer_len(&parser->header), false);
}

static int parser_begin(lq_parser *parser, size_t len, const char *lang)
{
    parser->lang = lang;
    return lq_tree_begin(&parser->tree, parser->pool,
                         len * TREE_FACTOR + TREE_EXTRA);
}

static bool parser_is_worn(const lq_parser *parser, size_t len)
{
    return len > WORN_BY_ELEMENT ||
           xmlDictGetUsage(parser->context->dict) > WORN_BY_DICTIONARY;
}

/* ---- parsers ---- */

static lq_parser *parser_new(lq_pool *pool)
{
    lq_parser *parser = lq_calloc(1, sizeof(*parser));

    if (parser != NULL) {
        xmlInitParser();
        parser->pool = lq_pool_ref(pool);
        lq_buffer_init(&parser->header, LQ_BUFFER_MAX);
        lq_tree_init(&parser->tree);
    }
    return parser;
}

/* PARSER, unless its header could not be WRITTEN. */
static lq_parser *parser_check(lq_parser *parser, int written)
{
    if (written != LQ_OK) {
        lq_parser_free(parser);
        return NULL;
    }
    return parser;
}

lq_parser *lq_parser_new(const char *xmlns, lq_pool *pool)
{
    lq_parser *parser = parser_new(pool);

    return parser == NULL
               ? NULL
               : parser_check(parser, lq_header_write(&parser->header, xmlns));
}

lq_parser *lq_parser_new_for(const lq_stanza *header, lq_pool *pool)
{
    lq_parser *parser = parser_new(pool);

    return parser == NULL
               ? NULL
               : parser_check(parser,
                              lq_header_rewrite(&parser->header, header));
}

void lq_parser_free(lq_parser *parser)
{
    if (parser != NULL) {
        parser_renew(parser);
        lq_buffer_clear(&parser->header);
        lq_pool_unref(parser->pool);
        lq_free(parser);
    }
}

/* libxml2 keeps a copy of what it is given until that has been parsed, so large
 * elements come in slices.  They are three, since it may look at what it cannot
 * parse yet again with each. */
static int parser_push_slices(lq_parser *parser, const char *bytes, size_t len)
{
    size_t most = len <= SLICE_MIN ? len : len / 3 + 1;
    int rv = LQ_OK;

    for (size_t slice; len > 0 && rv == LQ_OK; bytes += slice, len -= slice) {
        slice = len < most ? len : most;
        while (slice < len && bytes[slice - 1] == ']') {
            slice++; /* it would not recognise a "]]>" that was cut */
        }
        rv = parser_push(parser, bytes, slice, false);
    }
    return rv;
}

/* Push an element and see that it was taken whole.  Behind the '>' of its last
 * tag nothing can be half begun. */
static int parser_push_element(lq_parser *parser, const char *bytes, size_t len)
{
    long before = xmlByteConsumed(parser->context);
    int rv = len > 0 && bytes[len - 1] == '>'
                 ? parser_push_slices(parser, bytes, len)
                 : LQ_E_XML;

    if (rv == LQ_OK && xmlByteConsumed(parser->context) - before != (long)len) {
        rv = LQ_E_XML;
    }
    return rv;
}

/* The same with the ends of lines as they are meant: XML 1.0, 2.11.  Pushed,
 * libxml2 leaves them as they are in CDATA. */
static int parser_push_lines(lq_parser *parser, const char *bytes, size_t len)
{
    char *copy, *to;
    int rv;

    if (memchr(bytes, '\r', len) == NULL) {
        return parser_push_element(parser, bytes, len);
    }
    copy = to = lq_malloc(len);
    if (copy == NULL) {
        return LQ_E_MEMORY;
    }
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != '\r') {
            *to++ = bytes[i];
        } else if (i + 1 == len || bytes[i + 1] != '\n') {
            *to++ = '\n';
        }
    }
    rv = parser_push_element(parser, copy, (size_t)(to - copy));
    lq_free(copy);
    return rv;
}

int lq_parser_element(lq_parser *parser, const char *bytes, size_t len,
                      const char *lang, lq_stanza **stanza)
{
    int rv = parser->context == NULL ? parser_make(parser) : LQ_OK;

    *stanza = NULL;
    if (rv == LQ_OK) {
        rv = parser_begin(parser, len, lang);
    }
    if (rv == LQ_OK) {
        lq_tree_fail(&parser->tree, parser_push_lines(parser, bytes, len));
        rv = lq_tree_end(&parser->tree, stanza);
    }
    if (rv != LQ_OK || parser_is_worn(parser, len)) {
        parser_renew(parser);
    }
    return rv;
}

int lq_parse_header(const char *bytes, size_t len, lq_stanza **stanza)
{
    lq_parser *parser;
    int rv;

    *stanza = NULL;
    if (len == 0 || bytes[len - 1] != '>' || !lq_utf8_valid_xml(bytes, len)) {
        return LQ_E_XML;
    }
    parser = parser_new(NULL);
    if (parser == NULL) {
        return LQ_E_MEMORY;
    }
    parser->declarations = true;
    rv = parser_make(parser);
    if (rv == LQ_OK) {
        rv = parser_begin(parser, len, NULL);
    }
    if (rv == LQ_OK) {
        lq_tree_fail(&parser->tree, parser_push(parser, bytes, len - 1, false));
        lq_tree_fail(&parser->tree, parser_push(parser, "/>", 2, true));
        rv = lq_tree_end(&parser->tree, stanza);
    }
    lq_parser_free(parser);
    return rv;
}
