/* gate.h - a way to the server that is cut after a byte.
 *
 * A gate listens on loopback and carries bytes as they are, TLS or not.  It
 * counts them over all connections, as a login may take more than one.  Once so
 * many have passed one way, the connection that they passed on is cut; those
 * that come later are left alone. */
#ifndef TESTS_CUTS_GATE_H
#define TESTS_CUTS_GATE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GATE_UP, GATE_DOWN, GATE_WAYS }; /* to the server, to the client */

enum { GATE_PASSAGES = 4, GATE_FDS = 1 + 2 * GATE_PASSAGES };

/* Bytes that were read and not yet written. */
typedef struct gate_held {
    char bytes[4096];
    size_t from, to;
} gate_held;

/* A connection.  What comes from .fds[WAY] goes on to the other. */
typedef struct gate_passage {
    int fds[GATE_WAYS]; /* -1 */
    gate_held held[GATE_WAYS];
} gate_passage;

/* How it is cut. */
typedef struct gate_cut {
    int way;
    uint64_t at;  /* UINT64_MAX: never */
    bool resets;  /* both ends get a reset, else the end of file */
    bool is_late; /* the server's end stays open until the gate is closed */
} gate_cut;

typedef struct gate {
    const char *host, *port; /* the server's */
    int listener, late;      /* -1 */
    char name[8];            /* of our port */
    gate_cut cut;
    bool done;                  /* it was cut */
    uint64_t passed[GATE_WAYS]; /* until then */
    gate_passage passages[GATE_PASSAGES];
} gate;

/* Listen for connections to HOST and PORT, which must stay. */
bool gate_open(gate *g, const char *host, const char *port,
               const gate_cut *cut);
void gate_close(gate *g);

/* What to wait for, at FDS, of which GATE_FDS there must be; how many. */
size_t gate_watch(const gate *g, struct pollfd *fds);

/* Carry what there is. */
void gate_turn(gate *g);

#endif
