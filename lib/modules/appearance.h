/* appearance.h - how we want to be seen: show, priority, and what a person
 * should read, in any number of languages. */
#ifndef LQ_APPEARANCE_H
#define LQ_APPEARANCE_H

#include <loquat/builder.h>
#include <loquat/presence.h>

typedef struct lq_appearance {
    int show;
    int priority;
    struct lq_status *statuses;
} lq_appearance;

void lq_appearance_clear(lq_appearance *own);

/* As lq_presence_set_status(). */
int lq_appearance_set_status(lq_appearance *own, const char *lang,
                             const char *text);

/* The presence that tells TO (NULL: everybody) of it, but for SHOW. */
lq_builder *lq_appearance_build(const lq_appearance *own, lq_stream *stream,
                                const char *to, int show);

#endif
