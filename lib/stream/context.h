/* context.h - what the streams of one thread share; see loquat/context.h. */
#ifndef LQ_CONTEXT_H
#define LQ_CONTEXT_H

#include <gnutls/gnutls.h>
#include <gsasl.h>
#include <loquat/context.h>

#include "base/arena.h"
#include "base/heap.h"
#include "base/list.h"
#include "base/table.h"
#include "stream/builder.h"
#include "xml/parser.h"

enum {
    LQ_SCRATCH_SIZE = 16 * 1024 + 1024, /* a TLS record and what surrounds it */
    LQ_SPARES = 4,
    LQ_TICKETS = 128, /* spare ones */
};

struct lq_context {
    size_t streams;
    int refs;          /* the program's and each stream's */
    lq_list ready;     /* lq_stream.ready */
    lq_heap alarms;    /* lq_stream.alarm */
    lq_pool *pool;     /* of arenas and buffers */
    lq_pool *tickets;  /* NULL before the first */
    lq_parser *parser; /* for streams with the usual header */
    lq_hash_key hash_key;
    char *scratch;  /* decrypted bytes, LQ_SCRATCH_SIZE */
    const char *in; /* encrypted ones that are being received */
    size_t in_len;
    gnutls_priority_t priority;
    struct lq_trust *trusts; /* of the streams */
    struct lq_trust *system; /* one of them, once needed; a reference */
    Gsasl *gsasl;
    lq_builder *builders[LQ_SPARES]; /* idle, with their buffers */
    unsigned char randoms[1024];     /* used from the end */
    size_t random_count;
    int64_t wallclock; /* LQ_NEVER: not known */
    lq_time wallclock_at;
};

lq_context *lq_context_ref(lq_context *context);

/* A stream is new: make sure that there is a place for its deadline.  LQ_OK or
 * LQ_E_NOMEM; lq_context_forget() is due in both cases. */
int lq_context_enroll(lq_context *context);

/* Return STREAM from lq_context_ready() once more. */
void lq_context_mark(lq_context *context, lq_stream *stream);
void lq_context_forget(lq_context *context, lq_stream *stream);

/* 22 characters of base64url and a NUL out of 128 random bits. */
enum { LQ_WIRE_ID_SIZE = 23 };
int lq_context_wire_id(lq_context *context, char id[LQ_WIRE_ID_SIZE]);

/* Made when first needed; NULL when memory runs out. */
lq_pool *lq_context_tickets(lq_context *context);
lq_parser *lq_context_parser(lq_context *context);
char *lq_context_scratch(lq_context *context);

int64_t lq_context_unix_ms(const lq_context *context, lq_time now);

#endif
