/* raw.c - the core without libloquat-net: a loop of one's own.
 *
 *     raw [options] JID
 *
 * Logs in, says where it is, sends itself a message and prints it.  This is
 * all that a driver has to do: a wish to fulfil, bytes in, bytes out, one
 * deadline.  Looking the host up and connecting block here, SRV records are
 * not asked for, and only the first address is tried; libloquat-net knows
 * better. */
#define _GNU_SOURCE

#include "common.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static lq_time now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_BOOTTIME, &ts);
    return (lq_time)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* A connected socket, or -1 and *WHY. */
static int dial(const char *host, int port, const char **why)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
    char service[16];
    int fd, rv;

    snprintf(service, sizeof(service), "%d", port);
    rv = getaddrinfo(host, service, &hints, &found);
    if (rv != 0) {
        *why = gai_strerror(rv);
        return -1;
    }
    fd = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
        close(fd);
        fd = -1;
    }
    *why = strerror(errno);
    freeaddrinfo(found);
    return fd;
}

static lq_messages *messages;
static int outcome = -1; /* CLOSED's error; -1 before that */

/* Take all events.  Returns whether there was one. */
static bool take_events(lq_stream *stream)
{
    const lq_event *event;
    bool any = false;

    while ((event = lq_stream_event(stream)) != NULL) {
        any = true;
        switch (event->type) {
        case LQ_EVENT_ONLINE:
            printf("online as %s\n", lq_stream_jid(stream));
            lq_messages_send(messages, lq_stream_jid(stream), "Is it me?");
            break;
        case LQ_EVENT_MESSAGE:
            print_text(stdout, lq_message_body(event->stanza, NULL));
            putchar('\n');
            lq_stream_stop(stream, now());
            break;
        case LQ_EVENT_CLOSED:
            print_failure(lq_event_failure(event));
            outcome = event->error == 0 ? 0 : 1;
            break;
        case LQ_EVENT_TRACE:
            print_trace(event);
            break;
        }
    }
    return any;
}

/* Fulfil STREAM's wish for a transport; *FD is -1 without one.  Returns
 * whether there was anything to do. */
static bool fulfil(lq_stream *stream, int *fd)
{
    const char *host = lq_stream_target_host(stream), *why = NULL;
    bool tls = lq_stream_target_transport(stream) == LQ_TRANSPORT_TLS;

    switch (lq_stream_wish(stream)) {
    case LQ_WISH_CONNECT:
        *fd = host != NULL ? dial(host, lq_stream_target_port(stream), &why)
                           : dial(lq_stream_target_domain(stream), 5222, &why);
        if (*fd < 0) {
            lq_stream_unreachable(stream, now(), why);
        } else {
            lq_stream_connected(stream, now(),
                                tls ? LQ_TRANSPORT_TLS : LQ_TRANSPORT_STARTTLS);
        }
        return true;
    case LQ_WISH_CLOSE:
        close(*fd);
        *fd = -1;
        lq_stream_disconnected(stream, now(), 0);
        return true;
    }
    return false;
}

static void put_output(lq_stream *stream, int fd)
{
    const void *output;
    size_t len;
    ssize_t n = 0;

    while (n >= 0 && (output = lq_stream_output(stream, &len)) != NULL) {
        n = send(fd, output, len, MSG_NOSIGNAL);
        lq_stream_sent(stream, now(), n > 0 ? (size_t)n : 0);
    }
}

/* Events are taken in between, since recv() takes no more bytes while too many
 * of them wait. */
static void get_input(lq_stream *stream, int *fd)
{
    char buffer[4096];
    ssize_t len = recv(*fd, buffer, sizeof(buffer), 0), done = 0;
    int n = 0;

    for (; done < len && n >= 0; done += n) {
        n = lq_stream_recv(stream, now(), buffer + done, (size_t)(len - done));
        take_events(stream);
    }
    if (len <= 0) {
        close(*fd);
        *fd = -1;
        lq_stream_disconnected(stream, now(), LQ_E_NET);
    }
}

static void run(lq_stream *stream)
{
    struct pollfd socket = { .fd = -1, .events = POLLIN };
    lq_time left;

    while (outcome < 0) {
        do {
            put_output(stream, socket.fd);
        } while (fulfil(stream, &socket.fd) || take_events(stream));

        left = lq_stream_deadline(stream);
        if (left != LQ_NEVER) {
            left = left > now() ? left - now() : 0;
        }
        if (outcome < 0 && poll(&socket, 1, (int)left) > 0) {
            get_input(stream, &socket.fd);
        }
        lq_stream_tick(stream, now());
    }
}

int main(int argc, char **argv)
{
    options o;

    options_take(&o, &argc, argv);
    if (!usage_is_right(argc, argv, 1, "raw [options] JID")) {
        return 2;
    }
    lq_config *config = options_config(&o, argv[1]);
    if (config == NULL) {
        return 1;
    }
    lq_config_set_reconnect(config, LQ_NEVER, LQ_NEVER);
    lq_stream *stream = lq_stream_new(NULL, config);
    lq_config_free(config);
    messages = stream == NULL ? NULL : lq_messages_attach(stream);

    if (messages != NULL) {
        lq_stream_trace(stream, o.trace);
        if (lq_stream_start(stream, now()) == LQ_OK) {
            run(stream);
        } else {
            print_failure(lq_stream_failure(stream));
        }
    }
    lq_stream_free(stream);
    return outcome == 0 ? 0 : 1;
}
