#include "list.h"

#include <stddef.h>

void lq_list_init(lq_link *list)
{
    *list = (lq_link){ .prev = list, .next = list };
}

void lq_list_append(lq_link *list, lq_link *link)
{
    lq_list_remove(link);
    link->prev = list->prev;
    link->next = list;
    list->prev->next = link;
    list->prev = link;
}

void lq_list_remove(lq_link *link)
{
    if (!lq_list_has(link)) {
        return;
    }
    link->prev->next = link->next;
    link->next->prev = link->prev;
    link->prev = NULL;
    link->next = NULL;
}

bool lq_list_has(const lq_link *link) { return link->next != NULL; }

struct lq_line *lq_list_first(const lq_link *list)
{
    return list->next->line; /* the head's own, NULL, if it is empty */
}

struct lq_line *lq_list_take(lq_link *list)
{
    lq_link *link = list->next;

    if (link == list) {
        return NULL;
    }
    lq_list_remove(link);
    return link->line;
}
