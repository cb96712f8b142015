/* resolver.c - one c-ares channel and its descriptors.
 *
 * The channel lives while questions are open.  So the system's name servers are
 * looked up anew for the next one, which c-ares does not do by itself, and
 * computers move between networks. */
#include "resolver.h"

#include <loquat/base.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

/* A try lasts 2, then 4, then 8 seconds. */
enum { RESOLVER_TIMEOUT = 2000, RESOLVER_TRIES = 3 };

static void socket_ready(void *owner, uint32_t events)
{
    const lq_socket *ready = owner;
    int fd = ready->watch.fd;
    bool failed = (events & (EPOLLERR | EPOLLHUP)) != 0;

    ares_process_fd(ready->resolver->channel,
                    failed || (events & EPOLLIN) != 0 ? fd : ARES_SOCKET_BAD,
                    failed || (events & EPOLLOUT) != 0 ? fd : ARES_SOCKET_BAD);
}

/* The place of FD, or one that is free, or NULL. */
static lq_socket *resolver_socket(lq_resolver *resolver, int fd)
{
    lq_socket *place = NULL;
    size_t i;

    for (i = 0; i < LQ_RESOLVER_SOCKETS; i++) {
        lq_socket *at = &resolver->sockets[i];
        if (at->resolver != NULL && at->watch.fd == fd) {
            return at;
        }
        if (at->resolver == NULL) {
            place = at;
        }
    }
    return place;
}

/* c-ares opened FD, closes it, or waits for something else on it. */
static void resolver_watch(void *owner, ares_socket_t fd, int readable,
                           int writable)
{
    lq_resolver *resolver = owner;
    lq_socket *place = resolver_socket(resolver, fd);
    uint32_t events = (readable ? (uint32_t)EPOLLIN : 0) |
                      (writable ? (uint32_t)EPOLLOUT : 0);

    if (place == NULL) {
        return; /* what is asked there times out */
    }
    if (place->resolver == NULL) {
        place->resolver = resolver;
        place->watch =
            (lq_watch){ .fd = fd, .ready = socket_ready, .owner = place };
    }
    if (events == 0) {
        lq_watch_end(resolver->poll, &place->watch);
        place->resolver = NULL;
        return;
    }
    lq_watch_set(resolver->poll, &place->watch, events);
}

static int resolver_error(int status)
{
    return status == ARES_SUCCESS  ? LQ_OK
           : status == ARES_ENOMEM ? LQ_E_NOMEM
                                   : LQ_E_ARGUMENT;
}

/* ares_library_init() is not called: it does nothing but on Windows, and
 * counts in a variable that is no thread's. */
static int resolver_open(lq_resolver *resolver, const char *servers,
                         ares_channel *channel)
{
    struct ares_options options = {
        .flags = ARES_FLAG_NOSEARCH, /* a domain is a domain */
        .timeout = RESOLVER_TIMEOUT,
        .tries = RESOLVER_TRIES,
        .sock_state_cb = resolver_watch,
        .sock_state_cb_data = resolver,
    };
    int status = ares_init_options(channel, &options,
                                   ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS |
                                       ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);

    if (status != ARES_SUCCESS) {
        *channel = NULL;
        return LQ_E_NOMEM;
    }
    if (servers != NULL) {
        status = ares_set_servers_ports_csv(*channel, servers);
    }
    if (status != ARES_SUCCESS) {
        ares_destroy(*channel);
        *channel = NULL;
    }
    return resolver_error(status);
}

/* Put CHANNEL into the place of the old one. */
static void resolver_replace(lq_resolver *resolver, ares_channel channel)
{
    ares_channel old = resolver->channel;

    resolver->channel = channel;
    if (old != NULL) {
        ares_destroy(old);
    }
}

void lq_resolver_init(lq_resolver *resolver, lq_poll *poll)
{
    *resolver = (lq_resolver){ .poll = poll };
    resolver->last = &resolver->first;
}

int lq_resolver_set_servers(lq_resolver *resolver, const char *servers)
{
    ares_channel channel = NULL;
    char *copy = NULL;
    int rv;

    if (servers != NULL) {
        if (servers[0] == '\0') {
            return LQ_E_ARGUMENT;
        }
        copy = strdup(servers);
        if (copy == NULL) {
            return LQ_E_NOMEM;
        }
    }
    rv = resolver_open(resolver, servers, &channel);
    if (rv < 0) {
        free(copy);
        return rv;
    }
    free(resolver->servers);
    resolver->servers = copy;
    resolver_replace(resolver, channel);
    return LQ_OK;
}

/* The channel for another question, or NULL. */
static ares_channel resolver_channel(lq_resolver *resolver)
{
    ares_channel channel;

    if (resolver->channel == NULL &&
        resolver_open(resolver, resolver->servers, &channel) >= 0) {
        resolver->channel = channel;
    }
    return resolver->channel;
}

void lq_resolver_ask_now(lq_resolver *resolver, lq_ask *ask)
{
    ares_channel channel = resolver_channel(resolver);

    resolver->open++;
    ask->put(ask, channel);
}

static lq_ask *resolver_take(lq_resolver *resolver)
{
    lq_ask *ask = resolver->first;

    resolver->first = ask->next;
    if (ask->next == NULL) {
        resolver->last = &resolver->first;
    }
    return ask;
}

static void resolver_go_on(lq_resolver *resolver)
{
    while (resolver->first != NULL && resolver->open < LQ_RESOLVER_OPEN_MAX) {
        lq_resolver_ask_now(resolver, resolver_take(resolver));
    }
}

void lq_resolver_ask(lq_resolver *resolver, lq_ask *ask)
{
    ask->next = NULL;
    *resolver->last = ask;
    resolver->last = &ask->next;
    resolver_go_on(resolver);
}

void lq_resolver_done(lq_resolver *resolver) { resolver->open--; }

void lq_resolver_clear(lq_resolver *resolver)
{
    while (resolver->first != NULL) {
        lq_ask *ask = resolver_take(resolver);
        resolver->open++;
        ask->put(ask, NULL);
    }
    resolver_replace(resolver, NULL);
    free(resolver->servers);
    resolver->servers = NULL;
}

int lq_resolver_wait(const lq_resolver *resolver)
{
    struct timeval left;

    if (resolver->open == 0 || resolver->channel == NULL ||
        ares_timeout(resolver->channel, NULL, &left) == NULL) {
        return -1;
    }
    return (int)(left.tv_sec * 1000 + (left.tv_usec + 999) / 1000);
}

void lq_resolver_tick(lq_resolver *resolver)
{
    if (resolver->channel != NULL) {
        ares_process_fd(resolver->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    }
    resolver_go_on(resolver);
    if (resolver->open == 0) {
        resolver_replace(resolver, NULL);
    }
}
