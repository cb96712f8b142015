/* test_verify.c - whom we believe: names, pins, keys that a person trusts. */
#include "stream/verify.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "suite.h"
#include "tlstalk.h"

#define CLIENT_ONLY GNUTLS_KP_TLS_WWW_CLIENT

static const char *const priorities[] = { TLSPEER_1_3, TLSPEER_1_2 };

/* The SHA-256 of the key that C has, by another way than ours. */
static const unsigned char *key_of(const certificate *c)
{
    static unsigned char key[32];
    gnutls_pubkey_t public;
    gnutls_datum_t der;

    certificate_fine(gnutls_pubkey_init(&public));
    certificate_fine(gnutls_pubkey_import_x509(public, c->crt, 0));
    certificate_fine(gnutls_pubkey_export2(public, GNUTLS_X509_FMT_DER, &der));
    certificate_fine(
        gnutls_hash_fast(GNUTLS_DIG_SHA256, der.data, der.size, key));
    gnutls_free(der.data);
    gnutls_pubkey_deinit(public);
    return key;
}

static const char *pin_of(const certificate *c)
{
    static char pin[45];
    gnutls_datum_t key = { (unsigned char *)key_of(c), 32 }, text;

    certificate_fine(gnutls_base64_encode2(&key, &text));
    memcpy(pin, text.data, 44);
    gnutls_free(text.data);
    return pin;
}

/* ---- names, in a handshake ---- */

typedef struct row {
    const san names[3];
    const char *cn, *purpose;
    const char *refusal; /* NULL: it is believed */
} row;

static const row rows[] = {
    { { { SAN_DNS, "example.net", 0 } }, NULL, NULL, NULL },
    { { { SAN_SRV, "_xmpp-client.example.net", 0 } }, NULL, NULL, NULL },
    { { { SAN_XMPP, "example.net", 0 } }, NULL, NULL, NULL },
    { { { 0 } }, "example.net", NULL, NULL },
    { { { SAN_DNS, "example.net", 0 } }, NULL, GNUTLS_KP_TLS_WWW_SERVER, NULL },
    { { { SAN_DNS, "example.net", 0 } }, NULL, CLIENT_ONLY, "purpose" },
    { { { SAN_DNS, "example.org", 0 } }, "example.net", NULL, "name" },
    { { { SAN_SRV, "_xmpp-server.example.net", 0 } },
      "example.net",
      NULL,
      "name" },
    { { { SAN_DNS, "*.net", 0 } }, NULL, NULL, "name" },
    { { { 0 } }, NULL, NULL, "name" },
};

START_TEST(certificate_must_name_the_domain)
{
    for (size_t i = 0; i < LQ_COUNT(rows); i++) {
        const row *r = &rows[i];
        certificate c;

        certificate_make(&c,
                         &(recipe){ .name = r->cn,
                                    .names = r->names,
                                    .purpose = r->purpose },
                         tlspeer_authority());
        talk_begin(talk_config(), _i);
        talk_connect(&c, priorities[i % 2]);
        if (r->refusal == NULL) {
            talk_login();
        } else {
            talk_expect_refusal(r->refusal);
        }
        talk_end();
        certificate_free(&c);
    }
}
END_TEST

/* The name to verify is the account's, in ASCII. */
START_TEST(account_names_the_domain_in_any_spelling)
{
    static const struct {
        const char *jid;
        san name;
    } accounts[] = {
        { "a@b\xc3\xbc"
          "cher.example",
          { SAN_DNS, "xn--bcher-kva.example", 0 } },
        { "a@b\xc3\xbc"
          "cher.example",
          { SAN_XMPP,
            "b\xc3\xbc"
            "cher.example",
            0 } },
        { "a@192.0.2.1", { SAN_IP, "c0000201", 0 } },
        { "a@[2001:DB8::1]",
          { SAN_IP, "20010db8000000000000000000000001", 0 } },
    };

    for (size_t i = 0; i < LQ_COUNT(accounts); i++) {
        const san names[] = { accounts[i].name, { 0 } };
        lq_config *config = lq_config_new(accounts[i].jid);
        certificate c;
        char sni[256];
        size_t size = sizeof(sni);
        unsigned type;

        certificate_make(&c, &(recipe){ .names = names }, tlspeer_authority());
        lq_config_add_ca(config, tlspeer_ca(), strlen(tlspeer_ca()));
        talk_begin(config, _i);
        talk_connect(&c, TLSPEER_1_3);
        peer_expect_text(talk.p, "<stream:stream");
        ck_assert(talk.tls.established);
        /* RFC 6066, 3: an address is no server_name */
        ck_assert(
            (gnutls_server_name_get(talk.tls.session, sni, &size, &type, 0) ==
             0) == (accounts[i].name.type != SAN_IP));
        talk_end();
        certificate_free(&c);
    }
}
END_TEST

/* ---- pins ---- */

static lq_config *pinned(const certificate *const *keys)
{
    lq_config *config = talk_config();

    memory_spare(true);
    for (; *keys != NULL; keys++) {
        ck_assert_int_eq(lq_config_add_pin(config, pin_of(*keys)), LQ_OK);
    }
    memory_spare(false);
    return config;
}

START_TEST(pinned_key_is_believed_if_the_rest_holds)
{
    const certificate *good = tlspeer_certificate(TLSPEER_GOOD);
    const certificate *other = tlspeer_certificate(TLSPEER_OTHER);
    const certificate *const one[] = { good, NULL };
    const certificate *const both[] = { other, good, NULL };

    for (size_t i = 0; i < LQ_COUNT(priorities); i++) {
        talk_begin(pinned(one), _i);
        talk_once(good, priorities[i], false);
        talk_once(good, priorities[i], true);
        talk_end();
        talk_begin(pinned(both), _i);
        talk_once(good, priorities[i], false);
        talk_once(good, priorities[i], true);
        talk_end();
    }
}
END_TEST

START_TEST(keys_of_all_kinds_may_be_pinned)
{
    static const gnutls_pk_algorithm_t kinds[] = {
        GNUTLS_PK_RSA,
        GNUTLS_PK_RSA_PSS,
        GNUTLS_PK_EDDSA_ED25519,
    };
    static const san names[] = { { SAN_DNS, "example.net", 0 }, { 0 } };

    for (size_t i = 0; i < LQ_COUNT(kinds); i++) {
        certificate c;
        const certificate *const keys[] = { &c, NULL };

        certificate_make(&c, &(recipe){ .names = names, .algorithm = kinds[i] },
                         tlspeer_authority());
        talk_begin(pinned(keys), 2);
        talk_connect(&c, TLSPEER_1_3);
        talk_login();
        talk_end();
        certificate_free(&c);
    }
}
END_TEST

START_TEST(another_key_is_refused_whoever_vouches)
{
    const certificate *good = tlspeer_certificate(TLSPEER_GOOD);
    const certificate *const keys[] = { tlspeer_certificate(TLSPEER_OTHER),
                                        NULL };

    for (size_t i = 0; i < LQ_COUNT(priorities); i++) {
        for (int ask = 0; ask < 2; ask++) { /* nobody is asked about it */
            lq_config *config = pinned(keys);

            lq_config_set_ask_trust(config, ask);
            talk_begin(config, _i);
            lq_set_trusted_key(talk.p->stream, key_of(good));
            talk_connect(good, priorities[i]);
            talk_expect_refusal("none of the keys that were pinned");
            talk_says(lq_failure_message(lq_stream_failure(talk.p->stream)),
                      pin_of(good));
            talk_end();
        }
    }
}
END_TEST

START_TEST(pin_does_not_excuse_the_chain)
{
    static const struct {
        int kind;
        const char *reason;
    } kinds[] = {
        { TLSPEER_EXPIRED, "expired" },
        { TLSPEER_OTHER, "name" },
        { TLSPEER_SELF_SIGNED, "issuer is unknown" },
    };

    for (size_t i = 0; i < LQ_COUNT(kinds); i++) {
        const certificate *c = tlspeer_certificate(kinds[i].kind);
        const certificate *const keys[] = { c, NULL };
        lq_config *config = pinned(keys);

        talk_begin(config, _i);
        talk_connect(c, TLSPEER_1_3);
        talk_expect_refusal(kinds[i].reason);
        talk_end();

        config = pinned(keys);
        lq_config_set_ask_trust(config, true);
        talk_begin(config, _i);
        talk_connect(c, TLSPEER_1_3);
        ck_assert_int_gt(talk_shake_hands(), 0);
        talk_end();
    }
}
END_TEST

START_TEST(pin_that_is_none_is_refused)
{
    static const char *const bad[] = {
        "",
        "x",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", /* 31 bytes */
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", /* 33 */
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",  /* no padding */
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=", /* spare bits */
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ",
        "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "0000000000000000000000000000000000000000000000000000000000000000",
    };
    lq_config *config = lq_config_new(PEER_JID);

    for (size_t i = 0; i < LQ_COUNT(bad); i++) {
        ck_assert_int_eq(lq_config_add_pin(config, bad[i]), LQ_E_ARGUMENT);
        ck_assert_ptr_null(config->pins);
    }
    for (int i = 0; i < 1001; i++) {
        ck_assert_int_eq(
            lq_config_add_pin(config,
                              "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
            i < 1000 ? LQ_OK : LQ_E_ARGUMENT);
    }
    lq_config_free(config);
}
END_TEST

/* ---- keys that a person trusts ---- */

static void begin_asking(void)
{
    lq_config *config = talk_config();

    lq_config_set_ask_trust(config, true);
    talk_begin(config, 2);
}

static void answer(lq_id id, int trust)
{
    ck_assert_int_gt(id, 0);
    ck_assert_int_eq(lq_stream_trust(talk.p->stream, talk.p->now, id, trust),
                     LQ_OK);
}

START_TEST(question_tells_the_pin)
{
    const certificate *c = tlspeer_certificate(TLSPEER_SELF_SIGNED);
    const lq_event *event;

    begin_asking();
    talk_connect(c, TLSPEER_1_3);
    free(peer_take(talk.p));
    event = peer_event(talk.p, LQ_EVENT_QUERY);
    ck_assert_str_eq(lq_event_pin(event), pin_of(c));
    ck_assert_str_eq(lq_event_fingerprint(event),
                     tlspeer_fingerprint(TLSPEER_SELF_SIGNED));
    ck_assert_ptr_null(strstr(lq_event_distrust(event), "before"));
    ck_assert_ptr_null(lq_event_pin(&(lq_event){ .type = LQ_EVENT_MESSAGE }));
    talk_end();
}
END_TEST

START_TEST(answer_is_one_of_three)
{
    lq_id id;

    begin_asking();
    talk_connect(tlspeer_certificate(TLSPEER_SELF_SIGNED), TLSPEER_1_3);
    id = talk_shake_hands();
    ck_assert_int_eq(lq_stream_trust(talk.p->stream, talk.p->now, id, -1),
                     LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_stream_trust(talk.p->stream, talk.p->now, id, 3),
                     LQ_E_ARGUMENT);
    answer(id, LQ_TRUST_NO);
    talk_expect_refusal("issuer is unknown");
    ck_assert_ptr_null(lq_trusted_key(talk.p->stream));
    talk_end();
}
END_TEST

/* Expired, of another name, signed by anyone: the person knows the key. */
START_TEST(key_that_is_trusted_for_good_is_not_asked_about_again)
{
    for (size_t i = 0; i < LQ_COUNT(priorities); i++) {
        for (int kind = TLSPEER_EXPIRED; kind < TLSPEER_KINDS; kind++) {
            const certificate *c = tlspeer_certificate(kind);

            begin_asking();
            talk_connect(c, priorities[i]);
            answer(talk_shake_hands(), LQ_TRUST_ALWAYS);
            talk_login();
            ck_assert_mem_eq(lq_trusted_key(talk.p->stream), key_of(c), 32);
            talk_lose();
            talk_once(c, priorities[i], true); /* and may be resumed */
            tlspeer_forget_tickets();
            talk_once(c, priorities[i], false);
            talk_end();
        }
    }
}
END_TEST

START_TEST(trust_for_once_leaves_nothing)
{
    const certificate *c = tlspeer_certificate(TLSPEER_EXPIRED);

    begin_asking();
    for (int i = 0; i < 2; i++) {
        talk_connect(c, TLSPEER_1_3);
        answer(talk_shake_hands(), LQ_TRUST_ONCE);
        talk_login();
        ck_assert_ptr_null(lq_trusted_key(talk.p->stream));
        ck_assert(!tlspeer_is_resumed(&talk.tls));
        talk_lose();
    }
    talk_end();
}
END_TEST

START_TEST(key_outlives_its_certificate)
{
    static const san names[] = { { SAN_DNS, "elsewhere.example", 0 }, { 0 } };
    const certificate *old = tlspeer_certificate(TLSPEER_SELF_SIGNED);
    certificate renewed = { NULL, NULL };

    certificate_make(&renewed, &(recipe){ .names = names }, NULL);
    begin_asking();
    talk_connect(&renewed, TLSPEER_1_3);
    answer(talk_shake_hands(), LQ_TRUST_ALWAYS);
    talk_login();
    talk_lose();
    certificate_renew(&renewed, old);
    talk_once(&renewed, TLSPEER_1_2, false);
    talk_end();
    certificate_free(&renewed);
}
END_TEST

START_TEST(another_key_is_asked_about_and_said_to_be_another)
{
    const certificate *first = tlspeer_certificate(TLSPEER_SELF_SIGNED);
    const certificate *second = tlspeer_certificate(TLSPEER_STRANGER);
    const lq_event *event;

    begin_asking();
    talk_connect(first, TLSPEER_1_3);
    answer(talk_shake_hands(), LQ_TRUST_ALWAYS);
    talk_login();
    talk_lose();
    tlspeer_forget_tickets();
    talk_connect(second, TLSPEER_1_3);
    free(peer_take(talk.p));
    event = peer_event(talk.p, LQ_EVENT_QUERY);
    talk_says(lq_event_distrust(event), "not the one that was trusted before");
    talk_says(lq_event_distrust(event), "issuer is unknown");
    answer(event->id, LQ_TRUST_ALWAYS); /* it takes the place of the first */
    talk_login();
    talk_lose();
    ck_assert_mem_eq(lq_trusted_key(talk.p->stream), key_of(second), 32);
    tlspeer_forget_tickets();
    talk_once(second, TLSPEER_1_3, false);
    tlspeer_forget_tickets();
    talk_connect(first, TLSPEER_1_3);
    ck_assert_int_gt(talk_shake_hands(), 0);
    talk_end();
}
END_TEST

START_TEST(another_key_is_refused_where_nobody_is_asked)
{
    talk_begin(talk_config(), _i);
    lq_set_trusted_key(talk.p->stream,
                       key_of(tlspeer_certificate(TLSPEER_SELF_SIGNED)));
    talk_connect(tlspeer_certificate(TLSPEER_STRANGER), TLSPEER_1_3);
    talk_expect_refusal("not the one that was trusted before");
    talk_end();
}
END_TEST

START_TEST(trusted_key_may_be_given_and_taken_back)
{
    const certificate *c = tlspeer_certificate(TLSPEER_EXPIRED);

    talk_begin(talk_config(), _i);
    ck_assert_ptr_null(lq_trusted_key(talk.p->stream));
    ck_assert_int_eq(lq_set_trusted_key(talk.p->stream, key_of(c)), LQ_OK);
    talk_once(c, TLSPEER_1_3, false);
    talk_once(c, TLSPEER_1_3, true);
    memory_fail(1, true);
    ck_assert_int_eq(lq_set_trusted_key(talk.p->stream, key_of(c)), LQ_E_NOMEM);
    memory_fail(0, false);
    ck_assert_mem_eq(lq_trusted_key(talk.p->stream), key_of(c), 32);
    ck_assert_int_eq(lq_set_trusted_key(talk.p->stream, NULL), LQ_OK);
    talk_connect(c, TLSPEER_1_3); /* and what rested on it is not resumed */
    talk_expect_refusal("expired");
    talk_end();
}
END_TEST

/* ---- memory ---- */

static void trusting_for_good(void)
{
    lq_config *config = talk_config();

    lq_config_set_ask_trust(config, true);
    talk_begin(config, 2);
    for (int i = 0; i < 2; i++) {
        lq_id id;

        talk_connect(tlspeer_certificate(TLSPEER_SELF_SIGNED), TLSPEER_1_3);
        id = talk_shake_hands();
        lq_stream_trust(talk.p->stream, talk.p->now, id, LQ_TRUST_ALWAYS);
        free(peer_take(talk.p));
        talk_lose();
    }
    talk_end();
}

static size_t pins_of(const lq_config *config)
{
    return config->pins == NULL ? 0 : config->pins->count;
}

static void pinning(void)
{
    lq_config *config = lq_config_new(PEER_JID), *copy;

    if (config != NULL) {
        lq_config_add_pin(config, pin_of(tlspeer_certificate(TLSPEER_GOOD)));
        lq_config_add_pin(config, pin_of(tlspeer_certificate(TLSPEER_OTHER)));
        copy = calloc(1, sizeof(*copy));
        if (lq_config_copy(copy, config) == LQ_OK) {
            ck_assert_uint_eq(pins_of(copy), pins_of(config));
            lq_config_clear(copy);
        }
        free(copy);
    }
    lq_config_free(config);
}

START_TEST(trust_survives_any_allocation_that_fails)
{
    if (_i == 2) {
        memory_torture(trusting_for_good);
        memory_torture(pinning);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        certificate_must_name_the_domain,
        account_names_the_domain_in_any_spelling,
        pinned_key_is_believed_if_the_rest_holds,
        keys_of_all_kinds_may_be_pinned,
        another_key_is_refused_whoever_vouches,
        pin_does_not_excuse_the_chain,
        pin_that_is_none_is_refused,
        question_tells_the_pin,
        answer_is_one_of_three,
        key_that_is_trusted_for_good_is_not_asked_about_again,
        trust_for_once_leaves_nothing,
        key_outlives_its_certificate,
        another_key_is_asked_about_and_said_to_be_another,
        another_key_is_refused_where_nobody_is_asked,
        trusted_key_may_be_given_and_taken_back,
        trust_survives_any_allocation_that_fails,
        NULL,
    };

    return suite_main_chunked("verify", tests);
}
