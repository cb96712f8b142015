/* tls.c - what a stream holds that is logged in over TLS and idle.
 *
 *     tls STREAMS WHO
 *
 * WHO is "gnutls": bare client sessions, which is what cannot be undercut;
 * "loquat": streams that share the system's authorities and are told that the
 * certificate is fine; "loquat-own-ca": streams whose config names the
 * authority.  All have made the same handshake, have looked at the same
 * certificate, and have received tickets.  The server is in the same program,
 * but nothing of it is left when the next one logs in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/gate.h"

typedef struct crowd {
    size_t count;
    desk desk;
    lq_stream **streams;
    tls_end *sessions; /* of those who have no streams */
} crowd;

/* ---- the floor ---- */

static void gnutls_begin(crowd *c)
{
    tls_prepare();
    c->sessions = bench_alloc((c->count + 1) * sizeof(*c->sessions));
}

static void gnutls_log_in(crowd *c, size_t i)
{
    tls_end *client = &c->sessions[i], server;
    char answer[16];

    tls_serve(&server);
    tls_connect(client, NULL);
    tls_meet(client, &server);
    tls_end_write(&server, "hello", 5, 5);
    tls_pass_on(&server, client);
    if (tls_end_read(client, answer, sizeof(answer)) != 5) {
        bench_die("the server said nothing");
    }
    tls_end_clear(&server);
    wire_clear(&client->in);
    wire_clear(&client->out);
}

static void gnutls_end(crowd *c)
{
    for (size_t i = 0; i <= c->count; i++) {
        tls_end_clear(&c->sessions[i]);
    }
    free(c->sessions);
}

/* ---- Loquat ---- */

static void loquat_begin(crowd *c)
{
    tls_prepare();
    desk_init(&c->desk);
    if (lq_config_set_password(c->desk.config, GATE_PASSWORD) < 0) {
        bench_die("out of memory");
    }
    lq_config_set_ask_trust(c->desk.config, true);
    c->streams = bench_alloc((c->count + 1) * sizeof(*c->streams));
}

static void loquat_own_begin(crowd *c)
{
    loquat_begin(c);
    gate_configure(&c->desk);
}

static void take_events(crowd *c, lq_stream *stream)
{
    const lq_event *event;

    while ((event = lq_stream_event(stream)) != NULL) {
        if (event->type == LQ_EVENT_QUERY) { /* there is one question */
            lq_stream_trust(stream, c->desk.now, event->id, true);
        }
    }
}

static void hear(crowd *c, lq_stream *stream, wire *in)
{
    while (in->at < in->len) {
        int n = lq_stream_recv(stream, c->desk.now, in->bytes + in->at,
                               in->len - in->at);

        if (n < 0) {
            bench_die("the stream broke: %s",
                      lq_failure_message(lq_stream_failure(stream)));
        }
        in->at += (size_t)n;
        take_events(c, stream);
    }
}

/* How many bytes it was. */
static size_t say(crowd *c, lq_stream *stream, gate *server)
{
    const void *bytes;
    size_t len, all = 0;

    while ((bytes = lq_stream_output(stream, &len)) != NULL) {
        gate_take(server, bytes, len);
        lq_stream_sent(stream, c->desk.now, len);
        all += len;
    }
    return all;
}

static void loquat_log_in(crowd *c, size_t i)
{
    lq_stream *stream = c->streams[i] = desk_stream(&c->desk);
    gate server;

    gate_begin(&server, LQ_TRANSPORT_TLS);
    if (lq_stream_start(stream, c->desk.now) < 0 ||
        lq_stream_connected(stream, c->desk.now, LQ_TRANSPORT_TLS) < 0) {
        bench_die("no stream can be started");
    }
    while (say(c, stream, &server) > 0) {
        hear(c, stream, gate_output(&server));
    }
    if (lq_stream_state(stream) != LQ_STATE_ONLINE) {
        bench_die("the login failed");
    }
    while (lq_context_ready(c->desk.context) != NULL) {
    }
    gate_clear(&server);
}

static void loquat_end(crowd *c)
{
    for (size_t i = 0; i <= c->count; i++) {
        lq_stream_free(c->streams[i]);
    }
    free(c->streams);
    desk_clear(&c->desk);
}

/* ---- all of them ---- */

typedef struct client {
    const char *name;
    void (*begin)(crowd *c);
    void (*log_in)(crowd *c, size_t i);
    void (*end)(crowd *c);
} client;

static const client clients[] = {
    { "gnutls", gnutls_begin, gnutls_log_in, gnutls_end },
    { "loquat", loquat_begin, loquat_log_in, loquat_end },
    { "loquat-own-ca", loquat_own_begin, loquat_log_in, loquat_end },
};

static void measure(const client *who, size_t count)
{
    crowd c = { .count = count };
    bench_heap before, after;
    double resident, many = (double)count;
    char name[64];

    who->begin(&c);
    who->log_in(&c, 0); /* pays for what comes once */
    before = bench_heap_now();
    resident = bench_resident();
    for (size_t i = 1; i <= count; i++) {
        who->log_in(&c, i);
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
    who->end(&c);
}

int main(int argc, char **argv)
{
    size_t count = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;

    for (size_t i = 0; i < sizeof(clients) / sizeof(*clients); i++) {
        if (count > 0 && strcmp(argv[2], clients[i].name) == 0) {
            measure(&clients[i], count);
            return 0;
        }
    }
    fprintf(stderr, "usage: tls STREAMS gnutls|loquat|loquat-own-ca\n");
    return 2;
}
