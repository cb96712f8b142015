/* bench.h - what every measuring program shares.
 *
 * What is to be measured runs inside bench_pass() and nowhere else, so that
 *
 *     valgrind --tool=callgrind --toggle-collect=bench_pass PROGRAM ...
 *
 * counts just that.  Allocations are counted if allocations.so is preloaded;
 * otherwise those figures are not printed.  Figures are printed one a line,
 * four fields with tabs between them:
 *
 *     CASE    WHO    FIGURE    VALUE
 *
 * and tests/bench/measure.py reads them.  Whoever is measured has no say in
 * what is printed: a program that got a wrong answer ends with bench_die(). */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Run WORK with ARGUMENT. */
void bench_pass(void (*work)(void *argument), void *argument);

/* The heap since the program began; all 0 without allocations.so. */
typedef struct bench_heap {
    uint64_t allocations;
    int64_t live, blocks; /* bytes with the allocator's overhead */
    int64_t peak;         /* of live, since the last reset */
} bench_heap;

bool bench_counts_heap(void);
bench_heap bench_heap_now(void);
void bench_heap_reset_peak(void);

/* What one bench_pass() cost. */
typedef struct bench_cost {
    double ns;          /* CPU time of the process, user and system */
    double allocations; /* made */
    double peak;        /* bytes of heap beyond what was live before */
    double kept;        /* bytes of heap still live, less those before */
} bench_cost;

bench_cost bench_measure(void (*work)(void *argument), void *argument);

/* CPU time of this process in ns; bytes of resident memory. */
double bench_cpu(void);
double bench_resident(void);

/* The middle one of COUNT values, which are put in order. */
double bench_median(double *values, size_t count);

void bench_figure(const char *what, const char *who, const char *figure,
                  double value);

/* Print to stderr, as printf() does, and exit with status 1. */
__attribute__((noreturn)) void bench_die(const char *format, ...);

/* As many open files as the system grants. */
void bench_allow_files(void);

/* malloc() that does not return NULL, for the bench's own data. */
void *bench_alloc(size_t size);

/* Take a sum over what is read, so that no compiler leaves the reading out. */
void bench_touch(const char *text);

#ifdef __cplusplus
}
#endif
#endif
