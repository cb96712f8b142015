/* process.c - what a process holds for one stream that speaks TLS and trusts
 * the system's authorities: that they are loaded, once, is most of it. */
#include "../common/bench.h"
#include "../common/desk.h"

int main(void)
{
    bench_heap before = bench_heap_now();
    double resident = bench_resident();
    size_t len;
    lq_stream *stream;
    desk d;

    desk_init(&d);
    stream = desk_stream(&d);
    if (lq_stream_start(stream, d.now) < 0 ||
        lq_stream_connected(stream, d.now, LQ_TRANSPORT_TLS) < 0 ||
        lq_stream_output(stream, &len) == NULL) {
        bench_die("no handshake was begun");
    }
    if (bench_counts_heap()) {
        bench_heap after = bench_heap_now();

        bench_figure("process", "loquat", "heap",
                     (double)(after.live - before.live));
        bench_figure("process", "loquat", "blocks",
                     (double)(after.blocks - before.blocks));
    }
    bench_figure("process", "loquat", "resident", bench_resident() - resident);
    lq_stream_free(stream);
    desk_clear(&d);
    return 0;
}
