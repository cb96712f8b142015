/* builder.c - see loquat/builder.h and builder.h. */
#include "stream/builder.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "stream/stream.h"
#include "stream/ticket.h"

enum { SPARE_MAX = 4096 }; /* bytes of buffer worth keeping */

lq_builder *lq_builder_new(lq_context *context)
{
    lq_builder *b = NULL;

    for (int i = 0; i < LQ_SPARES && b == NULL; i++) {
        b = context->builders[i];
        context->builders[i] = NULL;
    }
    if (b == NULL) {
        b = lq_calloc(1, sizeof(*b));
        if (b == NULL) {
            return NULL;
        }
        lq_buffer_init(&b->buffer, LQ_BUILDER_MAX);
    }
    b->context = lq_context_ref(context);
    b->error = LQ_OK;
    b->kind = LQ_NONZA;
    b->type = LQ_ANY;
    b->directed = false;
    lq_writer_init(&b->writer, &b->buffer, LQ_NS_CLIENT);
    return b;
}

void lq_builder_destroy(lq_builder *b)
{
    lq_buffer_clear(&b->buffer);
    lq_free(b);
}

/* Back to the context, if there is a place, with what is worth keeping. */
void lq_builder_free(lq_builder *b)
{
    lq_context *context;
    int i = 0;

    if (b == NULL) {
        return;
    }
    context = b->context;
    lq_ticket_free(b->ticket);
    lq_stanza_unref(b->answers);
    b->ticket = NULL;
    b->answers = NULL;
    b->question = 0;
    lq_buffer_truncate(&b->buffer, 0);
    while (i < LQ_SPARES && context->builders[i] != NULL) {
        i++;
    }
    if (i < LQ_SPARES && b->buffer.size <= SPARE_MAX) {
        context->builders[i] = b;
    } else {
        lq_builder_destroy(b);
    }
    lq_context_free(context);
}

static const char *const kind_names[] = { NULL, "message", "presence", "iq" };

static void builder_root(lq_builder *b, int kind, int type)
{
    b->kind = kind;
    b->type = type;
    lq_write_open(&b->writer, kind_names[kind], LQ_NS_CLIENT);
}

static void builder_address(lq_builder *b, const char *to)
{
    const char *type = lq_stanza_type_name(b->type);

    b->directed = to != NULL;
    lq_build_attr(b, "to", to);
    if (type != NULL) {
        lq_write_attr_plain(&b->writer, "type", type);
    }
}

/* A stanza whose fate matters: it has a ticket. */
static lq_builder *builder_open(lq_stream *stream, int kind, int type,
                                int first, int last, const char *to)
{
    const char *asked = kind == LQ_IQ && to != NULL && *to != '\0' ? to : NULL;
    lq_builder *b = lq_builder_new(stream->context);

    if (b == NULL) {
        return NULL;
    }
    b->ticket = lq_ticket_new(stream->context, asked);
    if (b->ticket == NULL) {
        lq_builder_free(b);
        return NULL;
    }
    if (type != LQ_ANY && type != LQ_ERROR && (type < first || type > last)) {
        b->error = LQ_E_ARGUMENT;
    }
    builder_root(b, kind, type);
    lq_write_attr_plain(&b->writer, "id", b->ticket->wire);
    builder_address(b, to);
    return b;
}

lq_builder *lq_build_message(lq_stream *stream, int type, const char *to)
{
    return builder_open(stream, LQ_MESSAGE, type, LQ_NORMAL, LQ_HEADLINE, to);
}

lq_builder *lq_build_presence(lq_stream *stream, int type, const char *to)
{
    return builder_open(stream, LQ_PRESENCE, type, LQ_AVAILABLE, LQ_PROBE, to);
}

/* Results and errors answer an IQ: lq_build_answer(), lq_build_result(). */
lq_builder *lq_build_iq(lq_stream *stream, int type, const char *to)
{
    lq_builder *b = builder_open(stream, LQ_IQ, type, LQ_GET, LQ_SET, to);

    if (b != NULL && type != LQ_GET && type != LQ_SET) {
        b->error = LQ_E_ARGUMENT;
    }
    return b;
}

static lq_builder *builder_reply(lq_context *context, const lq_stanza *iq,
                                 int type)
{
    lq_builder *b = lq_builder_new(context);

    if (b != NULL) {
        b->answers = lq_stanza_ref(iq);
        builder_root(b, LQ_IQ, type);
        lq_build_attr(b, "id", lq_stanza_id(iq));
        builder_address(b, lq_stanza_from(iq));
    }
    return b;
}

lq_builder *lq_builder_new_result(lq_context *context, const lq_stanza *iq)
{
    return builder_reply(context, iq, LQ_RESULT);
}

lq_builder *lq_builder_new_error(lq_context *context, const lq_stanza *iq,
                                 int condition, const char *text)
{
    lq_builder *b = builder_reply(context, iq, LQ_ERROR);

    if (b != NULL) {
        lq_build_open(b, "error", NULL);
        lq_build_attr(b, "type", lq_stanza_error_type(condition));
        lq_build_child(b, lq_stanza_error_name(condition), LQ_NS_STANZAS, "");
        lq_build_child(b, "text", LQ_NS_STANZAS, text);
        lq_build_close(b);
    }
    return b;
}

int lq_builder_finish(lq_builder *b)
{
    int rv;

    lq_write_close(&b->writer);
    rv = lq_writer_end(&b->writer);
    return b->error < 0 ? b->error : rv;
}

/* ---- what stands between ---- */

void lq_build_open(lq_builder *b, const char *name, const char *xmlns)
{
    if (b != NULL) {
        lq_write_open(&b->writer, name, xmlns);
    }
}

/* The root is closed by who sends it. */
void lq_build_close(lq_builder *b)
{
    if (b == NULL) {
        return;
    }
    if (b->writer.depth <= 1) {
        if (lq_builder_error(b) == LQ_OK) { /* else nothing was opened */
            b->error = LQ_E_ARGUMENT;
        }
        return;
    }
    lq_write_close(&b->writer);
}

void lq_build_attr(lq_builder *b, const char *name, const char *value)
{
    if (b != NULL && value != NULL) {
        lq_write_attr(&b->writer, name, value);
    }
}

void lq_build_attr_ns(lq_builder *b, const char *name, const char *xmlns,
                      const char *value)
{
    if (b != NULL && value != NULL) {
        lq_write_attr_ns(&b->writer, name, xmlns, value);
    }
}

void lq_build_attr_int(lq_builder *b, const char *name, int64_t value)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, value);
    lq_build_attr(b, name, text);
}

void lq_build_text(lq_builder *b, const char *text)
{
    if (text != NULL) {
        lq_build_text_len(b, text, strlen(text));
    }
}

void lq_build_text_len(lq_builder *b, const char *text, size_t len)
{
    if (b != NULL) {
        lq_write_text(&b->writer, text, len);
    }
}

void lq_build_child(lq_builder *b, const char *name, const char *xmlns,
                    const char *text)
{
    if (text != NULL) {
        lq_build_open(b, name, xmlns);
        lq_build_text(b, text);
        lq_build_close(b);
    }
}

void lq_build_copy(lq_builder *b, const lq_element *element)
{
    if (b != NULL && element != NULL) {
        lq_write_copy(&b->writer, element);
    }
}

int lq_builder_error(const lq_builder *b)
{
    if (b == NULL) {
        return LQ_E_NOMEM;
    }
    return b->error < 0 ? b->error : b->writer.error;
}

const char *lq_builder_id(const lq_builder *b)
{
    if (b == NULL) {
        return NULL;
    }
    return b->ticket != NULL ? b->ticket->wire : lq_stanza_id(b->answers);
}
