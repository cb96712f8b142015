/* loquat.c - Loquat as a reader: bytes to events, by the public API alone. */
#include <stdlib.h>

#include <loquat/module.h>

#include "../common/desk.h"
#include "loquat.h"
#include "reader.h"

typedef struct self {
    desk desk;
    lq_stream *stream;
} self;

static int pass(void *own, const lq_stanza *stanza, const lq_element *payload)
{
    (void)own, (void)stanza, (void)payload;
    return LQ_PASS;
}

/* What a program waits for that does a few things by itself. */
static const lq_handler handlers[] = {
    { LQ_MESSAGE, LQ_ANY, "request", "urn:xmpp:receipts", pass },
    { LQ_MESSAGE, LQ_ANY, "received", "urn:xmpp:receipts", pass },
    { LQ_MESSAGE, LQ_ANY, "displayed", "urn:xmpp:chat-markers:0", pass },
    { LQ_MESSAGE, LQ_ANY, "result", "urn:xmpp:mam:2", pass },
    { LQ_MESSAGE, LQ_ANY, "sent", "urn:xmpp:carbons:2", pass },
    { LQ_MESSAGE, LQ_ANY, NULL, "http://jabber.org/protocol/chatstates", pass },
    { LQ_PRESENCE, LQ_ANY, "c", "http://jabber.org/protocol/caps", pass },
    { LQ_PRESENCE, LQ_ANY, "x", "http://jabber.org/protocol/muc#user", pass },
    { LQ_IQ, LQ_GET, "query", "jabber:iq:version", pass },
    { LQ_IQ, LQ_SET, "query", "jabber:iq:roster", pass },
};

lq_stream *loquat_stream(desk *d)
{
    lq_stream *stream = desk_stream(d);

    for (size_t i = 0; i < sizeof(handlers) / sizeof(*handlers); i++) {
        if (lq_stream_handle(stream, &handlers[i], NULL) < 0) {
            bench_die("out of memory");
        }
    }
    return stream;
}

static self *self_new(feed *f)
{
    self *s = bench_alloc(sizeof(*s));

    desk_init(&s->desk);
    f->self = s;
    return s;
}

static void begin_stream(feed *f)
{
    self *s = self_new(f);

    s->stream = loquat_stream(&s->desk);
    desk_login(&s->desk, s->stream);
}

static void begin_modules(feed *f)
{
    self *s = self_new(f);

    s->stream = desk_stream(&s->desk);
    if (lq_roster_attach(s->stream) == NULL ||
        lq_presence_attach(s->stream) == NULL ||
        lq_messages_attach(s->stream) == NULL ||
        lq_disco_attach(s->stream) == NULL ||
        lq_ping_attach(s->stream) == NULL) {
        bench_die("out of memory");
    }
    desk_login(&s->desk, s->stream);
}

static void end_stream(feed *f)
{
    self *s = f->self;

    lq_stream_free(s->stream);
    desk_clear(&s->desk);
    free(s);
}

static void take(const lq_event *event)
{
    bench_touch(lq_stanza_from(event->stanza));
    bench_touch(lq_element_attr(lq_stanza_root(event->stanza), "type"));
    bench_touch(lq_stanza_id(event->stanza));
    bench_touch(lq_message_body(event->stanza, NULL));
}

/* Something is new with the stream. */
static void serve(desk *d, lq_stream *stream)
{
    const lq_event *event;

    while ((event = lq_stream_event(stream)) != NULL) {
        take(event);
    }
    desk_drop_output(d, stream);
}

void loquat_read(desk *d, lq_stream *stream, const char *bytes, size_t len)
{
    while (len > 0) {
        int taken = lq_stream_recv(stream, d->now, bytes, len);

        if (taken < 0) {
            bench_die("the stream broke: %s",
                      lq_failure_message(lq_stream_failure(stream)));
        }
        while (lq_context_ready(d->context) != NULL) {
            serve(d, stream);
        }
        bytes += taken;
        len -= (size_t)taken;
    }
}

/* An iq, which surfaces nowhere, is counted by what comes of it: one that asks
 * is answered, one that answers nothing of ours is dropped. */
static void read_stream(feed *f)
{
    self *s = f->self;
    size_t at = (size_t)f->corpus->starts[0], len;
    const char *piece;

    while ((piece = feed_next(f, &at, &len)) != NULL) {
        loquat_read(&s->desk, s->stream, piece, len);
    }
    if (lq_stream_state(s->stream) == LQ_STATE_ONLINE) {
        f->stanzas = f->corpus->count;
    }
}

const reader readers_loquat[] = {
    { "loquat", "a stream with ten handlers, events taken", begin_stream,
      read_stream, end_stream },
    { "loquat-modules", "with roster, presence, message, disco and ping",
      begin_modules, read_stream, end_stream },
    { 0 },
};
