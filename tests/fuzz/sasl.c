/* sasl.c - one run of one mechanism, the server's messages being the input.
 *
 * The first byte chooses the mechanism, the second who logs in and how; then
 * come messages, a line each.  In one, the byte 1 stands for the nonce that we
 * have sent, and 2 for what a server would say that knows the secret, so that
 * the last step is reached.
 *
 * Who is judge of that server is tests/common, which computes by GnuTLS alone:
 * a mechanism that proves the server too must not be done before it did. */
#include <loquat/base.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/base64.h"
#include "../common/ht.h"
#include "../common/scram.h"
#include "base/array.h"
#include "fuzz.h"
#include "sasl/exchange.h"
#include "sasl/password.h"

#define NONCE   "fyko+d2lbbFgONRv9qkxdawL"
#define CHANNEL "what the connection is bound to"
#define OFFER   "SCRAM-SHA-1\x1eSCRAM-SHA-256\x1ftls-exporter"

enum { OUT_MAX = 64 * 1024, LINE_MAX = 12 * 1024 };

typedef struct run {
    const lq_mechanism *mechanism;
    lq_login who;
    lq_scram_keys *keys;
    lq_exchange *exchange;
    lq_buffer said;
    scram scram;
    ht ht;
    int steps;
} run;

static Gsasl *gsasl;

/* ---- who logs in ---- */

static void choose(run *r, unsigned mechanism, unsigned how)
{
    r->mechanism = &lq_mechanisms[mechanism % (LQ_MECHANISMS - 1)];
    r->who = (lq_login){
        .name = (how & 1) != 0 ? "a,b=c" : "user",
        .account = "user@example.org",
        .domain = "example.org",
        .password = "pencil",
        .token = "s3cr3t",
        .keys = &r->keys,
        .preparation = (how & 2) != 0 ? LQ_PREPARE_SASLPREP : LQ_PREPARE_OPAQUE,
        .iterations = 4096,
        .nonce = NONCE,
        .flag = (how & 4) != 0 ? 'y' : 'n',
        .binding = LQ_BINDING_NONE,
        .tls_version = (how & 16) != 0 ? "0304" : NULL,
        .must_confirm = (how & 32) != 0,
    };
    if ((how & 8) != 0) {
        r->who.offered = OFFER;
        r->who.offered_len = strlen(OFFER);
    }
    if (r->mechanism->plus || r->mechanism->binding != LQ_BINDING_NONE) {
        r->who.flag = 'p';
        r->who.binding =
            r->mechanism->plus ? LQ_BINDING_EXPORTER : r->mechanism->binding;
        r->who.channel = CHANNEL;
        r->who.channel_len = strlen(CHANNEL);
        binding_put(&r->scram.bindings, lq_binding_name(r->who.binding),
                    CHANNEL, strlen(CHANNEL));
        r->ht.bindings = r->scram.bindings;
    }
    r->scram.password = "pencil";
    r->ht.token = "s3cr3t";
}

/* ---- the server that knows the secret ---- */

static bool is(const run *r, int family)
{
    return r->mechanism->family == family;
}

/* It hears what we have said. */
static void judge(run *r)
{
    char *base64 =
        base64_write(lq_buffer_bytes(&r->said), lq_buffer_len(&r->said));

    if (is(r, LQ_SASL_HT)) {
        CLAIM(ht_client(&r->ht, r->mechanism->name, base64) == NULL);
    } else if (is(r, LQ_SASL_SCRAM) && r->steps == 1) {
        CLAIM(scram_client_first(&r->scram, r->mechanism->name, base64) ==
              NULL);
    } else if (is(r, LQ_SASL_SCRAM) && r->steps == 2) {
        CLAIM(scram_client_final(&r->scram, base64) == NULL);
    }
    free(base64);
}

/* What it would say now. */
static void append_right(const run *r, lq_buffer *line)
{
    char first[256];

    if (is(r, LQ_SASL_HT)) {
        size_t len = 0;
        char *answer = base64_read(r->ht.answer, &len);

        lq_buffer_append(line, answer, len);
        free(answer);
    } else if (is(r, LQ_SASL_SCRAM) && r->steps == 1) {
        snprintf(first, sizeof(first), "r=%sxyz,s=QSXCR+Q6sek8bf92,i=4096",
                 NONCE);
        lq_buffer_append(line, first, strlen(first));
    } else if (is(r, LQ_SASL_SCRAM)) {
        lq_buffer_append(line, r->scram.server_final,
                         strlen(r->scram.server_final));
    }
}

/* A mechanism that is mutual is DONE by IN: then it is the right answer. */
static void claim_proved(const run *r, const char *in, size_t len)
{
    if (is(r, LQ_SASL_SCRAM)) {
        const char *v = r->scram.server_final;
        size_t size = strlen(v);

        CLAIM(size > 2 && len >= size && memcmp(in, v, size) == 0);
        CLAIM(len == size || in[size] == ',');
    } else if (is(r, LQ_SASL_HT)) {
        char *base64 = base64_write(in, len);

        CLAIM(strlen(base64) > 0 && strcmp(base64, r->ht.answer) == 0);
        free(base64);
    }
}

/* ---- the talk ---- */

/* The server says LEN bytes; whether we go on. */
static bool step(run *r, const char *in, size_t len)
{
    bool was_done = lq_exchange_is_done(r->exchange);
    int rv;

    lq_buffer_clear(&r->said);
    if (is(r, LQ_SASL_SCRAM) && r->steps == 1) {
        char text[LINE_MAX + 1];

        snprintf(text, sizeof(text), "%.*s", (int)len, in);
        scram_set_server_first(&r->scram, text);
    }
    rv = lq_exchange_step(r->exchange, in, len, &r->said);
    CLAIM(rv == LQ_STEP_DONE || rv == LQ_STEP_MORE || rv == LQ_E_ARGUMENT ||
          rv == LQ_E_NOMEM);
    CLAIM(lq_exchange_is_done(r->exchange) == (rv == LQ_STEP_DONE));
    CLAIM(lq_exchange_problem(r->exchange) != NULL);
    CLAIM(!(was_done && is(r, LQ_SASL_SCRAM) && rv >= 0));
    r->steps++;
    if (rv == LQ_STEP_DONE && r->steps > 1) {
        claim_proved(r, in, len);
    }
    CLAIM(!lq_mechanism_is_mutual(r->mechanism) || rv != LQ_STEP_DONE ||
          r->steps > 1);
    if (rv == LQ_STEP_MORE) {
        judge(r);
    }
    return rv >= 0;
}

/* One line, with what stands for something else in its place. */
static void expand(const run *r, lq_buffer *line, const char *in, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (in[i] == 1) {
            lq_buffer_append(line, NONCE, strlen(NONCE));
        } else if (in[i] == 2) {
            append_right(r, line);
        } else {
            lq_buffer_append(line, &in[i], 1);
        }
    }
}

static void talk(run *r, const char *in, size_t len)
{
    bool more = step(r, NULL, 0);

    for (int i = 0; i < 6 && more && len > 0; i++) {
        const char *end = memchr(in, '\n', len);
        size_t size = end == NULL ? len : (size_t)(end - in);
        size_t line_len;
        lq_buffer line;

        lq_buffer_init(&line, LINE_MAX + 1);
        expand(r, &line, in, size);
        line_len = lq_buffer_len(&line);
        lq_buffer_append(&line, "", 1); /* as sasl.c of lib/stream does */
        more = step(r, lq_buffer_bytes(&line), line_len);
        lq_buffer_wipe(&line);
        size += end == NULL ? 0 : 1;
        in += size;
        len -= size;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned mechanism = fuzz_byte(&data, &size);
    unsigned how = fuzz_byte(&data, &size);
    static run r;
    int rv;

    random_seed(1);
    r = (run){ .steps = 0 };
    choose(&r, mechanism, how);
    lq_buffer_init(&r.said, OUT_MAX);
    rv = lq_exchange_new(&gsasl, r.mechanism, &r.who, &r.exchange);
    CLAIM(rv == LQ_OK || rv == LQ_E_STATE);
    if (rv == LQ_OK) {
        talk(&r, (const char *)data, size);
    }
    lq_exchange_free(r.exchange);
    lq_scram_keys_free(r.keys);
    lq_buffer_wipe(&r.said);
    gsasl_done(gsasl);
    gsasl = NULL;
    return 0;
}
