/* tree.h - a stanza that grows from the events of a parser.
 *
 * Events outside of a begin and its end are ignored, as are those behind an
 * error.  Names and namespaces come as keys: see memo.h. */
#ifndef LQ_TREE_H
#define LQ_TREE_H

#include "xml/framer.h"
#include "xml/memo.h"
#include "xml/stanza.h"

/* An element that is open, and how to append to it. */
typedef struct lq_branch {
    lq_element *element;
    lq_element *last; /* child; NULL: none yet */
    size_t texts;     /* among the children */
    size_t text_len;  /* of all those together */
} lq_branch;

typedef struct lq_tree {
    lq_stanza *stanza;
    int error; /* anything but LQ_OK: events are ignored */
    int depth; /* of open elements */
    lq_branch open[LQ_DEPTH_MAX];
    lq_attrs *attrs;  /* of the newest element */
    size_t text_len;  /* of the newest text */
    size_t text_room; /* spare bytes behind it */
    lq_memo memo;
} lq_tree;

/* TREE is zeroed memory. */
void lq_tree_init(lq_tree *tree);

/* Begin a stanza of at most LIMIT bytes.  LQ_OK or LQ_E_MEMORY. */
int lq_tree_begin(lq_tree *tree, lq_pool *pool, size_t limit);

/* Attributes as libxml2 has them: for each its name, prefix, namespace (NULL:
 * none), value, and the end of that. */
typedef const unsigned char *const *lq_found;

/* An element begins, with COUNT attributes, and at most MORE that are added
 * then.  XMLNS may be NULL. */
void lq_tree_open(lq_tree *tree, const char *name, const char *xmlns,
                  lq_found attrs, size_t count, size_t more);
void lq_tree_attr(lq_tree *tree, const char *name, const char *xmlns,
                  const char *value, size_t len);
void lq_tree_text(lq_tree *tree, const char *text, size_t len);
void lq_tree_close(lq_tree *tree);

/* Something else is wrong; the first error stays. */
void lq_tree_fail(lq_tree *tree, int error);

/* LQ_OK and the *STANZA, yours, if exactly one element came and ended and
 * nothing stood around it; else LQ_E_XML.  LQ_E_POLICY if it would be larger
 * than its limit, LQ_E_MEMORY if memory ran out.  *STANZA is NULL then. */
int lq_tree_end(lq_tree *tree, lq_stanza **stanza);

#endif
