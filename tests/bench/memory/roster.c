/* roster.c - what a roster costs that a stream keeps, and while it arrives.
 *
 *     roster ITEMS
 *
 * Each item has a name and a group, about a hundred bytes in all; it comes in
 * reads of 4 KiB. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/bench.h"
#include "../common/desk.h"

enum { READ = 4096, ITEM_MAX = 256, STANZA_MAX = 9 * 1024 * 1024 };

typedef struct delivery {
    desk desk;
    lq_stream *stream;
    char *bytes;
    size_t len;
} delivery;

/* The answer to the request that STREAM makes for its roster. */
static void write_answer(delivery *d, size_t items)
{
    static const char *const groups[] = { "Friends", "Family",
                                          "Work &amp; co" };
    const char *output, *id;
    size_t len;
    char *end;

    output = lq_stream_output(d->stream, &len);
    id = output == NULL ? NULL : memmem(output, len, " id='", 5);
    if (id == NULL) {
        bench_die("the roster was not asked for");
    }
    end = d->bytes = bench_alloc((items + 2) * ITEM_MAX);
    end += sprintf(end,
                   "<iq type='result' id='%.22s'>"
                   "<query xmlns='jabber:iq:roster' ver='v1'>",
                   id + 5);
    for (size_t i = 0; i < items; i++) {
        end += sprintf(end,
                       "<item jid='juliet.%zx@im.example.org' "
                       "subscription='both' name='Juliet Capulet %zu'>"
                       "<group>%s</group></item>",
                       i, i, groups[i % 3]);
    }
    end += sprintf(end, "</query></iq>");
    d->len = (size_t)(end - d->bytes);
    desk_drop_output(&d->desk, d->stream);
}

static void deliver(void *argument)
{
    delivery *d = argument;

    for (size_t at = 0; at < d->len; at += READ) {
        desk_receive(&d->desk, d->stream, d->bytes + at,
                     d->len - at < READ ? d->len - at : READ);
    }
}

static void tell(const delivery *d, size_t items, const bench_cost *cost)
{
    char name[64];

    snprintf(name, sizeof(name), "roster %zu", items);
    bench_figure(name, "wire", "bytes", (double)d->len);
    if (bench_counts_heap()) {
        bench_figure(name, "loquat", "heap", cost->kept);
        bench_figure(name, "loquat", "heap/item", cost->kept / (double)items);
        bench_figure(name, "loquat", "heap/byte", cost->kept / (double)d->len);
        bench_figure(name, "loquat", "peak", cost->peak);
        bench_figure(name, "loquat", "peak/byte", cost->peak / (double)d->len);
    }
}

static void measure(delivery *d, size_t items)
{
    lq_roster *roster;
    bench_cost cost;

    desk_init(&d->desk);
    if (lq_config_set_max_stanza(d->desk.config, STANZA_MAX) < 0) {
        bench_die("no such limit");
    }
    d->stream = desk_stream(&d->desk);
    desk_login(&d->desk, d->stream);
    roster = lq_roster_attach(d->stream);
    write_answer(d, items);
    cost = bench_measure(deliver, d);
    if ((size_t)lq_roster_count(roster) != items) {
        bench_die("the roster has %d items", lq_roster_count(roster));
    }
    tell(d, items, &cost);
    free(d->bytes);
    lq_stream_free(d->stream);
    desk_clear(&d->desk);
}

int main(int argc, char **argv)
{
    delivery d = { 0 };
    size_t items = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;

    if (items < 1) {
        fprintf(stderr, "usage: roster ITEMS\n");
        return 2;
    }
    measure(&d, items);
    return 0;
}
