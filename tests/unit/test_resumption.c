/* test_resumption.c - sessions that outlive the process: written, read, and
 * judged again. */
#include "stream/resumption.h"

#include <gnutls/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "stream/verify.h"
#include "suite.h"
#include "tlstalk.h"

enum { HOUR = 60 * 60, DAY = 24 * HOUR };

static const char *const priorities[] = { TLSPEER_1_3, TLSPEER_1_2 };

/* ---- helpers ---- */

static const certificate *good(void)
{
    return tlspeer_certificate(TLSPEER_GOOD);
}

/* What another process has left: a session with C. */
static lq_buffer leave_with(lq_config *config, const certificate *c,
                            const char *priority)
{
    lq_buffer blob;

    lq_buffer_init(&blob, 100000);
    talk_begin(config, 2);
    if (c == tlspeer_certificate(TLSPEER_OTHER)) {
        unsigned char key[LQ_KEY_SIZE];
        size_t size = sizeof(key);

        certificate_fine(gnutls_x509_crt_get_key_id(
            c->crt, GNUTLS_KEYID_USE_SHA256, key, &size));
        lq_set_trusted_key(talk.p->stream, key);
    }
    talk_once(c, priority, false);
    ck_assert_ptr_nonnull(talk.p->stream->resumption);
    ck_assert_int_eq(lq_resumption_write(talk.p->stream->resumption, &blob),
                     LQ_OK);
    talk_end();
    return blob;
}

static lq_buffer leave(const char *priority)
{
    return leave_with(talk_config(), good(), priority);
}

/* A new process with CONFIG, which has read BLOB. */
static void begin(lq_config *config, lq_buffer *blob, int chunk_index)
{
    talk_begin(config, chunk_index);
    talk.p->stream->resumption =
        lq_resumption_read(lq_buffer_bytes(blob), lq_buffer_len(blob));
    ck_assert_ptr_nonnull(talk.p->stream->resumption);
    lq_buffer_wipe(blob);
}

static const char *session(void)
{
    const char *text = lq_stream_security(talk.p->stream, LQ_SECURITY_SESSION);

    return text == NULL ? "" : text;
}

/* The server sees whether it is resumed; it is believed either way. */
static void expect_session(const certificate *c, const char *priority,
                           const char *is)
{
    talk_connect(c, priority);
    ck_assert_str_eq(session(), "");
    talk_login();
    ck_assert_str_eq(session(), is);
    ck_assert(tlspeer_is_resumed(&talk.tls) == (strcmp(is, "resumed") == 0));
    talk_lose();
}

/* ---- good days ---- */

START_TEST(session_of_another_process_is_resumed)
{
    for (size_t i = 0; i < LQ_COUNT(priorities); i++) {
        lq_buffer blob = leave(priorities[i]);

        begin(talk_config(), &blob, _i);
        expect_session(good(), priorities[i], "resumed");
        talk_end();
    }
}
END_TEST

START_TEST(first_session_is_new)
{
    talk_begin(talk_config(), _i);
    expect_session(good(), TLSPEER_1_3, "new");
    expect_session(good(), TLSPEER_1_3, "resumed");
    tlspeer_forget_tickets();
    expect_session(good(), TLSPEER_1_3, "new");
    talk_end();
}
END_TEST

/* TLS 1.2 need not give a new ticket, and the old one is good still. */
START_TEST(session_is_resumed_again_and_again)
{
    for (size_t i = 0; i < LQ_COUNT(priorities); i++) {
        talk_begin(talk_config(), _i);
        for (int round = 0; round < 4; round++) {
            talk_once(good(), priorities[i], round > 0);
        }
        talk_end();
    }
}
END_TEST

START_TEST(end_point_is_known_before_the_handshake)
{
    lq_buffer blob = leave(TLSPEER_1_3), out;
    gnutls_datum_t der = certificate_der(good());
    unsigned char digest[32];

    begin(talk_config(), &blob, _i);
    lq_buffer_init(&out, 64);
    ck_assert_int_eq(lq_resumption_end_point(talk.p->stream->resumption, &out),
                     LQ_OK);
    certificate_fine(
        gnutls_hash_fast(GNUTLS_DIG_SHA256, der.data, der.size, digest));
    ck_assert_uint_eq(lq_buffer_len(&out), 32);
    ck_assert_mem_eq(lq_buffer_bytes(&out), digest, 32);
    lq_buffer_clear(&out);
    gnutls_free(der.data);
    talk_end();
}
END_TEST

START_TEST(what_is_written_is_what_was_read)
{
    lq_buffer blob = leave(TLSPEER_1_3), again;
    lq_resumption *r =
        lq_resumption_read(lq_buffer_bytes(&blob), lq_buffer_len(&blob));

    lq_buffer_init(&again, lq_buffer_len(&blob));
    ck_assert_int_eq(lq_resumption_write(r, &again), LQ_OK);
    ck_assert_uint_eq(lq_buffer_len(&again), lq_buffer_len(&blob));
    ck_assert_mem_eq(lq_buffer_bytes(&again), lq_buffer_bytes(&blob),
                     lq_buffer_len(&blob));
    ck_assert_int_eq(lq_resumption_write(r, &again), LQ_E_FULL);
    lq_buffer_clear(&again);
    memory_fail(1, true);
    ck_assert_int_eq(lq_resumption_write(r, &again), LQ_E_NOMEM);
    memory_fail(0, false);
    lq_resumption_free(r);
    lq_resumption_free(NULL);
    lq_buffer_wipe(&blob);
}
END_TEST

/* ---- judged again ---- */

static lq_config *without_authority(void)
{
    lq_config *config = lq_config_new(PEER_JID);
    char *pem = certificate_pem(tlspeer_certificate(TLSPEER_SELF_SIGNED));

    lq_config_set_password(config, PEER_PASSWORD);
    lq_config_add_ca(config, pem, strlen(pem));
    free(pem);
    return config;
}

static lq_config *pinned(void)
{
    lq_config *config = talk_config();

    lq_config_add_pin(config, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    return config;
}

static lq_config *of_another_domain(void)
{
    lq_config *config = lq_config_new("romeo@example.org");

    lq_config_set_password(config, PEER_PASSWORD);
    lq_config_add_ca(config, tlspeer_ca(), strlen(tlspeer_ca()));
    return config;
}

/* Nothing of the old session is offered: the full handshake tells why. */
START_TEST(session_whose_server_is_not_believed_any_more_is_not_offered)
{
    static const struct {
        lq_config *(*config)(void);
        const char *reason;
    } ways[] = {
        { without_authority, "issuer is unknown" },
        { pinned, "none of the keys that were pinned" },
        { of_another_domain, "name" },
    };

    for (size_t i = 0; i < LQ_COUNT(ways); i++) {
        for (size_t k = 0; k < LQ_COUNT(priorities); k++) {
            lq_buffer blob = leave(priorities[k]);

            begin(ways[i].config(), &blob, _i);
            talk_connect(good(), priorities[k]);
            ck_assert_ptr_null(lq_tls_past(talk_ours()));
            ck_assert_ptr_null(talk.p->stream->resumption);
            talk_expect_refusal(ways[i].reason);
            talk_end();
        }
    }
}
END_TEST

START_TEST(certificate_that_has_expired_is_not_believed_again)
{
    lq_buffer blob = leave(TLSPEER_1_3);

    begin(talk_config(), &blob, _i);
    talk_set_clock(TLSPEER_GOOD_FOR + HOUR);
    tlspeer_set_clock(TLSPEER_GOOD_FOR + HOUR);
    talk_connect(good(), TLSPEER_1_3);
    talk_expect_refusal("expired");
    talk_end();
    tlspeer_set_clock(0);
}
END_TEST

/* A certificate that is valid for a month. */
static const certificate *lasting(void)
{
    static const san names[] = { { SAN_DNS, "example.net", 0 }, { 0 } };
    static certificate c;

    if (c.crt == NULL) {
        certificate_make(
            &c, &(recipe){ .names = names, .from = -1L * DAY, .to = 30L * DAY },
            tlspeer_authority());
    }
    return &c;
}

static const struct {
    long clock; /* seconds from when the session was left */
    bool offered;
} ages[] = {
    { 0, true },
    { 2L * DAY, true }, /* the authorities vouch for it again */
    { 3L * DAY - HOUR, true },
    { 3L * DAY + HOUR, false }, /* they have expired themselves */
    { -HOUR, false },           /* somebody has set the clock back */
};

START_TEST(session_has_its_time)
{
    for (size_t i = 0; i < LQ_COUNT(ages); i++) {
        lq_buffer blob = leave_with(talk_config(), lasting(), TLSPEER_1_2);

        begin(talk_config(), &blob, _i);
        talk_set_clock(ages[i].clock);
        tlspeer_set_clock(ages[i].clock);
        talk_connect(lasting(), TLSPEER_1_2);
        ck_assert_msg((lq_tls_past(talk_ours()) != NULL) == ages[i].offered,
                      "row %zu", i);
        talk_end();
    }
    tlspeer_set_clock(0);
}
END_TEST

/* RFC 8446, 4.6.1; GnuTLS's clock is left alone, so that the authorities vouch
 * for it. */
START_TEST(session_is_not_offered_after_a_week)
{
    for (int late = 0; late < 2; late++) {
        lq_buffer blob = leave_with(talk_config(), lasting(), TLSPEER_1_2);

        begin(talk_config(), &blob, _i);
        talk_set_clock(7L * DAY - HOUR + late * 2L * HOUR);
        talk_connect(lasting(), TLSPEER_1_2);
        ck_assert((lq_tls_past(talk_ours()) != NULL) == !late);
        talk_end();
    }
}
END_TEST

START_TEST(clock_must_be_known)
{
    lq_buffer blob = leave(TLSPEER_1_3);

    begin(talk_config(), &blob, _i);
    lq_context_set_wallclock(talk.p->context, LQ_NEVER, talk.p->now);
    expect_session(good(), TLSPEER_1_3, "new");
    talk_end();
}
END_TEST

START_TEST(trusted_key_must_be_trusted_still)
{
    const certificate *c = tlspeer_certificate(TLSPEER_OTHER);

    for (int trusted = 0; trusted < 2; trusted++) {
        unsigned char key[LQ_KEY_SIZE];
        size_t size = sizeof(key);
        lq_buffer blob = leave_with(talk_config(), c, TLSPEER_1_3);

        certificate_fine(gnutls_x509_crt_get_key_id(
            c->crt, GNUTLS_KEYID_USE_SHA256, key, &size));
        begin(talk_config(), &blob, _i);
        key[0] ^= (unsigned char)!trusted;
        lq_set_trusted_key(talk.p->stream, key);
        if (trusted) {
            expect_session(c, TLSPEER_1_3, "resumed");
            expect_session(c, TLSPEER_1_3, "resumed");
        } else {
            talk_connect(c, TLSPEER_1_3);
            ck_assert_ptr_null(lq_tls_past(talk_ours()));
            talk_expect_refusal("name");
        }
        talk_end();
    }
}
END_TEST

/* The session was offered while it was. */
START_TEST(trust_may_be_taken_back_while_a_session_is_resumed)
{
    const certificate *c = tlspeer_certificate(TLSPEER_OTHER);

    for (size_t i = 0; i < LQ_COUNT(priorities); i++) {
        unsigned char key[LQ_KEY_SIZE];
        size_t size = sizeof(key);
        lq_buffer blob = leave_with(talk_config(), c, priorities[i]);

        certificate_fine(gnutls_x509_crt_get_key_id(
            c->crt, GNUTLS_KEYID_USE_SHA256, key, &size));
        begin(talk_config(), &blob, _i);
        lq_set_trusted_key(talk.p->stream, key);
        talk_connect(c, priorities[i]);
        ck_assert_ptr_nonnull(lq_tls_past(talk_ours()));
        ck_assert_int_eq(lq_stream_forget(talk.p->stream, LQ_FORGET_ALL),
                         LQ_OK);
        free(peer_take(talk.p));
        ck_assert_int_eq(lq_stream_wish(talk.p->stream), LQ_WISH_CLOSE);
        ck_assert_int_eq(talk.tls.heard, 0);
        peer_hang_up(talk.p);
        tlspeer_end(&talk.tls);
        peer_event(talk.p, LQ_EVENT_OFFLINE);
        talk_connect(c, priorities[i]);
        talk_expect_refusal("name");
        talk_end();
    }
}
END_TEST

static lq_config *with_certificate(void)
{
    const certificate *c = tlspeer_certificate(TLSPEER_STRANGER);
    lq_config *config = talk_config();
    char *chain = certificate_pem(c), *key = certificate_key_pem(c, NULL);
    char *both = malloc(strlen(chain) + strlen(key) + 1);

    strcpy(both, chain);
    strcat(both, key);
    lq_config_set_certificate_pem(config, both, strlen(both), NULL);
    free(chain);
    free(key);
    free(both);
    return config;
}

/* The server would take us for whom we were then. */
START_TEST(session_does_not_carry_another_certificate_of_ours)
{
    for (int then = 0; then < 2; then++) {
        for (int now = 0; now < 2; now++) {
            lq_buffer blob;

            lq_buffer_init(&blob, 100000);
            talk_begin(then ? with_certificate() : talk_config(), 2);
            talk.client_ca = tlspeer_authority();
            talk_once(good(), TLSPEER_1_3, false);
            lq_resumption_write(talk.p->stream->resumption, &blob);
            talk_end();
            begin(now ? with_certificate() : talk_config(), &blob, _i);
            talk.client_ca = tlspeer_authority();
            expect_session(good(), TLSPEER_1_3,
                           then || now ? "new" : "resumed");
            talk_end();
        }
    }
}
END_TEST

/* A ticket is used once, whatever happens meanwhile. */
START_TEST(session_that_is_under_way_is_not_kept)
{
    for (int broken = 0; broken < 2; broken++) {
        talk_begin(talk_config(), _i);
        talk_once(good(), TLSPEER_1_3, false);
        ck_assert_ptr_nonnull(lq_tls_kept(talk.p->stream));
        talk_connect(good(), TLSPEER_1_3);
        ck_assert_ptr_nonnull(lq_tls_past(talk_ours()));
        ck_assert_ptr_null(lq_tls_kept(talk.p->stream));
        lq_tls_forget(talk.p->stream); /* and is not lost, either */
        if (broken) {                  /* before there is an answer */
            lq_stream_disconnected(talk.p->stream, talk.p->now, LQ_E_NET);
            ck_assert_ptr_null(lq_tls_kept(talk.p->stream));
        } else {
            talk_login();
            ck_assert(tlspeer_is_resumed(&talk.tls));
            talk_lose();
            ck_assert_ptr_nonnull(lq_tls_kept(talk.p->stream));
            lq_tls_forget(talk.p->stream);
            ck_assert_ptr_null(talk.p->stream->resumption);
        }
        talk_end();
    }
}
END_TEST

/* ---- bytes that are none ---- */

START_TEST(bytes_that_are_cut_off_are_none)
{
    lq_buffer blob = leave(TLSPEER_1_3);
    const size_t len = lq_buffer_len(&blob);

    for (size_t n = 0; n < len; n++) {
        char *part = malloc(n + 1);

        memcpy(part, lq_buffer_bytes(&blob), n);
        ck_assert_ptr_null(lq_resumption_read(part, n));
        free(part);
    }
    lq_buffer_append(&blob, "", 1);
    ck_assert_ptr_null(lq_resumption_read(lq_buffer_bytes(&blob), len + 1));
    ck_assert_ptr_null(lq_resumption_read(NULL, 0));
    lq_buffer_wipe(&blob);
}
END_TEST

/* As if they had been written so. */
static void seal(unsigned char *bytes, size_t len)
{
    certificate_fine(
        gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes, len - 32, bytes + len - 32));
}

START_TEST(numbers_that_we_would_not_write_are_refused)
{
    lq_buffer blob = leave(TLSPEER_1_3);
    unsigned char *bytes = (unsigned char *)lq_buffer_bytes(&blob);
    const size_t len = lq_buffer_len(&blob);
    lq_resumption *r;
    const struct {
        size_t at;
        unsigned char value;
    } bad[] = {
        { 0, 'l' },
        { 3, '2' },
        { 4, LQ_BASIS_NONE },
        { 4, LQ_BASIS_ANSWER },
        { 4, 200 },
        { 5, 0 },
        { 5, 9 },
        { 6, 2 },
        { 7, 0x80 },
        { 7, 0x7f },
        { 8, 0x40 },
        { 19, 1 },
        { 20, 0xff },
        { 21, 0xff },
        { 22, 0xff },
        { 23, 1 },
        { 24, 0xff },
        { 25, 0xff },
        { 26, 0xff },
    };

    for (size_t i = 0; i < LQ_COUNT(bad); i++) {
        unsigned char was = bytes[bad[i].at];

        bytes[bad[i].at] = bad[i].value;
        seal(bytes, len);
        ck_assert_msg(lq_resumption_read(bytes, len) == NULL, "row %zu", i);
        bytes[bad[i].at] = was;
    }
    seal(bytes, len);
    ck_assert_ptr_nonnull(r = lq_resumption_read(bytes, len));
    lq_resumption_free(r);
    lq_buffer_wipe(&blob);
}
END_TEST

START_TEST(bytes_that_were_changed_are_none)
{
    lq_buffer blob = leave(TLSPEER_1_3);
    char *bytes = lq_buffer_bytes(&blob);

    for (size_t i = 0; i < lq_buffer_len(&blob); i++) {
        bytes[i] ^= (char)(1 << i % 8);
        ck_assert_ptr_null(lq_resumption_read(bytes, lq_buffer_len(&blob)));
        bytes[i] ^= (char)(1 << i % 8);
    }
    lq_buffer_wipe(&blob);
}
END_TEST

/* ---- memory ---- */

static lq_buffer left;

static void scenario(void)
{
    lq_resumption *r =
        lq_resumption_read(lq_buffer_bytes(&left), lq_buffer_len(&left));

    talk_begin(talk_config(), 2);
    talk.p->stream->resumption = r;
    for (int i = 0; i < 2; i++) {
        talk_connect(good(), TLSPEER_1_3);
        free(peer_take(talk.p));
        talk_lose();
    }
    talk_end();
}

START_TEST(any_allocation_may_fail)
{
    if (_i == 2) {
        left = leave(TLSPEER_1_3);
        memory_torture(scenario);
        lq_buffer_wipe(&left);
    }
}
END_TEST

/* ---- older TLS ---- */

#define MECHANISM(name) "<mechanism>" name "</mechanism>"

/* -PLUS is advertised, and each binding of this connection refused. */
static void refuse_bindings(void)
{
    peer_header(
        talk.p,
        "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" MECHANISM(
            "SCRAM-SHA-256") MECHANISM("SCRAM-SHA-256-PLUS") "</mechanisms>");
    for (int i = 0; i < 2; i++) {
        peer_expect(talk.p, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
                            "mechanism='SCRAM-SHA-256-PLUS'/>");
        peer_send(talk.p, "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
                          "<not-authorized/></failure>");
    }
}

/* The ticket of TLS 1.3 is of no use then. */
START_TEST(retry_with_tls_1_2_does_not_stumble_over_a_ticket)
{
    talk_begin(talk_config(), _i);
    talk_connect(good(), TLSPEER_ANY);
    refuse_bindings();
    free(peer_take(talk.p));
    ck_assert_int_eq(lq_stream_wish(talk.p->stream), LQ_WISH_CLOSE);
    peer_hang_up(talk.p);
    tlspeer_end(&talk.tls);
    peer_event(talk.p, LQ_EVENT_OFFLINE);
    ck_assert_ptr_nonnull(talk.p->stream->resumption);
    talk_connect(good(), TLSPEER_ANY);
    peer_expect_text(talk.p, "<stream:stream");
    ck_assert_str_eq(lq_stream_security(talk.p->stream, LQ_SECURITY_PROTOCOL),
                     "TLS1.2");
    ck_assert_str_eq(session(), "new");
    talk_end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        session_of_another_process_is_resumed,
        first_session_is_new,
        session_is_resumed_again_and_again,
        end_point_is_known_before_the_handshake,
        what_is_written_is_what_was_read,
        session_whose_server_is_not_believed_any_more_is_not_offered,
        certificate_that_has_expired_is_not_believed_again,
        session_has_its_time,
        session_is_not_offered_after_a_week,
        clock_must_be_known,
        trusted_key_must_be_trusted_still,
        trust_may_be_taken_back_while_a_session_is_resumed,
        session_does_not_carry_another_certificate_of_ours,
        session_that_is_under_way_is_not_kept,
        bytes_that_are_cut_off_are_none,
        numbers_that_we_would_not_write_are_refused,
        bytes_that_were_changed_are_none,
        retry_with_tls_1_2_does_not_stumble_over_a_ticket,
        any_allocation_may_fail,
        NULL,
    };

    return suite_main_chunked("resumption", tests);
}
