/* store.c - see store.h. */
#define _POSIX_C_SOURCE 200809L

#include "store.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <loquat/loquat.h>

typedef struct frame {
    uint64_t sum; /* of all that follows */
    uint64_t which, blob, entries;
    int64_t sent, undelivered;
} frame;

static void *grown(void *old, size_t len)
{
    void *bytes = realloc(old, len + 1);

    if (bytes == NULL) {
        abort();
    }
    return bytes;
}

/* FNV-1a. */
static uint64_t sum_of(const char *bytes, size_t len)
{
    uint64_t sum = 14695981039346656037u;

    for (size_t i = 0; i < len; i++) {
        sum = (sum ^ (unsigned char)bytes[i]) * 1099511628211u;
    }
    return sum;
}

static void blob_add(store_blob *blob, const char *bytes, size_t len)
{
    blob->bytes = grown(blob->bytes, blob->len + len);
    memcpy(blob->bytes + blob->len, bytes, len);
    blob->len += len;
}

static void keep_blob(store *s, uint64_t which, const char *bytes, size_t len)
{
    store_blob *blob = which == LQ_SAVED_ACCOUNT ? &s->account : &s->session;

    if (which != LQ_SAVED_RECORDS) {
        blob->len = 0;
    }
    blob_add(blob, bytes, len);
}

static void entry_add(store *s, int64_t serial, int64_t number)
{
    s->entries = grown(s->entries, (s->count + 1) * sizeof(*s->entries));
    s->entries[s->count++] = (store_entry){ serial, number };
}

/* The length of the frame at the beginning of BYTES; 0 if it is not whole. */
static size_t frame_length(const char *bytes, size_t len, frame *f)
{
    size_t rest = len - sizeof(*f), whole;

    if (len < sizeof(*f)) {
        return 0;
    }
    memcpy(f, bytes, sizeof(*f));
    if (f->blob > rest || f->entries > rest / sizeof(store_entry) ||
        f->entries * sizeof(store_entry) > rest - f->blob) {
        return 0;
    }
    whole = sizeof(*f) + f->blob + f->entries * sizeof(store_entry);
    return f->sum == sum_of(bytes + sizeof(f->sum), whole - sizeof(f->sum))
               ? whole
               : 0;
}

static void read_frame(store *s, const frame *f, const char *bytes)
{
    keep_blob(s, f->which, bytes, f->blob);
    bytes += f->blob;
    for (uint64_t i = 0; i < f->entries; i++) {
        store_entry entry;

        memcpy(&entry, bytes + i * sizeof(entry), sizeof(entry));
        entry_add(s, entry.serial, entry.number);
    }
    s->sent = s->kept = f->sent;
    s->undelivered = f->undelivered;
    s->frames++;
}

static bool read_all(store *s, store_blob *file)
{
    char piece[65536];
    ssize_t n;

    while ((n = read(s->fd, piece, sizeof(piece))) > 0) {
        blob_add(file, piece, (size_t)n);
    }
    return n == 0;
}

bool store_open(store *s, const char *path)
{
    store_blob file = { NULL, 0 };
    size_t at = 0, len;
    frame f;

    *s = (store){ .fd = open(path, O_RDWR | O_CREAT | O_APPEND, 0600) };
    if (s->fd < 0 || !read_all(s, &file)) {
        free(file.bytes);
        return false;
    }
    while ((len = frame_length(file.bytes + at, file.len - at, &f)) > 0) {
        read_frame(s, &f, file.bytes + at + sizeof(f));
        at += len;
    }
    s->torn = file.len - at;
    free(file.bytes);
    return s->torn == 0 || ftruncate(s->fd, (off_t)at) == 0;
}

void store_close(store *s)
{
    close(s->fd);
    free(s->account.bytes);
    free(s->session.bytes);
    free(s->entries);
}

static bool frame_write(const store *s, frame *f, const void *blob,
                        const store_entry *entries)
{
    store_blob out = { NULL, 0 };
    bool done;

    f->sent = s->kept;
    f->undelivered = s->undelivered;
    blob_add(&out, (const char *)f, sizeof(*f));
    if (f->blob > 0) {
        blob_add(&out, blob, f->blob);
    }
    if (f->entries > 0) {
        blob_add(&out, (const char *)entries, f->entries * sizeof(*entries));
    }
    f->sum = sum_of(out.bytes + sizeof(f->sum), out.len - sizeof(f->sum));
    memcpy(out.bytes, &f->sum, sizeof(f->sum));
    done = write(s->fd, out.bytes, out.len) == (ssize_t)out.len;
    free(out.bytes);
    return done;
}

bool store_note(store *s, int64_t serial, int64_t number)
{
    frame f = { .which = LQ_SAVED_RECORDS, .entries = 1 };

    entry_add(s, serial, number);
    return frame_write(s, &f, NULL, &s->entries[s->count - 1]);
}

bool store_put(store *s, int which, const void *bytes, size_t len)
{
    frame f = { .which = (uint64_t)which, .blob = len };

    if (which != LQ_SAVED_ACCOUNT) {
        s->kept = s->sent;
    }
    return frame_write(s, &f, bytes, NULL);
}
