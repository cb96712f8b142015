/* client.c - see client.h. */
#define _GNU_SOURCE
#include "client.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef struct marks {
    double user, system; /* ns */
    bench_heap heap;
} marks;

static marks begun;
static bool has_begun;
static size_t stanzas;

static double nanoseconds(struct timeval time)
{
    return (double)time.tv_sec * 1e9 + (double)time.tv_usec * 1e3;
}

static marks marks_now(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (marks){ .user = nanoseconds(usage.ru_utime),
                    .system = nanoseconds(usage.ru_stime),
                    .heap = bench_heap_now() };
}

/* ---- a corpus ---- */

void client_begin(void)
{
    has_begun = true;
    bench_heap_reset_peak();
    begun = marks_now();
}

/* Ends the program at once: what libraries do at the end is not measured. */
static void finish(void)
{
    marks now = marks_now();

    bench_figure("receive", client_name, "stanzas", (double)stanzas);
    bench_figure("receive", client_name, "user", now.user - begun.user);
    bench_figure("receive", client_name, "system", now.system - begun.system);
    if (bench_counts_heap()) {
        bench_figure("receive", client_name, "allocations",
                     (double)(now.heap.allocations - begun.heap.allocations));
        bench_figure("receive", client_name, "peak",
                     (double)(now.heap.peak - begun.heap.live));
    }
    _exit(0);
}

void client_saw(const char *from, const char *type, const char *id,
                const char *body)
{
    bench_touch(from);
    bench_touch(type);
    bench_touch(id);
    bench_touch(body);
    if (!has_begun) {
        return;
    }
    if (id != NULL && strcmp(id, "END") == 0) {
        finish();
    }
    stanzas++;
}

/* ---- idle sessions ---- */

static double resident(void)
{
    malloc_trim(0);
    return bench_resident();
}

static void idle(int port, int count)
{
    marks before = marks_now(), after;
    double resident_before = resident(), resident_after;

    for (int i = 0; i < count; i++) {
        client_open(port);
    }
    after = marks_now();
    resident_after = resident();
    bench_figure("idle", client_name, "resident",
                 (resident_after - resident_before) / count);
    bench_figure("idle", client_name, "login-cpu",
                 (after.user + after.system - before.user - before.system) /
                     count);
    if (bench_counts_heap()) {
        bench_figure("idle", client_name, "heap",
                     (double)(after.heap.live - before.heap.live) / count);
        bench_figure("idle", client_name, "blocks",
                     (double)(after.heap.blocks - before.heap.blocks) / count);
        bench_figure(
            "idle", client_name, "allocations",
            (double)(after.heap.allocations - before.heap.allocations) / count);
    }
    _exit(0);
}

/* ---- the program ---- */

int main(int argc, char **argv)
{
    int port = argc > 1 ? atoi(argv[1]) : 0;
    int count = argc > 3 ? atoi(argv[3]) : 0;

    if (port > 0 && argc == 2) {
        client_receive(port);
        bench_die("%s: the server went away", client_name);
    }
    if (port <= 0 || count <= 0 || strcmp(argv[2], "idle") != 0) {
        fprintf(stderr, "usage: client PORT [idle COUNT]\n");
        return 2;
    }
    bench_allow_files();
    idle(port, count);
}
