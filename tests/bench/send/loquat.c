/* loquat.c - Loquat as a writer, by the public API alone.
 *
 * "loquat-build" does what the others do: it builds, and the text is written
 * as it goes, but for the last end tag.
 *
 * "loquat" sends: the message is checked, booked, put into the output and
 * taken from there, and its DELIVERY event is taken too.  The server tells by
 * its replies how far it has read, so every hundredth message is followed by a
 * ping, whose answer ends the deliveries before it: what is open stays
 * bounded, as in a program that runs for long.
 *
 * "loquat-tls" sends through TLS.  The other end's part in it, to encrypt the
 * answer to the ping, is counted too; what it decrypts, after all, is not. */
#include <stdlib.h>
#include <string.h>

#include "../common/gate.h"
#include "tls.h"
#include "writer.h"

#define ANSWER_BEGIN "<iq type='result' id='"
#define ANSWER_END   "'/>"

enum {
    MESSAGES_PER_PING = 100,
    ID_AT = sizeof(ANSWER_BEGIN) - 1,
    ID_LEN = 22,
    ANSWER_SIZE = ID_AT + ID_LEN + sizeof(ANSWER_END),
};

typedef struct self {
    desk desk;
    lq_stream *stream;
    gate gate; /* whose TLS session is NULL without TLS */
    size_t unconfirmed;
} self;

static bool is_encrypted(const self *s) { return s->gate.tls.session != NULL; }

static void begin(writing *w)
{
    self *s = bench_alloc(sizeof(*s));

    *s = (self){ .unconfirmed = 0 };
    desk_init(&s->desk);
    s->stream = desk_stream(&s->desk);
    desk_login(&s->desk, s->stream);
    w->self = s;
}

static void begin_tls(writing *w)
{
    self *s = bench_alloc(sizeof(*s));

    s->unconfirmed = 0;
    gate_begin(&s->gate, LQ_TRANSPORT_TLS);
    desk_init(&s->desk);
    gate_configure(&s->desk);
    s->stream = desk_stream(&s->desk);
    if (lq_stream_start(s->stream, s->desk.now) < 0) {
        bench_die("no stream could be started");
    }
    gate_login(&s->gate, &s->desk, s->stream, NULL);
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
        if (is_encrypted(s)) {
            tls_keep(w, &s->gate.tls, bytes, len);
        } else {
            writing_keep(w, bytes, len);
        }
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

/* To be answered with ANSWER. */
static lq_builder *build_ping(self *s, char answer[ANSWER_SIZE])
{
    lq_builder *b = lq_build_iq(s->stream, LQ_GET, NULL);

    memcpy(answer, ANSWER_BEGIN, ID_AT);
    memcpy(answer + ID_AT, lq_builder_id(b), ID_LEN);
    memcpy(answer + ID_AT + ID_LEN, ANSWER_END, sizeof(ANSWER_END));
    lq_build_open(b, "ping", "urn:xmpp:ping");
    lq_build_close(b);
    return b;
}

static void receive(self *s, const char *text, size_t len)
{
    if (is_encrypted(s)) {
        wire *in = gate_output(&s->gate);

        tls_end_write(&s->gate.tls, text, len, len);
        text = in->bytes + in->at;
        len = in->len - in->at;
        in->at = in->len;
    }
    if (lq_stream_recv(s->stream, s->desk.now, text, len) != (int)len) {
        bench_die("the answer was not taken");
    }
}

static void ping(writing *w)
{
    self *s = w->self;
    char answer[ANSWER_SIZE];
    size_t kept = w->kept;

    if (lq_stream_request(s->stream, build_ping(s, answer)) < 0) {
        bench_die("the ping was not taken");
    }
    flush(w);
    w->kept = kept;
    receive(s, answer, strlen(answer));
    take_deliveries(s);
}

static void write_and_send(writing *w)
{
    self *s = w->self;

    for (size_t i = 0; i < w->count; i++) {
        send_message(w);
        if (s->unconfirmed == MESSAGES_PER_PING) {
            ping(w);
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

/* One more message is the last, behind the last ping: it tells what was built
 * where nothing was sent. */
static void end(writing *w)
{
    self *s = w->self;
    size_t kept = w->kept;

    ping(w);
    send_message(w);
    if (is_encrypted(s)) {
        tls_reveal(w, &s->gate.tls);
        gate_clear(&s->gate);
    }
    w->kept = kept;
    lq_stream_free(s->stream);
    desk_clear(&s->desk);
    free(s);
}

const writer writers_loquat[] = {
    { "loquat", "sent, output and deliveries taken", begin, write_and_send,
      end },
    { "loquat-build", "built and freed", begin, write_only, end },
    { "loquat-tls", "sent through TLS", begin_tls, write_and_send, end },
    { 0 },
};
