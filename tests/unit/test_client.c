/* test_client.c - our own certificate: who gets it, and what cannot be one. */
#define _POSIX_C_SOURCE 200809L /* mkstemp */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "suite.h"
#include "tlstalk.h"

static const char *const priorities[] = { TLSPEER_1_3, TLSPEER_1_2 };

static certificate ours, authority;

/* ---- helpers ---- */

static void certificates_free(void)
{
    certificate_free(&ours);
    certificate_free(&authority);
}

static void certificates_make(void)
{
    static const san names[] = { { SAN_XMPP, "romeo@example.net", 0 }, { 0 } };

    if (ours.crt == NULL) {
        certificate_make(
            &authority, &(recipe){ .name = "People", .authority = true }, NULL);
        certificate_make(&ours, &(recipe){ .names = names }, &authority);
        atexit(certificates_free);
    }
}

/* Certificate and key in one text; to be freed by the caller. */
static char *both_pem(const char *password)
{
    char *chain = certificate_pem(&ours);
    char *key = certificate_key_pem(&ours, password);
    char *both = malloc(strlen(chain) + strlen(key) + 1);

    strcpy(both, chain);
    strcat(both, key);
    free(chain);
    free(key);
    return both;
}

static void set_pem(lq_config *config, const char *key_password,
                    const char *password)
{
    char *both = both_pem(key_password);

    ck_assert_int_eq(
        lq_config_set_certificate_pem(config, both, strlen(both), password),
        LQ_OK);
    free(both);
}

/* Files live for a moment. */
static char paths[2][32];

static const char *file_make(int which, const char *text)
{
    int file;

    strcpy(paths[which], "/tmp/loquat-client-XXXXXX");
    file = mkstemp(paths[which]);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    return paths[which];
}

static void set_files(lq_config *config, const char *password, bool one)
{
    char *chain = one ? both_pem(password) : certificate_pem(&ours);
    char *key = certificate_key_pem(&ours, password);

    file_make(0, chain);
    file_make(1, key);
    ck_assert_int_eq(lq_config_set_certificate(config, paths[0],
                                               one ? NULL : paths[1], password),
                     LQ_OK);
    free(chain);
    free(key);
}

static void files_remove(void)
{
    for (int i = 0; i < 2; i++) {
        if (paths[i][0] != '\0') {
            unlink(paths[i]);
            paths[i][0] = '\0';
        }
    }
}

/* The server has it: or, if not EXPECTED, has none. */
static void expect_given(bool expected)
{
    unsigned count = 0;
    const gnutls_datum_t *chain =
        gnutls_certificate_get_peers(talk.tls.session, &count);
    gnutls_datum_t der = certificate_der(&ours);

    ck_assert(lq_tls_sent_certificate(talk_ours()) == expected);
    ck_assert(gnutls_session_is_resumed(talk.tls.session) ||
              (chain != NULL) == expected);
    if (chain != NULL) {
        ck_assert_uint_eq(chain->size, der.size);
        ck_assert_mem_eq(chain->data, der.data, der.size);
    }
    gnutls_free(der.data);
}

/* Begin to talk to a server that asks for one. */
static void begin(lq_config *config, int chunk_index)
{
    talk_begin(config, chunk_index);
    talk.client_ca = &authority;
}

static void connect_usual(const char *priority)
{
    talk_connect(tlspeer_certificate(TLSPEER_GOOD), priority);
}

/* ---- who gets it ---- */

typedef void setter(lq_config *config);

static void by_text(lq_config *c) { set_pem(c, NULL, NULL); }
static void by_text_locked(lq_config *c) { set_pem(c, "open", "open"); }
static void by_files(lq_config *c) { set_files(c, NULL, false); }
static void by_files_locked(lq_config *c) { set_files(c, "open", false); }
static void by_one_file(lq_config *c) { set_files(c, NULL, true); }

static void by_the_last_call(lq_config *c)
{
    lq_config_set_certificate(c, "/no/such/file", NULL, NULL);
    set_pem(c, NULL, NULL);
}

static setter *const setters[] = {
    by_text,         by_text_locked, by_files,
    by_files_locked, by_one_file,    by_the_last_call,
};

START_TEST(server_that_asks_is_given_it)
{
    certificates_make();
    for (size_t i = 0; i < LQ_COUNT(setters); i++) {
        for (size_t k = 0; k < LQ_COUNT(priorities); k++) {
            lq_config *config = talk_config();

            setters[i](config);
            begin(config, _i);
            connect_usual(priorities[k]);
            talk_login();
            expect_given(true);
            talk_end();
            files_remove();
        }
    }
}
END_TEST

START_TEST(server_that_resumes_still_has_it)
{
    certificates_make();
    for (size_t k = 0; k < LQ_COUNT(priorities); k++) {
        for (int has = 0; has < 2; has++) {
            lq_config *config = talk_config();

            if (has) {
                set_pem(config, NULL, NULL);
            }
            begin(config, _i);
            for (int round = 0; round < 2; round++) {
                connect_usual(priorities[k]);
                talk_login();
                ck_assert(tlspeer_is_resumed(&talk.tls) == (round > 0));
                expect_given(has);
                talk_lose();
            }
            talk_end();
        }
    }
}
END_TEST

/* XEP-0178 says nothing of lists of authorities, which are for web servers. */
START_TEST(server_that_names_other_authorities_is_given_it_too)
{
    certificates_make();
    for (size_t k = 0; k < LQ_COUNT(priorities); k++) {
        lq_config *config = talk_config();

        set_pem(config, NULL, NULL);
        begin(config, _i);
        talk.client_ca = tlspeer_authority();
        connect_usual(priorities[k]);
        talk_login();
        expect_given(true);
        talk_end();
    }
}
END_TEST

START_TEST(server_that_does_not_ask_is_given_nothing)
{
    certificates_make();
    for (size_t k = 0; k < LQ_COUNT(priorities); k++) {
        lq_config *config = talk_config();

        set_pem(config, NULL, NULL);
        talk_begin(config, _i);
        connect_usual(priorities[k]);
        talk_login();
        expect_given(false);
        talk_end();
    }
}
END_TEST

START_TEST(certificate_may_be_taken_back)
{
    certificates_make();
    for (int i = 0; i < 2; i++) {
        lq_config *config = talk_config();

        set_pem(config, NULL, NULL);
        ck_assert_int_eq(
            i ? lq_config_set_certificate_pem(config, NULL, 0, NULL)
              : lq_config_set_certificate(config, NULL, NULL, NULL),
            LQ_OK);
        begin(config, _i);
        connect_usual(TLSPEER_1_3);
        talk_login();
        expect_given(false);
        talk_end();
    }
}
END_TEST

/* Nobody learns who we are before we know who it is. */
START_TEST(server_that_is_not_verified_is_not_given_it)
{
    certificates_make();
    for (size_t k = 0; k < LQ_COUNT(priorities); k++) {
        for (int kind = TLSPEER_GOOD + 1; kind < TLSPEER_KINDS; kind++) {
            lq_config *config = talk_config();

            set_pem(config, NULL, NULL);
            lq_config_set_ask_trust(config, kind % 2);
            begin(config, _i);
            talk_connect(tlspeer_certificate(kind), priorities[k]);
            if (kind % 2) { /* the person is being asked */
                ck_assert_int_gt(talk_shake_hands(), 0);
            } else {
                free(peer_take(talk.p));
                ck_assert_int_eq(lq_stream_wish(talk.p->stream), LQ_WISH_CLOSE);
            }
            ck_assert_ptr_null(
                gnutls_certificate_get_peers(talk.tls.session, NULL));
            ck_assert(!talk.tls.established);
            ck_assert(!lq_tls_sent_certificate(talk_ours()));
            talk_end();
        }
    }
}
END_TEST

START_TEST(server_that_a_person_trusts_is_given_it)
{
    certificates_make();
    for (size_t k = 0; k < LQ_COUNT(priorities); k++) {
        lq_config *config = talk_config();
        lq_id id;

        set_pem(config, NULL, NULL);
        lq_config_set_ask_trust(config, true);
        begin(config, _i);
        talk_connect(tlspeer_certificate(TLSPEER_SELF_SIGNED), priorities[k]);
        id = talk_shake_hands();
        lq_stream_trust(talk.p->stream, talk.p->now, id, LQ_TRUST_ONCE);
        talk_login();
        expect_given(true);
        talk_end();
    }
}
END_TEST

/* ---- what cannot be one ---- */

static void bad_file(lq_config *c)
{
    lq_config_set_certificate(c, "/no/such/file", NULL, NULL);
}

static void bad_key_file(lq_config *c)
{
    set_files(c, NULL, false);
    lq_config_set_certificate(c, paths[0], "/no/such/file", NULL);
}

static void bad_text(lq_config *c)
{
    lq_config_set_certificate_pem(c, "no pem", 6, NULL);
}

static void no_password(lq_config *c) { set_pem(c, "open", NULL); }
static void wrong_password(lq_config *c) { set_pem(c, "open", "close"); }

static void no_key(lq_config *c)
{
    char *pem = certificate_pem(&ours);

    lq_config_set_certificate_pem(c, pem, strlen(pem), NULL);
    free(pem);
}

static void key_of_another(lq_config *c)
{
    char *pem = certificate_pem(&ours);
    char *key = certificate_key_pem(&authority, NULL);

    file_make(0, pem);
    file_make(1, key);
    lq_config_set_certificate(c, paths[0], paths[1], NULL);
    free(pem);
    free(key);
}

static void no_token(lq_config *c)
{
    lq_config_set_certificate(c, "pkcs11:token=no-such-token;object=romeo",
                              "pkcs11:token=no-such-token;object=romeo",
                              "1234");
}

START_TEST(certificate_that_cannot_be_used_is_refused_at_start)
{
    static setter *const bad[] = {
        bad_file,       bad_key_file, bad_text,       no_password,
        wrong_password, no_key,       key_of_another, no_token,
    };

    certificates_make();
    for (size_t i = 0; i < LQ_COUNT(bad); i++) {
        lq_config *config = talk_config();
        const lq_failure *failure;

        bad[i](config);
        talk_begin(config, _i);
        ck_assert_int_eq(lq_stream_start(talk.p->stream, 1), LQ_E_ARGUMENT);
        failure = lq_stream_failure(talk.p->stream);
        ck_assert_int_eq(lq_failure_layer(failure), LQ_LAYER_CONFIG);
        talk_says(lq_failure_message(failure), "client certificate");
        ck_assert_uint_gt(strlen(lq_failure_text(failure)), 0);
        ck_assert_ptr_null(talk.p->context->trusts);
        talk_end();
        files_remove();
    }
}
END_TEST

START_TEST(empty_names_are_refused_at_once)
{
    lq_config *config = lq_config_new(PEER_JID);

    ck_assert_int_eq(lq_config_set_certificate(config, "", NULL, NULL),
                     LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_config_set_certificate(config, "x", "", NULL),
                     LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_config_set_certificate_pem(config, "", 0, NULL),
                     LQ_E_ARGUMENT);
    ck_assert_ptr_null(config->source);
    lq_config_free(config);
}
END_TEST

/* ---- sharing ---- */

static lq_trust *load(lq_context *context, setter *set)
{
    lq_config *config = talk_config();
    lq_trust *trust;

    set(config);
    ck_assert_int_eq(lq_trust_get(context, config, &trust, NULL), LQ_OK);
    lq_config_free(config);
    return trust;
}

static void by_nothing(lq_config *c) { (void)c; }
static void by_text_opened(lq_config *c) { set_pem(c, NULL, "superfluous"); }

START_TEST(credentials_are_shared_by_what_they_were_loaded_from)
{
    static setter *const all[] = { by_nothing, by_text, by_text_opened,
                                   by_text_locked };
    lq_trust *first[LQ_COUNT(all)], *again;
    lq_context *context = lq_context_new();

    certificates_make();
    for (size_t i = 0; i < LQ_COUNT(all); i++) {
        first[i] = load(context, all[i]);
        for (size_t k = 0; k < i; k++) {
            ck_assert_ptr_ne(first[i], first[k]);
        }
    }
    for (size_t i = 0; i < LQ_COUNT(all) - 1; i++) { /* a new salt each time */
        again = load(context, all[i]);
        ck_assert_ptr_eq(again, first[i]);
        lq_trust_unref(again);
    }
    for (size_t i = 0; i < LQ_COUNT(all); i++) {
        lq_trust_unref(first[i]);
    }
    lq_context_free(context);
}
END_TEST

START_TEST(stream_keeps_no_second_copy_of_the_key)
{
    lq_config *config = talk_config();

    certificates_make();
    set_pem(config, NULL, NULL);
    talk_begin(config, _i);
    ck_assert_ptr_nonnull(talk.p->stream->config.source);
    ck_assert_int_eq(lq_stream_start(talk.p->stream, 1), LQ_OK);
    ck_assert_ptr_null(talk.p->stream->config.source);
    talk_end();
}
END_TEST

/* ---- memory ---- */

static void scenario(void)
{
    lq_config *config = lq_config_new(PEER_JID);
    lq_context *context = lq_context_new();
    char *both = both_pem("open");
    lq_stream *stream = NULL;

    if (config != NULL && context != NULL) {
        lq_config_set_certificate(config, "a", "b", "c");
        lq_config_set_certificate_pem(config, both, strlen(both), "open");
        lq_config_add_ca(config, tlspeer_ca(), strlen(tlspeer_ca()));
        stream = lq_stream_new(context, config);
    }
    if (stream != NULL) {
        int rv = lq_stream_start(stream, 1);

        ck_assert(rv == LQ_OK || rv == LQ_E_NOMEM || rv == LQ_E_ARGUMENT);
    }
    lq_stream_free(stream);
    lq_config_free(config);
    lq_context_free(context);
    free(both);
}

START_TEST(any_allocation_may_fail)
{
    certificates_make();
    if (_i == 2) {
        memory_torture(scenario);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        server_that_asks_is_given_it,
        server_that_resumes_still_has_it,
        server_that_names_other_authorities_is_given_it_too,
        server_that_does_not_ask_is_given_nothing,
        certificate_may_be_taken_back,
        server_that_is_not_verified_is_not_given_it,
        server_that_a_person_trusts_is_given_it,
        certificate_that_cannot_be_used_is_refused_at_start,
        empty_names_are_refused_at_once,
        credentials_are_shared_by_what_they_were_loaded_from,
        stream_keeps_no_second_copy_of_the_key,
        any_allocation_may_fail,
        NULL,
    };

    return suite_main_chunked("client", tests);
}
