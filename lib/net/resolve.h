/* resolve.h - from a domain to the targets that serve it. */
#ifndef LQ_NET_RESOLVE_H
#define LQ_NET_RESOLVE_H

#include <stdbool.h>

struct lq_line;

typedef struct lq_lookup lq_lookup;

/* Ask where DOMAIN's clients connect, over TRANSPORT (LQ_TRANSPORT_ANY: any).
 * LINE's targets are filled, and it is woken when that is done.  NULL when
 * memory runs out. */
lq_lookup *lq_lookup_new(struct lq_line *line, const char *domain,
                         int transport);
bool lq_lookup_is_done(const lq_lookup *lookup);

/* Nobody waits for it any more.  NULL is fine. */
void lq_lookup_free(lq_lookup *lookup);

#endif
