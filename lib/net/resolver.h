/* resolver.h - c-ares, watched by our poll. */
#ifndef LQ_NET_RESOLVER_H
#define LQ_NET_RESOLVER_H

#include "watch.h"

#include <ares.h>

/* c-ares opens two per name server.  Were there more of them, those would not
 * be heard. */
enum { LQ_RESOLVER_SOCKETS = 16 };

typedef struct lq_socket {
    struct lq_resolver *resolver; /* NULL: not in use */
    lq_watch watch;
} lq_socket;

/* A question that waits for its turn, the beginning of its asker's struct.
 * PUT puts it to CHANNEL and calls lq_resolver_done() when it is answered, or
 * at once if CHANNEL is NULL: memory ran out, or the resolver is cleared. */
typedef struct lq_ask {
    struct lq_ask *next;
    void (*put)(struct lq_ask *ask, ares_channel channel);
} lq_ask;

/* More questions at a time would only be lost on their way. */
enum { LQ_RESOLVER_OPEN_MAX = 128 };

typedef struct lq_resolver {
    lq_poll *poll;
    ares_channel channel;  /* NULL until first needed */
    char *servers;         /* to ask instead of the system's, or NULL */
    int open;              /* questions on their way */
    lq_ask *first, **last; /* questions that wait */
    lq_socket sockets[LQ_RESOLVER_SOCKETS];
} lq_resolver;

void lq_resolver_init(lq_resolver *resolver, lq_poll *poll);

/* Every question that is still open is told ARES_EDESTRUCTION. */
void lq_resolver_clear(lq_resolver *resolver);

/* Ask SERVERS from now on, or the system's for NULL.  Questions on their way
 * are told ARES_EDESTRUCTION and may be put again at once.  LQ_OK,
 * LQ_E_ARGUMENT, LQ_E_NOMEM. */
int lq_resolver_set_servers(lq_resolver *resolver, const char *servers);

/* Have ASK put when it is its turn; or at once, for what no name server needs
 * to be asked. */
void lq_resolver_ask(lq_resolver *resolver, lq_ask *ask);
void lq_resolver_ask_now(lq_resolver *resolver, lq_ask *ask);
void lq_resolver_done(lq_resolver *resolver);

/* Milliseconds until lq_resolver_tick() has work, or -1. */
int lq_resolver_wait(const lq_resolver *resolver);
void lq_resolver_tick(lq_resolver *resolver);

#endif
