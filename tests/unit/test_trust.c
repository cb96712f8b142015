/* test_trust.c - whom we believe: loaded once for all who name the same. */
#define _POSIX_C_SOURCE 200809L /* mkstemp */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "peer.h"
#include "stream/stream.h"
#include "suite.h"
#include "tlspeer.h"

enum { MANY = 5 };

static lq_context *context;
static lq_config *config;

static lq_config *config_new(void)
{
    lq_config *c = lq_config_new(PEER_JID);

    ck_assert_ptr_nonnull(c);
    return c;
}

static void begin(void)
{
    context = lq_context_new();
    config = config_new();
}

static void end(void)
{
    lq_config_free(config);
    lq_context_free(context);
    ck_assert_uint_eq(memory_blocks(), 0);
}

static void add_ca(lq_config *c)
{
    ck_assert_int_eq(lq_config_add_ca(c, tlspeer_ca(), strlen(tlspeer_ca())),
                     LQ_OK);
}

/* A started stream for C. */
static lq_stream *start(const lq_config *c)
{
    lq_stream *stream = lq_stream_new(context, c);

    ck_assert_ptr_nonnull(stream);
    ck_assert_int_eq(lq_stream_start(stream, 1), LQ_OK);
    return stream;
}

static size_t loaded(void)
{
    size_t count = 0;

    for (const lq_trust *t = context->trusts; t != NULL; t = t->next) {
        count++;
    }
    return count;
}

/* ---- files: made for a moment, in the folder for that ---- */

static char path[] = "/tmp/loquat-trust-XXXXXX";

static const char *file_make(const char *text)
{
    int file;
    size_t len = strlen(text);

    strcpy(path + sizeof(path) - 7, "XXXXXX");
    file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, text, len), (ssize_t)len);
    close(file);
    return path;
}

static void file_remove(void) { ck_assert_int_eq(unlink(path), 0); }

/* ---- sharing ---- */

START_TEST(streams_that_name_the_same_text_share_it)
{
    lq_stream *streams[MANY];

    begin();
    add_ca(config);
    for (int i = 0; i < MANY; i++) {
        lq_config *own = config_new(); /* the text counts, not whose it is */

        add_ca(own);
        streams[i] = start(i % 2 ? own : config);
        lq_config_free(own);
        ck_assert_uint_eq(loaded(), 1);
        ck_assert_ptr_eq(streams[i]->trust, streams[0]->trust);
    }
    for (int i = 0; i < MANY; i++) {
        ck_assert_uint_eq(loaded(), 1);
        lq_stream_free(streams[i]);
    }
    ck_assert_uint_eq(loaded(), 0); /* nobody needs it any more */
    end();
}
END_TEST

START_TEST(next_stream_loads_anew_when_the_last_has_gone)
{
    begin();
    add_ca(config);
    for (int i = 0; i < 3; i++) {
        lq_stream *stream = start(config);

        ck_assert_uint_eq(loaded(), 1);
        lq_stream_free(stream);
        ck_assert_uint_eq(loaded(), 0);
    }
    end();
}
END_TEST

START_TEST(another_text_is_loaded_by_itself)
{
    lq_config *twice = config_new();
    lq_stream *one, *other;

    begin();
    add_ca(config);
    add_ca(twice);
    add_ca(twice);
    one = start(config);
    other = start(twice);
    ck_assert_uint_eq(loaded(), 2);
    ck_assert_ptr_ne(one->trust, other->trust);
    lq_stream_free(one);
    ck_assert_uint_eq(loaded(), 1);
    lq_stream_free(other);
    ck_assert_uint_eq(loaded(), 0);
    lq_config_free(twice);
    end();
}
END_TEST

START_TEST(text_of_the_same_length_is_another_text)
{
    lq_config *other = config_new();
    lq_stream *streams[2];

    begin();
    lq_config_add_ca(config, "one", 3); /* a remark before the first */
    lq_config_add_ca(other, "two", 3);
    add_ca(config);
    add_ca(other);
    streams[0] = start(config);
    streams[1] = start(other);
    ck_assert_uint_eq(loaded(), 2);
    lq_stream_free(streams[0]);
    lq_stream_free(streams[1]);
    lq_config_free(other);
    end();
}
END_TEST

START_TEST(contexts_share_nothing)
{
    lq_context *first;
    lq_stream *one, *other;

    begin();
    add_ca(config);
    one = start(config);
    first = context;
    context = lq_context_new();
    other = start(config);
    ck_assert_ptr_ne(one->trust, other->trust);
    lq_stream_free(one);
    lq_context_free(first);
    ck_assert_uint_eq(loaded(), 1);
    lq_stream_free(other);
    end();
}
END_TEST

START_TEST(trust_outlives_whom_it_was_loaded_for)
{
    lq_stream *one, *other;

    begin();
    add_ca(config);
    one = start(config);
    other = start(config);
    lq_context_free(context); /* the streams hold it */
    lq_stream_free(one);
    ck_assert_uint_eq(loaded(), 1);
    ck_assert_int_eq(lq_stream_stop(other, 2), LQ_OK);
    ck_assert_int_eq(lq_stream_event(other)->type, LQ_EVENT_CLOSED);
    ck_assert_ptr_null(lq_stream_event(other));
    ck_assert_int_eq(lq_stream_start(other, 3), LQ_OK); /* as it was */
    ck_assert_uint_eq(loaded(), 1);
    lq_stream_free(other);
    lq_config_free(config);
    ck_assert_uint_eq(memory_blocks(), 0);
}
END_TEST

START_TEST(system_is_loaded_once_and_kept)
{
    lq_trust *one, *other, *own;

    begin();
    ck_assert_int_eq(lq_trust_get(context, config, &one, NULL), LQ_OK);
    ck_assert_int_eq(lq_trust_get(context, config, &other, NULL), LQ_OK);
    ck_assert_ptr_eq(one, other);
    lq_trust_unref(one);
    lq_trust_unref(other);
    ck_assert_uint_eq(loaded(), 1); /* it took long */
    add_ca(config);
    ck_assert_int_eq(lq_trust_get(context, config, &own, NULL), LQ_OK);
    ck_assert_ptr_ne(own, one);
    lq_trust_unref(own);
    ck_assert_uint_eq(loaded(), 1);
    lq_trust_unref(NULL);
    end();
}
END_TEST

START_TEST(system_is_not_loaded_before_it_is_needed)
{
    lq_stream *stream;

    begin();
    stream = start(config);
    ck_assert_uint_eq(loaded(), 0);
    lq_stream_connected(stream, 1, LQ_TRANSPORT_SECURE);
    ck_assert_uint_eq(loaded(), 0);
    lq_stream_free(stream);
    end();
}
END_TEST

/* ---- files ---- */

START_TEST(file_is_read_once_for_all)
{
    lq_stream *one, *other;

    begin();
    lq_config_add_ca_file(config, file_make(tlspeer_ca()));
    one = start(config);
    file_remove();
    other = start(config);
    ck_assert_uint_eq(loaded(), 1);
    ck_assert_ptr_eq(one->trust, other->trust);
    lq_stream_free(one);
    lq_stream_free(other);
    ck_assert_uint_eq(loaded(), 0);
    one = lq_stream_new(context, config);
    ck_assert_int_eq(lq_stream_start(one, 1), LQ_E_ARGUMENT);
    lq_stream_free(one);
    end();
}
END_TEST

START_TEST(file_and_text_are_not_the_same)
{
    lq_config *both = config_new(), *text = config_new();
    lq_stream *streams[3];

    begin();
    lq_config_add_ca_file(config, file_make(tlspeer_ca()));
    lq_config_add_ca_file(both, path);
    add_ca(both);
    add_ca(text);
    streams[0] = start(config);
    streams[1] = start(both);
    streams[2] = start(text);
    ck_assert_uint_eq(loaded(), 3);
    for (int i = 0; i < 3; i++) {
        lq_stream_free(streams[i]);
        ck_assert_uint_eq(loaded(), (unsigned)(2 - i));
    }
    file_remove();
    lq_config_free(both);
    lq_config_free(text);
    end();
}
END_TEST

/* ---- what cannot be loaded ---- */

static void add_no_pem(lq_config *c) { lq_config_add_ca(c, "no pem", 6); }

static void add_no_file(lq_config *c)
{
    lq_config_add_ca_file(c, "/no/such/file");
}

static void add_text_and_no_file(lq_config *c)
{
    add_ca(c);
    add_no_file(c);
}

static void add_file_and_no_file(lq_config *c)
{
    lq_config_add_ca_file(c, path);
    add_no_file(c);
}

static void add_no_file_and_file(lq_config *c)
{
    add_no_file(c);
    lq_config_add_ca_file(c, path);
}

START_TEST(bad_authorities_are_refused_and_may_be_set_right)
{
    static void (*const ways[])(lq_config *) = {
        add_no_pem,           add_no_file,          add_text_and_no_file,
        add_file_and_no_file, add_no_file_and_file,
    };

    file_make(tlspeer_ca());
    for (size_t i = 0; i < LQ_COUNT(ways); i++) {
        lq_config *bad = config_new();
        lq_stream *stream, *right;

        begin();
        ways[i](bad);
        stream = lq_stream_new(context, bad);
        for (int round = 0; round < 2; round++) {
            const lq_failure *failure;

            ck_assert_int_eq(lq_stream_start(stream, 1), LQ_E_ARGUMENT);
            failure = lq_stream_failure(stream);
            ck_assert_int_eq(lq_failure_layer(failure), LQ_LAYER_CONFIG);
            ck_assert_int_eq(lq_failure_code(failure), LQ_E_ARGUMENT);
            ck_assert_int_eq(lq_stream_wish(stream), LQ_WISH_NOTHING);
            ck_assert_uint_eq(loaded(), 0);
        }
        add_ca(config);
        right = start(config);
        ck_assert_int_eq(lq_stream_wish(right), LQ_WISH_CONNECT);
        ck_assert_int_eq(lq_stream_start(stream, 1), LQ_E_ARGUMENT);
        ck_assert_uint_eq(loaded(), 1);
        lq_stream_free(stream);
        lq_stream_free(right);
        lq_config_free(bad);
        end();
    }
    file_remove();
}
END_TEST

/* What they vouch for is the point: two streams of one context. */
START_TEST(shared_authorities_vouch_for_both)
{
    static tlspeer tls;
    lq_stream *other;
    peer *p;

    config = config_new();
    lq_config_set_password(config, PEER_PASSWORD);
    add_ca(config);
    p = peer_new(config, 2);
    other = lq_stream_new(p->context, config);
    ck_assert_int_eq(lq_stream_start(other, p->now), LQ_OK);
    peer_connect(p, LQ_TRANSPORT_TLS);
    lq_stream_free(other);
    tlspeer_begin(&tls, p, TLSPEER_GOOD, TLSPEER_ANY);
    peer_expect_text(p, "<stream:stream");
    ck_assert(tls.established);
    tlspeer_end(&tls);
    peer_close(p);
    lq_config_free(config);
}
END_TEST

/* ---- memory ---- */

static void scenario(void)
{
    lq_context *own = lq_context_new();
    lq_config *c = lq_config_new(PEER_JID);

    if (own != NULL && c != NULL) {
        lq_stream *streams[2];

        lq_config_add_ca(c, tlspeer_ca(), strlen(tlspeer_ca()));
        lq_config_add_ca_file(c, path);
        for (int i = 0; i < 2; i++) {
            streams[i] = lq_stream_new(own, c);
            if (streams[i] != NULL) {
                int rv = lq_stream_start(streams[i], 1);

                ck_assert(rv == LQ_OK || rv == LQ_E_NOMEM);
                /* and the next try may do */
                ck_assert(rv == LQ_OK || lq_stream_start(streams[i], 1) <= 0);
            }
        }
        lq_stream_free(streams[0]);
        lq_stream_free(streams[1]);
    }
    lq_config_free(c);
    lq_context_free(own);
}

START_TEST(any_allocation_may_fail)
{
    file_make(tlspeer_ca());
    memory_torture(scenario);
    file_remove();
}
END_TEST

START_TEST(start_that_lacked_memory_may_be_tried_again)
{
    unsigned long n = 0;
    int rv;

    do {
        lq_stream *stream;

        begin();
        add_ca(config);
        stream = lq_stream_new(context, config);
        memory_fail(++n, false);
        rv = lq_stream_start(stream, 1);
        memory_fail(0, false);
        if (rv != LQ_OK) {
            ck_assert_int_eq(rv, LQ_E_NOMEM);
            ck_assert_int_eq(lq_stream_start(stream, 1), LQ_OK);
        }
        ck_assert_uint_eq(loaded(), 1);
        lq_stream_free(stream);
        end();
    } while (rv != LQ_OK);
    ck_assert_uint_gt(n, 3);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        streams_that_name_the_same_text_share_it,
        next_stream_loads_anew_when_the_last_has_gone,
        another_text_is_loaded_by_itself,
        text_of_the_same_length_is_another_text,
        contexts_share_nothing,
        trust_outlives_whom_it_was_loaded_for,
        system_is_loaded_once_and_kept,
        system_is_not_loaded_before_it_is_needed,
        file_is_read_once_for_all,
        file_and_text_are_not_the_same,
        bad_authorities_are_refused_and_may_be_set_right,
        shared_authorities_vouch_for_both,
        any_allocation_may_fail,
        start_that_lacked_memory_may_be_tried_again,
        NULL,
    };

    return suite_main("trust", tests);
}
