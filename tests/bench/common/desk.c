/* desk.c - see desk.h. */
#include "desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

#define NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_BIND "urn:ietf:params:xml:ns:xmpp-bind"

void desk_init(desk *d)
{
    d->now = 1000;
    d->context = lq_context_new();
    d->config = lq_config_new(DESK_JID);
    if (d->context == NULL || d->config == NULL ||
        lq_config_set_password(d->config, "secret") < 0) {
        bench_die("out of memory");
    }
    lq_context_set_wallclock(d->context, (int64_t)time(NULL) * 1000, d->now);
}

void desk_clear(desk *d)
{
    lq_config_free(d->config);
    lq_context_free(d->context);
}

lq_stream *desk_stream(desk *d)
{
    lq_stream *stream = lq_stream_new(d->context, d->config);

    if (stream == NULL) {
        bench_die("out of memory");
    }
    return stream;
}

/* ---- the server ---- */

/* All that STREAM says now, as a text to be freed. */
static char *desk_hear(desk *d, lq_stream *stream)
{
    char *text = bench_alloc(1);
    size_t len = 0, more;
    const void *bytes;

    while ((bytes = lq_stream_output(stream, &more)) != NULL) {
        text = realloc(text, len + more + 1);
        if (text == NULL) {
            bench_die("out of memory");
        }
        memcpy(text + len, bytes, more);
        len += more;
        lq_stream_sent(stream, d->now, more);
    }
    text[len] = '\0';
    return text;
}

static void desk_say(desk *d, lq_stream *stream, const char *text)
{
    size_t len = strlen(text);

    if (lq_stream_recv(stream, d->now, text, len) != (int)len) {
        bench_die("the login failed: %s",
                  lq_failure_message(lq_stream_failure(stream)));
    }
}

/* Hear what must contain WORD, and say ANSWER. */
static void desk_expect(desk *d, lq_stream *stream, const char *word,
                        const char *answer)
{
    char *heard = desk_hear(d, stream);

    if (strstr(heard, word) == NULL) {
        bench_die("'%s' was not said but: %s", word, heard);
    }
    free(heard);
    desk_say(d, stream, answer);
}

/* The result of the request in HEARD. */
static void desk_answer(desk *d, lq_stream *stream, const char *heard,
                        const char *payload)
{
    const char *id = strstr(heard, " id='");
    char answer[1024];

    if (id == NULL) {
        bench_die("no request was made but: %s", heard);
    }
    snprintf(answer, sizeof(answer), "<iq type='result' id='%.22s'>%s</iq>",
             id + 5, payload);
    desk_say(d, stream, answer);
}

/* It is asked for together with the new stream. */
static void desk_bind(desk *d, lq_stream *stream)
{
    char *heard = desk_hear(d, stream);

    desk_say(d, stream,
             DESK_HEADER "<stream:features><bind xmlns='" NS_BIND
                         "'/></stream:features>");

    if (strstr(heard, NS_BIND) == NULL) {
        bench_die("no resource was asked for but: %s", heard);
    }
    desk_answer(d, stream, heard,
                "<bind xmlns='" NS_BIND "'><jid>" DESK_JID "/b</jid></bind>");
    free(heard);
}

/* What modules ask first; they are attached only where they are measured. */
static void desk_first_requests(desk *d, lq_stream *stream)
{
    char *heard = desk_hear(d, stream);
    const char *roster = strstr(heard, "jabber:iq:roster");

    if (roster != NULL) {
        while (roster > heard && strncmp(roster, "<iq", 3) != 0) {
            roster--;
        }
        desk_answer(d, stream, roster, "<query xmlns='jabber:iq:roster'/>");
    }
    free(heard);
}

void desk_login(desk *d, lq_stream *stream)
{
    if (lq_stream_start(stream, d->now) < 0 ||
        lq_stream_connected(stream, d->now, LQ_TRANSPORT_SECURE) < 0) {
        bench_die("no stream could be started");
    }
    desk_expect(d, stream, "<stream:stream",
                DESK_HEADER "<stream:features><mechanisms xmlns='" NS_SASL
                            "'><mechanism>PLAIN</mechanism></mechanisms>"
                            "</stream:features>");
    desk_expect(d, stream, "<auth", "<success xmlns='" NS_SASL "'/>");
    desk_bind(d, stream);
    while (lq_stream_event(stream) != NULL) {
    }
    desk_first_requests(d, stream);
    while (lq_stream_event(stream) != NULL) {
    }
    desk_drop_output(d, stream);
    if (lq_stream_state(stream) != LQ_STATE_ONLINE) {
        bench_die("the login failed");
    }
    while (lq_context_ready(d->context) != NULL) {
    }
}

/* ---- traffic ---- */

size_t desk_drop_output(desk *d, lq_stream *stream)
{
    size_t all = 0, len;

    while (lq_stream_output(stream, &len) != NULL) {
        lq_stream_sent(stream, d->now, len);
        all += len;
    }
    return all;
}

/* Whether something is new with STREAM; what is with others is not asked. */
static bool desk_has_news(desk *d, const lq_stream *stream)
{
    const lq_stream *ready;
    bool has_news = false;

    while ((ready = lq_context_ready(d->context)) != NULL) {
        has_news = has_news || ready == stream;
    }
    return has_news;
}

void desk_receive_for(desk *d, lq_stream *stream, const char *bytes, size_t len,
                      void (*take)(const lq_event *event, void *argument),
                      void *argument)
{
    size_t done = 0;

    while (done < len) {
        int taken = lq_stream_recv(stream, d->now, bytes + done, len - done);
        const lq_event *event;

        if (taken < 0) {
            bench_die("the stream broke: %s",
                      lq_failure_message(lq_stream_failure(stream)));
        }
        done += (size_t)taken;
        if (!desk_has_news(d, stream)) {
            continue;
        }
        while ((event = lq_stream_event(stream)) != NULL) {
            take(event, argument);
        }
        desk_drop_output(d, stream);
    }
}

static void take_nothing(const lq_event *event, void *argument)
{
    (void)event, (void)argument;
}

void desk_receive(desk *d, lq_stream *stream, const char *bytes, size_t len)
{
    desk_receive_for(d, stream, bytes, len, take_nothing, NULL);
}
