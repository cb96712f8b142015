/* watch.h - descriptors and what is to happen when they are ready.
 *
 * A poll is one epoll descriptor; a watch is one descriptor in it.  Watches
 * may end while others of the same turn are still to be told. */
#ifndef LQ_NET_WATCH_H
#define LQ_NET_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

typedef struct lq_watch {
    int fd;
    uint32_t events; /* EPOLLIN and EPOLLOUT that are watched for */
    void (*ready)(void *owner, uint32_t events);
    void *owner;
} lq_watch;

enum { LQ_POLL_BATCH = 64 };

typedef struct lq_poll {
    int fd;                                  /* of epoll */
    int count;                               /* of batch, while it is told */
    struct epoll_event batch[LQ_POLL_BATCH]; /* NULL: ended meanwhile */
} lq_poll;

int lq_poll_init(lq_poll *poll);
void lq_poll_clear(lq_poll *poll);

/* Wait for up to TIMEOUT ms (-1: without end, also if no watch is left) and
 * tell the watches that are ready.  A signal ends it early.  LQ_OK or
 * LQ_E_NET. */
int lq_poll_wait(lq_poll *poll, int timeout);

/* Watch for EVENTS from now on; with 0 not even for errors.  LQ_OK or
 * LQ_E_NET. */
int lq_watch_set(lq_poll *poll, lq_watch *watch, uint32_t events);

/* To be called before the descriptor is closed or WATCH is freed. */
void lq_watch_end(lq_poll *poll, lq_watch *watch);

#endif
