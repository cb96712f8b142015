/* gate.c - see gate.h. */
#include "gate.h"

#include <stdlib.h>
#include <string.h>

enum { RECORD_MAX = 16384 };

#define MECHANISMS "SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1 PLAIN"

static bool gate_is_encrypted(const gate *g) { return g->tls.session != NULL; }

/* Bring what the clerk has said on its way. */
static void gate_say(gate *g)
{
    octets *out = &g->clerk.out;

    if (gate_is_encrypted(g)) {
        tls_end_write(&g->tls, out->bytes, out->len, RECORD_MAX);
    } else if (out->len > 0) {
        wire_add(&g->plain, out->bytes, out->len);
    }
    octets_drop(out, out->len);
    if (g->clerk.starts_tls && !gate_is_encrypted(g)) {
        tls_serve(&g->tls);
    }
}

static void gate_hear(gate *g, const char *bytes, size_t len)
{
    clerk_take(&g->clerk, bytes, len);
    if (g->clerk.wrong != NULL) {
        bench_die("the client is wrong: %s", g->clerk.wrong);
    }
}

static void gate_secure(gate *g)
{
    bool is_1_3 = gnutls_protocol_get_version(g->tls.session) == GNUTLS_TLS1_3;
    binding_set bindings = { .count = 0 };
    gnutls_datum_t binding;

    if (gnutls_session_channel_binding(g->tls.session, GNUTLS_CB_TLS_EXPORTER,
                                       &binding) >= 0) {
        binding_put(&bindings, "tls-exporter", binding.data, binding.size);
        gnutls_free(binding.data);
    }
    clerk_secure(&g->clerk, &bindings, is_1_3 ? "0304" : "0303");
}

/* ---- the gate ---- */

void gate_begin(gate *g, int transport)
{
    *g = (gate){ .transport = transport };
    g->clerk.offer = (clerk_offer){
        .jid = DESK_JID,
        .password = GATE_PASSWORD,
        .starttls = transport == LQ_TRANSPORT_STARTTLS,
        .sasl = MECHANISMS,
        .lets_y_pass = true, /* some peers do */
        .iterations = GATE_ITERATIONS,
    };
    clerk_connect(&g->clerk);
    tls_prepare();
    if (transport == LQ_TRANSPORT_TLS) {
        tls_serve(&g->tls);
    }
}

void gate_clear(gate *g)
{
    clerk_clear(&g->clerk);
    tls_end_clear(&g->tls);
    wire_clear(&g->plain);
}

static void gate_decrypt(gate *g)
{
    char record[RECORD_MAX];
    int n = 0;

    if (!g->tls.established) {
        tls_shake(&g->tls);
        if (g->tls.established) {
            gate_secure(g);
        }
    }
    while (g->tls.established &&
           (n = tls_end_read(&g->tls, record, sizeof(record))) > 0) {
        gate_hear(g, record, (size_t)n);
    }
    g->closed = g->closed || n < 0;
}

void gate_take(gate *g, const char *bytes, size_t len)
{
    if (gate_is_encrypted(g)) {
        wire_add(&g->tls.in, bytes, len);
        gate_decrypt(g);
    } else {
        gate_hear(g, bytes, len);
    }
    gate_say(g);
    g->closed = g->closed || g->clerk.closed;
}

/* What was said before TLS leaves before. */
wire *gate_output(gate *g)
{
    return g->plain.at < g->plain.len || !gate_is_encrypted(g) ? &g->plain
                                                               : &g->tls.out;
}

/* ---- a stream in the same program ---- */

void gate_configure(desk *d)
{
    const char *pem;

    tls_prepare();
    pem = tls_authority();
    if (lq_config_set_password(d->config, GATE_PASSWORD) < 0 ||
        lq_config_add_ca(d->config, pem, strlen(pem)) < 0) {
        bench_die("the desk cannot be configured");
    }
}

void gate_measure(void (*work)(void *argument), void *argument,
                  bench_cost *cost)
{
    bench_cost more;

    if (cost == NULL) {
        work(argument);
        return;
    }
    more = bench_measure(work, argument);
    cost->ns += more.ns;
    cost->allocations += more.allocations;
    cost->kept += more.kept;
    cost->peak = more.peak > cost->peak ? more.peak : cost->peak;
}

typedef struct client {
    desk *desk;
    lq_stream *stream;
    int transport;
    wire *in;  /* from the gate */
    wire *out; /* to it */
} client;

/* All that the client does between two arrivals of bytes; none have come when
 * it begins. */
static void client_turn(void *argument)
{
    client *c = argument;
    size_t len = c->in->len - c->in->at;
    const void *bytes;

    if (lq_stream_state(c->stream) == LQ_STATE_WAITING) {
        lq_stream_connected(c->stream, c->desk->now, c->transport);
    }
    while (len > 0) {
        int n = lq_stream_recv(c->stream, c->desk->now,
                               c->in->bytes + c->in->at, len);

        if (n < 0) {
            break; /* the failure is told by who sees that nothing comes */
        }
        c->in->at += (size_t)n;
        len -= (size_t)n;
        while (lq_stream_event(c->stream) != NULL) {
        }
    }
    while ((bytes = lq_stream_output(c->stream, &len)) != NULL) {
        wire_add(c->out, bytes, len);
        lq_stream_sent(c->stream, c->desk->now, len);
    }
}

void gate_login(gate *g, desk *d, lq_stream *stream, bench_cost *cost)
{
    wire out = { 0 };
    client self = { d, stream, g->transport, gate_output(g), &out };

    do {
        self.in = gate_output(g);
        gate_measure(client_turn, &self, cost);
        if (out.at == out.len && lq_stream_state(stream) != LQ_STATE_ONLINE) {
            bench_die("the login failed: %s",
                      lq_failure_message(lq_stream_failure(stream)));
        }
        gate_take(g, out.bytes + out.at, out.len - out.at);
        out.at = out.len;
    } while (lq_stream_state(stream) != LQ_STATE_ONLINE);
    wire_clear(&out);
}
