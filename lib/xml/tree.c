/* tree.c - see tree.h.
 *
 * Everything goes into the stanza's arena in the order of the document, and
 * only the open elements are ever changed: a stack holds them, each with its
 * last child, so that appending needs neither parent pointers nor a walk.  A
 * text in many pieces grows where it lies, as the newest thing in the arena. */
#include "tree.h"

#include <string.h>

void lq_tree_init(lq_tree *tree) { tree->error = LQ_E_STATE; }

int lq_tree_begin(lq_tree *tree, lq_pool *pool, size_t limit)
{
    tree->stanza = lq_stanza_new(pool, limit);
    tree->error = tree->stanza == NULL ? LQ_E_MEMORY : LQ_OK;
    tree->depth = 0;
    lq_memo_begin(&tree->memo);
    return tree->error;
}

void lq_tree_fail(lq_tree *tree, int error)
{
    if (tree->error == LQ_OK) {
        tree->error = error;
    }
}

/* The arena did not give NEED bytes: is that its limit, or the system's? */
static void tree_exhausted(lq_tree *tree, size_t need)
{
    bool limit = need > tree->stanza->arena.budget;

    lq_tree_fail(tree, limit ? LQ_E_POLICY : LQ_E_MEMORY);
}

static inline void *tree_alloc(lq_tree *tree, size_t size)
{
    void *memory = lq_arena_alloc(&tree->stanza->arena, size);

    if (memory == NULL) {
        tree_exhausted(tree, size);
    }
    return memory;
}

static inline const char *tree_name(lq_tree *tree, const char *key)
{
    return lq_memo_name(&tree->memo, &tree->stanza->arena, key, false);
}

static inline const char *tree_xmlns(lq_tree *tree, const char *key)
{
    lq_arena *arena = &tree->stanza->arena;

    return key == NULL ? "" : lq_memo_name(&tree->memo, arena, key, true);
}

/* What copies of both may take. */
static size_t names_cost(const char *name, const char *xmlns)
{
    return strlen(name) + (xmlns == NULL ? 0 : strlen(xmlns)) + LQ_MEMO_COST;
}

static lq_branch *tree_top(lq_tree *tree)
{
    return &tree->open[tree->depth - 1];
}

/* Behind the last child of the open element; with none open, it is the root. */
static inline void tree_append(lq_tree *tree, lq_element *node)
{
    lq_branch *top;

    if (tree->depth == 0) {
        tree->stanza->root = node;
        return;
    }
    top = tree_top(tree);
    if (top->last == NULL) {
        top->element->below |= (uintptr_t)node;
    } else {
        top->last->next = node;
    }
    top->last = node;
}

/* A new element with room for ATTRS attributes behind it. */
static inline lq_element *tree_element(lq_tree *tree, size_t attrs)
{
    size_t room = attrs == 0 ? 0 : sizeof(lq_attrs) + attrs * sizeof(lq_attr);
    lq_element *node = tree_alloc(tree, sizeof(*node) + room);

    if (node == NULL) {
        return NULL;
    }
    node->next = NULL;
    node->below = 0;
    if (attrs > 0) {
        tree->attrs = (lq_attrs *)(node + 1);
        tree->attrs->count = 0;
        node->below = LQ_HAS_ATTRS;
    }
    tree_append(tree, node);
    return node;
}

static void tree_attrs(lq_tree *tree, lq_found found, size_t count)
{
    lq_arena *arena = &tree->stanza->arena;
    lq_attr *attr = &tree->attrs->list[tree->attrs->count];

    tree->attrs->count += (uint32_t)count;
    for (; count > 0; count--, found += 5, attr++) {
        size_t len = (size_t)(found[4] - found[3]);

        attr->name = tree_name(tree, (const char *)found[0]);
        attr->xmlns = tree_xmlns(tree, (const char *)found[2]);
        attr->value = lq_arena_text(arena, (const char *)found[3], len);
        if (attr->name == NULL || attr->xmlns == NULL || attr->value == NULL) {
            tree_exhausted(tree, names_cost((const char *)found[0],
                                            (const char *)found[2]) +
                                     len);
        }
    }
}

void lq_tree_attr(lq_tree *tree, const char *name, const char *xmlns,
                  const char *value, size_t len)
{
    const unsigned char *found[] = {
        (const unsigned char *)name,        NULL,
        (const unsigned char *)xmlns,       (const unsigned char *)value,
        (const unsigned char *)value + len,
    };

    if (tree->error == LQ_OK) {
        tree_attrs(tree, found, 1);
    }
}

static bool tree_takes_element(lq_tree *tree)
{
    if (tree->error == LQ_OK && tree->depth == 0 &&
        tree->stanza->root != NULL) {
        lq_tree_fail(tree, LQ_E_XML); /* a second one */
    }
    if (tree->depth == LQ_DEPTH_MAX) {
        lq_tree_fail(tree, LQ_E_POLICY);
    }
    return tree->error == LQ_OK;
}

void lq_tree_open(lq_tree *tree, const char *name, const char *xmlns,
                  lq_found attrs, size_t count, size_t more)
{
    lq_element *element;

    if (!tree_takes_element(tree)) {
        return;
    }
    element = tree_element(tree, count + more);
    if (element == NULL) {
        return;
    }
    element->name = tree_name(tree, name);
    element->xmlns = tree_xmlns(tree, xmlns);
    if (element->name == NULL || element->xmlns == NULL) {
        tree_exhausted(tree, names_cost(name, xmlns));
    }
    tree->open[tree->depth++] = (lq_branch){ .element = element };
    if (count > 0) {
        tree_attrs(tree, attrs, count);
    }
}

static bool tree_ends_in_text(const lq_branch *top)
{
    return top->last != NULL && top->last->name == NULL;
}

static void tree_extend_text(lq_tree *tree, lq_element *node, const char *more,
                             size_t len)
{
    char *text = (char *)node->text; /* ours, in the arena */

    text = lq_arena_extend(&tree->stanza->arena, text, tree->text_len,
                           &tree->text_room, more, len);
    if (text == NULL) {
        tree_exhausted(tree, tree->text_len + len + 1);
        return;
    }
    node->text = text;
    tree->text_len += len;
}

static void tree_begin_text(lq_tree *tree, const char *text, size_t len)
{
    lq_element *node = tree_alloc(tree, LQ_TEXT_SIZE);

    if (node == NULL) {
        return;
    }
    node->name = NULL;
    node->next = NULL;
    node->text = lq_arena_text(&tree->stanza->arena, text, len);
    if (node->text == NULL) {
        tree_exhausted(tree, len + 1);
    }
    tree_append(tree, node);
    tree->text_len = len;
    tree->text_room = 0;
    tree_top(tree)->texts++;
}

void lq_tree_text(lq_tree *tree, const char *text, size_t len)
{
    lq_branch *top;

    if (tree->error == LQ_OK && tree->depth == 0) {
        lq_tree_fail(tree, LQ_E_XML); /* text around the element */
    }
    if (tree->error != LQ_OK) {
        return;
    }
    top = tree_top(tree);
    top->text_len += len;
    if (tree_ends_in_text(top)) {
        tree_extend_text(tree, top->last, text, len);
    } else {
        tree_begin_text(tree, text, len);
    }
}

/* Put a text before all others that joins them; see stanza.h. */
static void tree_join_texts(lq_tree *tree, const lq_branch *branch)
{
    lq_element *node = tree_alloc(tree, LQ_TEXT_SIZE);
    char *text = tree_alloc(tree, branch->text_len + 1);
    uintptr_t attrs = branch->element->below & LQ_HAS_ATTRS;

    if (node == NULL || text == NULL) {
        return;
    }
    node->name = NULL;
    node->text = text;
    node->next = lq_element_below(branch->element);
    branch->element->below = (uintptr_t)node | attrs | LQ_HAS_JOINED;
    for (const lq_element *e = node->next; e != NULL; e = e->next) {
        if (e->name == NULL) {
            size_t len = strlen(e->text);

            memcpy(text, e->text, len);
            text += len;
        }
    }
    *text = '\0';
}

void lq_tree_close(lq_tree *tree)
{
    const lq_branch *closed;

    if (tree->error != LQ_OK) {
        return;
    }
    if (tree->depth == 0) {
        lq_tree_fail(tree, LQ_E_XML); /* of something around us */
        return;
    }
    closed = &tree->open[--tree->depth];
    if (closed->texts > 1) {
        tree_join_texts(tree, closed);
    }
}

int lq_tree_end(lq_tree *tree, lq_stanza **stanza)
{
    int error = tree->error;

    if (error == LQ_OK && (tree->depth > 0 || tree->stanza->root == NULL)) {
        error = LQ_E_XML;
    }
    if (error != LQ_OK) {
        lq_stanza_unref(tree->stanza);
        tree->stanza = NULL;
    } else {
        lq_stanza_classify(tree->stanza);
    }
    *stanza = tree->stanza;
    tree->stanza = NULL;
    tree->error = LQ_E_STATE;
    return error;
}
