/* trace.c - TRACE events: traffic for the eyes of a person.
 *
 * Whatever stands inside SASL elements could be a password, or as good as one,
 * and is replaced.  A trace that does not fit into memory is left out. */
#include <string.h>

#include "base/memory.h"
#include "stream/stream.h"

typedef struct trace {
    lq_note note;
    bool sent;
    char text[];
} trace;

static void trace_release(lq_note *note)
{
    lq_free(LQ_OUTER(note, trace, note));
}

static const char *const secrets[] = { "auth",    "response", "challenge",
                                       "success", "continue", "task-data" };

/* Whether the name in the tag at BYTES, whatever its prefix, begins so. */
static bool tag_begins(const char *bytes, size_t len, const char *name)
{
    size_t start = 1, end = 1;

    for (; end < len && strchr(" \t\r\n/>", bytes[end]) == NULL; end++) {
        start = bytes[end] == ':' ? end + 1 : start;
    }
    return end - start >= strlen(name) &&
           memcmp(bytes + start, name, strlen(name)) == 0;
}

/* Where the part to be masked begins; the length if there is none. */
static size_t trace_secret(const lq_stream *stream, const char *bytes,
                           size_t len)
{
    if (stream->negotiation.through) {
        return len;
    }
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        if (len > 1 && tag_begins(bytes, len, secrets[i])) {
            const char *end = memchr(bytes, '>', len);

            /* an attribute may hold a '>', too: what is empty ends so */
            return end == NULL || bytes[len - 2] == '/'
                       ? len
                       : (size_t)(end - bytes) + 1;
        }
    }
    return len;
}

void lq_stream_trace_bytes(lq_stream *stream, bool sent, const char *bytes,
                           size_t len)
{
    static const char mask[] = "***";
    size_t secret, tail;
    trace *t;

    if (!stream->tracing) {
        return;
    }
    secret = trace_secret(stream, bytes, len);
    tail = len;
    while (tail > secret && bytes[tail - 1] != '<') {
        tail--;
    }
    tail = tail > secret ? tail - 1 : len;
    t = lq_calloc(1, sizeof(*t) + len + sizeof(mask));
    if (t == NULL) {
        return;
    }
    memcpy(t->text, bytes, secret);
    if (secret < len) {
        memcpy(t->text + secret, mask, strlen(mask));
        memcpy(t->text + secret + strlen(mask), bytes + tail, len - tail);
    }
    t->sent = sent;
    t->note.release = trace_release;
    t->note.event = (lq_event){ .type = LQ_EVENT_TRACE, .detail = t };
    lq_stream_note(stream, &t->note);
}

void lq_stream_trace(lq_stream *stream, bool on) { stream->tracing = on; }

const char *lq_event_trace(const lq_event *event, bool *sent)
{
    const trace *t = event->type == LQ_EVENT_TRACE ? event->detail : NULL;

    if (t != NULL && sent != NULL) {
        *sent = t->sent;
    }
    return t == NULL ? NULL : t->text;
}
