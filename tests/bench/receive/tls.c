/* tls.c - what comes through TLS: Loquat, and the floor under it, a bare
 * GnuTLS client that throws away what it decrypts.
 *
 * The corpus is encrypted beforehand, as records of RECORD bytes, the mean
 * size of a stanza of "mixed"; the ciphertext arrives in pieces of CHUNK. */
#include <stdlib.h>

#include "../common/gate.h"
#include "loquat.h"
#include "reader.h"

enum { RECORD = 745, RECORD_MAX = 16384 };

typedef struct self {
    desk desk;
    lq_stream *stream;
    gate gate;
    tls_end client, server; /* the floor's */
    size_t end;             /* of the ciphertext in the client's wire */
} self;

static self *self_new(feed *f)
{
    self *s = bench_alloc(sizeof(*s));

    tls_prepare();
    f->self = s;
    return s;
}

/* The stanzas without the header, which the login has had. */
static void encrypt(const corpus *c, tls_end *server)
{
    size_t start = (size_t)c->starts[0];

    tls_end_write(server, c->bytes + start, c->len - start, RECORD);
}

/* ---- Loquat ---- */

static void begin_stream(feed *f)
{
    self *s = self_new(f);

    gate_begin(&s->gate, LQ_TRANSPORT_TLS);
    desk_init(&s->desk);
    gate_configure(&s->desk);
    s->stream = loquat_stream(&s->desk);
    if (lq_stream_start(s->stream, s->desk.now) < 0) {
        bench_die("no stream could be started");
    }
    gate_login(&s->gate, &s->desk, s->stream, NULL);
    encrypt(f->corpus, &s->gate.tls);
}

static void end_stream(feed *f)
{
    self *s = f->self;

    lq_stream_free(s->stream);
    desk_clear(&s->desk);
    gate_clear(&s->gate);
    free(s);
}

static void read_stream(feed *f)
{
    self *s = f->self;
    wire *in = gate_output(&s->gate);

    while (in->at < in->len) {
        size_t len = in->len - in->at;

        len = len < f->chunk ? len : f->chunk;
        loquat_read(&s->desk, s->stream, in->bytes + in->at, len);
        in->at += len;
    }
    if (lq_stream_state(s->stream) == LQ_STATE_ONLINE) {
        f->stanzas = f->corpus->count;
    }
}

/* ---- the floor ---- */

static void begin_gnutls(feed *f)
{
    self *s = self_new(f);

    tls_serve(&s->server);
    tls_connect(&s->client, NULL);
    tls_meet(&s->client, &s->server);
    encrypt(f->corpus, &s->server);
    tls_pass_on(&s->server, &s->client);
    s->end = s->client.in.len;
    s->client.in.len = s->client.in.at;
}

static void end_gnutls(feed *f)
{
    self *s = f->self;

    tls_end_clear(&s->client);
    tls_end_clear(&s->server);
    free(s);
}

/* The client's wire holds all of the bytes; each time it is told of a piece
 * more. */
static void read_gnutls(feed *f)
{
    static char record[RECORD_MAX];
    self *s = f->self;
    wire *in = &s->client.in;
    size_t plain = 0;

    while (in->len < s->end) {
        size_t left = s->end - in->len;
        int n;

        in->len += left < f->chunk ? left : f->chunk;
        while ((n = tls_end_read(&s->client, record, sizeof(record))) > 0) {
            plain += (size_t)n;
        }
    }
    if (plain == f->corpus->len - f->corpus->starts[0]) {
        f->stanzas = f->corpus->count;
    }
}

const reader readers_tls[] = {
    { "loquat-tls", "a stream over TLS, events taken", begin_stream,
      read_stream, end_stream },
    { "gnutls", "decrypts and throws away", begin_gnutls, read_gnutls,
      end_gnutls },
    { 0 },
};
