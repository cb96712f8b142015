/* tcp.h - the TCP transport: connect.c opens it, transport.c is the rest. */
#ifndef LQ_NET_TCP_H
#define LQ_NET_TCP_H

#include "transport.h"
#include "watch.h"

typedef struct lq_tcp {
    lq_wire wire;
    struct lq_line *line;
    lq_watch watch;                /* of the socket; its fd is -1 without one */
    uint32_t ready;                /* EPOLL* events not yet looked into */
    bool broken;                   /* writing failed: read what is left */
    struct lq_connect *connecting; /* until it is open */
} lq_tcp;

extern const lq_transport lq_transport_tcp;

lq_wire *lq_tcp_open(struct lq_line *line, const lq_target *target);
int lq_tcp_proceed(lq_wire *wire);

/* Close the socket, if there is one. */
void lq_tcp_hang_up(lq_tcp *tcp);

/* Forget how it was opened.  NULL is fine. */
void lq_connect_free(struct lq_connect *connecting);

#endif
