/* test_router.c - who gets a stanza, and who answers an IQ. */
#include <loquat/module.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "peer.h"
#include "suite.h"

#define NS_STANZAS "urn:ietf:params:xml:ns:xmpp-stanzas"
#define JULIET     "juliet@example.com/balcony"
#define REFUSAL(condition)                                                     \
    "<iq type='error' id='i1' to='" JULIET "'><error><" condition              \
    " xmlns='" NS_STANZAS "'/></error></iq>"
#define IQ(payload) "<iq type='get' id='i1' from='" JULIET "'>" payload "</iq>"
#define MESSAGE(attrs, payload)                                                \
    "<message from='" JULIET "' " attrs ">" payload "</message>"

/* ---- handlers that take notes ---- */

typedef struct helper {
    char letter;
    int verdict;
} helper;

static peer *p;
static char talk[256];

static void note(const char *text)
{
    if (strlen(talk) + strlen(text) < sizeof(talk)) {
        strcat(talk, text);
    }
}

static int helper_handle(void *self, const lq_stanza *stanza,
                         const lq_element *payload)
{
    const helper *h = self;

    (void)stanza, (void)payload;
    note((char[]){ h->letter, '\0' });
    return h->verdict;
}

/* The letter and the payload's name. */
static int helper_names(void *self, const lq_stanza *stanza,
                        const lq_element *payload)
{
    helper_handle(self, stanza, payload);
    note(payload == NULL ? "-" : lq_element_name(payload));
    return LQ_PASS;
}

static helper helpers[26];

static void *help(char letter, int verdict)
{
    helper *h = &helpers[letter - 'A'];

    *h = (helper){ letter, verdict };
    return h;
}

static void handle_with(int kind, int type, const char *name, const char *xmlns,
                        int (*function)(void *, const lq_stanza *,
                                        const lq_element *),
                        char letter, int verdict)
{
    lq_handler handler = { kind, type, name, xmlns, function };

    lq_stream_handle(p->stream, &handler, help(letter, verdict));
}

static void handle(int kind, int type, const char *name, const char *xmlns,
                   char letter, int verdict)
{
    handle_with(kind, type, name, xmlns, helper_handle, letter, verdict);
}

static void claim_talk(const char *want)
{
    ck_assert_msg(memory_is_tortured() || strcmp(talk, want) == 0,
                  "asked were \"%s\", not \"%s\"", talk, want);
    talk[0] = '\0';
}

static void begin(int chunk_index)
{
    p = peer_open(chunk_index);
    talk[0] = '\0';
}

static void end_with(const char *want)
{
    peer_quiet(p);
    claim_talk(want);
    peer_close(p);
}

static void end(void) { end_with(""); }

/* ---- who is asked ---- */

START_TEST(what_never_comes_cannot_be_claimed)
{
    static const int rows[][2] = {
        { LQ_IQ, LQ_RESULT },       { LQ_IQ, LQ_ERROR },
        { LQ_IQ, LQ_CHAT },         { LQ_MESSAGE, LQ_GET },
        { LQ_MESSAGE, LQ_PROBE },   { LQ_PRESENCE, LQ_CHAT },
        { LQ_NONZA, LQ_ANY },       { LQ_MESSAGE, LQ_INVALID },
        { LQ_PRESENCE, LQ_RESULT },
    };

    p = peer_open(_i);
    for (size_t i = 0; i < LQ_COUNT(rows); i++) {
        CLAIM_IS(
            lq_stream_claim(p->stream, rows[i][0], rows[i][1], "a", "b", NULL),
            LQ_E_ARGUMENT);
    }
    peer_close(p);
}
END_TEST

START_TEST(exact_handlers_come_before_wildcards)
{
    begin(_i);
    handle(LQ_MESSAGE, LQ_ANY, NULL, NULL, 'J', LQ_PASS);
    handle(LQ_MESSAGE, LQ_CHAT, NULL, NULL, 'I', LQ_PASS);
    handle(LQ_MESSAGE, LQ_ANY, "x", NULL, 'F', LQ_PASS);
    handle(LQ_MESSAGE, LQ_CHAT, "x", NULL, 'E', LQ_PASS);
    handle(LQ_MESSAGE, LQ_ANY, NULL, "urn:x", 'D', LQ_PASS);
    handle(LQ_MESSAGE, LQ_CHAT, NULL, "urn:x", 'C', LQ_PASS);
    handle(LQ_MESSAGE, LQ_ANY, "x", "urn:x", 'B', LQ_PASS);
    handle(LQ_MESSAGE, LQ_CHAT, "x", "urn:x", 'A', LQ_PASS);
    handle(LQ_MESSAGE, LQ_NORMAL, "x", "urn:x", 'Q', LQ_PASS);
    handle(LQ_MESSAGE, LQ_CHAT, "y", "urn:x", 'R', LQ_PASS);
    handle(LQ_MESSAGE, LQ_CHAT, "x", "urn:y", 'S', LQ_PASS);
    handle(LQ_MESSAGE, LQ_CHAT, "x", "", 'T', LQ_PASS);
    handle(LQ_PRESENCE, LQ_ANY, "x", "urn:x", 'U', LQ_PASS);
    peer_send(p, MESSAGE("type='chat'", "<x xmlns='urn:x'/>"));
    peer_event(p, LQ_EVENT_MESSAGE);
    claim_talk("ABCDEFIJ");
    end();
}
END_TEST

START_TEST(handlers_are_asked_in_order_of_registration)
{
    begin(_i);
    handle(LQ_MESSAGE, LQ_ANY, "x", "urn:x", 'C', LQ_PASS);
    handle(LQ_MESSAGE, LQ_ANY, "x", "urn:x", 'A', LQ_PASS);
    handle(LQ_MESSAGE, LQ_ANY, "x", "urn:x", 'B', LQ_PASS);
    peer_send(p, MESSAGE("", "<x xmlns='urn:x'/>"));
    peer_event(p, LQ_EVENT_MESSAGE);
    claim_talk("CAB");
    end();
}
END_TEST

START_TEST(handler_is_asked_once_and_payloads_in_document_order)
{
    begin(_i);
    handle_with(LQ_MESSAGE, LQ_ANY, "y", "urn:x", helper_names, 'A', 0);
    handle_with(LQ_MESSAGE, LQ_ANY, "x", "urn:x", helper_names, 'B', 0);
    handle_with(LQ_MESSAGE, LQ_ANY, NULL, "urn:x", helper_names, 'C', 0);
    handle_with(LQ_MESSAGE, LQ_ANY, NULL, NULL, helper_names, 'D', 0);
    peer_send(p, MESSAGE("", "<z xmlns='urn:z'/><x xmlns='urn:x'/>"
                             "<y xmlns='urn:x'/><x xmlns='urn:x'/>"));
    peer_event(p, LQ_EVENT_MESSAGE);
    claim_talk("BxCxAyDz");
    peer_send(p, MESSAGE("", ""));
    peer_event(p, LQ_EVENT_MESSAGE);
    claim_talk("D-");
    end();
}
END_TEST

START_TEST(types_decide)
{
    static const struct {
        const char *attrs, *asked;
    } rows[] = {
        { "type='chat'", "CZ" },     { "", "NZ" },
        { "type='normal'", "NZ" },   { "type='wrong'", "NZ" },
        { "type='CHAT'", "NZ" },     { "type='groupchat'", "GZ" },
        { "type='headline'", "HZ" }, { "type='error'", "E" },
    };

    begin(_i);
    handle(LQ_MESSAGE, LQ_CHAT, NULL, NULL, 'C', LQ_PASS);
    handle(LQ_MESSAGE, LQ_NORMAL, NULL, NULL, 'N', LQ_PASS);
    handle(LQ_MESSAGE, LQ_GROUPCHAT, NULL, NULL, 'G', LQ_PASS);
    handle(LQ_MESSAGE, LQ_HEADLINE, NULL, NULL, 'H', LQ_PASS);
    handle(LQ_MESSAGE, LQ_ERROR, NULL, NULL, 'E', LQ_PASS);
    handle(LQ_MESSAGE, LQ_ANY, NULL, NULL, 'Z', LQ_PASS);
    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        peer_sendf(p, "<message from='a' %s><body>b</body></message>",
                   rows[i].attrs);
        peer_event(p, LQ_EVENT_MESSAGE);
        claim_talk(rows[i].asked);
    }
    end();
}
END_TEST

START_TEST(errors_go_only_where_they_are_asked_for)
{
    begin(_i);
    handle(LQ_MESSAGE, LQ_ANY, "x", "urn:x", 'A', LQ_HANDLED);
    handle(LQ_MESSAGE, LQ_ERROR, "x", "urn:x", 'B', LQ_PASS);
    handle(LQ_PRESENCE, LQ_ANY, NULL, NULL, 'C', LQ_HANDLED);
    peer_send(p, MESSAGE("type='error'", "<x xmlns='urn:x'/>"));
    peer_event(p, LQ_EVENT_MESSAGE);
    claim_talk("B");
    peer_send(p, "<presence type='error' from='a'/>");
    peer_event(p, LQ_EVENT_PRESENCE);
    end();
}
END_TEST

START_TEST(handled_message_does_not_surface_but_all_are_asked)
{
    begin(_i);
    handle(LQ_MESSAGE, LQ_ANY, "x", "urn:x", 'A', LQ_HANDLED);
    handle(LQ_MESSAGE, LQ_ANY, "x", "urn:x", 'B', LQ_PASS);
    handle(LQ_MESSAGE, LQ_ANY, NULL, NULL, 'C', LQ_HANDLED);
    peer_send(p, MESSAGE("", "<x xmlns='urn:x'/>"));
    peer_quiet(p);
    claim_talk("ABC");
    end();
}
END_TEST

START_TEST(verdicts_on_messages_are_never_answered)
{
    static const int verdicts[] = { LQ_STANZA_FORBIDDEN, LQ_E_NOMEM,
                                    LQ_E_ARGUMENT };

    for (size_t i = 0; i < LQ_COUNT(verdicts); i++) {
        begin(_i);
        handle(LQ_MESSAGE, LQ_ANY, NULL, NULL, 'A', verdicts[i]);
        peer_send(p, MESSAGE("id='m1'", "<body>b</body>"));
        peer_event(p, LQ_EVENT_MESSAGE);
        claim_talk("A");
        end();
    }
}
END_TEST

START_TEST(presence_of_no_known_type_is_ignored)
{
    begin(_i);
    handle(LQ_PRESENCE, LQ_ANY, NULL, NULL, 'A', LQ_PASS);
    peer_send(p, "<presence type='wrong' from='a'/>");
    peer_quiet(p);
    peer_send(p, "<presence from='a'/>");
    peer_event(p, LQ_EVENT_PRESENCE);
    claim_talk("A");
    end();
}
END_TEST

START_TEST(names_of_any_length_are_told_apart)
{
    char name[600];
    lq_handler handler = { LQ_MESSAGE, LQ_ANY, name, "urn:x", helper_handle };

    begin(_i);
    memset(name, 'n', sizeof(name));
    name[300] = '\0';
    CLAIM_IS(lq_stream_handle(p->stream, &handler, help('A', LQ_HANDLED)),
             LQ_OK);
    peer_sendf(p, "<message><%s xmlns='urn:x'/></message>", name);
    peer_quiet(p);
    claim_talk("A");
    peer_sendf(p, "<message><x%s xmlns='urn:x'/></message>", name);
    peer_event(p, LQ_EVENT_MESSAGE);
    peer_sendf(p, "<message><x xmlns='%s'/></message>", name);
    peer_event(p, LQ_EVENT_MESSAGE);
    claim_talk("");
    end();
}
END_TEST

static const char *const kin[] = { "a",   "b",   "ab",    "ba",    "aa", "abc",
                                   "acb", "bca", "query", "Query", "q",  "x",
                                   "y",   "z",   "xx",    "xy" };

START_TEST(many_names_of_one_namespace_are_told_apart)
{
    begin(_i);
    for (size_t i = 0; i < LQ_COUNT(kin); i++) {
        handle(LQ_MESSAGE, LQ_ANY, kin[i], "urn:x", (char)('A' + i), LQ_PASS);
    }
    handle(LQ_MESSAGE, LQ_CHAT, kin[3], "urn:x", 'Y', LQ_PASS);
    handle(LQ_MESSAGE, LQ_ANY, NULL, "urn:x", 'Z', LQ_PASS);
    for (size_t i = 0; i < suite_rows(LQ_COUNT(kin)); i++) {
        peer_sendf(p, MESSAGE("", "<%s xmlns='urn:x'/>"), kin[i]);
        peer_event(p, LQ_EVENT_MESSAGE);
        claim_talk((char[]){ (char)('A' + i), 'Z', '\0' });
    }
    peer_send(p, MESSAGE("type='chat'", "<ba xmlns='urn:x'/>"));
    peer_event(p, LQ_EVENT_MESSAGE);
    claim_talk("YDZ");
    peer_send(p, MESSAGE("", "<other xmlns='urn:x'/>"));
    peer_event(p, LQ_EVENT_MESSAGE);
    claim_talk("Z");
    peer_send(p, MESSAGE("", "<a xmlns='urn:y'/><a/>"));
    peer_event(p, LQ_EVENT_MESSAGE);
    end();
}
END_TEST

START_TEST(names_are_found_among_any_number)
{
    enum { COUNT = 300 };
    char name[16];

    begin(_i);
    handle(LQ_MESSAGE, LQ_ANY, NULL, "urn:x", 'Z', LQ_PASS);
    handle(LQ_MESSAGE, LQ_ANY, "n77", NULL, 'Y', LQ_PASS);
    for (int i = 0; i < COUNT; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        handle(LQ_MESSAGE, LQ_ANY, name, "urn:x", (char)('A' + i % 24),
               LQ_PASS);
        handle(LQ_MESSAGE, LQ_CHAT, name, "urn:x", (char)('A' + (i + 1) % 24),
               LQ_PASS);
    }
    for (int i = 0; i < (int)suite_rows(COUNT); i += 11) {
        peer_sendf(p, MESSAGE("type='chat'", "<n%d xmlns='urn:x'/>"), i);
        peer_event(p, LQ_EVENT_MESSAGE);
        claim_talk((char[]){ (char)('A' + (i + 1) % 24), (char)('A' + i % 24),
                             'Z', i == 77 ? 'Y' : '\0', '\0' });
    }
    peer_sendf(p, MESSAGE("", "<n%d xmlns='urn:x'/>"), COUNT);
    peer_event(p, LQ_EVENT_MESSAGE);
    claim_talk("Z");
    end();
}
END_TEST

/* Of the same length, and with the same last letter. */
START_TEST(many_namespaces_of_one_name_are_told_apart)
{
    char xmlns[32];

    begin(_i);
    for (int i = 0; i < 26; i++) {
        snprintf(xmlns, sizeof(xmlns), "urn:%c:x", 'a' + i);
        handle(LQ_MESSAGE, LQ_ANY, "q", xmlns, (char)('A' + i), LQ_PASS);
    }
    for (int i = 0; i < (int)suite_rows(26); i++) {
        peer_sendf(p, MESSAGE("", "<q xmlns='urn:%c:x'/>"), 'a' + i);
        peer_event(p, LQ_EVENT_MESSAGE);
        claim_talk((char[]){ (char)('A' + i), '\0' });
    }
    peer_send(p, MESSAGE("", "<q xmlns='urn:A:x'/>"));
    peer_event(p, LQ_EVENT_MESSAGE);
    end();
}
END_TEST

typedef struct wildcard_row {
    const char *message, *asked;
} wildcard_row;

static const wildcard_row wildcard_rows[] = {
    { MESSAGE("type='chat'", "<x xmlns='urn:x'/>"), "ABCDEFGH" },
    { MESSAGE("type='chat'", "<y xmlns='urn:x'/>"), "CDGH" },
    { MESSAGE("type='chat'", "<x xmlns='urn:y'/>"), "EFGH" },
    { MESSAGE("type='chat'", "<x/>"), "EFGH" },
    { MESSAGE("type='chat'", "<y xmlns='urn:y'/>"), "GH" },
    { MESSAGE("type='chat'", ""), "GH" },
    { MESSAGE("", "<x xmlns='urn:x'/>"), "BDFH" },
    { MESSAGE("type='headline'", "<y xmlns='urn:x'/>"), "DH" },
    { MESSAGE("type='headline'", "<x xmlns='urn:y'/>"), "FH" },
    { MESSAGE("type='error'", "<x xmlns='urn:x'/>"), "" },
    { MESSAGE("type='chat'", "text<x xmlns='urn:x'/>text"), "ABCDEFGH" },
    { MESSAGE("type='chat'", "<y xmlns='urn:y'/><x xmlns='urn:x'/>"),
      "ABCDEFGH" },
    { MESSAGE("type='chat'", "<x xmlns='urn:y'/><y xmlns='urn:x'/>"),
      "EFCDGH" },
};

START_TEST(wildcards_take_what_they_say_and_in_this_order)
{
    begin(_i);
    handle(LQ_MESSAGE, LQ_ANY, NULL, NULL, 'H', LQ_PASS);
    handle(LQ_MESSAGE, LQ_CHAT, NULL, NULL, 'G', LQ_PASS);
    handle(LQ_MESSAGE, LQ_ANY, "x", NULL, 'F', LQ_PASS);
    handle(LQ_MESSAGE, LQ_CHAT, "x", NULL, 'E', LQ_PASS);
    handle(LQ_MESSAGE, LQ_ANY, NULL, "urn:x", 'D', LQ_PASS);
    handle(LQ_MESSAGE, LQ_CHAT, NULL, "urn:x", 'C', LQ_PASS);
    handle(LQ_MESSAGE, LQ_ANY, "x", "urn:x", 'B', LQ_PASS);
    handle(LQ_MESSAGE, LQ_CHAT, "x", "urn:x", 'A', LQ_PASS);
    for (size_t i = 0; i < suite_rows(LQ_COUNT(wildcard_rows)); i++) {
        peer_send(p, wildcard_rows[i].message);
        peer_event(p, LQ_EVENT_MESSAGE);
        claim_talk(wildcard_rows[i].asked);
    }
    end();
}
END_TEST

START_TEST(no_namespace_is_one_of_its_own)
{
    begin(_i);
    handle(LQ_MESSAGE, LQ_ANY, "x", "", 'A', LQ_PASS);
    handle(LQ_MESSAGE, LQ_ANY, NULL, "", 'B', LQ_PASS);
    handle(LQ_MESSAGE, LQ_ANY, "x", "jabber:client", 'C', LQ_PASS);
    peer_send(p, MESSAGE("", "<x xmlns=''/>"));
    peer_event(p, LQ_EVENT_MESSAGE);
    claim_talk("AB");
    peer_send(p, MESSAGE("", "<y xmlns=''/>"));
    peer_event(p, LQ_EVENT_MESSAGE);
    claim_talk("B");
    peer_send(p, MESSAGE("", "<x/>"));
    peer_event(p, LQ_EVENT_MESSAGE);
    claim_talk("C");
    peer_send(p, MESSAGE("", "<x xmlns='urn:x'/>"));
    peer_event(p, LQ_EVENT_MESSAGE);
    end();
}
END_TEST

START_TEST(namespaces_of_any_length_are_told_apart)
{
    char xmlns[600];
    lq_handler handler = { LQ_MESSAGE, LQ_ANY, "x", xmlns, helper_handle };

    begin(_i);
    memset(xmlns, 'n', sizeof(xmlns));
    xmlns[500] = '\0';
    CLAIM_IS(lq_stream_handle(p->stream, &handler, help('A', LQ_HANDLED)),
             LQ_OK);
    peer_sendf(p, "<message><x xmlns='%s'/></message>", xmlns);
    peer_quiet(p);
    claim_talk("A");
    peer_sendf(p, "<message><x xmlns='%.499s'/></message>", xmlns);
    peer_event(p, LQ_EVENT_MESSAGE);
    peer_sendf(p, "<message><x xmlns='%.499sm'/></message>", xmlns);
    peer_event(p, LQ_EVENT_MESSAGE);
    peer_sendf(p, "<message><x xmlns='%.244s'/></message>", xmlns); /* - 256 */
    peer_event(p, LQ_EVENT_MESSAGE);
    end();
}
END_TEST

/* The N-th allocation of the registration fails: nothing is registered, what
 * was before is, and it can be done again. */
static bool registering_fails(const lq_handler *handler, unsigned long n)
{
    bool failed;
    int rv;

    begin(2);
    handle(LQ_MESSAGE, LQ_ANY, "y", "urn:y", 'B', LQ_PASS);
    memory_fail(n, false);
    rv = lq_stream_handle(p->stream, handler, help('A', LQ_HANDLED));
    failed = memory_failed();
    memory_fail(0, false);
    ck_assert_int_eq(rv, failed ? LQ_E_NOMEM : LQ_OK);
    if (failed) {
        peer_send(p, MESSAGE("", "<x xmlns='urn:x'/><y xmlns='urn:y'/>"));
        peer_event(p, LQ_EVENT_MESSAGE);
        claim_talk("B");
        rv = lq_stream_handle(p->stream, handler, help('A', LQ_HANDLED));
        ck_assert_int_eq(rv, LQ_OK);
    }
    peer_send(p, MESSAGE("", "<x xmlns='urn:x'/>"));
    end_with("A");
    return failed;
}

START_TEST(handler_that_there_is_no_memory_for_is_not_there)
{
    static const lq_handler rows[] = {
        { LQ_MESSAGE, LQ_ANY, "x", "urn:x", helper_handle },
        { LQ_MESSAGE, LQ_ANY, NULL, "urn:x", helper_handle },
        { LQ_MESSAGE, LQ_ANY, "x", NULL, helper_handle },
        { LQ_MESSAGE, LQ_ANY, NULL, NULL, helper_handle },
    };

    for (size_t i = 0; i < LQ_COUNT(rows) && !memory_is_tortured(); i++) {
        unsigned long n = 1;

        while (registering_fails(&rows[i], n)) {
            n++;
        }
        ck_assert_uint_gt(n, 2);
    }
}
END_TEST

/* ---- IQs: each answered exactly once ---- */

typedef struct verdict_row {
    int first, second; /* what two handlers return; -99: there is none */
    const char *asked, *answer;
} verdict_row;

static const verdict_row verdict_rows[] = {
    { LQ_HANDLED, LQ_HANDLED, "A", "<iq type='result' id='i1'/>" },
    { LQ_PASS, LQ_HANDLED, "AB", "<iq type='result' id='i1'/>" },
    { LQ_PASS, LQ_PASS, "AB", REFUSAL("service-unavailable") },
    { LQ_STANZA_FORBIDDEN, LQ_HANDLED, "A", REFUSAL("forbidden") },
    { LQ_PASS, LQ_STANZA_UNEXPECTED_REQUEST, "AB",
      REFUSAL("unexpected-request") },
    { LQ_E_NOMEM, LQ_HANDLED, "A", REFUSAL("internal-server-error") },
    { LQ_E_STATE, LQ_HANDLED, "A", REFUSAL("internal-server-error") },
    { -99, -99, "", REFUSAL("service-unavailable") },
};

START_TEST(iq_is_answered_as_its_handlers_say)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(verdict_rows)); i++) {
        const verdict_row *row = &verdict_rows[i];

        begin(_i);
        if (row->first != -99) {
            handle(LQ_IQ, LQ_GET, "x", "urn:x", 'A', row->first);
            handle(LQ_IQ, LQ_ANY, NULL, NULL, 'B', row->second);
        }
        peer_send(p, IQ("<x xmlns='urn:x'/>"));
        peer_expect(p, row->answer);
        claim_talk(row->asked);
        end();
    }
}
END_TEST

typedef struct bad_iq {
    const char *iq, *answer;
} bad_iq;

static const bad_iq bad_iqs[] = {
    { "<iq id='i1' from='" JULIET "'><x/></iq>", REFUSAL("bad-request") },
    { "<iq type='' id='i1' from='" JULIET "'><x/></iq>",
      REFUSAL("bad-request") },
    { "<iq type='GET' id='i1' from='" JULIET "'><x/></iq>",
      REFUSAL("bad-request") },
    { "<iq type='get' id='i1' from='" JULIET "'/>", REFUSAL("bad-request") },
    { "<iq type='set' id='i1' from='" JULIET "'>text</iq>",
      REFUSAL("bad-request") },
    { IQ("<x/><y/>"), REFUSAL("bad-request") },
    { "<iq type='get' from='" JULIET "'><x/></iq>", NULL }, /* no id */
    { "<iq type='result' id='i1' from='" JULIET "'/>", NULL },
    { "<iq type='error' id='i1' from='" JULIET "'/>", NULL },
    { "<iq type='error' id='i1' from='" JULIET "'><x/><y/></iq>", NULL },
};

START_TEST(iq_that_is_none_is_refused_before_anybody_is_asked)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(bad_iqs)); i++) {
        begin(_i);
        handle(LQ_IQ, LQ_ANY, NULL, NULL, 'A', LQ_HANDLED);
        peer_send(p, bad_iqs[i].iq);
        if (bad_iqs[i].answer != NULL) {
            peer_expect(p, bad_iqs[i].answer);
        }
        end();
    }
}
END_TEST

START_TEST(answer_to_who_did_not_say_goes_to_our_server)
{
    begin(_i);
    peer_send(p, "<iq type='get' id='i1'><x/></iq>");
    peer_expect(p, "<iq type='error' id='i1'/>");
    CLAIM(strstr(peer_last(p), " to=") == NULL);
    end();
}
END_TEST

/* A handler that answers by itself; what it returns must not matter. */
static lq_builder *late; /* a second answer */

static int answer_itself(void *self, const lq_stanza *iq,
                         const lq_element *payload)
{
    lq_builder *b = lq_build_result(p->stream, iq);

    helper_handle(self, iq, payload);
    late = lq_build_result(p->stream, iq);
    lq_build_child(b, "own", "urn:x", "answer");
    if (lq_stream_answer(p->stream, b) < 0) {
        return LQ_E_NOMEM;
    }
    return ((helper *)self)->verdict;
}

START_TEST(handler_may_answer_itself)
{
    static const int verdicts[] = { LQ_HANDLED, LQ_PASS, LQ_STANZA_FORBIDDEN,
                                    LQ_E_NOMEM };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(verdicts)); i++) {
        begin(_i);
        late = NULL;
        handle_with(LQ_IQ, LQ_GET, "x", "urn:x", answer_itself, 'A',
                    verdicts[i]);
        handle(LQ_IQ, LQ_GET, "x", "urn:x", 'B', LQ_HANDLED);
        lq_stream_claim(p->stream, LQ_IQ, LQ_GET, "x", "urn:x", NULL);
        peer_send(p, IQ("<x xmlns='urn:x'/>"));
        peer_expect(p, "<iq type='result' id='i1' to='" JULIET "'>"
                       "<own xmlns='urn:x'>answer</own></iq>");
        claim_talk("A");
        CLAIM_IS(lq_stream_answer(p->stream, late), LQ_E_STATE);
        end();
    }
}
END_TEST

/* Keeps an answer for the next IQ, and then tries to give it there. */
static int answer_late(void *self, const lq_stanza *iq,
                       const lq_element *payload)
{
    helper_handle(self, iq, payload);
    if (late == NULL) {
        late = lq_build_result(p->stream, iq);
    } else {
        CLAIM_IS(lq_stream_answer(p->stream, late), LQ_E_STATE);
        late = NULL;
    }
    return LQ_PASS;
}

START_TEST(answer_settles_only_the_iq_it_was_made_for)
{
    begin(_i);
    late = NULL;
    handle_with(LQ_IQ, LQ_GET, NULL, NULL, answer_late, 'A', 0);
    peer_send(p, IQ("<x xmlns='urn:x'/>"));
    peer_expect(p, REFUSAL("service-unavailable"));
    peer_send(p, IQ("<x xmlns='urn:x'/>"));
    peer_expect(p, REFUSAL("service-unavailable"));
    claim_talk("AA");
    lq_builder_free(late);
    end();
}
END_TEST

/* ---- claims ---- */

START_TEST(claimed_message_surfaces_as_such)
{
    const lq_event *event;
    lq_id id, all;

    begin(_i);
    id = lq_stream_claim(p->stream, LQ_MESSAGE, LQ_ANY, "x", "urn:x", NULL);
    all =
        lq_stream_claim(p->stream, LQ_PRESENCE, LQ_SUBSCRIBE, NULL, NULL, NULL);
    CLAIM(id > 0 && all > 0 && id != all);
    peer_send(p, MESSAGE("id='m1'", "<x xmlns='urn:x'/>"));
    event = peer_event(p, LQ_EVENT_CLAIMED);
    CLAIM(event->id == id);
    CLAIM(strcmp(lq_stanza_id(event->stanza), "m1") == 0);
    peer_send(p, "<presence type='subscribe' from='a'/><presence from='a'/>");
    event = peer_event(p, LQ_EVENT_CLAIMED);
    CLAIM(event->id == all);
    peer_event(p, LQ_EVENT_PRESENCE);
    end();
}
END_TEST

START_TEST(claims_of_nothing_are_refused)
{
    begin(_i);
    CLAIM_IS(lq_stream_claim(p->stream, 0, LQ_ANY, NULL, NULL, NULL),
             LQ_E_ARGUMENT);
    CLAIM_IS(lq_stream_claim(p->stream, 4, LQ_ANY, NULL, NULL, NULL),
             LQ_E_ARGUMENT);
    CLAIM_IS(lq_stream_claim(p->stream, LQ_IQ, -1, NULL, NULL, NULL),
             LQ_E_ARGUMENT);
    CLAIM_IS(lq_stream_claim(p->stream, LQ_IQ, 99, NULL, NULL, NULL),
             LQ_E_ARGUMENT);
    end();
}
END_TEST

/* A claimed IQ has come; its question. */
static lq_id queried(void)
{
    const lq_event *event;

    lq_stream_claim(p->stream, LQ_IQ, LQ_GET, "x", "urn:x", "urn:x");
    peer_send(p, IQ("<x xmlns='urn:x'/>"));
    event = peer_event(p, LQ_EVENT_QUERY);
    CLAIM(lq_event_question(event) == LQ_QUESTION_IQ);
    CLAIM(strcmp(lq_stanza_id(event->stanza), "i1") == 0);
    CLAIM(lq_event_fingerprint(event) == NULL);
    return event == NULL ? 0 : event->id;
}

START_TEST(claimed_iq_is_answered_by_the_program)
{
    lq_builder *b, *second;
    lq_id id;

    begin(_i);
    id = queried();
    b = lq_build_answer(p->stream, id);
    second = lq_build_answer(p->stream, id);
    lq_build_child(b, "y", "urn:x", "z");
    CLAIM_IS(lq_stream_answer(p->stream, b), LQ_OK);
    peer_expect(p, "<iq type='result' id='i1' to='" JULIET "'>"
                   "<y xmlns='urn:x'>z</y></iq>");
    CLAIM_IS(lq_stream_answer(p->stream, second), LQ_E_STATE);
    CLAIM_IS(lq_stream_refuse(p->stream, id, LQ_STANZA_FORBIDDEN, NULL),
             LQ_E_STATE);
    b = lq_build_answer(p->stream, id);
    CLAIM(lq_builder_error(b) == LQ_E_STATE);
    CLAIM_IS(lq_stream_answer(p->stream, b), LQ_E_STATE);
    CLAIM_IS(lq_stream_answer(p->stream, NULL), LQ_E_NOMEM);
    peer_wait(p, 300000);
    peer_expect(p, "<iq type='get'><ping xmlns='urn:xmpp:ping'/></iq>");
    end();
}
END_TEST

START_TEST(claimed_iq_is_refused_by_the_program)
{
    lq_id id;

    begin(_i);
    id = queried();
    CLAIM_IS(lq_stream_refuse(p->stream, id, 0, NULL), LQ_E_ARGUMENT);
    CLAIM_IS(lq_stream_refuse(p->stream, id, 999, NULL), LQ_E_ARGUMENT);
    CLAIM_IS(lq_stream_trust(p->stream, p->now, id, true), LQ_E_STATE);
    CLAIM_IS(lq_stream_refuse(p->stream, id, LQ_STANZA_FORBIDDEN, "no <&>"),
             LQ_OK);
    peer_expect(p, "<iq type='error' id='i1' to='" JULIET "'>"
                   "<error type='auth'><forbidden xmlns='" NS_STANZAS "'/>"
                   "<text xmlns='" NS_STANZAS "'>no &lt;&amp;&gt;</text>"
                   "</error></iq>");
    end();
}
END_TEST

START_TEST(badly_built_answer_leaves_the_question_open)
{
    lq_builder *b;
    lq_id id;

    begin(_i);
    id = queried();
    b = lq_build_answer(p->stream, id);
    lq_build_open(b, "left", "urn:open");
    CLAIM_IS(lq_stream_answer(p->stream, b), LQ_E_ARGUMENT);
    CLAIM_IS(lq_stream_answer(p->stream, lq_build_iq(p->stream, LQ_GET, NULL)),
             LQ_E_ARGUMENT);
    CLAIM_IS(lq_stream_answer(p->stream, lq_build_answer(p->stream, id)),
             LQ_OK);
    peer_expect(p, "<iq type='result' id='i1'/>");
    end();
}
END_TEST

START_TEST(claimed_iq_that_nobody_answers_lapses)
{
    lq_config *config;
    lq_id id;

    memory_spare(true);
    config = lq_config_new(PEER_JID);
    lq_config_set_password(config, PEER_PASSWORD);
    lq_config_set_timeout(config, LQ_TIMEOUT_QUESTION, 5000);
    p = peer_new(config, _i);
    lq_config_free(config);
    peer_login(p);
    memory_spare(false);
    talk[0] = '\0';
    id = queried();
    peer_wait(p, 4999);
    peer_quiet(p);
    peer_wait(p, 1);
    peer_expect(p, REFUSAL("service-unavailable"));
    CLAIM_IS(lq_stream_refuse(p->stream, id, LQ_STANZA_FORBIDDEN, NULL),
             LQ_E_STATE);
    end();
}
END_TEST

START_TEST(answer_cannot_follow_the_connection)
{
    lq_builder *b;
    lq_id id;

    begin(_i);
    id = queried();
    b = lq_build_answer(p->stream, id);
    peer_lose(p);
    CLAIM_IS(lq_stream_answer(p->stream, b), LQ_E_STATE);
    CLAIM_IS(lq_stream_refuse(p->stream, id, LQ_STANZA_FORBIDDEN, NULL),
             LQ_E_STATE);
    peer_event(p, LQ_EVENT_OFFLINE);
    memory_spare(true);
    peer_login(p);
    memory_spare(false);
    end();
}
END_TEST

START_TEST(question_that_lost_its_connection_is_still_told)
{
    const lq_event *event;

    begin(_i);
    lq_stream_claim(p->stream, LQ_IQ, LQ_GET, "x", "urn:x", NULL);
    peer_send(p, "<message/>" IQ("<x xmlns='urn:x'/>"));
    peer_lose(p);
    peer_event(p, LQ_EVENT_MESSAGE);
    event = peer_event(p, LQ_EVENT_QUERY);
    CLAIM_IS(lq_stream_refuse(p->stream, event == NULL ? 0 : event->id,
                              LQ_STANZA_FORBIDDEN, NULL),
             LQ_E_STATE);
    peer_event(p, LQ_EVENT_OFFLINE);
    end();
}
END_TEST

static int feature_is_x(void *told, const char *feature)
{
    CLAIM(strcmp(feature, "urn:x") == 0);
    ++*(int *)told;
    return LQ_OK;
}

START_TEST(claims_advertise_their_features)
{
    int told = 0;

    begin(_i);
    CLAIM_IS(lq_stream_features(p->stream, feature_is_x, &told), LQ_OK);
    CLAIM(told == 0);
    lq_stream_claim(p->stream, LQ_IQ, LQ_GET, "x", "urn:x", "urn:x");
    lq_stream_claim(p->stream, LQ_IQ, LQ_SET, "x", "urn:x", "urn:x");
    lq_stream_claim(p->stream, LQ_IQ, LQ_SET, "y", "urn:x", NULL);
    CLAIM_IS(lq_stream_features(p->stream, feature_is_x, &told), LQ_OK);
    CLAIM(told == 2);
    end();
}
END_TEST

/* ---- order ---- */

static int send_one(void *self, const lq_stanza *stanza,
                    const lq_element *payload)
{
    lq_stream *s = p->stream;

    helper_handle(self, stanza, payload);
    lq_stream_emit(s, LQ_EVENT_USER, 7, 0, stanza, NULL);
    lq_stream_send(s, lq_build_message(s, LQ_HEADLINE, "a@example.org"));
    return ((helper *)self)->verdict;
}

START_TEST(what_handlers_send_goes_behind_what_waits)
{
    begin(_i);
    handle_with(LQ_IQ, LQ_GET, "x", "urn:x", send_one, 'A', LQ_HANDLED);
    lq_stream_send(p->stream,
                   lq_build_message(p->stream, LQ_CHAT, "a@example.org"));
    peer_send(p, IQ("<x xmlns='urn:x'/>"));
    CLAIM(lq_stream_event(p->stream)->type == LQ_EVENT_USER);
    peer_expect(p, "<message type='chat'/>");
    peer_expect(p, "<message type='headline'/>");
    peer_expect(p, "<iq type='result' id='i1'/>");
    claim_talk("A");
    end();
}
END_TEST

START_TEST(what_handlers_emit_comes_before_the_stanza_itself)
{
    const lq_event *event;

    begin(_i);
    handle_with(LQ_MESSAGE, LQ_ANY, NULL, NULL, send_one, 'A', LQ_PASS);
    peer_send(p, "<message id='m1'/><message id='m2'/>");
    for (int i = 1; i <= 2; i++) {
        event = peer_event(p, LQ_EVENT_USER);
        CLAIM(event->id == 7 && event->stanza != NULL);
        CLAIM(lq_stanza_id(event->stanza)[1] == '0' + i);
        event = peer_event(p, LQ_EVENT_MESSAGE);
        CLAIM(lq_stanza_id(event->stanza)[1] == '0' + i);
    }
    claim_talk("AA");
    free(peer_take(p));
    end();
}
END_TEST

START_TEST(sender_is_who_sent_or_our_account)
{
    const lq_event *event;

    begin(_i);
    peer_send(p, "<message/><message from='a@example.org/b'/>"
                 "<message xml:lang='de'/>");
    event = peer_event(p, LQ_EVENT_MESSAGE);
    CLAIM(lq_stanza_from(event->stanza) == NULL);
    CLAIM(strcmp(lq_stanza_sender(event->stanza), PEER_ACCOUNT) == 0);
    CLAIM(strcmp(lq_stanza_lang(event->stanza), "en") == 0);
    event = peer_event(p, LQ_EVENT_MESSAGE);
    CLAIM(strcmp(lq_stanza_sender(event->stanza), "a@example.org/b") == 0);
    event = peer_event(p, LQ_EVENT_MESSAGE);
    CLAIM(strcmp(lq_stanza_lang(event->stanza), "de") == 0);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        what_never_comes_cannot_be_claimed,
        exact_handlers_come_before_wildcards,
        handlers_are_asked_in_order_of_registration,
        handler_is_asked_once_and_payloads_in_document_order,
        types_decide,
        errors_go_only_where_they_are_asked_for,
        handled_message_does_not_surface_but_all_are_asked,
        verdicts_on_messages_are_never_answered,
        presence_of_no_known_type_is_ignored,
        names_of_any_length_are_told_apart,
        many_names_of_one_namespace_are_told_apart,
        names_are_found_among_any_number,
        many_namespaces_of_one_name_are_told_apart,
        wildcards_take_what_they_say_and_in_this_order,
        no_namespace_is_one_of_its_own,
        namespaces_of_any_length_are_told_apart,
        handler_that_there_is_no_memory_for_is_not_there,
        iq_is_answered_as_its_handlers_say,
        iq_that_is_none_is_refused_before_anybody_is_asked,
        answer_to_who_did_not_say_goes_to_our_server,
        handler_may_answer_itself,
        answer_settles_only_the_iq_it_was_made_for,
        claimed_message_surfaces_as_such,
        claims_of_nothing_are_refused,
        claimed_iq_is_answered_by_the_program,
        claimed_iq_is_refused_by_the_program,
        badly_built_answer_leaves_the_question_open,
        claimed_iq_that_nobody_answers_lapses,
        answer_cannot_follow_the_connection,
        question_that_lost_its_connection_is_still_told,
        claims_advertise_their_features,
        what_handlers_send_goes_behind_what_waits,
        what_handlers_emit_comes_before_the_stanza_itself,
        sender_is_who_sent_or_our_account,
        NULL,
    };

    return suite_main_tortured("router", tests);
}
