#include "watch.h"

#include <loquat/base.h>

#include <errno.h>
#include <unistd.h>

int lq_poll_init(lq_poll *poll)
{
    *poll = (lq_poll){ .fd = epoll_create1(EPOLL_CLOEXEC) };
    return poll->fd < 0 ? LQ_E_NET : LQ_OK;
}

void lq_poll_clear(lq_poll *poll)
{
    if (poll->fd >= 0) {
        close(poll->fd);
    }
    poll->fd = -1;
}

int lq_poll_wait(lq_poll *poll, int timeout)
{
    int i, count = epoll_wait(poll->fd, poll->batch, LQ_POLL_BATCH, timeout);

    if (count < 0) {
        return errno == EINTR ? LQ_OK : LQ_E_NET;
    }
    poll->count = count;
    for (i = 0; i < count; i++) {
        lq_watch *watch = poll->batch[i].data.ptr;
        if (watch != NULL) {
            watch->ready(watch->owner, poll->batch[i].events);
        }
    }
    poll->count = 0;
    return LQ_OK;
}

/* Without events the descriptor leaves the set, as epoll would report its
 * hang-up again and again. */
int lq_watch_set(lq_poll *poll, lq_watch *watch, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.ptr = watch };
    int change = watch->events == 0 ? EPOLL_CTL_ADD
                 : events == 0      ? EPOLL_CTL_DEL
                                    : EPOLL_CTL_MOD;

    if (events == watch->events) {
        return LQ_OK;
    }
    if (epoll_ctl(poll->fd, change, watch->fd, &event) != 0) {
        return LQ_E_NET;
    }
    watch->events = events;
    return LQ_OK;
}

void lq_watch_end(lq_poll *poll, lq_watch *watch)
{
    int i;

    lq_watch_set(poll, watch, 0);
    for (i = 0; i < poll->count; i++) {
        if (poll->batch[i].data.ptr == watch) {
            poll->batch[i].data.ptr = NULL;
        }
    }
}
