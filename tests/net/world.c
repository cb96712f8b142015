#include "world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TURNS_MAX = 5000, TURN_MS = 2 };

lq_stream *world_stream(world *w, const char *domain)
{
    char jid[300];
    lq_config *config;
    lq_stream *stream;

    snprintf(jid, sizeof(jid), "juliet@%s", domain);
    config = lq_config_new(jid);
    lq_config_set_password(config, "secret");
    lq_config_set_reconnect(config, LQ_NEVER, LQ_NEVER);
    stream = lq_stream_new(w->context, config);
    lq_config_free(config);
    ck_assert_ptr_nonnull(stream);
    return stream;
}

static const dns_record nothing[] = { END };

void world_open_empty(world *w, const dns_record *records)
{
    *w = (world){ .context = lq_context_new() };
    w->net = lq_net_new(w->context);
    ck_assert_ptr_nonnull(w->net);
    dns_open(&w->dns, records != NULL ? records : nothing);
    ck_assert_int_eq(lq_net_set_resolver(w->net, w->dns.address), LQ_OK);
}

static void world_start(world *w)
{
    ck_assert_int_eq(lq_stream_start(w->stream, lq_net_now(w->net)), LQ_OK);
    ck_assert_int_eq(lq_net_add(w->net, w->stream), LQ_OK);
}

void world_open(world *w, const dns_record *records, const char *domain)
{
    world_open_empty(w, records);
    w->stream = world_stream(w, domain);
    world_start(w);
}

void world_open_host(world *w, const dns_record *records, const char *host,
                     int port, int transport)
{
    lq_config *config = lq_config_new("juliet@example.test");

    world_open_empty(w, records);
    lq_config_set_password(config, "secret");
    lq_config_set_reconnect(config, LQ_NEVER, LQ_NEVER);
    ck_assert_int_eq(lq_config_set_host(config, host, port, transport), LQ_OK);
    w->stream = lq_stream_new(w->context, config);
    lq_config_free(config);
    world_start(w);
}

void world_close(world *w)
{
    lq_net_free(w->net);
    lq_stream_free(w->stream);
    lq_context_free(w->context);
    dns_close(&w->dns);
}

static void world_take(world *w, const lq_event *event)
{
    const char *text = lq_failure_text(lq_event_failure(event));

    if (text != NULL) {
        snprintf(w->text, sizeof(w->text), "%s", text);
    }
    w->offline = w->offline || event->type == LQ_EVENT_OFFLINE;
    if (event->type == LQ_EVENT_CLOSED) {
        w->closed = true;
        w->error = event->error;
    }
}

void world_turn(world *w)
{
    struct pollfd fds[] = { { .fd = lq_net_fd(w->net), .events = POLLIN },
                            { .fd = w->dns.fd, .events = POLLIN } };
    int wait = lq_net_wait(w->net);
    const lq_event *event;
    lq_stream *stream;

    poll(fds, 2, wait >= 0 && wait < TURN_MS ? wait : TURN_MS);
    dns_serve(&w->dns);
    ck_assert_int_eq(lq_net_dispatch(w->net, 0), LQ_OK);
    while ((stream = lq_net_next(w->net)) != NULL) {
        while ((event = lq_stream_event(stream)) != NULL) {
            world_take(w, event);
        }
    }
}

void world_until_closed(world *w)
{
    int turns;

    for (turns = 0; turns < TURNS_MAX && !w->closed; turns++) {
        world_turn(w);
    }
    ck_assert(w->closed);
}

/* ---- peers ---- */

static int socket_open(const char *address, int *port)
{
    struct sockaddr_storage bound = { .ss_family = AF_INET };
    struct sockaddr_in *v4 = (struct sockaddr_in *)&bound;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&bound;
    socklen_t len = sizeof(*v4);
    int fd;

    if (inet_pton(AF_INET, address, &v4->sin_addr) != 1) {
        bound.ss_family = AF_INET6;
        ck_assert_int_eq(inet_pton(AF_INET6, address, &v6->sin6_addr), 1);
        len = sizeof(*v6);
    }
    fd = socket(bound.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (bind(fd, (struct sockaddr *)&bound, len) != 0) {
        close(fd); /* no IPv6 here */
        return -1;
    }
    len = sizeof(bound);
    getsockname(fd, (struct sockaddr *)&bound, &len);
    *port = ntohs(bound.ss_family == AF_INET ? v4->sin_port : v6->sin6_port);
    return fd;
}

int listener_open(const char *address, int *port)
{
    int fd = socket_open(address, port);

    if (fd >= 0) {
        ck_assert_int_eq(listen(fd, 512), 0);
    }
    return fd;
}

/* Bound, so that nobody else has the port, but not listening. */
int refuser_open(const char *address, int *port)
{
    return socket_open(address, port);
}

int world_accept(world *w, int listener)
{
    int turns, fd = -1;

    for (turns = 0; turns < TURNS_MAX && fd < 0; turns++) {
        world_turn(w);
        fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    }
    ck_assert_int_ge(fd, 0);
    return fd;
}

int world_read(world *w, int fd, char *bytes, size_t size)
{
    ssize_t n = -1;
    int turns;

    for (turns = 0; turns < TURNS_MAX && n < 0; turns++) {
        world_turn(w);
        n = recv(fd, bytes, size - 1, 0);
        ck_assert(n >= 0 || errno == EAGAIN || errno == ECONNRESET);
        if (n < 0 && errno == ECONNRESET) {
            n = 0;
        }
    }
    ck_assert_int_ge(n, 0);
    bytes[n] = '\0';
    return (int)n;
}
