/* tls.c - see tls.h; and the floor of what leaves through TLS: a text put
 * together by snprintf(), and a bare GnuTLS client. */
#include "tls.h"

#include <stdio.h>
#include <stdlib.h>

#include "floors.h"

void tls_keep(writing *w, tls_end *server, const char *bytes, size_t len)
{
    wire_add(&server->in, bytes, len);
    w->kept++;
}

void tls_reveal(writing *w, tls_end *server)
{
    int n;

    while ((n = tls_end_read(server, w->last, sizeof(w->last) - 1)) > 0) {
        w->last[n] = '\0';
    }
}

/* ---- the floor ---- */

typedef struct self {
    tls_end client, server;
} self;

static void begin(writing *w)
{
    self *s = bench_alloc(sizeof(*s));

    tls_prepare();
    tls_serve(&s->server);
    tls_connect(&s->client, NULL);
    tls_meet(&s->client, &s->server);
    w->self = s;
}

static void end(writing *w)
{
    self *s = w->self;

    tls_reveal(w, &s->server);
    tls_end_clear(&s->client);
    tls_end_clear(&s->server);
    free(s);
}

static void write_gnutls(writing *w)
{
    self *s = w->self;
    wire *out = &s->client.out;

    for (size_t i = 0; i < w->count; i++) {
        char text[MESSAGE_MAX];
        size_t len = floor_message(text);

        tls_end_write(&s->client, text, len, len);
        tls_keep(w, &s->server, out->bytes + out->at, out->len - out->at);
        out->at = out->len;
    }
}

const writer writers_tls[] = {
    { "gnutls", "snprintf, and a bare GnuTLS client", begin, write_gnutls,
      end },
    { 0 },
};
