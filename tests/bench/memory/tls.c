/* tls.c - what a stream holds that is logged in over TLS and idle.
 *
 *     tls STREAMS WHO
 *
 * WHO is "gnutls": bare client sessions, which is what cannot be undercut;
 * "loquat": streams that share the system's authorities and are told that the
 * certificate is fine; "loquat-own-ca": streams whose config names the
 * authority.  All have made the same handshake with the same server, have
 * verified the same certificate, and have received its tickets.  The server is
 * another process. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/bench.h"
#include "../common/desk.h"
#include "server.h"

enum { BATCH = 200 }; /* connections that are open at one time */

#define NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_BIND "urn:ietf:params:xml:ns:xmpp-bind"

/* ---- the floor ---- */

static const line gnutls_script[] = { { "ping", "pong" }, { 0 } };

typedef struct floor_client {
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t priority;
} floor_client;

static void *gnutls_begin(server *s)
{
    floor_client *f = bench_alloc(sizeof(*f));

    if (gnutls_priority_init(&f->priority, NULL, NULL) < 0 ||
        gnutls_certificate_allocate_credentials(&f->credentials) < 0 ||
        gnutls_certificate_set_x509_trust(f->credentials, &s->authority, 1) <
            1) {
        bench_die("GnuTLS cannot begin");
    }
    return f;
}

static void *gnutls_connect(void *self, int fd)
{
    floor_client *f = self;
    gnutls_session_t session;
    char answer[16];
    ssize_t got;
    int rv;

    gnutls_init(&session, GNUTLS_CLIENT);
    gnutls_priority_set(session, f->priority);
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, f->credentials);
    gnutls_server_name_set(session, GNUTLS_NAME_DNS, SERVER_DOMAIN,
                           strlen(SERVER_DOMAIN));
    gnutls_session_set_verify_cert(session, SERVER_DOMAIN, 0);
    gnutls_transport_set_int(session, fd);
    do {
        rv = gnutls_handshake(session);
    } while (rv < 0 && !gnutls_error_is_fatal(rv));
    if (rv < 0 || gnutls_record_send(session, "ping", 4) != 4) {
        bench_die("the handshake failed: %s", gnutls_strerror(rv));
    }
    do { /* tickets come first */
        got = gnutls_record_recv(session, answer, sizeof(answer));
    } while (got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED);
    if (got != 4) {
        bench_die("the server did not answer");
    }
    return session;
}

static void gnutls_drop(void *connection) { gnutls_deinit(connection); }

static void gnutls_end(void *self)
{
    floor_client *f = self;

    gnutls_certificate_free_credentials(f->credentials);
    gnutls_priority_deinit(f->priority);
    free(f);
}

/* ---- Loquat ---- */

static const line xmpp_script[] = {
    { "<stream:stream", DESK_HEADER
      "<stream:features><mechanisms xmlns='" NS_SASL "'>"
      "<mechanism>PLAIN</mechanism></mechanisms></stream:features>" },
    { "<auth", "<success xmlns='" NS_SASL "'/>" },
    { "<stream:stream", DESK_HEADER "<stream:features><bind xmlns='" NS_BIND
                                    "'/></stream:features>" },
    { "<iq", "<iq type='result' id='%s'><bind xmlns='" NS_BIND "'>"
             "<jid>" DESK_JID "/b</jid></bind></iq>" },
    { 0 }
};

static void *loquat_begin(server *s)
{
    desk *d = bench_alloc(sizeof(*d));

    (void)s;
    desk_init(d);
    lq_config_set_ask_trust(d->config, true);
    return d;
}

static void *loquat_own_begin(server *s)
{
    desk *d = bench_alloc(sizeof(*d));

    desk_init(d);
    if (lq_config_add_ca(d->config, s->pem.data, s->pem.size) < 0) {
        bench_die("out of memory");
    }
    return d;
}

static void take_events(desk *d, lq_stream *stream)
{
    const lq_event *event;

    while ((event = lq_stream_event(stream)) != NULL) {
        if (event->type == LQ_EVENT_QUERY &&
            lq_event_question(event) == LQ_QUESTION_CERTIFICATE) {
            lq_stream_trust(stream, d->now, event->id, true);
        }
    }
}

static void write_output(desk *d, lq_stream *stream, int fd)
{
    const void *bytes;
    size_t len;

    while ((bytes = lq_stream_output(stream, &len)) != NULL) {
        if (write(fd, bytes, len) != (ssize_t)len) {
            bench_die("nothing can be written");
        }
        lq_stream_sent(stream, d->now, len);
    }
}

/* Bytes that are not taken yet wait for the answer to a question. */
static void read_input(desk *d, lq_stream *stream, int fd)
{
    char bytes[16384];
    ssize_t got = read(fd, bytes, sizeof(bytes));
    size_t done = 0;

    if (got <= 0) {
        bench_die("the server has gone");
    }
    while (done < (size_t)got) {
        int taken =
            lq_stream_recv(stream, d->now, bytes + done, (size_t)got - done);

        if (taken < 0) {
            bench_die("the stream broke: %s",
                      lq_failure_message(lq_stream_failure(stream)));
        }
        done += (size_t)taken;
        take_events(d, stream);
        write_output(d, stream, fd);
    }
}

static void *loquat_connect(void *self, int fd)
{
    desk *d = self;
    lq_stream *stream = desk_stream(d);

    if (lq_stream_start(stream, d->now) < 0 ||
        lq_stream_connected(stream, d->now, LQ_TRANSPORT_TLS) < 0) {
        bench_die("no stream could be started");
    }
    write_output(d, stream, fd);
    while (lq_stream_state(stream) != LQ_STATE_ONLINE) {
        read_input(d, stream, fd);
    }
    take_events(d, stream);
    write_output(d, stream, fd);
    while (lq_context_ready(d->context) != NULL) {
    }
    return stream;
}

static void loquat_drop(void *connection) { lq_stream_free(connection); }

static void loquat_end(void *self)
{
    desk *d = self;

    desk_clear(d);
    free(d);
}

/* ---- all of them ---- */

typedef struct client {
    const char *name;
    const line *script;
    void *(*begin)(server *s);
    void *(*connect)(void *self, int fd); /* FD is closed afterwards */
    void (*drop)(void *connection);
    void (*end)(void *self);
} client;

static const client clients[] = {
    { "gnutls", gnutls_script, gnutls_begin, gnutls_connect, gnutls_drop,
      gnutls_end },
    { "loquat", xmpp_script, loquat_begin, loquat_connect, loquat_drop,
      loquat_end },
    { "loquat-own-ca", xmpp_script, loquat_own_begin, loquat_connect,
      loquat_drop, loquat_end },
};

static void connect_some(const client *who, void *self, server *s,
                         void **connections, size_t count)
{
    int fds[BATCH];
    pid_t pid = server_start(s, who->script, fds, count);

    for (size_t i = 0; i < count; i++) {
        connections[i] = who->connect(self, fds[i]);
        close(fds[i]);
    }
    server_wait(pid);
}

static void measure(const client *who, server *s, size_t count)
{
    void **connections = bench_alloc(count * sizeof(*connections)), *first;
    void *self = who->begin(s);
    bench_heap before, after;
    double resident, many = (double)count;
    char name[64];

    connect_some(who, self, s, &first, 1); /* pays for what comes once */
    before = bench_heap_now();
    resident = bench_resident();
    for (size_t i = 0; i < count; i += BATCH) {
        connect_some(who, self, s, connections + i,
                     count - i < BATCH ? count - i : BATCH);
    }
    after = bench_heap_now();
    resident = bench_resident() - resident;
    snprintf(name, sizeof(name), "tls %zu", count);
    if (bench_counts_heap()) {
        bench_figure(name, who->name, "heap/stream",
                     (double)(after.live - before.live) / many);
        bench_figure(name, who->name, "blocks/stream",
                     (double)(after.blocks - before.blocks) / many);
    }
    bench_figure(name, who->name, "resident/stream", resident / many);
    for (size_t i = 0; i < count; i++) {
        who->drop(connections[i]);
    }
    who->drop(first);
    who->end(self);
    free(connections);
}

int main(int argc, char **argv)
{
    size_t count = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
    server s;

    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < sizeof(clients) / sizeof(*clients); i++) {
        if (count > 0 && strcmp(argv[2], clients[i].name) == 0) {
            server_init(&s);
            measure(&clients[i], &s, count);
            server_clear(&s);
            return 0;
        }
    }
    fprintf(stderr, "usage: tls STREAMS gnutls|loquat|loquat-own-ca\n");
    return 2;
}
