/* compare.c - see compare.h.
 *
 * Every element that we take, both others take, and the tree is the same.
 * What they take and we do not must be what XMPP forbids or our limits do:
 * comments, instructions, DTDs, text between elements (there expat_read() has
 * stopped), too deep, too many, too large.  One thing more: expat knows the
 * names of XML's fourth edition, we those of the fifth, so it may stop at a
 * name that is not ASCII. */
#include "compare.h"

#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "outline.h"
#include "xml/framer.h"
#include "xml/header.h"
#include "xml/parser.h"

static const lq_limits limits = { 1 << 20, LQ_DEPTH_MAX, LQ_ATTRS_MAX, 1024 };

typedef struct comparison {
    heard expat;
    const char *reader;
    lq_parser *parser;
    int count; /* of elements that we have taken */
    bool wide; /* one had names that expat may not know */
} comparison;

static const char *declared(const lq_stanza *header)
{
    return lq_element_attr_ns(header->root, "xmlns", LQ_NS_XMLNS);
}

/* What was declared, written and read again, is still declared. */
static void claim_rewritten(const lq_stanza *header)
{
    lq_stanza *again = NULL;
    const char *name, *xmlns, *value;
    lq_buffer out;

    lq_buffer_init(&out, LQ_BUFFER_MAX);
    CLAIM(lq_header_rewrite(&out, header) == LQ_OK);
    CLAIM(lq_parse_header(lq_buffer_bytes(&out), lq_buffer_len(&out), &again) ==
          LQ_OK);
    CLAIM(lq_header_is_canonical(again) == lq_header_is_canonical(header));
    for (int i = 0;
         (name = lq_element_attr_at(header->root, i, &xmlns, &value)) != NULL;
         i++) {
        if (strcmp(xmlns, LQ_NS_XMLNS) == 0) {
            const char *is = lq_element_attr_ns(again->root, name, xmlns);

            CLAIM(is != NULL && strcmp(is, value) == 0);
        }
    }
    lq_stanza_unref(again);
    lq_buffer_clear(&out);
}

/* Declarations apart, expat has seen the same attributes. */
static void claim_header(comparison *c, const lq_stanza *header)
{
    const char *name, *xmlns, *value;
    outline ours = { .text = NULL };

    for (int i = 0;
         (name = lq_element_attr_at(header->root, i, &xmlns, &value)) != NULL;
         i++) {
        if (strcmp(xmlns, LQ_NS_XMLNS) != 0) {
            outline_attr(&ours, name, xmlns, value);
        }
    }
    c->wide |= ours.wide;
    CLAIM(c->wide || outline_equal(&ours, &c->expat.header));
    outline_clear(&ours);
}

static bool is_wide(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if ((bytes[i] & 0x80) != 0) {
            return true;
        }
    }
    return false;
}

/* Whether a prefix that is not ASCII may be declared there. */
static bool declares_wide(const char *bytes, size_t len)
{
    static const char xmlns[] = "xmlns:";
    size_t size = strlen(xmlns);

    for (size_t i = 0; i + size < len; i++) {
        if (memcmp(bytes + i, xmlns, size) == 0) {
            const char *name = bytes + i + size;
            const char *end = memchr(name, '=', len - i - size);

            if (end != NULL && is_wide(name, (size_t)(end - name))) {
                return true;
            }
        }
    }
    return false;
}

static bool take_header(comparison *c, const char *bytes, size_t len)
{
    lq_stanza *header = NULL;

    if (lq_parse_header(bytes, len, &header) != LQ_OK) {
        CLAIM(header == NULL);
        return false;
    }
    c->wide = is_wide(bytes, len);
    claim_header(c, header);
    claim_rewritten(header);
    c->parser = lq_header_is_canonical(header)
                    ? lq_parser_new(declared(header), NULL)
                    : lq_parser_new_for(header, NULL);
    CLAIM(c->parser != NULL);
    lq_stanza_unref(header);
    return true;
}

static void claim_reader(const comparison *c, const outline *ours,
                         const char *bytes, size_t len)
{
    outline theirs = { .text = NULL };
    bool well = reader_read(&theirs, c->reader, bytes, len);

    if (ours != NULL) {
        CLAIM(well && outline_equal(ours, &theirs));
    } else { /* it is said not to look at each byte of CDATA */
        CLAIM(!well || !lq_utf8_valid_xml(bytes, len));
    }
    outline_clear(&theirs);
}

/* What one element gave. */
static int take_element(comparison *c, const char *bytes, size_t len)
{
    outline ours = { .text = NULL };
    lq_stanza *stanza = NULL;
    int rv = lq_parser_element(c->parser, bytes, len, NULL, &stanza);

    CLAIM((rv == LQ_OK) == (stanza != NULL));
    CLAIM(rv == LQ_OK || rv == LQ_E_XML || rv == LQ_PARSE_RESTRICTED ||
          rv == LQ_E_POLICY);
    CLAIM(rv != LQ_E_POLICY); /* within the limits it cannot be */
    if (rv == LQ_OK) {
        outline_element(&ours, stanza->root);
        c->wide |= ours.wide || declares_wide(bytes, len);
        CLAIM(c->wide || c->count < c->expat.count);
        if (c->count < c->expat.count) {
            CLAIM(outline_equal(&ours, &c->expat.elements[c->count]));
        }
        c->count++;
        lq_stanza_unref(stanza);
    }
    /* the ends of lines in CDATA are not as expat and XML 1.0, 2.11, have it */
    if (c->reader != NULL && memchr(bytes, '\r', len) == NULL) {
        claim_reader(c, rv == LQ_OK ? &ours : NULL, bytes, len);
    }
    outline_clear(&ours);
    return rv;
}

/* What ended it: an LQ_FRAME_* error, or what an element or header gave. */
static int read_all(comparison *c, const char *bytes, size_t len)
{
    lq_framer framer;
    size_t at = 0, used = 0;
    int rv = LQ_OK;

    lq_framer_init(&framer, &limits);
    while (at < len && rv == LQ_OK && c->count < OUTLINES) {
        int kind = lq_framer_scan(&framer, bytes + at, len - at, &used);

        if (kind < 0 || kind == LQ_FRAME_MORE || kind == LQ_FRAME_CLOSE) {
            return kind;
        }
        if (kind == LQ_FRAME_HEADER) {
            rv = take_header(c, bytes + at, used) ? LQ_OK : LQ_FRAME_LIMIT;
        } else if (kind == LQ_FRAME_ELEMENT) {
            rv = take_element(c, bytes + at, used);
        }
        at += used;
    }
    return rv;
}

void compare_stream(const char *bytes, size_t len, const char *reader)
{
    static comparison c;
    int rv;

    c = (comparison){ .reader = reader };
    expat_read(&c.expat, bytes, len);
    rv = read_all(&c, bytes, len);
    if (rv != LQ_FRAME_LIMIT) {
        CLAIM(c.expat.count <= c.count);
    }
    lq_parser_free(c.parser);
    heard_clear(&c.expat);
}
