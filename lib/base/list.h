/* list.h - doubly linked lists of things that know where they are.
 *
 * A link lies inside what is listed, so adding never needs memory, and a link
 * can leave its list without a walk or a question which list it is. */
#ifndef LQ_LIST_H
#define LQ_LIST_H

#include <stddef.h>

typedef struct lq_link {
    struct lq_link *next, **at; /* what points here */
    struct lq_list *list;       /* NULL: in none */
} lq_link;

typedef struct lq_list {
    lq_link *first, **end;
} lq_list;

/* The struct TYPE whose FIELD is at POINTER. */
#define LQ_OUTER(pointer, type, field)                                         \
    ((type *)(void *)((char *)(pointer)-offsetof(type, field)))

static inline void lq_list_init(lq_list *list)
{
    list->first = NULL;
    list->end = &list->first;
}

/* LINK is in no list. */
static inline void lq_list_append(lq_list *list, lq_link *link)
{
    link->next = NULL;
    link->at = list->end;
    link->list = list;
    *list->end = link;
    list->end = &link->next;
}

/* Take LINK out of its list, if it is in one. */
static inline void lq_link_remove(lq_link *link)
{
    if (link->list == NULL) {
        return;
    }
    *link->at = link->next;
    if (link->next != NULL) {
        link->next->at = link->at;
    } else {
        link->list->end = link->at;
    }
    link->list = NULL;
}

#endif
