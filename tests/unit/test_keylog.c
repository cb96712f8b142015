/* test_keylog.c - secrets for who looks into his own connection, and for
 * nobody else. */
#define _POSIX_C_SOURCE 200809L /* setenv */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "suite.h"
#include "tlstalk.h"

enum { LINES = 32, LINE = 512 };

static const char *const priorities[] = { TLSPEER_1_3, TLSPEER_1_2 };

/* What the server's end has told in the same format. */
static char theirs[LINES][LINE];
static int their_count;

static void put_hex(char *line, const gnutls_datum_t *bytes)
{
    size_t len = strlen(line);

    line[len++] = ' ';
    for (unsigned i = 0; i < bytes->size; i++) {
        len += (size_t)snprintf(line + len, LINE - len, "%02x", bytes->data[i]);
    }
}

static int on_secret(gnutls_session_t session, const char *label,
                     const gnutls_datum_t *secret)
{
    gnutls_datum_t random;

    ck_assert_int_lt(their_count, LINES);
    gnutls_session_get_random(session, &random, NULL);
    strcpy(theirs[their_count], label);
    put_hex(theirs[their_count], &random);
    put_hex(theirs[their_count], secret);
    their_count++;
    return 0;
}

static void prepare(void)
{
    their_count = 0;
    gnutls_session_set_keylog_function(talk.tls.session, on_secret);
}

static void begin(bool log, int chunk_index)
{
    lq_config *config = talk_config();

    lq_config_set_keylog(config, log);
    talk_begin(config, chunk_index);
    talk.prepare = prepare;
}

static bool they_have(const char *line)
{
    for (int i = 0; i < their_count; i++) {
        if (strcmp(theirs[i], line) == 0) {
            return true;
        }
    }
    return false;
}

/* Our lines: all those in LABELS, and the server has them, too. */
static void expect_lines(const char *const *labels)
{
    const lq_event *event;
    unsigned seen = 0, all = 0;

    for (int i = 0; labels[i] != NULL; i++) {
        all |= 1u << i;
    }
    while ((event = lq_stream_event(talk.p->stream)) != NULL) {
        const char *line = lq_event_keylog(event);

        if (line == NULL) {
            continue;
        }
        for (int i = 0; labels[i] != NULL; i++) {
            size_t len = strlen(labels[i]);

            if (strncmp(line, labels[i], len) == 0 && line[len] == ' ') {
                ck_assert_msg(they_have(line), "%s", line);
                seen |= 1u << i;
            }
        }
    }
    ck_assert_uint_eq(seen, all);
}

static const char *const labels_1_3[] = {
    "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
    "SERVER_HANDSHAKE_TRAFFIC_SECRET",
    "CLIENT_TRAFFIC_SECRET_0",
    "SERVER_TRAFFIC_SECRET_0",
    "EXPORTER_SECRET",
    NULL,
};

static const char *const labels_1_2[] = { "CLIENT_RANDOM", NULL };

static void connect_usual(const char *priority)
{
    talk_connect(tlspeer_certificate(TLSPEER_GOOD), priority);
    peer_expect_text(talk.p, "<stream:stream");
}

START_TEST(secrets_are_those_of_the_other_end)
{
    begin(true, _i);
    connect_usual(TLSPEER_1_3);
    expect_lines(labels_1_3);
    talk_lose();
    connect_usual(TLSPEER_1_3);
    ck_assert(tlspeer_is_resumed(&talk.tls));
    expect_lines(labels_1_3);
    talk_end();

    begin(true, _i);
    connect_usual(TLSPEER_1_2);
    expect_lines(labels_1_2);
    talk_end();
}
END_TEST

/* GnuTLS says nothing then, at neither end. */
START_TEST(secret_of_a_resumed_session_is_told_too)
{
    gnutls_datum_t secret;

    begin(true, _i);
    connect_usual(TLSPEER_1_2);
    expect_lines(labels_1_2);
    talk_lose();
    connect_usual(TLSPEER_1_2);
    ck_assert(tlspeer_is_resumed(&talk.tls));
    gnutls_session_get_master_secret(talk.tls.session, &secret);
    on_secret(talk.tls.session, "CLIENT_RANDOM", &secret);
    expect_lines(labels_1_2);
    talk_end();
}
END_TEST

START_TEST(nothing_is_told_unless_it_was_asked_for)
{
    char path[] = "/tmp/loquat-keylog-XXXXXX";
    const lq_event *event;

    close(mkstemp(path));
    unlink(path);
    setenv("SSLKEYLOGFILE", path, 1); /* nor in other ways */
    for (size_t i = 0; i < LQ_COUNT(priorities); i++) {
        begin(false, _i);
        connect_usual(priorities[i]);
        while ((event = lq_stream_event(talk.p->stream)) != NULL) {
            ck_assert_int_ne(event->type, LQ_EVENT_KEYLOG);
            ck_assert_ptr_null(lq_event_keylog(event));
        }
        talk_end();
    }
    ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

static void scenario(void)
{
    for (size_t i = 0; i < LQ_COUNT(priorities); i++) {
        begin(true, 2);
        talk_connect(tlspeer_certificate(TLSPEER_GOOD), priorities[i]);
        free(peer_take(talk.p));
        while (lq_stream_event(talk.p->stream) != NULL) {
        }
        talk_end();
    }
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
        secrets_are_those_of_the_other_end,
        secret_of_a_resumed_session_is_told_too,
        nothing_is_told_unless_it_was_asked_for,
        any_allocation_may_fail,
        NULL,
    };

    return suite_main_chunked("keylog", tests);
}
