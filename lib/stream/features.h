/* features.h - what the server said that it can do, RFC 6120, 4.3.2.
 *
 * While a stream is negotiated the features are a tree, which is asked all the
 * time; afterwards nobody may ever ask again, so what is kept is their text. */
#ifndef LQ_FEATURES_H
#define LQ_FEATURES_H

#include "xml/stanza.h"

typedef struct lq_features {
    const lq_stanza *tree; /* a reference, or NULL */
    char *text;            /* or NULL */
} lq_features;

void lq_features_clear(lq_features *features);
void lq_features_set(lq_features *features, const lq_stanza *tree);

/* Keep the text only, if memory allows and it is not long. */
void lq_features_fold(lq_features *features);

/* Somebody may have asked since: the text is enough. */
static inline void lq_features_forget_tree(lq_features *features)
{
    if (features->text != NULL && features->tree != NULL) {
        lq_stanza_unref(features->tree);
        features->tree = NULL;
    }
}

static inline bool lq_features_are_none(const lq_features *features)
{
    return features->tree == NULL && features->text == NULL;
}

/* The whole tree, or NULL: there is none, or no memory for it. */
const lq_element *lq_features_root(lq_features *features);

/* The child NAME of XMLNS, or NULL. */
const lq_element *lq_features_get(lq_features *features, const char *name,
                                  const char *xmlns);

#endif
