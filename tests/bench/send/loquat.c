/* loquat.c - Loquat as a writer, by the public API alone.
 *
 * "loquat-build" does what the others do: it builds, and the text is written
 * as it goes, but for the last end tag.
 *
 * "loquat" sends: the message is checked, booked, put into the output and
 * taken from there, and its DELIVERY event is taken too.  The server tells by
 * its replies how far it has read, so every hundredth message is followed by a
 * ping, whose answer ends the deliveries before it: what is open stays
 * bounded, as in a program that runs for long. */
#include <stdlib.h>
#include <string.h>

#include "../common/desk.h"
#include "writer.h"

enum { MESSAGES_PER_PING = 100, ID_LEN = 22 };

#define PONG_BEGIN "<iq type='result' id='"
#define PONG_END   "'/>"

typedef struct self {
    desk desk;
    lq_stream *stream;
    size_t unconfirmed;
} self;

static void begin(writing *w)
{
    self *s = bench_alloc(sizeof(*s));

    desk_init(&s->desk);
    s->stream = desk_stream(&s->desk);
    s->unconfirmed = 0;
    desk_login(&s->desk, s->stream);
    w->self = s;
}

static lq_builder *build(lq_stream *stream)
{
    lq_builder *b = lq_build_message(stream, LQ_CHAT, MESSAGE_TO);

    lq_build_child(b, "body", NULL, MESSAGE_BODY);
    lq_build_open(b, "active", NS_CHATSTATES);
    lq_build_close(b);
    lq_build_open(b, "origin-id", NS_SID);
    lq_build_attr(b, "id", lq_builder_id(b));
    lq_build_close(b);
    return b;
}

/* ---- sending ---- */

static void flush(writing *w)
{
    self *s = w->self;
    const void *bytes;
    size_t len;

    while ((bytes = lq_stream_output(s->stream, &len)) != NULL) {
        writing_keep(w, bytes, len);
        lq_stream_sent(s->stream, s->desk.now, len);
    }
}

static void send_message(writing *w)
{
    self *s = w->self;

    if (lq_stream_send(s->stream, build(s->stream)) < 0) {
        bench_die("the message was not taken");
    }
    s->unconfirmed++;
    flush(w);
}

static void take_deliveries(self *s)
{
    const lq_event *event;

    while ((event = lq_stream_event(s->stream)) != NULL) {
        if (event->type == LQ_EVENT_DELIVERY &&
            lq_event_delivery(event) == LQ_DELIVERY_ACKED) {
            s->unconfirmed--;
        }
    }
    if (s->unconfirmed != 0) {
        bench_die("%zu deliveries are open after a reply", s->unconfirmed);
    }
}

static void ping(self *s)
{
    static const char begin[] = PONG_BEGIN, end[] = PONG_END;
    lq_builder *b = lq_build_iq(s->stream, LQ_GET, NULL);
    char answer[sizeof(begin) + ID_LEN + sizeof(end)];
    const int len = sizeof(begin) - 1 + ID_LEN + sizeof(end) - 1;

    memcpy(answer, begin, sizeof(begin) - 1);
    memcpy(answer + sizeof(begin) - 1, lq_builder_id(b), ID_LEN);
    memcpy(answer + sizeof(begin) - 1 + ID_LEN, end, sizeof(end));
    lq_build_open(b, "ping", "urn:xmpp:ping");
    lq_build_close(b);
    if (lq_stream_request(s->stream, b) < 0) {
        bench_die("the ping was not taken");
    }
    desk_drop_output(&s->desk, s->stream);
    if (lq_stream_recv(s->stream, s->desk.now, answer, (size_t)len) != len) {
        bench_die("the answer was not taken");
    }
    take_deliveries(s);
}

static void write_and_send(writing *w)
{
    self *s = w->self;

    for (size_t i = 0; i < w->count; i++) {
        send_message(w);
        if (s->unconfirmed == MESSAGES_PER_PING) {
            ping(s);
        }
    }
}

/* ---- building ---- */

static void write_only(writing *w)
{
    self *s = w->self;

    for (size_t i = 0; i < w->count; i++) {
        lq_builder *b = build(s->stream);

        if (lq_builder_error(b) < 0) {
            bench_die("the message was not built");
        }
        lq_builder_free(b);
    }
    w->kept = w->count;
}

/* What it built can only be seen by sending it. */
static void end(writing *w)
{
    self *s = w->self;
    size_t kept = w->kept;

    send_message(w);
    w->kept = kept;
    ping(s);
    lq_stream_free(s->stream);
    desk_clear(&s->desk);
    free(s);
}

const writer writers_loquat[] = {
    { "loquat", "sent, output and deliveries taken", begin, write_and_send,
      end },
    { "loquat-build", "built and freed", begin, write_only, end },
    { 0 },
};
