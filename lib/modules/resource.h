/* resource.h - one resource's presence, as it last told it.
 *
 * One allocation, never edited but to say that it has gone: each presence makes
 * a new one. */
#ifndef LQ_RESOURCE_H
#define LQ_RESOURCE_H

#include <loquat/presence.h>

#include "grave.h"
#include "prepared.h"

struct lq_resource {
    lq_buried buried;
    lq_resource *next;    /* of the same account */
    uint64_t order;       /* the later it spoke, the higher */
    const char *jid;      /* as the server writes it */
    const char *name;     /* prepared resourcepart, "" if there is none */
    const char *lang;     /* of the stanza, "" if unknown */
    const char *statuses; /* pairs: language, text */
    const char *statuses_end;
    int8_t show;
    int8_t priority;
    unsigned size; /* of the allocation */
};

/* What STANZA, from WHO, tells; NULL when memory runs out. */
lq_resource *lq_resource_new(const lq_stanza *stanza, const lq_prepared *who,
                             const char *jid, uint64_t order);

/* Whether A is more available than B, which may be NULL. */
bool lq_resource_is_better(const lq_resource *a, const lq_resource *b);

#endif
