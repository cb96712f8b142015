/* peers.h - the reader among the peers that is C++. */
#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

#include "reader.h"

#ifdef __cplusplus
extern "C" {
#endif

void begin_gloox(feed *f);
void read_gloox(feed *f);
void end_gloox(feed *f);

#ifdef __cplusplus
}
#endif
#endif
