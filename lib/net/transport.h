/* transport.h - what carries a stream's bytes.
 *
 * A transport is a way to reach a target and to move bytes; a wire is one use
 * of it.  There is TCP; WebSocket, BOSH and proxies will be rows like it,
 * chosen by what kind of target it is. */
#ifndef LQ_NET_TRANSPORT_H
#define LQ_NET_TRANSPORT_H

#include "targets.h"

#include <stdbool.h>
#include <sys/types.h>

struct lq_line;

/* The beginning of each transport's own struct. */
typedef struct lq_wire {
    const struct lq_transport *transport;
} lq_wire;

/* Wires wake their line (lq_net_wake) when one of these may get further. */
typedef struct lq_transport {
    /* Begin to reach TARGET, which outlives the opening.  NULL when memory
     * runs out. */
    lq_wire *(*open)(struct lq_line *line, const lq_target *target);

    /* Go on with it: 1 when the wire is open, 0 while it is not, negative when
     * it failed and lq_targets_say() was told why. */
    int (*proceed)(lq_wire *wire);

    /* As recv() and send() on a socket that does not block. */
    ssize_t (*read)(lq_wire *wire, void *data, size_t len);
    ssize_t (*write)(lq_wire *wire, const void *data, size_t len);

    /* Wake the line when there is something to read, or room to write.  LQ_OK
     * or LQ_E_NET. */
    int (*watch)(lq_wire *wire, bool input, bool output);

    /* End the wire, in whatever state, and free it. */
    void (*close)(lq_wire *wire);
} lq_transport;

/* The transport that reaches TARGET. */
const lq_transport *lq_transport_for(const lq_target *target);

#endif
