/* transport.c - TCP once it is connected, and which transport is for whom. */
#include "transport.h"

#include "line.h"
#include "net.h"
#include "tcp.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Reading is asked for whenever the line is served; the system is troubled
 * only if epoll has reported something. */
static ssize_t tcp_read(lq_wire *wire, void *data, size_t len)
{
    lq_tcp *tcp = (lq_tcp *)wire;

    if (tcp->ready == 0 && !tcp->broken) {
        errno = EAGAIN;
        return -1;
    }
    tcp->ready = 0;
    return recv(tcp->watch.fd, data, len, 0);
}

/* After a failure there may still be something to read: often the reason. */
static ssize_t tcp_write(lq_wire *wire, const void *data, size_t len)
{
    lq_tcp *tcp = (lq_tcp *)wire;
    ssize_t n = send(tcp->watch.fd, data, len, MSG_NOSIGNAL);

    if (n < 0 && errno != EAGAIN) {
        tcp->broken = true;
    }
    return n;
}

static int tcp_watch(lq_wire *wire, bool input, bool output)
{
    lq_tcp *tcp = (lq_tcp *)wire;

    return lq_watch_set(&tcp->line->net->poll, &tcp->watch,
                        (input ? (uint32_t)EPOLLIN : 0) |
                            (output ? (uint32_t)EPOLLOUT : 0));
}

void lq_tcp_hang_up(lq_tcp *tcp)
{
    if (tcp->watch.fd < 0) {
        return;
    }
    lq_watch_end(&tcp->line->net->poll, &tcp->watch);
    close(tcp->watch.fd);
    tcp->watch.fd = -1;
}

/* What the peer has sent is read away first: a socket closed over unread
 * bytes resets the connection, and our last words would be lost with it. */
static void tcp_close(lq_wire *wire)
{
    lq_tcp *tcp = (lq_tcp *)wire;
    lq_net *net = tcp->line->net;
    int rounds = 8;

    if (tcp->watch.fd >= 0 && tcp->connecting == NULL) {
        shutdown(tcp->watch.fd, SHUT_WR);
        while (rounds > 0 && recv(tcp->watch.fd, net->scratch,
                                  sizeof(net->scratch), MSG_DONTWAIT) > 0) {
            rounds--;
        }
    }
    lq_tcp_hang_up(tcp);
    lq_connect_free(tcp->connecting);
    free(tcp);
}

const lq_transport lq_transport_tcp = {
    .open = lq_tcp_open,
    .proceed = lq_tcp_proceed,
    .read = tcp_read,
    .write = tcp_write,
    .watch = tcp_watch,
    .close = tcp_close,
};

const lq_transport *lq_transport_for(const lq_target *target)
{
    (void)target; /* STARTTLS and TLS targets alike; others are to come */
    return &lq_transport_tcp;
}
