/* gate.c - see gate.h.
 *
 * Nothing blocks, as both ends of the client's connection are in one thread. */
#define _GNU_SOURCE

#include "gate.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_free(const gate_passage *p) { return p->fds[GATE_UP] < 0; }

bool gate_open(gate *g, const char *host, const char *port, const gate_cut *cut)
{
    struct sockaddr_in here = { .sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(here);

    *g = (gate){ .host = host, .port = port, .late = -1, .cut = *cut };
    for (size_t i = 0; i < GATE_PASSAGES; i++) {
        g->passages[i].fds[GATE_UP] = g->passages[i].fds[GATE_DOWN] = -1;
    }
    g->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (g->listener < 0 ||
        bind(g->listener, (struct sockaddr *)&here, sizeof(here)) < 0 ||
        listen(g->listener, GATE_PASSAGES) < 0 ||
        getsockname(g->listener, (struct sockaddr *)&here, &len) < 0) {
        return false;
    }
    snprintf(g->name, sizeof(g->name), "%u", ntohs(here.sin_port));
    return true;
}

/* ---- connections ---- */

static int reach(const gate *g)
{
    const struct addrinfo hints = { .ai_family = AF_INET,
                                    .ai_socktype = SOCK_STREAM };
    struct addrinfo *address;
    int fd;

    if (getaddrinfo(g->host, g->port, &hints, &address) != 0) {
        return -1;
    }
    fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0 && connect(fd, address->ai_addr, address->ai_addrlen) < 0) {
        close(fd);
        fd = -1;
    }
    freeaddrinfo(address);
    return fd;
}

static void without_delay(int fd)
{
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
}

static void end(int *fd, bool resets)
{
    const struct linger at_once = { .l_onoff = 1 };

    if (*fd >= 0 && resets) {
        setsockopt(*fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    }
    if (*fd >= 0) {
        close(*fd);
    }
    *fd = -1;
}

static void passage_close(gate_passage *p, bool resets)
{
    end(&p->fds[GATE_UP], resets);
    end(&p->fds[GATE_DOWN], resets);
}

void gate_close(gate *g)
{
    for (size_t i = 0; i < GATE_PASSAGES; i++) {
        passage_close(&g->passages[i], false);
    }
    end(&g->late, false);
    end(&g->listener, false);
}

static void cut(gate *g, gate_passage *p)
{
    g->done = true;
    if (g->cut.is_late) {
        g->late = p->fds[GATE_DOWN];
        p->fds[GATE_DOWN] = -1;
    }
    passage_close(p, g->cut.resets);
}

static bool is_cut(const gate *g, const gate_passage *p)
{
    return !g->done && !is_free(p) && g->passed[g->cut.way] == g->cut.at;
}

static void take_client(gate *g)
{
    gate_passage *p = g->passages;
    int client = accept(g->listener, NULL, NULL);

    while (p < g->passages + GATE_PASSAGES && !is_free(p)) {
        p++;
    }
    if (client < 0) {
        return;
    }
    if (p == g->passages + GATE_PASSAGES) {
        close(client); /* it comes again */
        return;
    }
    *p = (gate_passage){ .fds = { client, reach(g) } };
    without_delay(client);
    if (p->fds[GATE_DOWN] < 0) {
        passage_close(p, false);
        return;
    }
    without_delay(p->fds[GATE_DOWN]);
    if (is_cut(g, p)) {
        cut(g, p); /* after no byte at all */
    }
}

/* ---- bytes ---- */

static size_t least(uint64_t a, size_t b) { return a < b ? (size_t)a : b; }

static bool is_over(ssize_t rv)
{
    return rv == 0 || (rv < 0 && errno != EAGAIN && errno != EINTR);
}

/* False: it is at its end. */
static bool carry(gate *g, gate_passage *p, int way)
{
    gate_held *h = &p->held[way];
    size_t most = sizeof(h->bytes);
    ssize_t rv;

    if (h->from == h->to) {
        if (!g->done && way == g->cut.way) {
            most = least(g->cut.at - g->passed[way], most);
        }
        rv = recv(p->fds[way], h->bytes, most, MSG_DONTWAIT);
        if (rv <= 0) {
            return !is_over(rv);
        }
        h->from = 0;
        h->to = (size_t)rv;
    }
    rv = send(p->fds[!way], h->bytes + h->from, h->to - h->from,
              MSG_DONTWAIT | MSG_NOSIGNAL);
    if (rv <= 0) {
        return !is_over(rv);
    }
    h->from += (size_t)rv;
    g->passed[way] += g->done ? 0 : (uint64_t)rv;
    return true;
}

void gate_turn(gate *g)
{
    take_client(g);
    for (size_t i = 0; i < GATE_PASSAGES; i++) {
        gate_passage *p = &g->passages[i];

        for (int way = 0; way < GATE_WAYS && !is_free(p); way++) {
            if (!carry(g, p, way)) {
                passage_close(p, false);
            } else if (is_cut(g, p)) {
                cut(g, p);
            }
        }
    }
}

static bool holds(const gate_passage *p, int way)
{
    return p->held[way].from < p->held[way].to;
}

size_t gate_watch(const gate *g, struct pollfd *fds)
{
    size_t count = 0;

    fds[count++] = (struct pollfd){ .fd = g->listener, .events = POLLIN };
    for (size_t i = 0; i < GATE_PASSAGES; i++) {
        const gate_passage *p = &g->passages[i];

        for (int way = 0; way < GATE_WAYS && !is_free(p); way++) {
            int events =
                (holds(p, way) ? 0 : POLLIN) | (holds(p, !way) ? POLLOUT : 0);

            fds[count++] =
                (struct pollfd){ .fd = p->fds[way], .events = (short)events };
        }
    }
    return count;
}
