/* saying.c - see saying.h. */
#include "stream/saying.h"

#include <string.h>

#include "base/text.h"
#include "stream/stream.h"

enum { SAYING_MAX = 64 * 1024 };

void lq_saying_begin(lq_saying *saying, const char *name, const char *xmlns)
{
    saying->error = LQ_OK;
    lq_buffer_init(&saying->out, SAYING_MAX);
    lq_writer_init(&saying->writer, &saying->out, LQ_NS_CLIENT);
    lq_write_open(&saying->writer, name, xmlns);
}

void lq_saying_base64(lq_saying *saying, const void *bytes, size_t len)
{
    lq_buffer text;
    int rv;

    lq_buffer_init(&text, SAYING_MAX);
    rv = lq_base64_encode(&text, bytes, len);
    lq_write_text(&saying->writer, lq_buffer_bytes(&text),
                  lq_buffer_len(&text));
    lq_buffer_wipe(&text);
    saying->error = saying->error < 0 ? saying->error : rv;
}

void lq_saying_child(lq_saying *saying, const char *name, const char *xmlns,
                     const char *text)
{
    lq_write_open(&saying->writer, name, xmlns);
    lq_write_text(&saying->writer, text, strlen(text));
    lq_write_close(&saying->writer);
}

int lq_saying_end(lq_saying *saying, lq_stream *stream)
{
    int rv;

    lq_write_close(&saying->writer);
    rv = lq_writer_end(&saying->writer);
    rv = saying->error < 0 ? saying->error : rv;
    if (rv == LQ_OK) {
        rv = lq_stream_write_element(stream, lq_buffer_bytes(&saying->out),
                                     lq_buffer_len(&saying->out));
        stream->outbox.secret = true;
    }
    lq_buffer_wipe(&saying->out);
    return rv;
}
