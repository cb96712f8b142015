/* world.h - a stream, its net, and all that it can reach.
 *
 * One thread plays everybody: world_turn() lets the net, the name server and
 * the events have a turn each, and never more than a bounded number of
 * turns is taken. */
#ifndef TESTS_NET_WORLD_H
#define TESTS_NET_WORLD_H

#include "dns.h"

#include <loquat/loquat.h>
#include <loquat/net.h>

#include <check.h>

typedef struct world {
    lq_context *context;
    lq_net *net;
    lq_stream *stream;
    dns_server dns;
    bool offline, closed; /* these events came */
    int error;            /* of CLOSED */
    char text[8192];      /* what unreachable() was told, as the failure says */
} world;

/* A world in which juliet@DOMAIN's stream is started; it does not try
 * again.  NULL RECORDS are none. */
void world_open(world *w, const dns_record *records, const char *domain);

/* The same with lq_config_set_host(). */
void world_open_host(world *w, const dns_record *records, const char *host,
                     int port, int transport);

/* A world without a stream. */
void world_open_empty(world *w, const dns_record *records);
void world_close(world *w);

/* A stream of juliet@DOMAIN, not started. */
lq_stream *world_stream(world *w, const char *domain);

/* Let everybody have one turn, waiting for a moment if nothing happens. */
void world_turn(world *w);

/* Take turns until the stream is CLOSED. */
void world_until_closed(world *w);

/* A listening socket at a free port of ADDRESS; *PORT becomes that.  And one
 * that refuses. */
int listener_open(const char *address, int *port);
int refuser_open(const char *address, int *port);

/* Take turns until somebody connects; the connection, which does not block. */
int world_accept(world *w, int listener);

/* Take turns until the peer at FD has got bytes (0 for its end). */
int world_read(world *w, int fd, char *bytes, size_t size);

#endif
