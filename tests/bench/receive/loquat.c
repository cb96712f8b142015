/* loquat.c - Loquat as a reader: bytes to events, by the public API alone. */
#include <stdlib.h>

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

static void begin_stream(feed *f)
{
    self *s = self_new(f);

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

void loquat_take(const lq_event *event, void *argument)
{
    (void)argument;
    bench_touch(lq_stanza_from(event->stanza));
    bench_touch(lq_element_attr(lq_stanza_root(event->stanza), "type"));
    bench_touch(lq_stanza_id(event->stanza));
    bench_touch(lq_message_body(event->stanza, NULL));
}

/* An iq, which surfaces nowhere, is counted by what comes of it: one that asks
 * is answered, one that answers nothing of ours is dropped. */
static void read_stream(feed *f)
{
    self *s = f->self;
    size_t at = (size_t)f->corpus->starts[0], len;
    const char *piece;

    while ((piece = feed_next(f, &at, &len)) != NULL) {
        desk_receive_for(&s->desk, s->stream, piece, len, loquat_take, NULL);
    }
    if (lq_stream_state(s->stream) == LQ_STATE_ONLINE) {
        f->stanzas = f->corpus->count;
    }
}

const reader readers_loquat[] = {
    { "loquat", "a stream without modules, events taken", begin_stream,
      read_stream, end_stream },
    { "loquat-modules", "with roster, presence, message, disco and ping",
      begin_modules, read_stream, end_stream },
    { 0 },
};
