/* grave.h - memory that is needed for one event longer than it is used.
 *
 * What an event, or a text that we lent out, may still refer to is buried
 * instead of freed.  The stream routes a stanza only when all earlier events
 * have been taken, so a handler empties the grave before it does anything
 * else; no other hook may.  Each thing buried is one allocation and begins
 * with its lq_buried. */
#ifndef LQ_GRAVE_H
#define LQ_GRAVE_H

#include <stddef.h>

#include "base/memory.h"

typedef struct lq_buried {
    struct lq_buried *next;
} lq_buried;

typedef struct lq_grave {
    lq_buried *first;
} lq_grave;

static inline void lq_grave_add(lq_grave *grave, lq_buried *buried)
{
    if (buried != NULL) {
        buried->next = grave->first;
        grave->first = buried;
    }
}

static inline void lq_grave_empty(lq_grave *grave)
{
    while (grave->first != NULL) {
        lq_buried *buried = grave->first;

        grave->first = buried->next;
        lq_free(buried);
    }
}

#endif
