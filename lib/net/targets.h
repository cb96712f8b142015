/* targets.h - where a line may connect to, in which order, and what came of
 * it. */
#ifndef LQ_NET_TARGETS_H
#define LQ_NET_TARGETS_H

#include <stddef.h>
#include <stdint.h>

typedef struct lq_target {
    char *host; /* a name or an address, without brackets */
    int port;
    int transport; /* LQ_TRANSPORT_STARTTLS or LQ_TRANSPORT_TLS */
    uint16_t priority, weight;
} lq_target;

/* More than these are not tried, nor told of. */
enum { LQ_TARGETS_MAX = 32, LQ_TARGETS_TEXT_MAX = 4096 };

typedef struct lq_targets {
    lq_target *list;
    size_t count;
    size_t next; /* index of the one to try next */
    char *text;  /* what was said so far, or NULL */
    size_t text_len;
} lq_targets;

void lq_targets_clear(lq_targets *targets);

/* Add one of equal rank to all added like this, or one out of an SRV record.
 * LQ_OK, also if there are LQ_TARGETS_MAX already, or LQ_E_NOMEM. */
int lq_targets_add(lq_targets *targets, const char *host, int port,
                   int transport);
int lq_targets_add_ranked(lq_targets *targets, const lq_target *target);

/* Bring them into the order of RFC 2782. */
void lq_targets_order(lq_targets *targets);

/* The next to try, or NULL.  It stays where it is until lq_targets_clear(). */
const lq_target *lq_targets_next(lq_targets *targets);

/* Note that WHAT was said about SUBJECT. */
void lq_targets_note(lq_targets *targets, const char *subject,
                     const char *what);

/* The same about TARGET at ADDRESS, or, while that is not known (NULL), about
 * its host. */
void lq_targets_say(lq_targets *targets, const lq_target *target,
                    const char *address, const char *what);

#endif
