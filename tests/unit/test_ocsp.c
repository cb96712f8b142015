/* test_ocsp.c - certificates that were revoked: what the server staples. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "ocsp.h"
#include "stream/verify.h"
#include "suite.h"
#include "tlstalk.h"

enum { HOUR = 60 * 60 };

static const char *const priorities[] = { TLSPEER_1_3, TLSPEER_1_2 };
static const san names[] = { { SAN_DNS, "example.net", 0 }, { 0 } };

static gnutls_datum_t staple;

static int on_status(gnutls_session_t session, void *self,
                     gnutls_datum_t *response)
{
    (void)session;
    (void)self;
    response->data = gnutls_malloc(staple.size);
    response->size = staple.size;
    memcpy(response->data, staple.data, staple.size);
    return 0;
}

static void prepare(void)
{
    if (staple.data != NULL) {
        gnutls_certificate_set_ocsp_status_request_function2(
            talk.tls.credentials, 0, on_status, NULL);
    }
}

static void staple_free(void)
{
    gnutls_free(staple.data);
    staple = (gnutls_datum_t){ NULL, 0 };
}

typedef enum whose { AUTHORITYS, SELF, STRANGERS } whose;

typedef struct row {
    bool must_staple, stapled;
    int status;
    long from, to;
    whose signer;
    bool of_another;
    const char *refusal; /* NULL: it is believed */
} row;

static const row rows[] = {
    { .stapled = false },
    { .stapled = true, .status = OCSP_GOOD },
    { .stapled = true, .status = OCSP_REVOKED, .refusal = "revoked" },
    { .must_staple = true, .stapled = true, .status = OCSP_GOOD },
    { .must_staple = true, .stapled = false, .refusal = "OCSP status" },
    { .must_staple = true,
      .stapled = true,
      .status = OCSP_REVOKED,
      .refusal = "revoked" },
    { .stapled = true, .status = OCSP_UNKNOWN, .refusal = "OCSP status" },
    /* an answer from long ago */
    { .must_staple = true,
      .stapled = true,
      .from = -2L * HOUR,
      .to = -1L * HOUR,
      .refusal = "revocation" },
    /* an answer that is no answer, where one is due */
    { .must_staple = true,
      .stapled = true,
      .signer = SELF,
      .refusal = "OCSP status" },
    { .must_staple = true,
      .stapled = true,
      .signer = STRANGERS,
      .refusal = "OCSP status" },
    { .must_staple = true,
      .stapled = true,
      .of_another = true,
      .refusal = "OCSP status" },
    { .must_staple = true,
      .stapled = true,
      .status = OCSP_UNKNOWN,
      .refusal = "OCSP status" },
};

static void make(const row *r, certificate *c)
{
    const certificate *signers[] = {
        [AUTHORITYS] = tlspeer_authority(),
        [SELF] = c,
        [STRANGERS] = tlspeer_certificate(TLSPEER_STRANGER),
    };

    certificate_make(c,
                     &(recipe){ .name = "Server",
                                .names = names,
                                .must_staple = r->must_staple },
                     tlspeer_authority());
    if (r->stapled) {
        staple = ocsp_make(&(ocsp){
            .status = r->status,
            .from = r->from,
            .to = r->to,
            .about = r->of_another ? tlspeer_certificate(TLSPEER_GOOD) : c,
            .issuer = tlspeer_authority(),
            .signer = signers[r->signer],
        });
    }
}

START_TEST(what_the_server_staples_is_heard)
{
    for (size_t i = 0; i < 2 * LQ_COUNT(rows); i++) {
        const row *r = &rows[i / 2];
        certificate c;

        make(r, &c);
        talk_begin(talk_config(), _i);
        talk.prepare = prepare;
        talk_connect(&c, priorities[i % 2]);
        if (r->refusal == NULL) {
            talk_login();
        } else {
            talk_expect_refusal(r->refusal);
        }
        talk_end();
        staple_free();
        certificate_free(&c);
    }
}
END_TEST

START_TEST(bytes_that_are_no_answer_are_none)
{
    certificate c;

    for (int must = 0; must < 2; must++) {
        make(&(row){ .must_staple = must, .stapled = true }, &c);
        staple.size /= 2;
        talk_begin(talk_config(), _i);
        talk.prepare = prepare;
        talk_connect(&c, TLSPEER_1_3);
        talk_expect_refusal("OCSP status");
        talk_end();
        staple_free();
        certificate_free(&c);
    }
}
END_TEST

/* Whoever trusts a key trusts its owner, who may have lost it. */
START_TEST(key_that_is_trusted_for_good_may_be_revoked_all_the_same)
{
    lq_config *config = talk_config();
    certificate c;
    lq_id id;

    make(&(row){ .stapled = true, .status = OCSP_REVOKED }, &c);
    lq_config_set_ask_trust(config, true);
    talk_begin(config, _i);
    talk.prepare = prepare;
    for (int i = 0; i < 2; i++) {
        talk_connect(&c, TLSPEER_1_3);
        id = talk_shake_hands();
        ck_assert_int_gt(id, 0);
        lq_stream_trust(talk.p->stream, talk.p->now, id, LQ_TRUST_ALWAYS);
        talk_login();
        talk_lose();
        ck_assert_ptr_nonnull(lq_trusted_key(talk.p->stream));
    }
    talk_end();
    staple_free();
    certificate_free(&c);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        what_the_server_staples_is_heard,
        bytes_that_are_no_answer_are_none,
        key_that_is_trusted_for_good_may_be_revoked_all_the_same,
        NULL,
    };

    return suite_main_chunked("ocsp", tests);
}
