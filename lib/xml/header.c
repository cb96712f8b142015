/* header.c - see header.h. */
#include "header.h"

#include <string.h>

#include "xml/quote.h"

/* Step through the declarations of HEADER: the prefix ("xmlns": the default
 * namespace), or NULL behind the last.  Begin with *INDEX = 0. */
static const char *header_next(const lq_stanza *header, int *index,
                               const char **xmlns)
{
    const char *name, *kind;

    do {
        name = lq_element_attr_at(header->root, (*index)++, &kind, xmlns);
    } while (name != NULL && strcmp(kind, LQ_NS_XMLNS) != 0);
    return name;
}

bool lq_header_is_canonical(const lq_stanza *header)
{
    bool has_default = false;
    bool has_stream = false;
    const char *prefix, *xmlns;
    int index = 0;

    while ((prefix = header_next(header, &index, &xmlns)) != NULL) {
        if (strcmp(prefix, "xmlns") == 0) {
            has_default = true;
        } else if (strcmp(prefix, "stream") == 0 &&
                   strcmp(xmlns, LQ_NS_STREAMS) == 0) {
            has_stream = true;
        } else {
            return false;
        }
    }
    return has_default && has_stream;
}

static int header_append(lq_buffer *out, const char *text)
{
    return lq_buffer_append(out, text, strlen(text));
}

static int header_declare(lq_buffer *out, const char *prefix, const char *xmlns)
{
    bool is_default = strcmp(prefix, "xmlns") == 0;
    int rv = header_append(out, is_default ? " " : " xmlns:");

    rv = rv != LQ_OK ? rv : header_append(out, prefix);
    rv = rv != LQ_OK ? rv : header_append(out, "='");
    return rv != LQ_OK ? rv : lq_quote_value(out, xmlns);
}

int lq_header_write(lq_buffer *out, const char *xmlns)
{
    int rv = header_append(out, "<stream");

    rv = rv != LQ_OK ? rv : header_declare(out, "xmlns", xmlns);
    rv = rv != LQ_OK ? rv : header_declare(out, "stream", LQ_NS_STREAMS);
    return rv != LQ_OK ? rv : header_append(out, ">");
}

int lq_header_rewrite(lq_buffer *out, const lq_stanza *header)
{
    const char *prefix, *xmlns;
    int index = 0;
    int rv = header_append(out, "<stream");

    while (rv == LQ_OK &&
           (prefix = header_next(header, &index, &xmlns)) != NULL) {
        rv = header_declare(out, prefix, xmlns);
    }
    return rv != LQ_OK ? rv : header_append(out, ">");
}
