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

static self *self_new(feed *f)
{
    self *s = bench_alloc(sizeof(*s));

    desk_init(&s->desk);
    s->stream = desk_stream(&s->desk);
    f->self = s;
    return s;
}

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

static void begin_stream(feed *f)
{
    self *s = self_new(f);

    for (size_t i = 0; i < sizeof(handlers) / sizeof(*handlers); i++) {
        if (lq_stream_handle(s->stream, &handlers[i], NULL) < 0) {
            bench_die("out of memory");
        }
    }
    desk_login(&s->desk, s->stream);
}

static void begin_modules(feed *f)
{
    self *s = self_new(f);

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

<<<<<<< HEAD
static void take(const lq_event *event)
=======
void loquat_take(const lq_event *event, void *argument)
>>>>>>> 85a9bdab98da7afe7ecb1b86a2e4d8188de94293
{
    bench_touch(lq_stanza_from(event->stanza));
    bench_touch(lq_element_attr(lq_stanza_root(event->stanza), "type"));
    bench_touch(lq_stanza_id(event->stanza));
    bench_touch(lq_message_body(event->stanza, NULL));
}

/* Something is new with the stream. */
static void serve(self *s)
{
    const lq_event *event;

    while ((event = lq_stream_event(s->stream)) != NULL) {
        take(event);
    }
    desk_drop_output(&s->desk, s->stream);
}

/* An iq, which surfaces nowhere, is counted by what comes of it: one that asks
 * is answered, one that answers nothing of ours is dropped. */
static void read_stream(feed *f)
{
    self *s = f->self;
    size_t at = (size_t)f->corpus->starts[0], len;
    const char *piece;

    while ((piece = feed_next(f, &at, &len)) != NULL) {
<<<<<<< HEAD
        if (lq_stream_recv(s->stream, s->desk.now, piece, len) != (int)len) {
            bench_die("the stream stopped: %s",
                      lq_failure_message(lq_stream_failure(s->stream)));
        }
        while (lq_context_ready(s->desk.context) != NULL) {
            serve(s);
        }
=======
        desk_receive_for(&s->desk, s->stream, piece, len, loquat_take, NULL);
>>>>>>> 85a9bdab98da7afe7ecb1b86a2e4d8188de94293
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
