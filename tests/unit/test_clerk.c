/* test_clerk.c - the server that tests play keeps the rules that clients are
 * held to. */
#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/base64.h"
#include "../common/clerk.h"
#include "suite.h"

#define NS_SASL  "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_SASL2 "urn:xmpp:sasl:2"
#define NS_FAST  "urn:xmpp:fast:0"

#define HEADER      "<?xml version='1.0'?><stream:stream to='example.com'>"
#define FROM_HEADER "<stream:stream to='example.com' from='juliet@example.com'>"

/* Computed by Python's hashlib and hmac: juliet's password is pencil, and the
 * server adds what it adds.  The second proof is for 5000 rounds, and
 * attributes h and t. */
#define CLIENT_FIRST "biwsbj1qdWxpZXQscj1meWtvK2QybGJiRmdPTlJ2OXFreGRhd0w="
#define CLIENT_FINAL                                                           \
    "Yz1iaXdzLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdMM3JmY05IWUpZMVpWdldWczdqLHA9" \
    "TTVudlZORzZ1K0JkSExNYVJRK2JBYTFzZzB3ZEhmRm93a0NNUTJhdlRYVT0="
#define SERVER_FINAL                                                           \
    "dj1ETHRkYVRMbU5nVXA1MldJZ2gvMnRkenVabmFmYS9IVFZhbW5aOXN4bWhNPQ=="
#define CLIENT_FINAL_2                                                         \
    "Yz1iaXdzLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdMM3JmY05IWUpZMVpWdldWczdqLHA9" \
    "bXB5enMvYWRJSWJjd2tlR29OU1hOS1dkZXNJZWxxZUxFU3h3RVdlWHMxOD0="

#define AUTHENTICATE(mechanism, initial, more)                                 \
    "<authenticate xmlns='" NS_SASL2 "' mechanism='" mechanism                 \
    "'><initial-response>" initial "</initial-response>" more                  \
    "</authenticate>"
#define AGENT "<user-agent id='d4565fa7'><software>x</software></user-agent>"
#define BIND2 "<bind xmlns='urn:xmpp:bind:0'><tag>Loquat</tag></bind>"
#define ASK_TOKEN                                                              \
    "<request-token xmlns='" NS_FAST "' mechanism='HT-SHA-256-NONE'/>"
#define RESPONSE(text) "<response xmlns='" NS_SASL2 "'>" text "</response>"

static const clerk_offer usual = {
    .jid = "juliet@example.com",
    .password = "pencil",
    .sasl = "SCRAM-SHA-256 PLAIN",
    .sasl2 = "SCRAM-SHA-256 PLAIN",
    .bind2 = true,
    .fast = "HT-SHA-256-NONE HT-SHA-256-EXPR",
};

static clerk c;
static octets answer; /* its last */
static bool early;    /* what is said comes so */

static void connect(void)
{
    const binding_set none = { .count = 0 };

    clerk_connect(&c);
    if (!c.offer.starttls) {
        clerk_secure(&c, &none, "0304");
    }
    clerk_set_early(&c, early);
}

static void begin(const clerk_offer *offer)
{
    c = (clerk){ .offer = *offer };
    connect();
}

static void end(void)
{
    clerk_clear(&c);
    octets_clear(&answer);
}

/* Say TEXT as the client.  What the clerk answers, until the next. */
static const char *tell(const char *text)
{
    octets_clear(&answer);
    clerk_take(&c, text, strlen(text));
    answer = c.out;
    c.out = (octets){ .len = 0 };
    return answer.len == 0 ? "" : answer.bytes;
}

static void ck_has(const char *said, const char *part)
{
    ck_assert_msg(strstr(said, part) != NULL, "%s is not in %s", part, said);
}

static void ck_has_not(const char *said, const char *part)
{
    ck_assert_msg(strstr(said, part) == NULL, "%s is in %s", part, said);
}

/* ---- SASL 1 ---- */

START_TEST(plain_logs_in_and_binds)
{
    begin(&usual);
    ck_has(tell(HEADER), "<mechanism>PLAIN</mechanism></mechanisms>");
    ck_has(tell("<auth xmlns='" NS_SASL "' mechanism='PLAIN'>"
                "AGp1bGlldABwZW5jaWw=</auth>"),
           "<success xmlns='" NS_SASL "'></success>");
    ck_has(tell(HEADER), "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");
    ck_has(tell("<iq type='set' id=\"b1\"><bind "
                "xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"),
           "<iq type='result' id='b1'><bind "
           "xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>juliet@example.com/");
    ck_assert(c.bound);
    tell("<message to='romeo@example.net'><body>x</body></message>");
    ck_assert_int_eq(c.messages, 1);
    ck_assert_str_eq(tell("</stream:stream>"), "</stream:stream>");
    ck_assert(c.closed);
    ck_assert_pstr_eq(c.wrong, NULL);
    end();
}
END_TEST

START_TEST(scram_logs_in)
{
    begin(&usual);
    tell(HEADER);
    ck_has(tell("<auth xmlns='" NS_SASL
                "' mechanism='SCRAM-SHA-256'>" CLIENT_FIRST "</auth>"),
           "<challenge xmlns='" NS_SASL "'>");
    ck_has(tell("<response xmlns='" NS_SASL "'>" CLIENT_FINAL "</response>"),
           "<success xmlns='" NS_SASL "'>" SERVER_FINAL "</success>");
    ck_assert_pstr_eq(c.wrong, NULL);
    end();
}
END_TEST

/* What is refused, and what may be tried then is not forgotten. */
static const struct wrong_row {
    const char *said, *condition, *wrong;
} wrong_rows[] = {
    { "<auth mechanism='PLAIN'>AGp1bGlldABQZW5jaWw=</auth>", "not-authorized",
      "the password is wrong" },
    { "<auth mechanism='PLAIN'/>", "not-authorized", "the password is wrong" },
    { "<auth mechanism='PLAI'>AGp1bGlldABwZW5jaWw=</auth>", "invalid-mechanism",
      "that mechanism was not offered" },
    { "<auth mechanism='HT-SHA-256-NONE'>AAAA</auth>", "invalid-mechanism",
      "that mechanism was not offered" },
    { "<auth mechanism='SCRAM-SHA-256'>AAAA</auth>", "not-authorized",
      "that is no first message of SCRAM" },
    { "<response>AAAA</response>", "not-authorized", "nothing was asked" },
    { "<abort/>", "aborted", "the client gave up" },
    { AUTHENTICATE("HT-SHA-256-NONE", "AAAA", ""), "not-authorized",
      "a token was used without <fast/>" },
    { AUTHENTICATE("HT-SHA-256-NONE", "AAAA",
                   AGENT "<fast xmlns='" NS_FAST "'/>"),
      "not-authorized", "there is no token" },
};

START_TEST(what_is_wrong_is_refused_and_said)
{
    for (size_t i = 0; i < sizeof(wrong_rows) / sizeof(wrong_rows[0]); i++) {
        const char *said;
        char condition[64];

        begin(&usual);
        tell(FROM_HEADER);
        said = tell(wrong_rows[i].said);
        snprintf(condition, sizeof(condition), "<%s xmlns='" NS_SASL "'/>",
                 wrong_rows[i].condition);
        ck_has(said, "<failure ");
        ck_has(said, condition);
        ck_assert_str_eq(c.wrong, wrong_rows[i].wrong);
        ck_has(tell("<auth xmlns='" NS_SASL "' mechanism='PLAIN'>"
                    "AGp1bGlldABwZW5jaWw=</auth>"),
               "<success");
        end();
    }
}
END_TEST

START_TEST(a_header_before_success_is_lost)
{
    begin(&usual);
    tell(HEADER);
    tell("<auth xmlns='" NS_SASL "' mechanism='SCRAM-SHA-256'>" CLIENT_FIRST
         "</auth>");
    ck_has(tell("<response xmlns='" NS_SASL "'>" CLIENT_FINAL
                "</response>" HEADER),
           "<not-well-formed ");
    ck_assert(c.closed);
    ck_assert_str_eq(c.wrong, "the client spoke on before it was let in");
    end();
}
END_TEST

START_TEST(what_is_pipelined_is_answered_in_order)
{
    const char *said;

    begin(&usual);
    said = tell(HEADER "<auth xmlns='" NS_SASL
                       "' mechanism='SCRAM-SHA-256'>" CLIENT_FIRST "</auth>");
    ck_has(said, "</stream:features><challenge ");
    tell("<response xmlns='" NS_SASL "'>" CLIENT_FINAL "</response>");
    said = tell(HEADER "<iq type='set' id='b1'><bind "
                       "xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
    ck_has(said, "</stream:features><iq type='result' id='b1'>");
    ck_assert_pstr_eq(c.wrong, NULL);
    end();
}
END_TEST

START_TEST(stanzas_wait_for_the_login)
{
    static const char *const rows[] = { "<message/>",
                                        "<iq type='get' id='x'/>" };

    for (size_t i = 0; i < 2; i++) {
        begin(&usual);
        tell(HEADER);
        ck_has(tell(rows[i]), "<not-authorized ");
        ck_assert_str_eq(c.wrong, "a stanza came before the login");
        end();
    }
}
END_TEST

START_TEST(starttls_comes_first_and_alone)
{
    clerk_offer offer = usual;
    const binding_set none = { .count = 0 };
    const char *said;

    offer.starttls = true;
    begin(&offer);
    said = tell(HEADER);
    ck_has(said, "<required/></starttls></stream:features>");
    ck_has_not(said, "<mechanism");
    ck_has(tell("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
           "<proceed ");
    ck_assert(c.starts_tls);
    clerk_secure(&c, &none, "0303");
    ck_has(tell(HEADER), "<mechanism");
    end();

    begin(&offer);
    tell(HEADER);
    tell("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" HEADER);
    ck_assert_str_eq(c.wrong, "the client spoke on before TLS");
    end();
}
END_TEST

/* ---- SASL 2 ---- */

START_TEST(sasl2_is_for_those_who_say_who_they_are)
{
    begin(&usual);
    ck_has_not(tell(HEADER), NS_SASL2);
    end();
    begin(&usual);
    ck_has(tell(FROM_HEADER), "<authentication xmlns='" NS_SASL2
                              "'><mechanism>SCRAM-SHA-256</mechanism>");
    end();
}
END_TEST

/* Log in by SASL 2 with MORE inside <authenticate/>; what is answered. */
#define LOGIN(more)                                                            \
    (tell(FROM_HEADER),                                                        \
     tell(AUTHENTICATE("SCRAM-SHA-256", CLIENT_FIRST, AGENT more)),            \
     tell(RESPONSE(CLIENT_FINAL)))

START_TEST(sasl2_binds_with_success)
{
    const char *said;

    begin(&usual);
    said = LOGIN(BIND2);
    ck_has(said, "<success xmlns='" NS_SASL2 "'><additional-data>" SERVER_FINAL
                 "</additional-data><authorization-identifier>"
                 "juliet@example.com/Loquat/");
    ck_has(said, "<bound xmlns='urn:xmpp:bind:0'/></success>"
                 "<stream:features></stream:features>");
    ck_assert(c.bound);
    ck_assert_pstr_eq(c.wrong, NULL);
    end();
}
END_TEST

START_TEST(sasl2_without_bind_binds_later)
{
    const char *said;

    begin(&usual);
    said = LOGIN("");
    ck_has(said, "<authorization-identifier>juliet@example.com"
                 "</authorization-identifier></success>");
    ck_has(said, "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");
    ck_assert(!c.bound);
    end();
}
END_TEST

START_TEST(first_message_says_what_was_announced)
{
    clerk_offer offer = usual;

    offer.sasl2 = "SCRAM-SHA-256-PLUS SCRAM-SHA-256";
    offer.bindings = "tls-server-end-point tls-exporter";
    offer.hash = offer.version = true;
    offer.iterations = "5000";
    begin(&offer);
    ck_has(tell(FROM_HEADER), "<channel-binding type='tls-exporter'/>");
    tell(AUTHENTICATE("SCRAM-SHA-256", CLIENT_FIRST, ""));
    ck_has(tell(RESPONSE(CLIENT_FINAL_2)), "<success");
    ck_assert_pstr_eq(c.wrong, NULL);
    end();
}
END_TEST

START_TEST(another_config_version_costs_only_a_try)
{
    clerk_offer offer = usual;

    offer.config_version = "new";
    begin(&offer);
    ck_has(tell(FROM_HEADER AUTHENTICATE(
               "PLAIN", "AGp1bGlldABwZW5jaWw=",
               "<config-version xmlns='urn:xmpp:iap:0' value='old'/>")),
           "<aborted xmlns='" NS_SASL
           "'/><config-version-mismatch xmlns='urn:xmpp:iap:0'/></failure>");
    ck_assert_pstr_eq(c.wrong, NULL);
    ck_has(tell(AUTHENTICATE(
               "PLAIN", "AGp1bGlldABwZW5jaWw=",
               "<config-version xmlns='urn:xmpp:iap:0' value='new'/>")),
           "<success");
    end();
}
END_TEST

/* ---- FAST ---- */

/* What a client says that has token NUMBER, with ATTRIBUTES of <fast/>. */
static const char *use(const char *mechanism, int number, const char *agent,
                       const char *attributes)
{
    static char said[1024];
    char token[64], message[7 + 32] = "juliet", *base64;

    snprintf(token, sizeof(token), "secret-token-%d-of-the-clerk", number);
    gnutls_hmac_fast(GNUTLS_MAC_SHA256, token, strlen(token), "Initiator", 9,
                     message + 7);
    base64 = base64_write(message, sizeof(message));
    snprintf(said, sizeof(said),
             FROM_HEADER "<authenticate xmlns='" NS_SASL2 "' mechanism='%s'>"
                         "<initial-response>%s</initial-response>"
                         "<user-agent id='%s'/>" BIND2 "<fast xmlns='" NS_FAST
                         "'%s/></authenticate>",
             mechanism, base64, agent, attributes);
    free(base64);
    connect();
    return tell(said);
}

static void login_for_token(const clerk_offer *offer)
{
    begin(offer);
    ck_has(LOGIN(BIND2 ASK_TOKEN),
           "<token xmlns='" NS_FAST "' expiry='2100-01-01T00:00:00Z' "
           "token='secret-token-1-of-the-clerk'/></success>");
}

#define NONE     "HT-SHA-256-NONE"
#define EXPR     "HT-SHA-256-EXPR"
#define AGENT_ID "d4565fa7"

START_TEST(tokens_log_in)
{
    const char *said;

    login_for_token(&usual);
    said = use(NONE, 1, AGENT_ID, "");
    ck_has(said,
           "</stream:features><success xmlns='" NS_SASL2 "'><additional-data>");
    ck_has(said, "<bound ");
    ck_has_not(said, "<token ");
    ck_assert_pstr_eq(c.wrong, NULL);
    ck_has(use(NONE, 1, AGENT_ID, " count='3'"), "<success");
    end();
}
END_TEST

static const struct token_row {
    const char *mechanism;
    int number;
    const char *agent, *attributes, *wrong;
} token_rows[] = {
    { NONE, 2, AGENT_ID, "", "the token is wrong" },
    { EXPR, 1, AGENT_ID, "", "the token is for another mechanism" },
    { NONE, 1, "somebody", "", "the token is another agent's" },
    { NONE, 1, "", "", "the token is another agent's" },
    { NONE, 1, AGENT_ID, " count='0'", "the count is not higher than before" },
};

START_TEST(tokens_are_refused_otherwise)
{
    for (size_t i = 0; i < sizeof(token_rows) / sizeof(token_rows[0]); i++) {
        const struct token_row *row = &token_rows[i];

        login_for_token(&usual);
        ck_has(use(row->mechanism, row->number, row->agent, row->attributes),
               "<failure");
        ck_assert_str_eq(c.wrong, row->wrong);
        ck_assert(!c.authenticated);
        end();
    }
}
END_TEST

START_TEST(counts_only_grow)
{
    login_for_token(&usual);
    ck_has(use(NONE, 1, AGENT_ID, " count='7'"), "<success");
    ck_has(use(NONE, 1, AGENT_ID, " count='7'"), "<failure");
    ck_has(use(NONE, 1, AGENT_ID, " count='8'"), "<success");
    end();
}
END_TEST

START_TEST(early_data_has_to_be_counted)
{
    login_for_token(&usual);
    early = true;
    ck_has(use(NONE, 1, AGENT_ID, ""), "<failure");
    ck_assert_str_eq(c.wrong, "the count is not higher than before");
    ck_has(use(NONE, 1, AGENT_ID, " count='1'"), "<success");
    early = false;
    ck_has(use(NONE, 1, AGENT_ID, ""), "<success");
    end();
}
END_TEST

START_TEST(invalidated_tokens_are_gone)
{
    login_for_token(&usual);
    ck_has(use(NONE, 1, AGENT_ID, " invalidate='1'"), "<success");
    ck_has(use(NONE, 1, AGENT_ID, ""), "<failure");
    ck_assert_str_eq(c.wrong, "there is no token");
    end();
}
END_TEST

START_TEST(old_tokens_last_until_the_new_are_used)
{
    clerk_offer offer = usual;

    offer.rotates = true;
    login_for_token(&offer);
    ck_has(use(NONE, 1, AGENT_ID, ""), "'secret-token-2-of-the-clerk'");
    ck_has(use(NONE, 1, AGENT_ID, ""), "'secret-token-3-of-the-clerk'");
    ck_has(use(NONE, 2, AGENT_ID, ""), "<failure"); /* nobody used it */
    ck_has(use(NONE, 3, AGENT_ID, ""), "'secret-token-4-of-the-clerk'");
    ck_has(use(NONE, 1, AGENT_ID, ""), "<failure");
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        plain_logs_in_and_binds,
        scram_logs_in,
        what_is_wrong_is_refused_and_said,
        a_header_before_success_is_lost,
        what_is_pipelined_is_answered_in_order,
        stanzas_wait_for_the_login,
        starttls_comes_first_and_alone,
        sasl2_is_for_those_who_say_who_they_are,
        sasl2_binds_with_success,
        sasl2_without_bind_binds_later,
        first_message_says_what_was_announced,
        another_config_version_costs_only_a_try,
        tokens_log_in,
        tokens_are_refused_otherwise,
        counts_only_grow,
        early_data_has_to_be_counted,
        invalidated_tokens_are_gone,
        old_tokens_last_until_the_new_are_used,
        NULL,
    };

    return suite_main("clerk", tests);
}
