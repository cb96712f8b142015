/* client_loquat.c - Loquat as a client, with a socket and poll() of its own;
 * built twice, the second time WITH_MODULES: with roster, presence and
 * messages attached.
 *
 * It reads 4 KiB at a time, as libstrophe and iksemel do. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <loquat/loquat.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

enum { READ_SIZE = 4096 };

#ifdef WITH_MODULES
const char client_name[] = "loquat-modules";
#else
const char client_name[] = "loquat";
#endif

typedef struct session {
    lq_stream *stream;
    int fd;
    bool is_online;
} session;

static lq_context *context; /* of all sessions */

static lq_time now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (lq_time)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void broke(const session *s)
{
    bench_die("%s: %s", client_name,
              lq_failure_message(lq_stream_failure(s->stream)));
}

/* ---- traffic ---- */

static void take_event(session *s, const lq_event *event)
{
    const lq_stanza *stanza = event->stanza;

    if (event->type == LQ_EVENT_ONLINE) {
        s->is_online = true;
    } else if (event->type == LQ_EVENT_OFFLINE) {
        broke(s);
    } else if (stanza != NULL && lq_stanza_kind(stanza) != LQ_IQ) {
        client_saw(lq_stanza_from(stanza),
                   lq_element_attr(lq_stanza_root(stanza), "type"),
                   lq_stanza_id(stanza), lq_message_body(stanza, NULL));
    }
}

static void take_events(session *s)
{
    const lq_event *event;

    while ((event = lq_stream_event(s->stream)) != NULL) {
        take_event(s, event);
    }
}

static void write_output(session *s)
{
    const void *bytes;
    size_t len;

    while ((bytes = lq_stream_output(s->stream, &len)) != NULL) {
        ssize_t sent = send(s->fd, bytes, len, MSG_NOSIGNAL);

        if (sent < 0) {
            bench_die("%s: %s", client_name, strerror(errno));
        }
        lq_stream_sent(s->stream, now(), (size_t)sent);
    }
}

static void read_input(session *s)
{
    char bytes[READ_SIZE];
    ssize_t len = recv(s->fd, bytes, sizeof(bytes), 0);
    size_t done = 0;

    if (len <= 0) {
        bench_die("%s: the server went away", client_name);
    }
    while (done < (size_t)len) {
        int taken =
            lq_stream_recv(s->stream, now(), bytes + done, (size_t)len - done);

        if (taken < 0) {
            broke(s);
        }
        done += (size_t)taken;
        take_events(s);
    }
}

static void turn(session *s)
{
    struct pollfd socket = { .fd = s->fd, .events = POLLIN };
    lq_time deadline, wait;

    take_events(s);
    write_output(s);
    deadline = lq_stream_deadline(s->stream);
    wait = deadline - now();
    if (wait <= 0) {
        lq_stream_tick(s->stream, now());
    } else if (poll(&socket, 1, wait > 60000 ? 60000 : (int)wait) > 0) {
        read_input(s);
    }
}

/* ---- sessions ---- */

static lq_stream *stream_new(void)
{
    lq_config *config = lq_config_new(CLIENT_JID "/" CLIENT_RESOURCE);
    lq_stream *stream;

    if (context == NULL) {
        context = lq_context_new();
    }
    lq_config_set_password(config, CLIENT_PASSWORD);
    stream = lq_stream_new(context, config);
    lq_config_free(config);
#ifdef WITH_MODULES
    lq_roster_attach(stream);
    lq_presence_attach(stream);
    lq_messages_attach(stream);
#endif
    return stream;
}

static int connect_to(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    inet_pton(AF_INET, CLIENT_HOST, &address.sin_addr);
    if (fd < 0 ||
        connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        bench_die("%s: %s", client_name, strerror(errno));
    }
    return fd;
}

/* Logged in; with the event taken, what it is answered with is not yet
 * written. */
static session *open_session(int port)
{
    session *s = bench_alloc(sizeof(*s));

    *s = (session){ .stream = stream_new(), .fd = connect_to(port) };
    if (lq_stream_start(s->stream, now()) < 0 ||
        lq_stream_connected(s->stream, now(), LQ_TRANSPORT_SECURE) < 0) {
        broke(s);
    }
    while (!s->is_online) {
        turn(s);
    }
    return s;
}

void client_open(int port)
{
    session *s = open_session(port);

    write_output(s);
#ifdef WITH_MODULES
    while (!lq_roster_is_loaded(lq_roster_attach(s->stream))) {
        turn(s);
    }
#endif
}

void client_receive(int port)
{
    session *s = open_session(port);

    client_begin();
#ifndef WITH_MODULES /* with them it goes by itself */
    lq_stream_send(s->stream, lq_build_presence(s->stream, LQ_AVAILABLE, NULL));
#endif
    for (;;) {
        turn(s);
    }
}
