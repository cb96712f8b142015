/* store.h - what a program keeps that may be killed at any moment.
 *
 * A file that only grows, of frames with sums.  A frame holds what the stream
 * gave to be saved and what the program has sent by then, and is written by one
 * write(): a kill leaves both or neither.  A message that came has a frame of
 * its own.  A frame that was
 * torn is cut off when the file is opened again. */
#ifndef TESTS_KILLS_STORE_H
#define TESTS_KILLS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A message that was received. */
typedef struct store_entry {
    int64_t serial;
    int64_t number;
} store_entry;

typedef struct store_blob {
    char *bytes;
    size_t len;
} store_blob;

typedef struct store {
    int fd;
    store_blob account, session; /* as lq_config_set_saved() takes them */
    int64_t sent;                /* number of the last message that was sent */
    int64_t kept;                /* ... as the stream has saved it */
    int64_t undelivered;         /* messages that were not ACKED */
    store_entry *entries;
    size_t count;
    size_t frames, torn; /* frames that were read; bytes cut off */
} store;

/* Read the file PATH, which need not be there, and go on writing it. */
bool store_open(store *s, const char *path);
void store_close(store *s);

/* Write down a message. */
bool store_note(store *s, int64_t serial, int64_t number);

/* Write what the stream gave of WHICH, LQ_SAVED_*, and .sent. */
bool store_put(store *s, int which, const void *bytes, size_t len);

#endif
