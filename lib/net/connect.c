/* connect.c - how a TCP wire comes to be: the target's addresses, IPv6 first,
 * one after the other, each for ten seconds at the most.
 *
 * Like a lookup, a question for addresses whose wire is gone waits for its
 * answer alone. */
#include "line.h"
#include "net.h"
#include "tcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECT_TIMEOUT = 10000, CONNECT_ADDRESSES_MAX = 16 };

typedef struct lq_connect {
    lq_ask ask;
    lq_tcp *tcp; /* who waits, or NULL */
    lq_resolver *resolver;
    const lq_target *target;
    bool resolved;
    int status; /* of c-ares */
    struct ares_addrinfo *found;
    const struct ares_addrinfo_node *tried; /* the last one, or NULL */
    int family;                             /* of the present pass */
    int count;                              /* of tries */
} lq_connect;

/* ---- addresses ---- */

static void connect_destroy(lq_connect *connecting)
{
    if (connecting->found != NULL) {
        ares_freeaddrinfo(connecting->found);
    }
    free(connecting);
}

static void connect_resolved(void *arg, int status, int timeouts,
                             struct ares_addrinfo *found)
{
    lq_connect *connecting = arg;

    (void)timeouts;
    lq_resolver_done(connecting->resolver);
    if (connecting->tcp != NULL && status == ARES_EDESTRUCTION) {
        /* other name servers are to be asked */
        lq_resolver_ask(connecting->resolver, &connecting->ask);
        return;
    }
    connecting->resolved = true;
    connecting->found = found;
    connecting->status =
        found != NULL && found->nodes == NULL ? ARES_ENODATA : status;
    if (connecting->tcp == NULL) {
        connect_destroy(connecting);
        return;
    }
    lq_net_wake(connecting->tcp->line);
}

/* What kind of address HOST is; AF_UNSPEC for a name. */
static int connect_family(const char *host)
{
    unsigned char address[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, host, address) == 1    ? AF_INET
           : inet_pton(AF_INET6, host, address) == 1 ? AF_INET6
                                                     : AF_UNSPEC;
}

/* c-ares 1.18 asks name servers for 127.0.0.1 unless told what it is. */
static void connect_put(lq_ask *ask, ares_channel channel)
{
    lq_connect *connecting = (lq_connect *)ask;
    struct ares_addrinfo_hints hints = { .ai_socktype = SOCK_STREAM };

    if (channel == NULL || connecting->tcp == NULL) {
        connect_resolved(connecting, ARES_ENOMEM, 0, NULL);
        return;
    }
    hints.ai_family = connect_family(connecting->target->host);
    ares_getaddrinfo(channel, connecting->target->host, NULL, &hints,
                     connect_resolved, connecting);
}

void lq_connect_free(lq_connect *connecting)
{
    if (connecting == NULL) {
        return;
    }
    connecting->tcp = NULL;
    if (connecting->resolved) {
        connect_destroy(connecting);
    }
}

/* The address to try next: the IPv6 ones in the order that c-ares gave them
 * (RFC 6724), then the IPv4 ones. */
static const struct ares_addrinfo_node *connect_next(lq_connect *connecting)
{
    const struct ares_addrinfo_node *node = connecting->tried;

    if (connecting->found == NULL ||
        connecting->count++ == CONNECT_ADDRESSES_MAX) {
        return NULL;
    }
    for (;;) {
        node = node == NULL ? connecting->found->nodes : node->ai_next;
        if (node == NULL && connecting->family == AF_INET6) {
            connecting->family = AF_INET;
            node = connecting->found->nodes;
        }
        if (node == NULL || node->ai_family == connecting->family) {
            connecting->tried = node;
            return node;
        }
    }
}

/* ---- attempts ---- */

static void connect_say(const lq_tcp *tcp, int error)
{
    const lq_connect *connecting = tcp->connecting;
    const struct sockaddr *address = connecting->tried->ai_addr;
    char text[INET6_ADDRSTRLEN] = "", why[128];
    const void *bytes =
        address->sa_family == AF_INET6
            ? (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr
            : (const void *)&((const struct sockaddr_in *)address)->sin_addr;

    inet_ntop(address->sa_family, bytes, text, sizeof(text));
    lq_targets_say(&tcp->line->targets, connecting->target, text,
                   strerror_r(error, why, sizeof(why)));
}

static void tcp_ready(void *owner, uint32_t events)
{
    lq_tcp *tcp = owner;

    tcp->ready |= events;
    lq_net_wake(tcp->line);
}

/* 0 or an errno: EINPROGRESS while it is open. */
static int attempt_begin(lq_tcp *tcp, const struct ares_addrinfo_node *node)
{
    struct sockaddr_storage address = { .ss_family = 0 };
    in_port_t port = htons((uint16_t)tcp->connecting->target->port);
    int one = 1, fd;

    memcpy(&address, node->ai_addr, (size_t)node->ai_addrlen);
    if (node->ai_family == AF_INET6) {
        ((struct sockaddr_in6 *)&address)->sin6_port = port;
    } else {
        ((struct sockaddr_in *)&address)->sin_port = port;
    }
    fd = socket(node->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return errno;
    }
    tcp->ready = 0;
    tcp->watch = (lq_watch){ .fd = fd, .ready = tcp_ready, .owner = tcp };
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (connect(fd, (struct sockaddr *)&address, (socklen_t)node->ai_addrlen) ==
        0) {
        return 0;
    }
    return errno;
}

static int attempt_result(const lq_tcp *tcp)
{
    int error = 0;
    socklen_t len = sizeof(error);

    if (tcp->ready == 0) {
        return lq_net_now(tcp->line->net) < tcp->line->deadline ? EINPROGRESS
                                                                : ETIMEDOUT;
    }
    if (getsockopt(tcp->watch.fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0) {
        return errno;
    }
    return error;
}

/* The next address, and how far that went. */
static int attempt_next(lq_tcp *tcp, const struct ares_addrinfo_node *node)
{
    int error = attempt_begin(tcp, node);

    if (error != EINPROGRESS) {
        return error;
    }
    if (lq_watch_set(&tcp->line->net->poll, &tcp->watch, EPOLLOUT) < 0) {
        return ENOMEM;
    }
    lq_line_park(tcp->line, &tcp->line->net->opening, CONNECT_TIMEOUT);
    return EINPROGRESS;
}

static int tcp_opened(lq_tcp *tcp)
{
    lq_connect_free(tcp->connecting);
    tcp->connecting = NULL;
    tcp->ready = 0;
    return 1;
}

static int tcp_failed(lq_tcp *tcp)
{
    const lq_connect *connecting = tcp->connecting;

    if (connecting->status != ARES_SUCCESS) {
        lq_targets_say(&tcp->line->targets, connecting->target, NULL,
                       ares_strerror(connecting->status));
    }
    return -1;
}

int lq_tcp_proceed(lq_wire *wire)
{
    lq_tcp *tcp = (lq_tcp *)wire;
    int error;

    if (!tcp->connecting->resolved) {
        return 0;
    }
    for (;;) {
        if (tcp->watch.fd >= 0) {
            error = attempt_result(tcp);
        } else {
            const struct ares_addrinfo_node *node =
                connect_next(tcp->connecting);
            if (node == NULL) {
                return tcp_failed(tcp);
            }
            error = attempt_next(tcp, node);
        }
        if (error == EINPROGRESS) {
            return 0;
        }
        if (error == 0) {
            return tcp_opened(tcp);
        }
        connect_say(tcp, error);
        lq_tcp_hang_up(tcp);
    }
}

lq_wire *lq_tcp_open(lq_line *line, const lq_target *target)
{
    lq_tcp *tcp = calloc(1, sizeof(*tcp));
    lq_connect *connecting = calloc(1, sizeof(*connecting));

    if (tcp == NULL || connecting == NULL) {
        free(tcp);
        free(connecting);
        return NULL;
    }
    *tcp = (lq_tcp){ .wire = { &lq_transport_tcp },
                     .line = line,
                     .watch = { .fd = -1 },
                     .connecting = connecting };
    *connecting = (lq_connect){ .ask.put = connect_put,
                                .tcp = tcp,
                                .resolver = &line->net->resolver,
                                .target = target,
                                .family = AF_INET6 };
    if (connect_family(target->host) != AF_UNSPEC) {
        lq_resolver_ask_now(connecting->resolver, &connecting->ask);
    } else {
        lq_resolver_ask(connecting->resolver, &connecting->ask);
    }
    return &tcp->wire;
}
