/* desk.h - Loquat streams, logged in without a network.
 *
 * A desk is a context and the one that plays the server for its streams,
 * over LQ_TRANSPORT_SECURE: any password does, the resource is bound, a roster
 * get is answered with an empty one.  All of it by the public API. */
#ifndef BENCH_DESK_H
#define BENCH_DESK_H

#include <loquat/loquat.h>

#define DESK_JID "juliet@example.com"

/* The header that a desk's streams have received. */
#define DESK_HEADER                                                            \
    "<?xml version='1.0'?>"                                                    \
    "<stream:stream xmlns='jabber:client' "                                    \
    "xmlns:stream='http://etherx.jabber.org/streams' from='example.com' "      \
    "id='s1' version='1.0'>"

typedef struct desk {
    lq_context *context;
    lq_config *config; /* may be changed before the next desk_open() */
    lq_time now;
} desk;

void desk_init(desk *d);
void desk_clear(desk *d); /* its streams are freed before */

/* A new stream; attach modules to it, then log it in. */
lq_stream *desk_stream(desk *d);
void desk_login(desk *d, lq_stream *stream);

/* Give STREAM bytes, taking events whenever it asks for that; take those that
 * are left; drop what it has to say. */
void desk_receive(desk *d, lq_stream *stream, const char *bytes, size_t len);

/* The same with TAKE for each event. */
void desk_receive_for(desk *d, lq_stream *stream, const char *bytes, size_t len,
                      void (*take)(const lq_event *event, void *argument),
                      void *argument);

/* Drop what STREAM has to say.  How many bytes it was. */
size_t desk_drop_output(desk *d, lq_stream *stream);

#endif
