/* test_saved.c - what was learnt about an account, in another process.
 *
 * A stream logs in at a clerk over TLS, and what it saves goes to a stream of
 * another context.  Damage of every kind costs that knowledge, not the login.
 */
#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/clerk.h"
#include "base/array.h"
#include "suite.h"
#include "tlstalk.h"

#define SASL_1 "SCRAM-SHA-256 SCRAM-SHA-256-PLUS"

static clerk server;

/* ---- what is kept ---- */

typedef struct blob {
    unsigned char *bytes;
    size_t len;
} blob;

enum { MAGIC = 4, DIGEST = 32 };

static blob blob_copy(const void *bytes, size_t len)
{
    blob b = { malloc(len + 1), len };

    if (len > 0) {
        memcpy(b.bytes, bytes, len);
    }
    return b;
}

static void blob_free(blob *b)
{
    free(b->bytes);
    *b = (blob){ NULL, 0 };
}

/* Make the digest right again. */
static void blob_seal(blob *b)
{
    gnutls_hash_fast(GNUTLS_DIG_SHA256, b->bytes, b->len - DIGEST,
                     b->bytes + b->len - DIGEST);
}

/* Add a record: TAG, what it says its length is, LEN bytes. */
static void blob_add(blob *b, int tag, unsigned long says, const void *value,
                     size_t len)
{
    unsigned char *at;

    b->bytes = realloc(b->bytes, b->len + 5 + len);
    at = b->bytes + b->len - DIGEST;
    *at++ = (unsigned char)tag;
    for (int i = 0; i < 4; i++) {
        *at++ = (unsigned char)(says >> 8 * i);
    }
    if (len > 0) {
        memcpy(at, value, len);
    }
    b->len += 5 + len;
    blob_seal(b);
}

/* ---- helpers ---- */

static lq_config *config_with(const char *password, const blob *saved)
{
    lq_config *config = talk_config();

    memory_spare(true);
    lq_config_set_password(config, password);
    if (saved != NULL) {
        ck_assert_int_eq(lq_config_set_saved(config, LQ_SAVED_ACCOUNT,
                                             saved->bytes, saved->len),
                         LQ_OK);
    }
    memory_spare(false);
    return config;
}

/* The clerk hears of TLS when there is any. */
static void secure(void)
{
    static const struct {
        gnutls_channel_binding_t type;
        const char *name;
    } types[] = { { GNUTLS_CB_TLS_EXPORTER, "tls-exporter" },
                  { GNUTLS_CB_TLS_SERVER_END_POINT, "tls-server-end-point" } };
    binding_set set = { .count = 0 };

    for (size_t i = 0; i < LQ_COUNT(types); i++) {
        gnutls_datum_t data = { NULL, 0 };

        if (gnutls_session_channel_binding(talk.tls.session, types[i].type,
                                           &data) >= 0) {
            binding_put(&set, types[i].name, data.data, data.size);
        }
        gnutls_free(data.data);
    }
    clerk_secure(&server, &set, "0304");
}

/* The clerk answers as long as it is spoken to. */
static void serve(void)
{
    for (int i = 0; i < 50; i++) {
        char *said = peer_take(talk.p);
        bool quiet = *said == '\0';

        if (talk.tls.established && !server.secured) {
            secure();
        }
        clerk_take(&server, said, strlen(said));
        free(said);
        if (server.out.len > 0) {
            peer_feed(talk.p, server.out.bytes, server.out.len);
            octets_drop(&server.out, server.out.len);
        } else if (quiet) {
            return;
        }
    }
}

/* A stream for CONFIG, and a server that offers OFFER; memory suffices. */
static void begin(lq_config *config, const clerk_offer *offer, int chunk_index)
{
    server = (clerk){ .offer = *offer, .tokens = server.tokens };
    server.tokens.given = 0;
    server.offer.jid = PEER_ACCOUNT;
    server.offer.password = PEER_PASSWORD;
    talk_begin(config, chunk_index);
}

static void connect_to_server(void)
{
    clerk_connect(&server);
    talk_connect(tlspeer_certificate(TLSPEER_GOOD), TLSPEER_1_3);
}

static void end(void)
{
    talk_end();
    clerk_clear(&server);
}

static bool is_online(void)
{
    return lq_stream_state(talk.p->stream) == LQ_STATE_ONLINE;
}

/* Connect and log in; SAVE is told if SAVES. */
static void login(bool saves)
{
    connect_to_server();
    serve();
    ck_assert_msg(memory_is_tortured() || is_online(), "%s (%s)",
                  lq_failure_message(lq_stream_failure(talk.p->stream)),
                  server.wrong);
    peer_event(talk.p, LQ_EVENT_ONLINE);
    if (saves) {
        const lq_event *event = peer_event(talk.p, LQ_EVENT_SAVE);

        CLAIM(event != NULL && event->id == LQ_SAVED_ACCOUNT);
    }
    peer_quiet(talk.p);
}

static blob save(void)
{
    size_t len = 1;
    const void *bytes = lq_stream_save(talk.p->stream, LQ_SAVED_ACCOUNT, &len);

    CLAIM(bytes != NULL && len > MAGIC + DIGEST);
    ck_assert((bytes == NULL) == (len == 0));
    return blob_copy(bytes, len);
}

static const clerk_offer plus = { .sasl = SASL_1,
                                  .bindings = "tls-exporter "
                                              "tls-server-end-point",
                                  .hash = true,
                                  .version = true };
static const clerk_offer fast = { .sasl = SASL_1,
                                  .sasl2 = SASL_1,
                                  .bindings = "tls-exporter "
                                              "tls-server-end-point",
                                  .bind2 = true,
                                  .fast = "HT-SHA-256-EXPR HT-SHA-256-NONE",
                                  .rotates = true,
                                  .config_version = "v1" };
static const clerk_offer plain = { .sasl = "PLAIN" };

/* What a first login leaves, here and at the server. */
static struct legacy {
    const clerk_offer *offer; /* NULL: not made yet */
    blob blob;
    fast_token next;
    char agent[64];
} legacies[4];

static void legacy_make(struct legacy *l, const clerk_offer *offer)
{
    const blob nothing = { NULL, 0 };

    server = (clerk){ .wrong = NULL };
    begin(config_with(PEER_PASSWORD, &nothing), offer, 2);
    memory_spare(true); /* begin() has ended that */
    login(true);
    CLAIM(server.wrong == NULL);
    *l = (struct legacy){ .offer = offer, .blob = save() };
    l->next = server.tokens.next;
    memcpy(l->agent, server.tokens.agent, sizeof(l->agent));
    end();
    memory_spare(false);
}

/* What the first login at OFFER has left, to be freed, and a server that
 * remembers it.  Memory suffices. */
static blob first_login(const clerk_offer *offer)
{
    struct legacy *l = legacies;

    while (l->offer != NULL && l->offer != offer) {
        l++;
    }
    if (l->offer == NULL) {
        legacy_make(l, offer);
    }
    server = (clerk){ .tokens = { .next = l->next } };
    memcpy(server.tokens.agent, l->agent, sizeof(server.tokens.agent));
    return blob_copy(l->blob.bytes, l->blob.len);
}

static void legacies_free(void)
{
    for (size_t i = 0; i < LQ_COUNT(legacies); i++) {
        blob_free(&legacies[i].blob);
    }
}

static const char *security(int which)
{
    const char *text = lq_stream_security(talk.p->stream, which);

    return text == NULL ? "" : text;
}

/* ---- good days ---- */

static const struct good_row {
    const clerk_offer *offer;
    const char *begins; /* before the server has said a word */
    const char *mechanism, *profile;
} good_rows[] = {
    { &plus,
      "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
      "mechanism='SCRAM-SHA-256-PLUS'",
      "SCRAM-SHA-256-PLUS", "SASL" },
    { &fast,
      "<authenticate xmlns='urn:xmpp:sasl:2' "
      "mechanism='HT-SHA-256-EXPR'",
      "HT-SHA-256-EXPR", "SASL2" },
};

START_TEST(second_login_begins_ahead_and_needs_no_password)
{
    for (size_t i = 0; i < LQ_COUNT(good_rows); i++) {
        const struct good_row *row = &good_rows[i];
        blob b = first_login(row->offer);
        const lq_scram_keys *keys;
        char *said;

        begin(config_with(NULL, &b), row->offer, _i);
        connect_to_server();
        said = peer_take(talk.p);
        keys = talk.p->stream->known.keys;
        CLAIM(strstr(said, "<stream:stream") != NULL);
        ck_assert_msg(strstr(said, row->begins) != NULL || memory_is_tortured(),
                      "%s", said);
        secure();
        clerk_take(&server, said, strlen(said));
        free(said);
        if (server.out.len > 0) {
            peer_feed(talk.p, server.out.bytes, server.out.len);
            octets_drop(&server.out, server.out.len);
        }
        serve();
        CLAIM(is_online());
        peer_event(talk.p, LQ_EVENT_ONLINE);
        peer_event(talk.p, LQ_EVENT_SAVE);
        peer_quiet(talk.p);
        CLAIM(server.wrong == NULL);
        CLAIM(keys != NULL && talk.p->stream->known.keys == keys);
        CLAIM(strcmp(security(LQ_SECURITY_MECHANISM), row->mechanism) == 0);
        CLAIM(strcmp(security(LQ_SECURITY_PROFILE), row->profile) == 0);
        CLAIM(strcmp(security(LQ_SECURITY_SESSION), "resumed") == 0);
        end();
        blob_free(&b);
    }
}
END_TEST

START_TEST(what_is_saved_is_what_was_read)
{
    for (size_t i = 0; i < LQ_COUNT(good_rows); i++) {
        blob b = first_login(good_rows[i].offer), again;
        size_t len = 0;
        const void *bytes;

        begin(config_with(NULL, &b), good_rows[i].offer, _i);
        ck_assert_ptr_null(
            lq_stream_save(talk.p->stream, LQ_SAVED_ACCOUNT, &len));
        if (lq_stream_start(talk.p->stream, 0) == LQ_OK) {
            bytes = lq_stream_save(talk.p->stream, LQ_SAVED_ACCOUNT, &len);
            CLAIM(bytes != NULL && len == b.len &&
                  memcmp(bytes, b.bytes, len) == 0);
            again = blob_copy(bytes, len);
            bytes = lq_stream_save(talk.p->stream, LQ_SAVED_ACCOUNT, &len);
            CLAIM(bytes != NULL && len == again.len &&
                  memcmp(bytes, again.bytes, len) == 0);
            blob_free(&again);
        }
        end();
        blob_free(&b);
    }
}
END_TEST

START_TEST(token_goes_on_from_process_to_process)
{
    blob b = first_login(&fast);

    for (int i = 0; i < 3; i++) {
        blob next;

        begin(config_with(NULL, &b), &fast, _i);
        login(true);
        CLAIM(server.wrong == NULL);
        CLAIM(strcmp(security(LQ_SECURITY_MECHANISM), "HT-SHA-256-EXPR") == 0);
        next = save();
        end();
        blob_free(&b);
        b = next;
        if (b.len == 0) {
            break; /* memory was short */
        }
    }
    CLAIM(server.tokens.given == 1); /* by this clerk, the last: it rotates */
    blob_free(&b);
}
END_TEST

START_TEST(installation_keeps_its_name)
{
    blob b = first_login(&fast);
    char agent[64];

    memcpy(agent, server.tokens.agent, sizeof(agent));
    ck_assert_uint_eq(strlen(agent), 36);
    ck_assert(agent[14] == '4' && strchr("89ab", agent[19]) != NULL);
    server.tokens.next.text[0] = server.tokens.current.text[0] =
        '\0'; /* all forgotten */
    begin(config_with(PEER_PASSWORD, &b), &fast, _i);
    connect_to_server();
    serve();
    CLAIM(is_online() && strcmp(server.tokens.agent, agent) == 0);
    end();
    blob_free(&b);
}
END_TEST

/* ---- pins ---- */

/* The login is refused for good. */
static void expect_refusal(const char *word)
{
    const lq_event *event;

    serve();
    CLAIM(lq_stream_wish(talk.p->stream) == LQ_WISH_CLOSE);
    peer_hang_up(talk.p);
    event = lq_stream_event(talk.p->stream);
    while (event != NULL && event->type != LQ_EVENT_CLOSED) {
        event = lq_stream_event(talk.p->stream);
    }
    CLAIM(event != NULL && event->error == LQ_E_AUTH);
    talk_says(lq_failure_message(lq_stream_failure(talk.p->stream)), word);
}

START_TEST(pins_hold_in_another_process)
{
    static const clerk_offer unbound = { .sasl = "SCRAM-SHA-256 PLAIN" };
    static const struct {
        const clerk_offer *first, *then;
        const char *word;
    } rows[] = {
        { &plus, &plain, "strong" },
        { &plus, &unbound, "before" },
        { &fast, &plus, "SASL 2" },
        { &fast, &plain, "SASL 2" },
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        blob b = first_login(rows[i].first);

        begin(config_with(PEER_PASSWORD, &b), rows[i].then, _i);
        connect_to_server();
        expect_refusal(rows[i].word);
        CLAIM(server.scram.client_first[0] == '\0' ||
              server.scram.server_final[0] == '\0');
        end();
        blob_free(&b);
    }
}
END_TEST

START_TEST(pins_can_be_forgotten)
{
    for (int what = LQ_FORGET_PINS; what <= LQ_FORGET_ALL; what++) {
        blob b = first_login(&plus);

        begin(config_with(PEER_PASSWORD, &b), &plain, _i);
        if (lq_stream_start(talk.p->stream, talk.p->now) == LQ_OK) {
            const lq_event *event;

            CLAIM_IS(lq_stream_forget(talk.p->stream, what), LQ_OK);
            event = lq_stream_event(talk.p->stream);
            CLAIM(event != NULL && event->type == LQ_EVENT_SAVE);
            CLAIM((talk.p->stream->known.keys == NULL) ==
                  (what == LQ_FORGET_ALL));
        }
        login(true);
        CLAIM(strcmp(security(LQ_SECURITY_MECHANISM), "PLAIN") == 0);
        CLAIM(strcmp(security(LQ_SECURITY_SESSION),
                     what == LQ_FORGET_ALL ? "new" : "resumed") == 0);
        end();
        blob_free(&b);
    }
}
END_TEST

START_TEST(forgetting_has_its_time)
{
    blob nothing = { NULL, 0 };

    begin(config_with(PEER_PASSWORD, &nothing), &plus, _i);
    CLAIM_IS(lq_stream_forget(talk.p->stream, 0), LQ_E_ARGUMENT);
    CLAIM_IS(lq_stream_forget(talk.p->stream, 4), LQ_E_ARGUMENT);
    CLAIM_IS(lq_stream_forget(talk.p->stream, LQ_FORGET_ALL), LQ_OK);
    connect_to_server();
    peer_header(talk.p, "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
                        "<mechanism>SCRAM-SHA-1</mechanism></mechanisms>");
    peer_expect(talk.p, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    CLAIM_IS(lq_stream_forget(talk.p->stream, LQ_FORGET_ALL), LQ_E_STATE);
    CLAIM_IS(lq_stream_forget(talk.p->stream, LQ_FORGET_PINS), LQ_E_STATE);
    end();
}
END_TEST

START_TEST(all_that_was_learnt_is_forgotten)
{
    blob b = first_login(&fast);
    const lq_known *known;

    begin(config_with(PEER_PASSWORD, &b), &fast, _i);
    login(true);
    CLAIM_IS(lq_stream_forget(talk.p->stream, LQ_FORGET_ALL), LQ_OK);
    peer_event(talk.p, LQ_EVENT_SAVE);
    known = &talk.p->stream->known;
    CLAIM(known->pins == 0 && !known->has_offer && known->version == NULL);
    CLAIM(known->keys == NULL && known->token == NULL && known->agent == NULL);
    CLAIM(talk.p->stream->resumption == NULL);
    end();
    blob_free(&b);
}
END_TEST

/* The context must hear that there is an event. */
START_TEST(forgetting_makes_the_stream_ready)
{
    blob b = first_login(&plus);

    begin(config_with(PEER_PASSWORD, &b), &plus, _i);
    if (lq_stream_start(talk.p->stream, talk.p->now) == LQ_OK) {
        while (lq_context_ready(talk.p->context) != NULL) {
        }
        CLAIM_IS(lq_stream_forget(talk.p->stream, LQ_FORGET_PINS), LQ_OK);
        CLAIM(lq_context_ready(talk.p->context) == talk.p->stream);
    }
    end();
    blob_free(&b);
}
END_TEST

static int forgot; /* what the handler got */

static int forget_in_handler(void *self, const lq_stanza *message,
                             const lq_element *payload)
{
    (void)message, (void)payload;
    forgot = lq_stream_forget(self, LQ_FORGET_ALL);
    return LQ_PASS;
}

START_TEST(nothing_is_forgotten_inside_a_handler)
{
    static const lq_handler handler = { .kind = LQ_MESSAGE,
                                        .type = LQ_ANY,
                                        .handle = forget_in_handler };
    blob b = first_login(&plus);
    begin(config_with(PEER_PASSWORD, &b), &plus, _i);
    memory_spare(true);
    lq_stream_handle(talk.p->stream, &handler, talk.p->stream);
    memory_spare(false);
    login(true);
    peer_send(talk.p, "<message/>");
    peer_event(talk.p, LQ_EVENT_MESSAGE);
    CLAIM(forgot == LQ_E_BUSY && talk.p->stream->known.keys != NULL);
    end();
    blob_free(&b);
}
END_TEST

/* ---- who asks ---- */

START_TEST(saving_is_for_those_who_ask)
{
    size_t len = 1;

    begin(config_with(PEER_PASSWORD, NULL), &plus, _i);
    login(false); /* and no event more */
    ck_assert_ptr_null(lq_stream_save(talk.p->stream, LQ_SAVED_ACCOUNT, &len));
    ck_assert_uint_eq(len, 0);
    end();
}
END_TEST

START_TEST(only_the_account_is_saved)
{
    blob b = first_login(&plus);
    size_t len = 1;

    begin(config_with(PEER_PASSWORD, &b), &plus, _i);
    lq_stream_start(talk.p->stream, talk.p->now);
    ck_assert_ptr_null(lq_stream_save(talk.p->stream, 0, &len));
    ck_assert_uint_eq(len, 0);
    ck_assert_ptr_null(lq_stream_save(talk.p->stream, 2, &len));
    end();
    blob_free(&b);
}
END_TEST

START_TEST(change_is_told_again_when_the_connection_ends)
{
    blob nothing = { NULL, 0 };

    begin(config_with(PEER_PASSWORD, &nothing), &plus, _i);
    login(true);
    peer_lose(talk.p);
    peer_event(talk.p, LQ_EVENT_SAVE); /* a ticket has come, perhaps */
    peer_event(talk.p, LQ_EVENT_OFFLINE);
    end();
}
END_TEST

/* ---- what is damaged ---- */

/* CONFIG, which knows nothing, is given B. */
static int set_saved(lq_config *config, const blob *b)
{
    /* its own block, so that a byte too far is seen */
    blob exact = blob_copy(b->bytes, b->len);
    int rv;

    exact.bytes = realloc(exact.bytes, exact.len > 0 ? exact.len : 1);
    rv = lq_config_set_saved(config, LQ_SAVED_ACCOUNT, exact.bytes, exact.len);
    blob_free(&exact);
    return rv;
}

START_TEST(damage_anywhere_is_seen)
{
    lq_config *config = talk_config();
    blob b = first_login(&fast);

    for (size_t i = 0; i < suite_rows(b.len); i++) {
        b.bytes[i] ^= (unsigned char)(1u << i % 8);
        CLAIM_IS(set_saved(config, &b), LQ_E_ARGUMENT);
        b.bytes[i] ^= (unsigned char)(1u << i % 8);
    }
    for (size_t len = 1; len < suite_rows(b.len); len++) {
        blob cut = { b.bytes, len };

        CLAIM_IS(set_saved(config, &cut), LQ_E_ARGUMENT);
    }
    CLAIM_IS(set_saved(config, &b), LQ_OK);
    b.bytes = realloc(b.bytes, b.len + 1);
    b.bytes[b.len] = 0;
    b.len++;
    CLAIM_IS(set_saved(config, &b), LQ_E_ARGUMENT);
    lq_config_free(config);
    blob_free(&b);
}
END_TEST

/* Cut off between records, or anywhere, but with a digest that is right. */
START_TEST(what_is_cut_off_and_sealed_is_no_crash)
{
    lq_config *config = talk_config();
    blob b = first_login(&fast);
    size_t fine = 0;

    for (size_t len = MAGIC + DIGEST; len < suite_rows(b.len); len++) {
        blob cut = blob_copy(b.bytes, len);
        int rv;

        blob_seal(&cut);
        rv = set_saved(config, &cut);
        ck_assert(rv == LQ_OK || rv == LQ_E_ARGUMENT);
        fine += rv == LQ_OK;
        blob_free(&cut);
    }
    CLAIM(fine > 3 && fine < 12); /* a record each, of which all are whole */
    lq_config_free(config);
    blob_free(&b);
}
END_TEST

START_TEST(other_accounts_knowledge_is_refused)
{
    static const struct {
        const char *jid;
        int want;
    } rows[] = {
        { "romeo@example.net", LQ_OK },
        { "Romeo@EXAMPLE.net/balcony", LQ_OK },
        { "rome@example.net", LQ_E_ARGUMENT },
        { "romeo2@example.net", LQ_E_ARGUMENT },
        { "romeo@example.ne", LQ_E_ARGUMENT },
        { "example.net", LQ_E_ARGUMENT },
        { "@", LQ_E_ARGUMENT },
    };
    blob b = first_login(&plus);

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        lq_config *config;

        memory_spare(true);
        config = lq_config_new(rows[i].jid);
        memory_spare(false);
        CLAIM_IS(set_saved(config, &b), rows[i].want);
        CLAIM_IS(lq_config_set_saved(config, 0, b.bytes, b.len), LQ_E_ARGUMENT);
        CLAIM_IS(lq_config_set_saved(config, 2, b.bytes, b.len), LQ_E_ARGUMENT);
        lq_config_free(config);
    }
    blob_free(&b);
}
END_TEST

START_TEST(other_formats_are_refused)
{
    static const char *const magics[] = { "LQA2", "lqa1", "LqR1", "\0\0\0\0" };
    lq_config *config = talk_config();
    blob b = first_login(&plus);
    blob none;

    for (size_t i = 0; i < LQ_COUNT(magics); i++) {
        memcpy(b.bytes, magics[i], MAGIC);
        blob_seal(&b);
        CLAIM_IS(set_saved(config, &b), LQ_E_ARGUMENT);
    }
    memcpy(b.bytes, "LQA1", MAGIC);
    blob_seal(&b);
    CLAIM_IS(set_saved(config, &b), LQ_OK);
    none = blob_copy(b.bytes, MAGIC + DIGEST); /* of nobody */
    blob_seal(&none);
    CLAIM_IS(set_saved(config, &none), LQ_E_ARGUMENT);
    lq_config_free(config);
    blob_free(&b);
    blob_free(&none);
}
END_TEST

START_TEST(lengths_that_cannot_be_are_refused)
{
    static const unsigned long says[] = { 5,          0x100,      0x7fffffff,
                                          0x80000000, 0xfffffffb, 0xffffffff };
    lq_config *config = talk_config();

    for (size_t i = 0; i < suite_rows(LQ_COUNT(says)); i++) {
        blob b = first_login(&plus);

        blob_add(&b, 'Z', says[i], "four", 4);
        CLAIM_IS(set_saved(config, &b), LQ_E_ARGUMENT);
        blob_free(&b);
        b = first_login(&plus);
        blob_add(&b, 'a', says[i], "four", 4);
        CLAIM_IS(set_saved(config, &b), LQ_E_ARGUMENT);
        blob_free(&b);
    }
    lq_config_free(config);
}
END_TEST

START_TEST(damaged_knowledge_costs_no_login)
{
    blob b = first_login(&fast), nothing = { NULL, 0 };
    lq_config *config = config_with(PEER_PASSWORD, &nothing);

    CLAIM_IS(set_saved(config, &b), LQ_OK);
    b.bytes[b.len / 2] ^= 1;
    CLAIM_IS(set_saved(config, &b), LQ_E_ARGUMENT);
    begin(config, &plain, _i);
    login(true); /* of what was set before nothing is left, nor a pin */
    CLAIM(strcmp(security(LQ_SECURITY_SESSION), "new") == 0);
    end();
    blob_free(&b);
}
END_TEST

/* A record that is whole and makes no sense. */
static const struct odd_row {
    int tag;
    const char *value;
    size_t len;
} odd_rows[] = {
#define ODD(tag, text)                                                         \
    {                                                                          \
        tag, text, sizeof(text) - 1                                            \
    }
    ODD('Z', ""),
    ODD('Z', "of the future"),
    ODD('\0', "x"),
    ODD('\xff', "x"),
    ODD('a', "mercutio@example.net"),
    ODD('a', ""),
    ODD('f', ""),
    ODD('f', "\xff\xff"),
    ODD('f', "\xff\xff\xff\xff"),
    ODD('o', ""),
    ODD('o', "fourteen bytes"),
    ODD('o', "sixteen bytes xx"),
    ODD('i', ""),
    ODD('i', "too-short"),
    ODD('k', ""),
    ODD('k', "\x01\x00\x00\x10\x00\x00 of keys there is not enough"),
    ODD('k', "\x09\x00\x00\x10\x00\x00"),
    ODD('t', ""),
    ODD('t', "\0\0\0\0\0\0\0\0\0\0\0\0"),
    ODD('t', "\0\0\0\0\0\0\0\0\0\0\0\0HT-SHA-256-EXPR"), /* no end */
    ODD('t', "\0\0\0\0\0\0\0\0\0\0\0\0PLAIN\0token"),
    ODD('t', "\0\0\0\0\0\0\0\0\0\0\0\0HT-SHA-999-EXPR\0token"),
    ODD('t', "\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0HT-SHA-256-EXPR\0"),
    ODD('t', "\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0HT-SHA-256-EXPR\0"
             "\0ecret"),
    ODD('t', "\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0HT-SHA-256-EXPR\0"
             "s\0cret"),
    ODD('s', ""),
    ODD('s', "LqR1"),
    ODD('s', "LqR1 and all the rest of it, which is no session at all........"),
    ODD('p', ""),
    ODD('p', "31 bytes are no digest of a key"),
    ODD('v', "\xff\xfe"),
    ODD('v', "a\0b"),
    ODD('v', "\x01"),
    ODD('i', "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
             "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
             "\xff\xff\xff\xff"),
};

START_TEST(records_that_make_no_sense_are_passed_over)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(odd_rows)); i++) {
        const struct odd_row *row = &odd_rows[i];
        blob b = first_login(&fast);

        blob_add(&b, row->tag, row->len, row->value, row->len);
        begin(config_with(NULL, &b), &fast, _i);
        login(true); /* by the token */
        CLAIM(server.wrong == NULL);
        ck_assert_msg(
            memory_is_tortured() ||
                strcmp(security(LQ_SECURITY_MECHANISM), "HT-SHA-256-EXPR") == 0,
            "row %zu: %s", i, security(LQ_SECURITY_MECHANISM));
        end();
        blob_free(&b);
    }
}
END_TEST

START_TEST(record_that_comes_twice_counts_once)
{
    static const char token[] =
        "\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0HT-SHA-256-EXPR\0other";
    blob b = first_login(&fast);

    /* the last one, and what was before it is freed */
    blob_add(&b, 't', sizeof(token) - 1, token, sizeof(token) - 1);
    begin(config_with(PEER_PASSWORD, &b), &fast, _i);
    connect_to_server();
    serve();
    CLAIM(is_online()); /* the clerk refuses it, and takes the password */
    CLAIM(strcmp(security(LQ_SECURITY_MECHANISM), "SCRAM-SHA-256-PLUS") == 0);
    end();
    blob_free(&b);
}
END_TEST

/* All bits are set: of mechanisms that are for tokens only, of those that there
 * are not, of passwords among tokens. */
START_TEST(offer_of_a_forger_is_no_crash)
{
    static const char *const offers[] = {
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        "\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        "\0\0\0\0\xff\0\0\0\0\0\0\0\0\0\0",
        "\0\0\xf8\xff\0\0\xf8\xff\0\0\xf8\xff\0\0\0",
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(offers)); i++) {
        blob b = first_login(&plus);

        blob_add(&b, 'f', 3, "\0\0", 3); /* no pins */
        blob_add(&b, 'o', 15, offers[i], 15);
        begin(config_with(PEER_PASSWORD, &b), &plus, _i);
        login(true); /* what was guessed wrongly is made good */
        CLAIM(strcmp(security(LQ_SECURITY_MECHANISM), "SCRAM-SHA-256-PLUS") ==
              0);
        CLAIM((talk.p->stream->known.offer.fast &
               ~lq_mechanisms_of(LQ_SASL_HT)) == 0);
        end();
        blob_free(&b);
    }
}
END_TEST

/* Else a server could be believed that has less than it had, once memory was
 * short. */
START_TEST(what_memory_had_no_room_for_is_learnt_by_the_next_start)
{
    bool failed = !memory_is_tortured();

    for (unsigned long n = 1; failed; n++) {
        blob b = first_login(&fast);
        const lq_known *known;

        begin(config_with(NULL, &b), &fast, _i);
        known = &talk.p->stream->known;
        memory_fail(n, false);
        failed = lq_stream_start(talk.p->stream, 0) == LQ_E_NOMEM;
        memory_fail(0, false);
        if (failed) {
            ck_assert_int_eq(lq_stream_start(talk.p->stream, 0), LQ_OK);
        }
        /* keys and the TLS session can be made again */
        ck_assert_msg(known->pins != 0 && known->has_offer &&
                          known->version != NULL && known->agent != NULL &&
                          known->token != NULL,
                      "allocation %lu", n);
        end();
        blob_free(&b);
    }
}
END_TEST

/* ---- early data ---- */

static const clerk_offer soon = { .sasl = SASL_1,
                                  .sasl2 = SASL_1,
                                  .bindings = "tls-exporter "
                                              "tls-server-end-point",
                                  .bind2 = true,
                                  .fast = "HT-SHA-256-ENDP",
                                  .early = true };

static bool something_leaves(void)
{
    size_t len = 0;

    return lq_stream_output(talk.p->stream, &len) != NULL;
}

/* Only what lq_stream_save() has given can have been stored. */
START_TEST(number_that_nobody_was_given_is_not_stored)
{
    blob nothing = { NULL, 0 }, kept;
    lq_config *config = config_with(PEER_PASSWORD, &nothing);

    lq_config_set_early(config, true);
    server = (clerk){ .wrong = NULL };
    begin(config, &soon, _i);
    talk.early = true;
    login(true);
    CLAIM(talk.p->stream->known.token != NULL);
    kept = save(); /* of which the program tells too late */
    peer_lose(talk.p);
    tlspeer_end(&talk.tls);
    peer_event(talk.p, LQ_EVENT_SAVE);
    peer_event(talk.p, LQ_EVENT_OFFLINE);
    peer_connect(talk.p, LQ_TRANSPORT_TLS);
    CLAIM(talk.p->stream->outbox.withheld);
    CLAIM_IS(lq_stream_saved(talk.p->stream, talk.p->now, LQ_SAVED_ACCOUNT),
             LQ_OK);
    CLAIM(!something_leaves());
    blob_free(&kept);
    kept = save();
    CLAIM(!something_leaves());
    CLAIM_IS(lq_stream_saved(talk.p->stream, talk.p->now, LQ_SAVED_ACCOUNT),
             LQ_OK);
    CLAIM(something_leaves());
    blob_free(&kept);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        second_login_begins_ahead_and_needs_no_password,
        what_is_saved_is_what_was_read,
        token_goes_on_from_process_to_process,
        installation_keeps_its_name,
        pins_hold_in_another_process,
        pins_can_be_forgotten,
        forgetting_has_its_time,
        all_that_was_learnt_is_forgotten,
        forgetting_makes_the_stream_ready,
        nothing_is_forgotten_inside_a_handler,
        saving_is_for_those_who_ask,
        only_the_account_is_saved,
        change_is_told_again_when_the_connection_ends,
        damage_anywhere_is_seen,
        what_is_cut_off_and_sealed_is_no_crash,
        other_accounts_knowledge_is_refused,
        other_formats_are_refused,
        lengths_that_cannot_be_are_refused,
        damaged_knowledge_costs_no_login,
        records_that_make_no_sense_are_passed_over,
        record_that_comes_twice_counts_once,
        offer_of_a_forger_is_no_crash,
        what_memory_had_no_room_for_is_learnt_by_the_next_start,
        number_that_nobody_was_given_is_not_stored,
        NULL,
    };

    atexit(legacies_free);
    return suite_main_tortured("saved", tests);
}
