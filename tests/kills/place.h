/* place.h - where the server is, and messages that are numbers. */
#ifndef TESTS_KILLS_PLACE_H
#define TESTS_KILLS_PLACE_H

#include <loquat/loquat.h>
#include <loquat/net.h>

#define PLACE_DOMAIN "example.test"

typedef struct place {
    const char *host, *port, *ca; /* the port is for TLS at once */
} place;

/* For USER@example.test/RESOURCE, whose password is secret-USER; it comes back
 * quickly when it is lost. */
lq_config *place_config(const place *where, const char *user,
                        const char *resource);

/* Send NUMBER; as lq_stream_send(). */
lq_id place_send(lq_stream *stream, const char *to, int64_t number);

/* The number that a message brings; 0 for an error, -1 for none. */
int64_t place_number(const lq_stanza *message);

#endif
