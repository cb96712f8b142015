/* loquat.c - logins of Loquat streams, by the public API alone.
 *
 * A first login lasts from lq_stream_connected() until ONLINE is taken; the
 * context is shared and the stream started.  A reconnect begins with the loss
 * of the transport and has the waiting, by the stream's own clock, in it. */
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "../common/gate.h"
#include "login.h"

typedef struct self {
    desk desk;
    lq_stream *stream;
    gate gate;
} self;

static void *begin(void)
{
    self *s = bench_alloc(sizeof(*s));

    desk_init(&s->desk);
    gate_configure(&s->desk);
    s->stream = NULL;
    return s;
}

static void end(void *argument)
{
    self *s = argument;

    lq_stream_free(s->stream);
    desk_clear(&s->desk);
    gate_clear(&s->gate);
    free(s);
}

static void meet(self *s, bench_cost *cost)
{
    gate_begin(&s->gate, LQ_TRANSPORT_TLS);
    gate_login(&s->gate, &s->desk, s->stream, cost);
    if (strcmp(lq_stream_security(s->stream, LQ_SECURITY_PROTOCOL), "TLS1.3") !=
            0 ||
        strncmp(lq_stream_security(s->stream, LQ_SECURITY_MECHANISM),
                "SCRAM-SHA-256", 13) != 0) {
        bench_die("it logged in by other means");
    }
}

/* ---- a new stream each time ---- */

static void login_first(void *argument, bench_cost *cost)
{
    self *s = argument;

    if (s->stream != NULL) {
        lq_stream_free(s->stream);
        gate_clear(&s->gate);
    }
    s->stream = desk_stream(&s->desk);
    if (lq_stream_start(s->stream, s->desk.now) < 0) {
        bench_die("no stream could be started");
    }
    meet(s, cost);
}

/* ---- the same stream each time ---- */

static void *begin_again(void)
{
    self *s = begin();

    login_first(s, NULL);
    return s;
}

static void lose(void *argument)
{
    self *s = argument;

    lq_stream_disconnected(s->stream, s->desk.now, LQ_E_NET);
    while (lq_stream_event(s->stream) != NULL) {
    }
    s->desk.now = lq_stream_deadline(s->stream);
    lq_stream_tick(s->stream, s->desk.now);
}

static void login_again(void *argument, bench_cost *cost)
{
    self *s = argument;

    gate_measure(lose, s, cost);
    if (lq_stream_wish(s->stream) != LQ_WISH_CONNECT) {
        bench_die("the stream does not want to go on");
    }
    gate_clear(&s->gate);
    meet(s, cost);
}

const way ways_loquat[] = {
    { "first login", "loquat", "a new stream", "floor", begin, login_first,
      end },
    { "reconnect", "loquat", "a stream that was online before", "floor",
      begin_again, login_again, end },
    { 0 },
};
