/* test_early.c - what is said before the handshake. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "suite.h"
#include "tlstalk.h"

#define TEXT "<stream:stream to='example.net'><authenticate/>"

enum { MOST = 16384 }; /* that GnuTLS's tickets allow */

/* ---- helpers ---- */

static const certificate *good(void)
{
    return tlspeer_certificate(TLSPEER_GOOD);
}

static lq_outbox *outbox(void) { return &talk.p->stream->outbox; }

/* A login to a server that allows early data (or not), and its loss. */
static void begin(bool early, const char *priority, int chunk_index)
{
    talk_begin(talk_config(), chunk_index);
    talk.early = early;
    talk_once(good(), priority, false);
}

/* A transport is there, and the session is prepared as by who wants to say
 * something early: lq_stream_connected() does not. */
static void prepare(int transport)
{
    lq_stream *stream = talk.p->stream;
    lq_resumption *past = stream->resumption;

    stream->resumption = NULL;
    peer_connect(talk.p, transport);
    lq_outbox_reset(outbox());
    stream->resumption = past;
    CLAIM_IS(lq_tls_prepare(stream), LQ_OK);
}

static void say(const char *text, size_t len)
{
    CLAIM_IS(lq_stream_write(talk.p->stream, text, len), LQ_OK);
}

static void say_early(void)
{
    uint64_t before;

    prepare(LQ_TRANSPORT_TLS);
    before = lq_outbox_position(outbox());
    ck_assert(lq_tls_can_early(talk_ours()));
    say(TEXT, strlen(TEXT));
    ck_assert_int_eq(lq_tls_early(talk.p->stream), LQ_OK);
    ck_assert_uint_eq(lq_buffer_len(&outbox()->text), 0);
    ck_assert_uint_eq(lq_outbox_position(outbox()), before + strlen(TEXT));
    ck_assert(!lq_tls_can_early(talk_ours())); /* once */
    ck_assert_int_eq(lq_tls_start(talk.p->stream), LQ_OK);
    ck_assert(!lq_tls_early_accepted(talk_ours()));
}

/* ---- tests ---- */

START_TEST(server_hears_it_with_the_first_bytes)
{
    begin(true, TLSPEER_1_3, _i);
    for (int i = 0; i < 3; i++) {
        say_early();
        talk_serve(good(), TLSPEER_1_3);
        talk_login();
        ck_assert(tlspeer_is_resumed(&talk.tls));
        ck_assert_uint_eq(talk.tls.early_len, strlen(TEXT));
        ck_assert_mem_eq(talk.tls.early, TEXT, strlen(TEXT));
        ck_assert(lq_tls_early_accepted(talk_ours()));
        ck_assert_str_eq(
            lq_stream_security(talk.p->stream, LQ_SECURITY_SESSION), "early");
        talk_lose();
    }
    talk_end();
}
END_TEST

/* It leaves in one flight: the server needs nothing else to hear it. */
START_TEST(it_leaves_in_the_flight_of_the_client_hello)
{
    const char *bytes;
    size_t len;

    begin(true, TLSPEER_1_3, _i);
    say_early();
    bytes = lq_stream_output(talk.p->stream, &len);
    ck_assert_uint_gt(len, strlen(TEXT));
    for (size_t i = 0; i + 8 <= len; i++) {
        ck_assert_int_ne(memcmp(bytes + i, TEXT, 8), 0);
    }
    talk_end();
}
END_TEST

static void forget(void) { tlspeer_forget_tickets(); }
static void refuse(void) { talk.early = false; }

START_TEST(what_the_server_does_not_take_was_never_said)
{
    static void (*const ways[])(void) = { forget, refuse };

    for (size_t i = 0; i < LQ_COUNT(ways); i++) {
        begin(true, TLSPEER_1_3, _i);
        say_early();
        ways[i]();
        talk_serve(good(), TLSPEER_1_3);
        talk_login(); /* as if nothing had been */
        ck_assert_uint_eq(talk.tls.early_len, 0);
        ck_assert(!lq_tls_early_accepted(talk_ours()));
        ck_assert_str_eq(
            lq_stream_security(talk.p->stream, LQ_SECURITY_SESSION),
            i == 0 ? "new" : "resumed");
        talk_end();
    }
}
END_TEST

START_TEST(server_that_is_another_hears_nothing)
{
    begin(true, TLSPEER_1_3, _i);
    say_early();
    tlspeer_forget_tickets();
    talk_serve(tlspeer_certificate(TLSPEER_OTHER), TLSPEER_1_3);
    talk_expect_refusal("name");
    ck_assert_uint_eq(talk.tls.early_len, 0);
    talk_end();
}
END_TEST

/* Nothing is said early by who does not ask for it. */
START_TEST(text_waits_for_the_handshake_otherwise)
{
    begin(true, TLSPEER_1_3, _i);
    talk_once(good(), TLSPEER_1_3, true);
    prepare(LQ_TRANSPORT_TLS);
    ck_assert_uint_eq(lq_tls_early_room(talk_ours()), MOST);
    ck_assert_int_eq(lq_tls_start(talk.p->stream), LQ_OK);
    talk_serve(good(), TLSPEER_1_3);
    talk_login();
    ck_assert_uint_eq(talk.tls.early_len, 0);
    ck_assert(!lq_tls_early_accepted(talk_ours()));
    talk_end();
}
END_TEST

START_TEST(it_is_as_long_as_the_ticket_allows)
{
    static char text[MOST + 1];

    memset(text, 'x', sizeof(text));
    begin(true, TLSPEER_1_3, _i);
    prepare(LQ_TRANSPORT_TLS);
    say(text, sizeof(text));
    ck_assert_int_eq(lq_tls_early(talk.p->stream), LQ_E_FULL);
    ck_assert_uint_eq(lq_buffer_len(&outbox()->text), sizeof(text));
    lq_buffer_truncate(&outbox()->text, MOST);
    ck_assert_int_eq(lq_tls_early(talk.p->stream), LQ_OK);
    ck_assert_int_eq(lq_tls_start(talk.p->stream), LQ_OK);
    talk_serve(good(), TLSPEER_1_3);
    talk_login();
    ck_assert(lq_tls_early_accepted(talk_ours()));
    ck_assert_uint_eq(talk.tls.early_len, MOST);
    ck_assert_mem_eq(talk.tls.early, text, MOST);
    talk_end();
}
END_TEST

static void expect_none(void)
{
    ck_assert(!lq_tls_can_early(talk_ours()));
    say(TEXT, strlen(TEXT));
    ck_assert_int_eq(lq_tls_early(talk.p->stream), LQ_E_STATE);
    ck_assert_uint_eq(lq_buffer_len(&outbox()->text), strlen(TEXT));
    talk_end();
}

START_TEST(there_is_none_unless_the_old_session_allows_it)
{
    begin(false, TLSPEER_1_3, _i); /* the server does not */
    prepare(LQ_TRANSPORT_TLS);
    ck_assert_ptr_nonnull(lq_tls_past(talk_ours()));
    expect_none();

    begin(true, TLSPEER_1_2, _i); /* TLS 1.2 knows none */
    prepare(LQ_TRANSPORT_TLS);
    ck_assert_ptr_nonnull(lq_tls_past(talk_ours()));
    expect_none();

    begin(true, TLSPEER_1_3, _i); /* another ALPN */
    prepare(LQ_TRANSPORT_STARTTLS);
    ck_assert_ptr_nonnull(lq_tls_past(talk_ours()));
    expect_none();

    begin(true, TLSPEER_1_3, _i); /* there is none */
    lq_resumption_free(talk.p->stream->resumption);
    talk.p->stream->resumption = NULL;
    prepare(LQ_TRANSPORT_TLS);
    expect_none();

    begin(true, TLSPEER_1_3, _i); /* it is not believed any more */
    talk_set_clock(TLSPEER_GOOD_FOR + 1);
    prepare(LQ_TRANSPORT_TLS);
    expect_none();

    begin(true, TLSPEER_1_3, _i); /* too late */
    prepare(LQ_TRANSPORT_TLS);
    ck_assert_int_eq(lq_tls_start(talk.p->stream), LQ_OK);
    expect_none();
}
END_TEST

/* ---- memory ---- */

static void scenario(void)
{
    memory_spare(true);
    begin(true, TLSPEER_1_3, 2);
    memory_spare(false);
    memory_spare(true);
    prepare(LQ_TRANSPORT_TLS);
    memory_spare(false);
    if (lq_stream_write(talk.p->stream, TEXT, strlen(TEXT)) == LQ_OK) {
        lq_tls_early(talk.p->stream);
    }
    lq_tls_start(talk.p->stream);
    talk_serve(good(), TLSPEER_1_3);
    free(peer_take(talk.p));
    talk_end();
}

START_TEST(any_allocation_may_fail)
{
    if (_i == 2) {
        memory_torture(scenario);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        server_hears_it_with_the_first_bytes,
        it_leaves_in_the_flight_of_the_client_hello,
        what_the_server_does_not_take_was_never_said,
        server_that_is_another_hears_nothing,
        text_waits_for_the_handshake_otherwise,
        it_is_as_long_as_the_ticket_allows,
        there_is_none_unless_the_old_session_allows_it,
        any_allocation_may_fail,
        NULL,
    };

    return suite_main_chunked("early", tests);
}
