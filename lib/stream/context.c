/* context.c - see loquat/context.h and context.h.
 *
 * Everything costly is made when it is first needed, so that a context for one
 * stream on a protected transport is small. */
#include "stream/context.h"

#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "stream/stream.h"

lq_context *lq_context_new(void)
{
    lq_context *context = lq_calloc(1, sizeof(*context));

    if (context == NULL) {
        return NULL;
    }
    context->refs = 1;
    lq_list_init(&context->ready);
    context->wallclock = LQ_NEVER;
    lq_heap_init(&context->alarms);
    context->pool = lq_arena_pool();
    if (context->pool == NULL ||
        lq_random_fill(&context->hash_key, sizeof(context->hash_key)) < 0) {
        lq_context_free(context);
        return NULL;
    }
    return context;
}

lq_context *lq_context_ref(lq_context *context)
{
    context->refs++;
    return context;
}

void lq_context_free(lq_context *context)
{
    if (context == NULL || --context->refs > 0) {
        return;
    }
    for (int i = 0; i < LQ_SPARES; i++) {
        if (context->builders[i] != NULL) {
            lq_builder_destroy(context->builders[i]);
        }
    }
    lq_heap_clear(&context->alarms);
    lq_parser_free(context->parser);
    lq_pool_unref(context->pool);
    lq_pool_unref(context->tickets);
    lq_free(context->scratch);
    if (context->priority != NULL) {
        gnutls_priority_deinit(context->priority);
    }
    lq_trust_unref(context->system);
    if (context->gsasl != NULL) {
        gsasl_done(context->gsasl);
    }
    lq_wipe(context, sizeof(*context));
    lq_free(context);
}

/* ---- which stream changed ---- */

void lq_context_mark(lq_context *context, lq_stream *stream)
{
    if (stream->ready.list == NULL) {
        lq_list_append(&context->ready, &stream->ready);
    }
}

lq_stream *lq_context_ready(lq_context *context)
{
    lq_link *first = context->ready.first;

    if (first == NULL) {
        return NULL;
    }
    lq_link_remove(first);
    return LQ_OUTER(first, lq_stream, ready);
}

int lq_context_enroll(lq_context *context)
{
    return lq_heap_reserve(&context->alarms, ++context->streams);
}

void lq_context_forget(lq_context *context, lq_stream *stream)
{
    context->streams--;
    if (stream->alarm.place != 0) {
        lq_heap_set(&context->alarms, &stream->alarm, LQ_NEVER);
    }
    lq_link_remove(&stream->ready);
}

/* ---- time ---- */

lq_time lq_context_deadline(const lq_context *context)
{
    const lq_heap_item *first = lq_heap_first(&context->alarms);

    return first == NULL ? LQ_NEVER : first->when;
}

lq_stream *lq_context_due(lq_context *context, lq_time now)
{
    lq_heap_item *first = lq_heap_first(&context->alarms);

    if (first == NULL || first->when > now) {
        return NULL;
    }
    return LQ_OUTER(first, lq_stream, alarm);
}

void lq_context_set_wallclock(lq_context *context, int64_t unix_ms, lq_time now)
{
    context->wallclock = unix_ms;
    context->wallclock_at = now;
}

int64_t lq_context_unix_ms(const lq_context *context, lq_time now)
{
    if (context->wallclock == LQ_NEVER) {
        return LQ_NEVER;
    }
    return context->wallclock + (now - context->wallclock_at);
}

/* ---- what is shared ---- */

lq_pool *lq_context_tickets(lq_context *context)
{
    if (context->tickets == NULL) {
        context->tickets = lq_pool_new(sizeof(lq_ticket), LQ_TICKETS);
    }
    return context->tickets;
}

lq_parser *lq_context_parser(lq_context *context)
{
    if (context->parser == NULL) {
        context->parser = lq_parser_new(LQ_NS_CLIENT, context->pool);
    }
    return context->parser;
}

char *lq_context_scratch(lq_context *context)
{
    if (context->scratch == NULL) {
        context->scratch = lq_malloc(LQ_SCRATCH_SIZE);
    }
    return context->scratch;
}

/* Three bytes in base64url. */
static inline void wire_digits(char out[4], const unsigned char bytes[3])
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "abcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned word =
        (unsigned)bytes[0] << 16 | (unsigned)bytes[1] << 8 | (unsigned)bytes[2];

    out[0] = alphabet[word >> 18];
    out[1] = alphabet[word >> 12 & 63];
    out[2] = alphabet[word >> 6 & 63];
    out[3] = alphabet[word & 63];
}

/* Random bytes are fetched for many ids at a time. */
int lq_context_wire_id(lq_context *context, char id[LQ_WIRE_ID_SIZE])
{
    enum { BYTES = 16 };
    const unsigned char *r;
    unsigned char last[3] = { 0 };
    char digits[4];

    if (context->random_count < BYTES) {
        if (lq_random_fill(context->randoms, sizeof(context->randoms)) < 0) {
            return LQ_E_NOMEM;
        }
        context->random_count = sizeof(context->randoms);
    }
    context->random_count -= BYTES;
    r = context->randoms + context->random_count;
    for (size_t i = 0; i < BYTES / 3; i++) {
        wire_digits(id + 4 * i, r + 3 * i);
    }
    last[0] = r[BYTES - 1];
    wire_digits(digits, last);
    memcpy(id + LQ_WIRE_ID_SIZE - 3, digits, 2);
    id[LQ_WIRE_ID_SIZE - 1] = '\0';
    return LQ_OK;
}
