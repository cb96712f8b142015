/* saved.c - what was kept can be anything: it is refused, or learnt from; and
 * what is then to be kept is as good, and stays as it is.
 *
 * The first byte tells whether the rest is taken as it is, or is the records,
 * behind those that say whose they are and under a digest that is right. */
#include <gnutls/crypto.h>
#include <loquat/loquat.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define ACCOUNT "romeo@example.net"

enum { DIGEST = 32 };

typedef struct blob {
    unsigned char *bytes;
    size_t len;
} blob;

static blob blob_of(const void *bytes, size_t len)
{
    blob b = { malloc(len + 1), len };

    if (len > 0) {
        memcpy(b.bytes, bytes, len);
    }
    return b;
}

/* The first bytes of WHOLE, which has the account's record, RECORDS, and the
 * digest. */
static blob sealed(const blob *whole, const uint8_t *records, size_t len)
{
    blob b = { malloc(whole->len + len), whole->len - DIGEST };

    memcpy(b.bytes, whole->bytes, b.len);
    if (len > 0) {
        memcpy(b.bytes + b.len, records, len);
    }
    b.len += len;
    gnutls_hash_fast(GNUTLS_DIG_SHA256, b.bytes, b.len, b.bytes + b.len);
    b.len += DIGEST;
    return b;
}

/* What a stream makes of FROM; .bytes is NULL if it was refused. */
static blob learn(const blob *from)
{
    lq_context *context = lq_context_new();
    lq_config *config = lq_config_new(ACCOUNT);
    lq_stream *stream;
    blob made = { NULL, 0 };
    size_t len = 0;
    const void *bytes;
    int rv;

    lq_context_set_wallclock(context, INT64_C(1800000000000), 1);
    lq_config_set_password(config, "Wherefore");
    lq_config_set_early(config, true);
    rv = lq_config_set_saved(config, LQ_SAVED_ACCOUNT, from->bytes, from->len);
    CLAIM(rv == LQ_OK || rv == LQ_E_ARGUMENT);
    if (rv == LQ_OK) {
        stream = lq_stream_new(context, config);
        CLAIM(stream != NULL);
        CLAIM(lq_stream_start(stream, 1) == LQ_OK);
        bytes = lq_stream_save(stream, LQ_SAVED_ACCOUNT, &len);
        CLAIM(bytes != NULL && len > DIGEST);
        made = blob_of(bytes, len);
        lq_stream_connected(stream, 2, LQ_TRANSPORT_SECURE);
        lq_stream_output(stream, &len);
        CLAIM(lq_stream_state(stream) == LQ_STATE_NEGOTIATING);
        lq_stream_free(stream);
    }
    lq_config_free(config);
    lq_context_free(context);
    return made;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const blob none = { NULL, 0 };
    unsigned choice = fuzz_byte(&data, &size);
    blob first, from, made, again;

    random_seed(1);
    first = learn(&none);
    CLAIM(first.bytes != NULL);
    from = choice % 2 == 0 ? sealed(&first, data, size) : blob_of(data, size);
    made = learn(&from);
    if (made.bytes != NULL) {
        again = learn(&made);
        CLAIM(again.bytes != NULL);
        CLAIM(again.len == made.len);
        CLAIM(memcmp(again.bytes, made.bytes, made.len) == 0);
        free(again.bytes);
    }
    free(made.bytes);
    free(from.bytes);
    free(first.bytes);
    return 0;
}
