/* loquat.h - what the readers that are Loquat share. */
#ifndef BENCH_LOQUAT_H
#define BENCH_LOQUAT_H

#include <loquat/loquat.h>

/* Look at what EVENT brought, as a program would. */
void loquat_take(const lq_event *event, void *argument);

#endif
