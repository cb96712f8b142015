/* ids.h - one space of numbers for requests, deliveries, questions and claims.
 *
 * They run from 1 to INT32_MAX and then from 1 again, skipping what is alive.
 */
#ifndef LQ_IDS_H
#define LQ_IDS_H

#include <loquat/base.h>

#include "base/table.h"

enum { LQ_LIVE_TICKET = 1, LQ_LIVE_QUESTION, LQ_LIVE_CLAIM };

/* What has a number: lies at the head of it. */
typedef struct lq_live {
    lq_id id; /* 0: none yet */
    int what;
} lq_live;

typedef struct lq_ids {
    lq_table table;
    lq_id last;
    lq_id last_claim; /* they count down from INT32_MAX, so that no number of
                         another process meets one */
} lq_ids;

void lq_ids_init(lq_ids *ids);
void lq_ids_clear(lq_ids *ids);

/* Give LIVE a number.  The number, or LQ_E_NOMEM. */
lq_id lq_ids_add(lq_ids *ids, lq_live *live, int what);

/* Give LIVE the number ID, which it had in another process.  LQ_OK, or
 * LQ_E_NOMEM; or LQ_E_STATE: something has it. */
int lq_ids_put(lq_ids *ids, lq_live *live, int what, lq_id id);
void lq_ids_remove(lq_ids *ids, lq_live *live); /* it may have none */

/* What bears ID and is a WHAT, or NULL. */
lq_live *lq_ids_get(const lq_ids *ids, lq_id id, int what);

#endif
