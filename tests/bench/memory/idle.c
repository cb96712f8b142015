/* idle.c - what a stream holds that is logged in and has nothing to do.
 *
 *     idle [-m] [-b CORPUS] STREAMS
 *
 * All of them are on one context, without TLS.  -m: with roster, presence and
 * messages.  -b: after a burst; each has received 40 stanzas in reads of 1,400
 * bytes, one read of each in turn, has sent a message and a request, and was
 * answered.  Afterwards, when all streams are gone, what is left is the
 * context's. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/bench.h"
#include "../common/corpus.h"
#include "../common/desk.h"

enum { BURST = 40, READ = 1400 };

typedef struct crowd {
    desk desk;
    bool modules;
    size_t count;
    lq_stream **streams;
} crowd;

/* ---- a life ---- */

/* Let STREAM receive; whoever else had something to say has said it. */
static void receive(crowd *c, lq_stream *stream, const char *bytes, size_t len)
{
    while (lq_context_ready(c->desk.context) != NULL) {
    }
    desk_receive(&c->desk, stream, bytes, len);
}

static lq_stream *log_in(crowd *c)
{
    lq_stream *stream = desk_stream(&c->desk);

    if (c->modules && (lq_roster_attach(stream) == NULL ||
                       lq_presence_attach(stream) == NULL ||
                       lq_messages_attach(stream) == NULL)) {
        bench_die("out of memory");
    }
    desk_login(&c->desk, stream);
    return stream;
}

/* The result of the iq that STREAM has to say, behind whatever else. */
static void answer_request(crowd *c, lq_stream *stream)
{
    char answer[128];
    const char *output, *iq = NULL, *id = NULL;
    size_t len;

    output = lq_stream_output(stream, &len);
    if (output != NULL && (iq = memmem(output, len, "<iq", 3)) != NULL) {
        id = memmem(iq, len - (size_t)(iq - output), " id='", 5);
    }
    if (id == NULL) {
        bench_die("no request was made");
    }
    snprintf(answer, sizeof(answer), "<iq type='result' id='%.22s'/>", id + 5);
    desk_drop_output(&c->desk, stream);
    receive(c, stream, answer, strlen(answer));
}

static void speak(crowd *c, lq_stream *stream)
{
    lq_builder *message =
        lq_build_message(stream, LQ_CHAT, "romeo@example.net");
    lq_builder *ping = lq_build_iq(stream, LQ_GET, "example.com");

    lq_build_child(message, "body", NULL, "Wherefore art thou?");
    lq_build_child(ping, "ping", "urn:xmpp:ping", "");
    if (lq_stream_send(stream, message) < 0 ||
        lq_stream_request(stream, ping) < 0) {
        bench_die("nothing could be sent");
    }
    answer_request(c, stream);
}

/* Stream I gets the 40 stanzas that begin at another place than those of its
 * neighbours. */
static void burst(crowd *c, const corpus *all)
{
    size_t left = c->count, at = 0;

    while (left > 0) {
        left = 0;
        for (size_t i = 0; i < c->count; i++) {
            size_t first = i * 7919 % (all->count - BURST);
            size_t begin = (size_t)all->starts[first] + at;
            size_t end = (size_t)all->starts[first + BURST];

            if (begin < end) {
                size_t len = end - begin < READ ? end - begin : READ;

                receive(c, c->streams[i], all->bytes + begin, len);
                left++;
            }
        }
        at += READ;
    }
    for (size_t i = 0; i < c->count; i++) {
        speak(c, c->streams[i]);
        if (lq_stream_event(c->streams[i]) != NULL) {
            bench_die("not all events were taken");
        }
    }
}

/* ---- measuring ---- */

static void tell(const crowd *c, const char *what, bench_heap before,
                 double resident)
{
    bench_heap after = bench_heap_now();
    const char *who = c->modules ? "loquat-modules" : "loquat";
    double count = (double)c->count;
    char name[64];

    snprintf(name, sizeof(name), "%s %zu", what, c->count);
    if (bench_counts_heap()) {
        bench_figure(name, who, "heap/stream",
                     (double)(after.live - before.live) / count);
        bench_figure(name, who, "blocks/stream",
                     (double)(after.blocks - before.blocks) / count);
    }
    bench_figure(name, who, "resident/stream",
                 (bench_resident() - resident) / count);
}

/* BEFORE: when there was no context yet. */
static void tell_context(crowd *c, const char *what, bench_heap before)
{
    char name[64];

    for (size_t i = 0; i < c->count; i++) {
        lq_stream_free(c->streams[i]);
    }
    if (bench_counts_heap()) {
        snprintf(name, sizeof(name), "context, %s %zu", what, c->count);
        bench_figure(name, c->modules ? "loquat-modules" : "loquat", "heap",
                     (double)(bench_heap_now().live - before.live));
    }
}

static void measure(crowd *c, const corpus *all)
{
    const char *what = all == NULL ? "idle" : "burst";
    bench_heap nothing = bench_heap_now(), before;
    lq_stream *first;
    double resident;

    desk_init(&c->desk);
    first = log_in(c); /* pays for what the context makes when first needed */
    before = bench_heap_now();
    resident = bench_resident();
    for (size_t i = 0; i < c->count; i++) {
        c->streams[i] = log_in(c);
    }
    if (all != NULL) {
        burst(c, all);
    }
    tell(c, what, before, resident);
    lq_stream_free(first);
    tell_context(c, what, nothing);
    desk_clear(&c->desk);
}

/* What the libraries make once for the process. */
static void warm_up(crowd *c)
{
    desk_init(&c->desk);
    lq_stream_free(log_in(c));
    desk_clear(&c->desk);
}

int main(int argc, char **argv)
{
    crowd c = { 0 };
    corpus all;
    const char *path = NULL;
    int option;

    while ((option = getopt(argc, argv, "mb:")) != -1) {
        if (option == 'm') {
            c.modules = true;
        } else if (option == 'b') {
            path = optarg;
        } else {
            optind = argc;
        }
    }
    if (optind != argc - 1 || (c.count = strtoul(argv[optind], NULL, 10)) < 1) {
        fprintf(stderr, "usage: idle [-m] [-b CORPUS] STREAMS\n");
        return 2;
    }
    if (path != NULL) {
        all = corpus_read(path, 0);
    }
    c.streams = bench_alloc(c.count * sizeof(*c.streams));
    warm_up(&c);
    measure(&c, path == NULL ? NULL : &all);
    free(c.streams);
    if (path != NULL) {
        corpus_free(&all);
    }
    return 0;
}
