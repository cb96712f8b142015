/* bench.c - see bench.h. */
#define _GNU_SOURCE
#include "bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "allocations.h"

__attribute__((noinline)) void bench_pass(void (*work)(void *argument),
                                          void *argument)
{
    work(argument);
}

/* ---- the heap ---- */

bool bench_counts_heap(void) { return allocations_read != NULL; }

bench_heap bench_heap_now(void)
{
    bench_heap heap = { 0 };

    if (allocations_read != NULL) {
        allocations_read(&heap);
    }
    return heap;
}

void bench_heap_reset_peak(void)
{
    if (allocations_reset_peak != NULL) {
        allocations_reset_peak();
    }
}

/* ---- time ---- */

double bench_cpu(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

double bench_resident(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long size, resident = 0;

    if (file == NULL || fscanf(file, "%ld %ld", &size, &resident) != 2) {
        bench_die("/proc/self/statm cannot be read");
    }
    fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

bench_cost bench_measure(void (*work)(void *argument), void *argument)
{
    bench_heap before, after;
    double begun;
    bench_cost cost;

    bench_heap_reset_peak();
    before = bench_heap_now();
    begun = bench_cpu();
    bench_pass(work, argument);
    cost.ns = bench_cpu() - begun;
    after = bench_heap_now();
    cost.allocations = (double)(after.allocations - before.allocations);
    cost.peak = (double)(after.peak - before.live);
    cost.kept = (double)(after.live - before.live);
    return cost;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double bench_median(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare);
    return count % 2 != 0 ? values[count / 2]
                          : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* ---- words ---- */

void bench_figure(const char *what, const char *who, const char *figure,
                  double value)
{
    printf("%s\t%s\t%s\t%.17g\n", what, who, figure, value);
    fflush(stdout);
}

void bench_die(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

void bench_allow_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

void *bench_alloc(size_t size)
{
    void *memory = malloc(size);

    if (memory == NULL) {
        bench_die("out of memory");
    }
    return memory;
}

void bench_touch(const char *text)
{
    static volatile size_t sum;

    if (text != NULL) {
        sum += strlen(text);
    }
}
