/* list.h - queues of lines.
 *
 * A list is a ring with a head; a line owns the links with which it stands in
 * lists, and a link stands in one list at the most.  So a line can leave a
 * list without anybody looking for it. */
#ifndef LQ_NET_LIST_H
#define LQ_NET_LIST_H

#include <stdbool.h>

struct lq_line;

typedef struct lq_link {
    struct lq_link *prev, *next; /* NULL while in no list */
    struct lq_line *line;        /* whose it is; NULL for a list's head */
} lq_link;

void lq_list_init(lq_link *list);

/* Put LINK last, out of the list that it is in. */
void lq_list_append(lq_link *list, lq_link *link);

/* Take LINK out of its list, if it is in one. */
void lq_list_remove(lq_link *link);
bool lq_list_has(const lq_link *link);

/* The first line, or NULL; the second takes it out. */
struct lq_line *lq_list_first(const lq_link *list);
struct lq_line *lq_list_take(lq_link *list);

#endif
