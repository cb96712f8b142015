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
        features->text =
            lq_strndup(lq_buffer_bytes(&text), lq_buffer_len(&text));
    }
    lq_buffer_clear(&text);
    lq_features_forget_tree(features);
}

const lq_element *lq_features_root(lq_features *features)
{
    if (features->tree == NULL && features->text != NULL) {
        features->tree =
            lq_stanza_parse(features->text, strlen(features->text));
    }
    return lq_stanza_root(features->tree);
}

const lq_element *lq_features_get(lq_features *features, const char *name,
                                  const char *xmlns)
{
    return lq_element_child(lq_features_root(features), name, xmlns);
}
