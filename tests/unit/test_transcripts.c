/* test_transcripts.c - what transcripts say of SASL is verified and computed.
 *
 * Here the client's messages are written out: they were computed by Python's
 * hashlib and hmac for juliet, whose password is r0m30myr0m30. */
#include <stdio.h>
#include <string.h>

#include "../transcripts/pattern.h"
#include "../transcripts/words.h"
#include "suite.h"

#define NS_SASL2 "urn:xmpp:sasl:2"

#define FEATURES                                                               \
    "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"   \
    "<mechanism>PLAIN</mechanism></mechanisms>"                                \
    "<authentication xmlns='" NS_SASL2 "'>"                                    \
    "<mechanism>SCRAM-SHA-256-PLUS</mechanism>"                                \
    "<mechanism>SCRAM-SHA-256</mechanism>"                                     \
    "<inline><fast xmlns='urn:xmpp:fast:0'>"                                   \
    "<mechanism>HT-SHA-256-NONE</mechanism></fast></inline></authentication>"  \
    "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>"                        \
    "<channel-binding type='tls-server-end-point'/>"                           \
    "<channel-binding type='tls-exporter'/></sasl-channel-binding>"            \
    "</stream:features>"

#define AUTHENTICATE(mechanism, initial)                                       \
    "<authenticate xmlns='" NS_SASL2 "' mechanism='" mechanism                 \
    "'><initial-response>" initial "</initial-response>"                       \
    "<user-agent id='d4565fa7'/></authenticate>"
#define RESPONSE(text) "<response xmlns='" NS_SASL2 "'>" text "</response>"

static words w;

static void begin(void)
{
    w = (words){ .count = 0 };
    sasl_begin(&w.sasl, "juliet@example.com", "r0m30myr0m30");
    announced_read(&w.sasl.announced, FEATURES);
}

/* What is wrong with PIECE, which matches PATTERN; NULL: nothing. */
static const char *take(const char *pattern, const char *piece)
{
    ck_assert(pattern_matches(&w, pattern, piece));
    return sasl_check(&w.sasl, &w, pattern, piece);
}

static void ck_said(const char *source, const char *want)
{
    octets said = { .len = 0 };

    ck_assert_ptr_null(words_expand(&w, source, &said));
    ck_assert_str_eq(said.bytes, want);
    octets_clear(&said);
}

/* Say SOURCE, which is not looked at. */
static void answer(const char *source)
{
    octets said = { .len = 0 };

    ck_assert_ptr_null(words_expand(&w, source, &said));
    octets_clear(&said);
}

/* What the server answers, and then the client's proof and the server's. */
static const struct row {
    const char *first, *final, *signature;
} rows[] = {
    { "{server-first}",
      "Yz1iaXdzLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdMM3JmY05IWUpZMVpWdldWczdqLHA9"
      "dEVLQWxFa3ZzOFcxUVgzSXBkSGN3MFVkaC9JNk9JdXpwRXNSV0tjYXBQbz0=",
      "dj1yNW91R1RaMVBSUnJnK0NzSDQrREgvY1BTR0VnNGtRWmdWd2wvbEdlZHFNPQ==" },
    { "{server-first 5000}",
      "Yz1iaXdzLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdMM3JmY05IWUpZMVpWdldWczdqLHA9"
      "azA1MGpCTjJXZlhadXhsL2c5UFVrU0JzSUhvT1prbk1iUmF2SndhQ1A2VT0=",
      "dj1RVjBHZGQwZVZlSUE3WEZCQTB2eUhxNnJhRTdneHphNjRIQXdiM3ZqNzhFPQ==" },
    { "{server-first h}",
      "Yz1iaXdzLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdMM3JmY05IWUpZMVpWdldWczdqLHA9"
      "N0ZaMGFKcnB4eHF2Y3lYUGpLMlJFWjNxZ1JSL29hZTA2bGVVM2ZHNmh3bz0=",
      "dj1iZTFQdFJzcXMzRGR1TDc4VjF0bFRkOG5VeUl0UFMwbis0TVhMRzQwT0xnPQ==" },
    { "{server-first h=SCRAM-SHA-256}",
      "Yz1iaXdzLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdMM3JmY05IWUpZMVpWdldWczdqLHA9"
      "VFJNZE9TM2FjK0FpWFB5NnpqYmFlem83dkpBTHd3aVpNb2ZHODkyTVJrZz0=",
      "dj1SVWhEa1VIKzZpc0hoOEh1bXV5R2l0NG5mU3JIclFITFl5SDlrOGZEeEFFPQ==" },
    { "{server-first t 0304}",
      "Yz1iaXdzLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdMM3JmY05IWUpZMVpWdldWczdqLHA9"
      "ZERNUzVCOVdTSmwyaUJMZ0ZMaHF0QlFPbXh0SG5vV2g4RGdXTlF5UmJOYz0=",
      "dj0xV2dJd1krTjhwVlN1WUdvQkxDVmp6S004akc0L2h0UmhWa1BZaUJoWVlnPQ==" },
    { "{server-first 5000 h t 0303}",
      "Yz1iaXdzLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdMM3JmY05IWUpZMVpWdldWczdqLHA9"
      "VU1LTUFnSmErYmdwbjcxdHE1YlpxNzREdk90bWluNXk4K3J1VE5rV3F2Yz0=",
      "dj1EMzI2cHZUR21xVEF1cnQya0YwY0huL0hZR08wcE1aYUE1WkNkaEF1TFdBPQ==" },
};

#define CLIENT_FIRST                                                                                 \
    "biwsbj1qdWxpZXQscj1meWtvK2QybGJiRmdPTlJ2OXFreGRhd0w=" /* n,,n=juliet,r=fyko+d2lbbFgONRv9qkxdawL \
                                                            */

START_TEST(scram_inside_sasl2_is_verified)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char final[1024];

        begin();
        ck_assert_pstr_eq(take(AUTHENTICATE("SCRAM-SHA-256", "{client-first}"),
                               AUTHENTICATE("SCRAM-SHA-256", CLIENT_FIRST)),
                          NULL);
        answer(rows[i].first);
        snprintf(final, sizeof(final), RESPONSE("%s"), rows[i].final);
        ck_assert_pstr_eq(take(RESPONSE("{client-final}"), final), NULL);
        ck_said("{server-final}", rows[i].signature);
        words_clear(&w);
    }
}
END_TEST

/* The final message for one answer does not prove another. */
START_TEST(attributes_are_part_of_the_proof)
{
    for (size_t i = 1; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char final[1024];

        begin();
        ck_assert_pstr_eq(take(AUTHENTICATE("SCRAM-SHA-256", "{client-first}"),
                               AUTHENTICATE("SCRAM-SHA-256", CLIENT_FIRST)),
                          NULL);
        answer(rows[i].first);
        snprintf(final, sizeof(final), RESPONSE("%s"), rows[i - 1].final);
        ck_assert_pstr_eq(take(RESPONSE("{client-final}"), final),
                          "the proof is wrong");
        ck_said("{server-final}", "");
        words_clear(&w);
    }
}
END_TEST

START_TEST(who_says_y_has_not_seen_what_was_offered)
{
    static const char y[] =
        "eSwsbj1qdWxpZXQscj1meWtvK2QybGJiRmdPTlJ2OXFreGRhd0w="; /* the same with
                                                                   y,, */

    begin();
    ck_assert_pstr_eq(
        take("<authenticate xmlns='" NS_SASL2
             "' mechanism='SCRAM-SHA-256'><initial-response>"
             "{client-first}</initial-response></authenticate>",
             AUTHENTICATE(
                 "SCRAM-SHA-256",
                 "eSwsbj1qdWxpZXQscj1meWtvK2QybGJiRmdPTlJ2OXFreGRhd0w=")),
        "the client has not seen that channel binding was "
        "offered");
    announced_read(&w.sasl.announced, "<stream:features/>");
    ck_assert_pstr_eq(
        take(AUTHENTICATE("SCRAM-SHA-256", "{client-first}"),
             AUTHENTICATE(
                 "SCRAM-SHA-256",
                 "eSwsbj1qdWxpZXQscj1meWtvK2QybGJiRmdPTlJ2OXFreGRhd0w=")),
        NULL);
    ck_assert_str_eq(words_get(&w, "client-first"), y);
    words_clear(&w);
}
END_TEST

START_TEST(tokens_are_verified_and_answered)
{
    static const char sent[] =
        AUTHENTICATE("HT-SHA-256-NONE",
                     "anVsaWV0ANr2QrqeEKkXekpmioB6FzQ8NLCe8sr4iS5AnTwQLaT2");

    begin();
    ck_assert_pstr_eq(
        take(AUTHENTICATE("HT-SHA-256-NONE", "{fast-initial s3cr3t}"), sent),
        NULL);
    ck_said("<additional-data>{fast-final}</additional-data>",
            "<additional-data>Z7L2puFTQZI3Lt3nDpdVGG+kUutwPyFQtqIMh/45UkE=</"
            "additional-data>");
    words_set(&w, "token", "s3cr3t");
    ck_assert_pstr_eq(
        take(AUTHENTICATE("HT-SHA-256-NONE", "{fast-initial token}"), sent),
        NULL);
    ck_assert_pstr_eq(
        take(AUTHENTICATE("HT-SHA-256-NONE", "{fast-initial other}"), sent),
        "the token is wrong");
    ck_said("{fast-final}", "");
    words_clear(&w);
}
END_TEST

START_TEST(what_was_taken_can_be_asked_for_again)
{
    begin();
    ck_assert(!pattern_matches(&w, "<a id='{=id}'/>", "<a id='x'/>"));
    ck_assert(pattern_matches(&w, "<a id='{id}'/>", "<a id='x'/>"));
    ck_assert(pattern_matches(&w, "<a id='{=id}'/>", "<a id='x'/>"));
    ck_assert(!pattern_matches(&w, "<a id='{=id}'/>", "<a id='y'/>"));
    words_clear(&w);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        scram_inside_sasl2_is_verified,
        attributes_are_part_of_the_proof,
        who_says_y_has_not_seen_what_was_offered,
        tokens_are_verified_and_answered,
        what_was_taken_can_be_asked_for_again,
        NULL,
    };

    return suite_main("transcripts", tests);
}
