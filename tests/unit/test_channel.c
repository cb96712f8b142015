/* test_channel.c - what ties a login to its connection: both ends must have the
 * same, and nobody in the middle. */
#include <gnutls/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "peer.h"
#include "stream/stream.h"
#include "suite.h"
#include "tlspeer.h"

#define WITHOUT_EMS TLSPEER_1_2 ":%NO_SESSION_HASH"

enum {
    EXPORTER = 1 << LQ_BINDING_EXPORTER,
    UNIQUE = 1 << LQ_BINDING_UNIQUE,
    END_POINT = 1 << LQ_BINDING_END_POINT,
};

static peer *p;
static tlspeer tls;

/* ---- helpers ---- */

static void begin(int chunk_index)
{
    lq_config *config = lq_config_new(PEER_JID);

    lq_config_set_password(config, PEER_PASSWORD);
    lq_config_add_ca(config, tlspeer_ca(), strlen(tlspeer_ca()));
    lq_config_set_ask_trust(config, true);
    p = peer_new(config, chunk_index);
    lq_config_free(config);
    lq_context_set_wallclock(p->context, (int64_t)time(NULL) * 1000, p->now);
}

/* As far as the server's handshake with C; the person trusts anybody. */
static void connect_to(const certificate *c, const char *priority)
{
    const lq_event *event;

    peer_connect(p, LQ_TRANSPORT_TLS);
    tlspeer_begin_as(&tls, p, c, priority);
    tlspeer_take_tickets(&tls);
    free(peer_take(p));
    event = lq_stream_event(p->stream);
    if (event != NULL && lq_event_question(event) != 0) {
        lq_stream_trust(p->stream, p->now, event->id, true);
        free(peer_take(p));
    }
    ck_assert(tls.established);
}

static void lose(void)
{
    peer_lose(p);
    tlspeer_end(&tls);
    while (lq_stream_event(p->stream) != NULL) {
    }
}

static void end(void)
{
    tlspeer_end(&tls);
    peer_close(p);
}

static const lq_tls *ours(void) { return p->stream->outbox.tls; }

static void expect_binding(int type, const void *bytes, size_t len)
{
    lq_buffer out;

    lq_buffer_init(&out, 1024);
    ck_assert_int_eq(lq_tls_binding(ours(), type, &out), LQ_OK);
    ck_assert_uint_eq(lq_buffer_len(&out), len);
    ck_assert_mem_eq(lq_buffer_bytes(&out), bytes, len);
    lq_buffer_clear(&out);
}

static void expect_no_binding(int type)
{
    lq_buffer out;

    lq_buffer_init(&out, 1024);
    ck_assert_int_eq(lq_tls_binding(ours(), type, &out), LQ_E_STATE);
    ck_assert_uint_eq(lq_buffer_len(&out), 0);
    lq_buffer_clear(&out);
}

/* What the server has, which GnuTLS computed at its end. */
static void expect_same(int type)
{
    static const gnutls_channel_binding_t theirs[] = {
        [LQ_BINDING_EXPORTER] = GNUTLS_CB_TLS_EXPORTER,
        [LQ_BINDING_UNIQUE] = GNUTLS_CB_TLS_UNIQUE,
    };
    gnutls_datum_t binding;

    certificate_fine(
        gnutls_session_channel_binding(tls.session, theirs[type], &binding));
    expect_binding(type, binding.data, binding.size);
    gnutls_free(binding.data);
}

static void expect_end_point(const certificate *c,
                             gnutls_digest_algorithm_t hash)
{
    gnutls_datum_t der = certificate_der(c);
    unsigned char digest[64];

    certificate_fine(gnutls_hash_fast(hash, der.data, der.size, digest));
    expect_binding(LQ_BINDING_END_POINT, digest, gnutls_hash_get_len(hash));
    gnutls_free(der.data);
}

/* SET of them, of which the last is that of the usual certificate. */
static void expect_bindings(unsigned set)
{
    ck_assert_uint_eq(lq_tls_bindings(ours()), set);
    for (int type = 0; type < LQ_BINDINGS; type++) {
        if (!lq_bindings_have((lq_bindings)set, type)) {
            expect_no_binding(type);
        } else if (type != LQ_BINDING_END_POINT) {
            expect_same(type);
        }
    }
    expect_no_binding(LQ_BINDING_NONE);
}

typedef struct way {
    const char *priority;
    int version;
    unsigned set;
} way;

static const way ways[] = {
    { TLSPEER_1_3, 0x0304, EXPORTER | END_POINT },
    { TLSPEER_1_2, 0x0303, EXPORTER | UNIQUE | END_POINT },
    { WITHOUT_EMS, 0x0303, END_POINT }, /* triple handshake */
};

/* ---- tests ---- */

START_TEST(both_ends_have_the_same)
{
    const certificate *good = tlspeer_certificate(TLSPEER_GOOD);

    for (size_t i = 0; i < LQ_COUNT(ways); i++) {
        begin(_i);
        for (int round = 0; round < 2; round++) { /* new, resumed */
            connect_to(good, ways[i].priority);
            ck_assert_int_eq(lq_tls_version(ours()), ways[i].version);
            ck_assert(lq_tls_is_resumed(ours()) == (round > 0));
            ck_assert(lq_tls_is_resumed(ours()) == tlspeer_is_resumed(&tls));
            expect_bindings(ways[i].set);
            expect_end_point(good, GNUTLS_DIG_SHA256);
            lose();
        }
        end();
    }
}
END_TEST

START_TEST(bindings_of_two_connections_differ)
{
    for (size_t i = 0; i + 1 < LQ_COUNT(ways); i++) {
        lq_buffer out[2];

        begin(_i);
        for (int round = 0; round < 2; round++) {
            lq_buffer_init(&out[round], 1024);
            connect_to(tlspeer_certificate(TLSPEER_GOOD), ways[i].priority);
            lq_tls_binding(ours(), LQ_BINDING_EXPORTER, &out[round]);
            lose();
        }
        ck_assert_uint_eq(lq_buffer_len(&out[0]), 32);
        ck_assert_mem_ne(lq_buffer_bytes(&out[0]), lq_buffer_bytes(&out[1]),
                         32);
        lq_buffer_clear(&out[0]);
        lq_buffer_clear(&out[1]);
        end();
    }
}
END_TEST

static const struct {
    gnutls_pk_algorithm_t algorithm;
    gnutls_digest_algorithm_t sign, hash; /* UNKNOWN: no binding */
} hashes[] = {
    { GNUTLS_PK_ECDSA, GNUTLS_DIG_SHA256, GNUTLS_DIG_SHA256 },
    { GNUTLS_PK_ECDSA, GNUTLS_DIG_SHA384, GNUTLS_DIG_SHA384 },
    { GNUTLS_PK_ECDSA, GNUTLS_DIG_SHA512, GNUTLS_DIG_SHA512 },
    { GNUTLS_PK_ECDSA, GNUTLS_DIG_SHA1, GNUTLS_DIG_SHA256 },
    { GNUTLS_PK_RSA, GNUTLS_DIG_SHA1, GNUTLS_DIG_SHA256 },
    { GNUTLS_PK_RSA, GNUTLS_DIG_MD5, GNUTLS_DIG_SHA256 },
    { GNUTLS_PK_RSA, GNUTLS_DIG_SHA224, GNUTLS_DIG_SHA224 },
    { GNUTLS_PK_RSA_PSS, GNUTLS_DIG_SHA384, GNUTLS_DIG_SHA384 },
    { GNUTLS_PK_EDDSA_ED25519, GNUTLS_DIG_SHA512, GNUTLS_DIG_UNKNOWN },
    { GNUTLS_PK_EDDSA_ED448, GNUTLS_DIG_SHAKE_256, GNUTLS_DIG_UNKNOWN },
};

START_TEST(certificate_is_hashed_as_it_was_signed)
{
    static const san names[] = { { SAN_DNS, "example.net", 0 }, { 0 } };

    for (size_t i = 0; i < LQ_COUNT(hashes); i++) {
        certificate c;

        certificate_make(&c,
                         &(recipe){ .names = names,
                                    .algorithm = hashes[i].algorithm,
                                    .hash = hashes[i].sign },
                         NULL);
        begin(2);
        connect_to(&c, TLSPEER_1_3);
        if (hashes[i].hash == GNUTLS_DIG_UNKNOWN) {
            expect_bindings(EXPORTER);
        } else {
            expect_bindings(EXPORTER | END_POINT);
            expect_end_point(&c, hashes[i].hash);
        }
        end();
        certificate_free(&c);
    }
}
END_TEST

START_TEST(there_is_none_before_the_certificate_is_trusted)
{
    begin(2);
    peer_connect(p, LQ_TRANSPORT_TLS);
    tlspeer_begin(&tls, p, TLSPEER_SELF_SIGNED, TLSPEER_1_3);
    expect_bindings(0);
    free(peer_take(p));
    peer_event(p, LQ_EVENT_QUERY);
    expect_bindings(0);
    end();
}
END_TEST

START_TEST(binding_needs_memory)
{
    lq_buffer out;

    begin(2);
    connect_to(tlspeer_certificate(TLSPEER_GOOD), TLSPEER_1_2);
    lq_buffer_init(&out, 1024);
    for (int type = 0; type < LQ_BINDINGS; type++) {
        memory_fail(1, true);
        ck_assert_int_eq(lq_tls_binding(ours(), type, &out), LQ_E_NOMEM);
        memory_fail(0, false);
        ck_assert_uint_eq(lq_buffer_len(&out), 0);
    }
    lq_buffer_clear(&out);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        both_ends_have_the_same,
        bindings_of_two_connections_differ,
        certificate_is_hashed_as_it_was_signed,
        there_is_none_before_the_certificate_is_trusted,
        binding_needs_memory,
        NULL,
    };

    return suite_main_chunked("channel", tests);
}
