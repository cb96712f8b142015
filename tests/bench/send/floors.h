/* floors.h - what the floors share. */
#ifndef BENCH_SEND_FLOORS_H
#define BENCH_SEND_FLOORS_H

#include "writer.h"

/* The message by snprintf().  Its length. */
size_t floor_message(char text[MESSAGE_MAX]);

#endif
