/* features.c - see features.h. */
#include "stream/features.h"

#include <string.h>

#include "base/memory.h"
#include "xml/writer.h"

enum { TEXT_MAX = 16 * 1024 };

void lq_features_clear(lq_features *features)
{
    lq_stanza_unref(features->tree);
    lq_free(features->text);
    *features = (lq_features){ .tree = NULL };
}

void lq_features_set(lq_features *features, const lq_stanza *tree)
{
    lq_features_clear(features);
    features->tree = lq_stanza_ref(tree);
}

static const char opening[] = "<features xmlns='" LQ_NS_STREAMS "'>";
static const char closing[] = "</features>";

/* What stands between the tags, which are always the same. */
static char *text_within(const lq_buffer *whole)
{
    const char *bytes = lq_buffer_bytes(whole);
    const char *start = memchr(bytes, '>', lq_buffer_len(whole));
    size_t head = start == NULL ? 0 : (size_t)(start + 1 - bytes);
    size_t len = lq_buffer_len(whole);

    if (head < 2 || bytes[head - 2] == '/' || len < head + strlen(closing)) {
        return lq_strdup(""); /* it is empty */
    }
    return lq_strndup(bytes + head, len - head - strlen(closing));
}

/* The tree that TEXT was; NULL when memory runs out. */
static const lq_stanza *tree_around(const char *text)
{
    const lq_stanza *tree = NULL;
    lq_buffer whole;
    int rv;

    lq_buffer_init(&whole, TEXT_MAX + 128);
    rv = lq_buffer_append(&whole, opening, strlen(opening));
    rv = rv < 0 ? rv : lq_buffer_append(&whole, text, strlen(text));
    rv = rv < 0 ? rv : lq_buffer_append(&whole, closing, strlen(closing));
    if (rv == LQ_OK) {
        tree = lq_stanza_parse(lq_buffer_bytes(&whole), lq_buffer_len(&whole));
    }
    lq_buffer_clear(&whole);
    return tree;
}

void lq_features_fold(lq_features *features)
{
    lq_writer writer;
    lq_buffer text;

    if (features->tree == NULL || features->text != NULL) {
        return;
    }
    lq_buffer_init(&text, TEXT_MAX);
    lq_writer_init(&writer, &text, "");
    lq_write_copy(&writer, lq_stanza_root(features->tree));
    if (lq_writer_end(&writer) == LQ_OK) {
        features->text = text_within(&text);
    }
    lq_buffer_clear(&text);
    lq_features_forget_tree(features);
}

const lq_element *lq_features_root(lq_features *features)
{
    if (features->tree == NULL && features->text != NULL) {
        features->tree = tree_around(features->text);
    }
    return lq_stanza_root(features->tree);
}

const lq_element *lq_features_get(lq_features *features, const char *name,
                                  const char *xmlns)
{
    return lq_element_child(lq_features_root(features), name, xmlns);
}
