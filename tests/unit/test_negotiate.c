/* test_negotiate.c - from an open transport to a bound resource. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "peer.h"
#include "peer_xml.h"
#include "scram_server.h"
#include "suite.h"

#define NS_SASL    "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_BIND    "urn:ietf:params:xml:ns:xmpp-bind"
#define NS_ERRORS  "urn:ietf:params:xml:ns:xmpp-streams"
#define NS_STREAMS "http://etherx.jabber.org/streams"
#define SESSION    "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>"
#define BIND       "<bind xmlns='" NS_BIND "'/>"
#define BOUND      "<bind xmlns='" NS_BIND "'><jid>" PEER_JID "</jid></bind>"
#define SUCCESS    "<success xmlns='" NS_SASL "'/>"
#define ABORT      "<abort xmlns='" NS_SASL "'/>"
#define ASK_BIND   "<iq type='set'>" BIND "</iq>"
#define THE_END    "</stream:stream>"

static peer *p;
static scram_server server;

/* ---- helpers ---- */

static lq_config *config_for(const char *jid, const char *password)
{
    lq_config *config;

    memory_spare(true);
    config = lq_config_new(jid);
    lq_config_set_password(config, password);
    memory_spare(false);
    return config;
}

/* A stream with CONFIG (NULL: the usual) on a protected transport. */
static void begin(lq_config *config, int chunk_index)
{
    memory_spare(true);
    p = peer_new(config, chunk_index);
    lq_config_free(config);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    memory_spare(false);
}

static void end(void)
{
    peer_quiet(p);
    peer_close(p);
}

/* <mechanisms/> of LIST, names with blanks between.  Static. */
static const char *mechanisms(const char *list)
{
    static char text[1024];
    size_t len = (size_t)sprintf(text, "<mechanisms xmlns='" NS_SASL "'>");

    while (*list != '\0') {
        int name = (int)strcspn(list, " ");

        len += (size_t)sprintf(text + len, "<mechanism>%.*s</mechanism>", name,
                               list);
        list += name + (list[name] == ' ');
    }
    strcpy(text + len, "</mechanisms>");
    return text;
}

static void expect_auth(const char *mechanism)
{
    char pattern[256];

    snprintf(pattern, sizeof(pattern),
             "<auth xmlns='" NS_SASL "' mechanism='%s'/>", mechanism);
    peer_expect(p, pattern);
}

/* Until the features after login; memory is not short meanwhile. */
static void authenticate(void)
{
    memory_spare(true);
    peer_header(p, mechanisms("PLAIN"));
    expect_auth("PLAIN");
    peer_send(p, SUCCESS);
    memory_spare(false);
}

static void expect_online(void)
{
    CLAIM(lq_stream_state(p->stream) == LQ_STATE_ONLINE);
    peer_event(p, LQ_EVENT_ONLINE);
}

/* The connection ends with CODE and CONDITION; FINAL: the stream too. */
static void expect_offline(int code, const char *condition, bool final)
{
    const lq_event *event;
    const char *said;

    CLAIM(lq_stream_wish(p->stream) == LQ_WISH_CLOSE);
    peer_expect_text(p, THE_END);
    peer_hang_up(p);
    event = peer_event(p, LQ_EVENT_OFFLINE);
    CLAIM(event->error == code);
    said = lq_failure_condition(lq_stream_failure(p->stream));
    ck_assert_msg(memory_is_tortured() || condition == NULL ||
                      (said != NULL && strcmp(said, condition) == 0),
                  "said %s, not %s", said, condition);
    CLAIM(lq_failure_message(lq_stream_failure(p->stream))[0] != '\0');
    if (final) {
        event = peer_event(p, LQ_EVENT_CLOSED);
        CLAIM(event->error == code);
    }
    CLAIM(lq_stream_state(p->stream) ==
          (final ? LQ_STATE_CLOSED : LQ_STATE_WAITING));
}

/* We say why, too. */
static void expect_fault(int code, const char *condition, bool final)
{
    char pattern[256];

    snprintf(pattern, sizeof(pattern),
             "<stream:error><%s xmlns='" NS_ERRORS "'/></stream:error>",
             condition);
    peer_expect(p, pattern);
    expect_offline(code, condition, final);
}

/* ---- headers ---- */

#define HEADER(attrs)                                                          \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client'"                \
    " xmlns:stream='" NS_STREAMS "' id='s1' " attrs ">"

typedef struct header_row {
    const char *header;
    const char *condition; /* NULL: it is accepted */
} header_row;

static const header_row header_rows[] = {
    { HEADER("version='1.0'"), NULL },
    { HEADER("version='1.1' from='example.net'"), NULL },
    { HEADER("version='10.0' from='Example.NET'"), NULL },
    { HEADER("version='1.0' future='yes'"), NULL },
    { HEADER(""), "unsupported-version" },
    { HEADER("version=''"), "unsupported-version" },
    { HEADER("version='0.9'"), "unsupported-version" },
    { HEADER("version='1'"), "unsupported-version" },
    { HEADER("version='one.0'"), "unsupported-version" },
    { HEADER("version='1.0' from='evil.example'"), "invalid-from" },
    { HEADER("version='1.0' from=''"), "invalid-from" },
    { HEADER("version='1.0' from='romeo@example.net'"), "invalid-from" },
    { "<stream:stream xmlns='jabber:client' xmlns:stream='urn:x'"
      " version='1.0'>",
      "invalid-namespace" },
    { "<stream:flow xmlns='jabber:client' xmlns:stream='" NS_STREAMS
      "' version='1.0'>",
      "invalid-namespace" },
    { "<stream version='1.0'>", "invalid-namespace" },
};

START_TEST(header_must_be_of_a_stream_of_ours)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(header_rows)); i++) {
        const header_row *row = &header_rows[i];

        begin(NULL, _i);
        peer_expect_text(p, "<stream:stream");
        peer_send(p, row->header);
        if (row->condition == NULL) {
            peer_sendf(p, "<stream:features>%s</stream:features>",
                       mechanisms("PLAIN"));
            expect_auth("PLAIN");
        } else {
            expect_fault(LQ_E_PROTOCOL, row->condition, false);
        }
        end();
    }
}
END_TEST

typedef struct dialect {
    const char *header, *open, *close; /* of <features/> */
    const char *prefix;                /* of stanzas */
} dialect;

static const dialect dialects[] = {
    { "<s:stream xmlns:s='" NS_STREAMS "' xmlns='jabber:client'"
      " version='1.0'>",
      "<s:features>", "</s:features>", "" },
    { "<stream xmlns='" NS_STREAMS "' xmlns:c='jabber:client' version='1.0'>",
      "<features>", "</features>", "c:" },
    { "<s:stream xmlns:s='" NS_STREAMS "' xmlns:c='jabber:client'"
      " version='1.0'>",
      "<s:features>", "</s:features>", "c:" },
    { "<stream:stream xmlns:stream='" NS_STREAMS "' xmlns='jabber:client'"
      " xmlns:db='urn:x' version='1.0'>",
      "<stream:features>", "</stream:features>", "" },
};

static void speak(const dialect *d, const char *features)
{
    peer_expect_text(p, "<stream:stream");
    peer_sendf(p, "%s%s%s%s", d->header, d->open, features, d->close);
}

START_TEST(prefixes_are_the_servers_choice)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(dialects)); i++) {
        const dialect *d = &dialects[i];
        const char *c = d->prefix;
        char id[64];

        begin(NULL, _i);
        speak(d, mechanisms("PLAIN"));
        expect_auth("PLAIN");
        peer_send(p, SUCCESS);
        speak(d, BIND);
        peer_expect(p, ASK_BIND);
        xml_attr(peer_last(p), "id", id, sizeof(id));
        peer_sendf(p, "<%siq type='result' id='%s'>" BOUND "</%siq>", c, id, c);
        expect_online();
        peer_sendf(p, "<%smessage><%sbody>hi</%sbody></%smessage>", c, c, c, c);
        peer_event(p, LQ_EVENT_MESSAGE);
        CLAIM(strcmp(lq_message_body(p->event.stanza, NULL), "hi") == 0);
        end();
    }
}
END_TEST

/* ---- order ---- */

enum { AT_HEADER, AT_FEATURES, AT_AUTH, AT_REBORN, AT_BIND };

typedef struct turn_row {
    int stage;
    const char *bytes;
} turn_row;

static const turn_row turn_rows[] = {
    { AT_FEATURES, "<message/>" },
    { AT_FEATURES, SUCCESS },
    { AT_FEATURES, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" },
    { AT_FEATURES, "<features xmlns='jabber:client'/>" },
    { AT_AUTH, "<stream:features/>" },
    { AT_AUTH, "<message/>" },
    { AT_AUTH, "<iq type='get' id='1'><x/></iq>" },
    { AT_AUTH, "<success xmlns='urn:other'/>" },
    { AT_AUTH, ABORT },
    { AT_REBORN, SUCCESS },
    { AT_REBORN, "<iq type='result' id='1'>" BOUND "</iq>" },
    { AT_BIND, "<stream:features/>" },
    { AT_BIND, "<message/>" },
    { AT_BIND, SUCCESS },
    { AT_BIND, "<iq type='result' id='1'>" BOUND "</iq>" },
    { AT_BIND, "<iq type='set' id='1'><x/></iq>" },
};

static void advance(int stage)
{
    memory_spare(true);
    if (stage == AT_FEATURES) {
        peer_expect_text(p, "<stream:stream");
        peer_send(p, PEER_HEADER);
    }
    if (stage >= AT_AUTH) {
        peer_header(p, mechanisms("PLAIN"));
        expect_auth("PLAIN");
    }
    if (stage >= AT_REBORN) {
        peer_send(p, SUCCESS);
        peer_expect_text(p, "<stream:stream");
        peer_expect(p, ASK_BIND);
        peer_send(p, PEER_HEADER);
    }
    if (stage >= AT_BIND) {
        peer_send(p, "<stream:features>" BIND "</stream:features>");
    }
    memory_spare(false);
}

START_TEST(what_comes_out_of_turn_is_not_taken)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(turn_rows)); i++) {
        begin(NULL, _i);
        advance(turn_rows[i].stage);
        peer_send(p, turn_rows[i].bytes);
        expect_fault(LQ_E_PROTOCOL, "unsupported-stanza-type", false);
        end();
    }
}
END_TEST

/* ---- mechanisms ---- */

typedef struct choice {
    const char *offered;
    const char *chosen; /* NULL: none */
} choice;

static const choice choices[] = {
    { "PLAIN", "PLAIN" },
    { "PLAIN SCRAM-SHA-1", "SCRAM-SHA-1" },
    { "SCRAM-SHA-1 PLAIN SCRAM-SHA-256", "SCRAM-SHA-256" },
    { "SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-1", "SCRAM-SHA-1" },
    { "EXTERNAL DIGEST-MD5 PLAIN", "PLAIN" },
    { "", NULL },
    { "SCRAM-SHA-256-PLUS", NULL }, /* there is no TLS to be bound to */
    { "DIGEST-MD5 CRAM-MD5 LOGIN ANONYMOUS EXTERNAL", NULL },
    { "plain", NULL },
    { "SCRAM-SHA-999 PLAINER", NULL },
};

START_TEST(mechanism_is_the_strongest_that_both_know)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(choices)); i++) {
        begin(NULL, _i);
        peer_header(p, mechanisms(choices[i].offered));
        if (choices[i].chosen != NULL) {
            expect_auth(choices[i].chosen);
        } else {
            expect_offline(LQ_E_AUTH, NULL, true);
        }
        end();
    }
}
END_TEST

START_TEST(server_without_mechanisms_is_refused)
{
    begin(NULL, _i);
    peer_header(p, BIND); /* in the hope that nobody asks who we are */
    expect_offline(LQ_E_AUTH, NULL, true);
    end();
}
END_TEST

START_TEST(plain_tells_name_and_password)
{
    begin(NULL, _i);
    peer_header(p, mechanisms("PLAIN"));
    peer_expect(p, "<auth xmlns='" NS_SASL "' mechanism='PLAIN'>"
                   "AHJvbWVvAFdoZXJlZm9yZQ==</auth>");
    peer_send(p, SUCCESS);
    peer_header(p, BIND);
    peer_expect(p, ASK_BIND);
    CLAIM(strcmp(lq_stream_security(p->stream, LQ_SECURITY_MECHANISM),
                 "PLAIN") == 0);
    CLAIM(lq_stream_security(p->stream, LQ_SECURITY_BINDING) == NULL);
    end();
}
END_TEST

START_TEST(plain_success_may_be_an_empty_text)
{
    begin(NULL, _i);
    peer_header(p, mechanisms("PLAIN"));
    expect_auth("PLAIN");
    peer_send(p, "<success xmlns='" NS_SASL "'>=</success>");
    peer_header(p, BIND);
    peer_expect(p, ASK_BIND);
    end();
}
END_TEST

/* ---- SCRAM ---- */

typedef struct scram_kind {
    const char *name;
    gnutls_mac_algorithm_t mac;
} scram_kind;

static const scram_kind kinds[] = { { "SCRAM-SHA-1", GNUTLS_MAC_SHA1 },
                                    { "SCRAM-SHA-256", GNUTLS_MAC_SHA256 } };

/* What was offered the last time may have been guessed to be offered again. */
static void refuse_guess(const char *mechanism)
{
    char quoted[64];

    snprintf(quoted, sizeof(quoted), "'%s'", mechanism);
    peer_expect(p, "<auth xmlns='" NS_SASL "'/>");
    if (strstr(peer_last(p), quoted) == NULL) {
        peer_send(p, "<failure xmlns='" NS_SASL
                     "'><invalid-mechanism/></failure>");
        expect_auth(mechanism);
    }
}

/* The server knows PASSWORD. */
static void scram_open_for(const scram_kind *kind, const char *password)
{
    bool begun;

    peer_header(p, mechanisms(kind->name));
    refuse_guess(kind->name);
    begun = scram_begin(&server, kind->mac, password, peer_last(p));
    CLAIM(begun);
    CLAIM(strcmp(server.gs2, "n,,") == 0); /* nothing to be bound to */
    CLAIM(strlen(server.nonce) >= 16);
}

static void scram_open(const scram_kind *kind)
{
    scram_open_for(kind, PEER_PASSWORD);
}

static void challenge(const char *base64)
{
    peer_sendf(p, "<challenge xmlns='" NS_SASL "'>%s</challenge>", base64);
}

static void success(const char *base64)
{
    peer_sendf(p, "<success xmlns='" NS_SASL "'>%s</success>", base64);
}

/* Up to the proof, which is right. */
static void scram_prove(const scram_kind *kind)
{
    bool proven;

    scram_open(kind);
    challenge(scram_first(&server, "srv", SCRAM_SALT, "4096", ""));
    peer_expect(p, "<response xmlns='" NS_SASL "'/>");
    proven = scram_check(&server, peer_last(p), NULL, 0);
    CLAIM(proven);
}

static void scram_succeed(void)
{
    success(scram_encode(&server, server.signature));
    peer_header(p, BIND);
    peer_expect(p, ASK_BIND);
    peer_reply(p, BOUND);
    expect_online();
}

static void scram_login(const scram_kind *kind)
{
    scram_prove(kind);
    scram_succeed();
}

START_TEST(scram_proves_both_sides)
{
    for (size_t i = 0; i < LQ_COUNT(kinds); i++) {
        begin(NULL, _i);
        scram_login(&kinds[i]);
        CLAIM(strcmp(lq_stream_security(p->stream, LQ_SECURITY_MECHANISM),
                     kinds[i].name) == 0);
        end();
    }
}
END_TEST

START_TEST(scram_may_prove_the_server_before_success)
{
    for (size_t i = 0; i < LQ_COUNT(kinds); i++) {
        begin(NULL, _i);
        scram_prove(&kinds[i]);
        challenge(scram_encode(&server, server.signature));
        peer_expect(p, "<response xmlns='" NS_SASL "'/>");
        peer_send(p, SUCCESS);
        peer_header(p, BIND);
        peer_expect(p, ASK_BIND);
        end();
    }
}
END_TEST

START_TEST(wrong_password_proves_nothing)
{
    begin(config_for(PEER_JID, "Therefore"), _i);
    scram_open(&kinds[1]);
    challenge(scram_first(&server, "srv", SCRAM_SALT, "4096", ""));
    peer_expect(p, "<response xmlns='" NS_SASL "'/>");
    CLAIM(!scram_check(&server, peer_last(p), NULL, 0));
    peer_send(p, "<failure xmlns='" NS_SASL "'><not-authorized/></failure>");
    expect_offline(LQ_E_AUTH, "not-authorized", true);
    end();
}
END_TEST

typedef struct first_row {
    const char *extra, *salt, *iterations, *tail;
    bool fine;
} first_row;

static const first_row first_rows[] = {
    { "srv", SCRAM_SALT, "4096", "", true },
    { "s", "AA==", "4097", ",x=extension", true },
    { "srv", SCRAM_SALT, "200000", "", true },
    { "", SCRAM_SALT, "4096", "", false }, /* the nonce is only ours */
    { "srv", SCRAM_SALT, "0", "", false },
    { "srv", SCRAM_SALT, "1", "", false },
    { "srv", SCRAM_SALT, "4095", "", false },
    { "srv", SCRAM_SALT, "200001", "", false },
    { "srv", SCRAM_SALT, "2147483647", "", false },
    { "srv", SCRAM_SALT, "4294967296", "", false },
    { "srv", SCRAM_SALT, "4294971392", "", false }, /* 2^32 + 4096 */
    { "srv", SCRAM_SALT, "18446744073709555712", "", false },
    { "srv", SCRAM_SALT, "+4096", "", false },
    { "srv", SCRAM_SALT, "-4096", "", false },
    { "srv", SCRAM_SALT, " 4096", "", false },
    { "srv", SCRAM_SALT, "4096 ", "", false },
    { "srv", SCRAM_SALT, "0x1000", "", false },
    { "srv", SCRAM_SALT, "1e9", "", false },
    { "srv", SCRAM_SALT, "", "", false },
    { "srv", "", "4096", "", false },
    { "srv", "!!!!", "4096", "", false },
    { "srv", "QSXC R+Q6", "4096", "", false },
};

START_TEST(first_message_of_the_server_is_checked)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(first_rows)); i++) {
        const first_row *row = &first_rows[i];

        begin(NULL, _i);
        scram_open(&kinds[1]);
        challenge(scram_first(&server, row->extra, row->salt, row->iterations,
                              row->tail));
        if (row->fine) {
            peer_expect(p, "<response xmlns='" NS_SASL "'/>");
            CLAIM(scram_check(&server, peer_last(p), NULL, 0));
        } else {
            peer_expect(p, ABORT); /* and no proof */
            expect_offline(LQ_E_AUTH, NULL, true);
        }
        end();
    }
}
END_TEST

/* %s is our nonce. */
static const char *const say_rows[] = {
    "r=%ssrv,s=" SCRAM_SALT,
    "r=%ssrv,i=4096",
    "r=%ssrv,i=4096,s=" SCRAM_SALT,
    "s=" SCRAM_SALT ",i=4096,r=%ssrv",
    "r=other%s,s=" SCRAM_SALT ",i=4096",
    "m=must,r=%ssrv,s=" SCRAM_SALT ",i=4096",
    "e=other-error",
    "r=,s=,i=",
    "r",
    "v=AAAA",
    "x",
};

START_TEST(first_message_of_another_form_is_refused)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(say_rows)); i++) {
        char text[512];

        begin(NULL, _i);
        scram_open(&kinds[0]);
        snprintf(text, sizeof(text), say_rows[i], server.nonce);
        challenge(scram_say(&server, text));
        peer_expect(p, ABORT);
        expect_offline(LQ_E_AUTH, NULL, true);
        end();
    }
}
END_TEST

START_TEST(what_is_no_base64_is_refused)
{
    static const char *const rows[] = { "!", "QQ=", "Q Q =", "====",
                                        "QUJD\xc3\xa4" };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        begin(NULL, _i);
        scram_open(&kinds[0]);
        challenge(rows[i]);
        peer_expect(p, ABORT);
        expect_offline(LQ_E_AUTH, NULL, true);
        end();
    }
}
END_TEST

START_TEST(message_that_is_too_long_is_refused)
{
    static char text[16 * 1024];

    begin(NULL, _i);
    scram_open(&kinds[0]);
    memset(text, 'A', sizeof(text) - 4);
    challenge(text);
    peer_expect(p, ABORT);
    expect_offline(LQ_E_AUTH, NULL, true);
    end();
}
END_TEST

/* What comes instead of the server's proof; %s is the right one. */
static const char *const final_rows[] = {
    "", /* no data at all */
    "v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "v=",
    "%s,",
    "%sx",
    "x%s",
    "e=invalid-proof",
    " ",
};

static void expect_distrust(void)
{
    peer_expect(p, ABORT);
    expect_offline(LQ_E_AUTH, NULL, true);
    CLAIM(lq_stream_security(p->stream, LQ_SECURITY_MECHANISM) == NULL);
}

START_TEST(server_that_proves_nothing_is_not_believed)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(final_rows)); i++) {
        for (int late = 0; late < 2; late++) {
            char text[512];

            if (late == 1 && final_rows[i][0] == '\0') {
                continue;
            }
            begin(NULL, _i);
            scram_prove(&kinds[0]);
            snprintf(text, sizeof(text), final_rows[i], server.signature);
            if (late == 1) {
                challenge(scram_encode(&server, text));
            } else {
                success(scram_encode(&server, text));
            }
            expect_distrust();
            end();
        }
    }
}
END_TEST

START_TEST(success_before_any_proof_is_not_believed)
{
    begin(NULL, _i);
    scram_open(&kinds[0]);
    peer_send(p, SUCCESS);
    expect_distrust();
    end();

    begin(NULL, _i);
    scram_open(&kinds[0]);
    success(scram_first(&server, "srv", SCRAM_SALT, "4096", ""));
    expect_distrust();
    end();
}
END_TEST

START_TEST(server_may_say_nothing_more_than_the_mechanism_has)
{
    begin(NULL, _i);
    scram_prove(&kinds[0]);
    challenge(scram_encode(&server, server.signature));
    peer_expect(p, "<response xmlns='" NS_SASL "'/>");
    challenge(scram_encode(&server, server.signature));
    expect_distrust();
    end();

    begin(NULL, _i);
    scram_prove(&kinds[0]);
    challenge(scram_encode(&server, server.signature));
    peer_expect(p, "<response xmlns='" NS_SASL "'/>");
    success(scram_encode(&server, server.signature));
    expect_distrust();
    end();

    begin(NULL, _i);
    peer_header(p, mechanisms("PLAIN"));
    expect_auth("PLAIN");
    challenge("QQ==");
    expect_distrust();
    end();
}
END_TEST

START_TEST(plain_is_not_taken_where_scram_has_worked)
{
    memory_spare(true);
    begin(NULL, _i);
    memory_spare(true);
    scram_login(&kinds[0]);
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    memory_spare(false);
    peer_header(p, mechanisms("PLAIN"));
    expect_auth("SCRAM-SHA-1");
    expect_offline(LQ_E_AUTH, NULL, true);
    end();
}
END_TEST

START_TEST(scram_is_taken_where_plain_has_worked)
{
    begin(NULL, _i);
    authenticate();
    peer_header(p, BIND);
    peer_expect(p, ASK_BIND);
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    scram_login(&kinds[0]);
    end();
}
END_TEST

/* ---- the next login ---- */

/* The connection is lost, and there is another. */
static void reconnect(void)
{
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_connect(p, LQ_TRANSPORT_SECURE);
}

/* Whether what is said proves PASSWORD. */
static bool scram_proves(const scram_kind *kind, const char *password,
                         const char *salt, const char *iterations)
{
    scram_open_for(kind, password);
    challenge(scram_first(&server, "srv", salt, iterations, ""));
    peer_expect(p, "<response xmlns='" NS_SASL "'/>");
    return scram_check(&server, peer_last(p), NULL, 0);
}

typedef struct salt_row {
    size_t kind;
    const char *salt, *iterations;
} salt_row;

/* Each follows the first, and is followed by it. */
static const salt_row salt_rows[] = {
    { 1, SCRAM_SALT, "4096" },
    { 1, "QSXCR+Q6sek8bf93", "4096" }, /* of the same length */
    { 1, "QSXCR+Q6sek8", "4096" },     /* its beginning */
    { 1, "QSXCR+Q6sek8bf92AAAA", "4096" },
    { 1, SCRAM_SALT, "4097" },
    { 0, SCRAM_SALT, "4096" },
};

static void scram_login_as(const salt_row *row)
{
    bool proven = scram_proves(&kinds[row->kind], PEER_PASSWORD, row->salt,
                               row->iterations);

    CLAIM(proven);
    scram_succeed();
}

START_TEST(next_login_may_have_the_same_salt_or_another)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(salt_rows)); i++) {
        begin(NULL, _i);
        scram_login_as(&salt_rows[0]);
        reconnect();
        scram_login_as(&salt_rows[i]);
        reconnect();
        scram_login_as(&salt_rows[i]);
        reconnect();
        scram_login_as(&salt_rows[0]);
        end();
    }
}
END_TEST

START_TEST(another_password_is_used_though_the_salt_is_the_same)
{
    bool proven;

    begin(NULL, _i);
    scram_login(&kinds[1]);
    CLAIM_IS(lq_stream_set_password(p->stream, p->now, "Therefore"), LQ_OK);
    reconnect();
    proven = scram_proves(&kinds[1], "Therefore", SCRAM_SALT, "4096");
    CLAIM(proven);
    scram_succeed();
    reconnect();
    proven = scram_proves(&kinds[1], PEER_PASSWORD, SCRAM_SALT, "4096");
    CLAIM(!proven); /* the old one is not said any more */
    end();
}
END_TEST

START_TEST(password_that_was_refused_may_be_set_right)
{
    bool proven;

    begin(config_for(PEER_JID, "Therefore"), _i);
    proven = scram_proves(&kinds[1], PEER_PASSWORD, SCRAM_SALT, "4096");
    CLAIM(!proven);
    peer_send(p, "<failure xmlns='" NS_SASL "'><not-authorized/></failure>");
    expect_offline(LQ_E_AUTH, "not-authorized", true);
    CLAIM_IS(lq_stream_set_password(p->stream, p->now, PEER_PASSWORD), LQ_OK);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    proven = scram_proves(&kinds[1], PEER_PASSWORD, SCRAM_SALT, "4096");
    CLAIM(proven);
    scram_succeed();
    end();
}
END_TEST

START_TEST(forgotten_password_is_asked_for_though_the_salt_is_the_same)
{
    bool proven;

    begin(NULL, _i);
    scram_login(&kinds[1]);
    CLAIM_IS(lq_stream_set_password(p->stream, p->now, NULL), LQ_OK);
    reconnect();
    peer_header(p, mechanisms("SCRAM-SHA-256"));
    peer_event(p, LQ_EVENT_QUERY);
    lq_stream_set_password(p->stream, p->now, "Therefore");
    expect_auth("SCRAM-SHA-256");
    scram_begin(&server, GNUTLS_MAC_SHA256, "Therefore", peer_last(p));
    challenge(scram_first(&server, "srv", SCRAM_SALT, "4096", ""));
    peer_expect(p, "<response xmlns='" NS_SASL "'/>");
    proven = scram_check(&server, peer_last(p), NULL, 0);
    CLAIM(proven);
    scram_succeed();
    end();
}
END_TEST

/* ---- refusals ---- */

typedef struct failure_row {
    const char *failure, *condition;
    bool final;
    const char *text;
} failure_row;

static const failure_row failure_rows[] = {
    { "<not-authorized/>", "not-authorized", true, NULL },
    { "<temporary-auth-failure/>", "temporary-auth-failure", false, NULL },
    { "<aborted/>", "aborted", false, NULL },
    { "<account-disabled/><text xml:lang='en'>Call us</text>",
      "account-disabled", true, "Call us" },
    { "<text>Call us</text><account-disabled/>", "account-disabled", true,
      "Call us" },
    { "<text>Later</text><temporary-auth-failure/>", "temporary-auth-failure",
      false, "Later" },
    { "<credentials-expired/>", "credentials-expired", true, NULL },
    { "<encryption-required/>", "encryption-required", true, NULL },
    { "<incorrect-encoding/>", "incorrect-encoding", true, NULL },
    { "<invalid-authzid/>", "invalid-authzid", true, NULL },
    { "<invalid-mechanism/>", "invalid-mechanism", true, NULL },
    { "<malformed-request/>", "malformed-request", true, NULL },
    { "<mechanism-too-weak/>", "mechanism-too-weak", true, NULL },
    { "<x xmlns='urn:x'/><not-authorized/>", "not-authorized", true, NULL },
    { "", "undefined-condition", true, NULL },
};

START_TEST(refused_login_is_no_loop)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(failure_rows)); i++) {
        const failure_row *row = &failure_rows[i];
        const char *text;

        begin(NULL, _i);
        advance(AT_AUTH);
        peer_sendf(p, "<failure xmlns='" NS_SASL "'>%s</failure>",
                   row->failure);
        expect_offline(LQ_E_AUTH, row->condition, row->final);
        CLAIM(lq_failure_layer(lq_stream_failure(p->stream)) == LQ_LAYER_SASL);
        text = lq_failure_text(lq_stream_failure(p->stream));
        CLAIM(row->text == NULL || strcmp(text, row->text) == 0);
        peer_wait(p, 300000);
        CLAIM(lq_stream_wish(p->stream) ==
              (row->final ? LQ_WISH_NOTHING : LQ_WISH_CONNECT));
        end();
    }
}
END_TEST

/* ---- features ---- */

#define NESTED                                                                 \
    "<c xmlns='urn:c' node='n'>one<d e='f'>g &amp; h</d>two<i xmlns='urn:i'/>" \
    "</c>"
#define VER "<ver xmlns='urn:ver'/>"

static const lq_element *feature(const char *name, const char *xmlns)
{
    return lq_stream_server_feature(p->stream, name, xmlns);
}

/* NESTED is known with all that is in it. */
static void claim_nested(void)
{
    const lq_element *c = feature("c", "urn:c");
    const lq_element *d = lq_element_child(c, "d", "urn:c");

    CLAIM(c != NULL && strcmp(lq_element_attr(c, "node"), "n") == 0);
    CLAIM(strcmp(lq_element_text(c), "onetwo") == 0);
    CLAIM(d != NULL && strcmp(lq_element_attr(d, "e"), "f") == 0);
    CLAIM(strcmp(lq_element_text(d), "g & h") == 0);
    CLAIM(lq_element_child(c, "i", "urn:i") != NULL);
    CLAIM(lq_element_child(c, "i", "urn:c") == NULL);
}

static void expect_bind_and_reply(void)
{
    peer_expect(p, ASK_BIND);
    peer_reply(p, BOUND);
}

START_TEST(features_are_known_before_and_after_the_bind)
{
    begin(NULL, _i);
    peer_expect_text(p, "<stream:stream");
    CLAIM(feature(NULL, NULL) == NULL);
    peer_sendf(p, PEER_HEADER "<stream:features>%s" VER "</stream:features>",
               mechanisms("PLAIN"));
    CLAIM(feature("mechanisms", NS_SASL) != NULL);
    CLAIM(feature("ver", "urn:ver") != NULL);
    CLAIM(feature("c", "urn:c") == NULL);
    expect_auth("PLAIN");
    peer_send(p, SUCCESS);
    CLAIM(feature(NULL, NULL) == NULL); /* a new stream has begun */
    peer_header(p, BIND NESTED "<x xmlns='urn:x'/>");
    CLAIM(feature("mechanisms", NS_SASL) == NULL);
    CLAIM(feature("ver", "urn:ver") == NULL);
    CLAIM(feature("bind", NS_BIND) != NULL);
    claim_nested();
    expect_bind_and_reply();
    expect_online();
    for (int i = 0; i < 2; i++) {
        claim_nested();
        CLAIM(feature("bind", NS_BIND) != NULL);
        CLAIM(feature("x", NULL) != NULL);
        CLAIM(feature("x", "urn:y") == NULL);
        CLAIM(feature("features", NULL) == NULL);
        CLAIM(feature("mechanisms", NS_SASL) == NULL);
    }
    end();
}
END_TEST

/* Log in to a server that offers FEATURES beside bind. */
static void login_with(const char *features)
{
    memory_spare(true);
    p->features = features;
    peer_login(p);
    memory_spare(false);
}

START_TEST(features_of_the_next_connection_replace_those_of_the_last)
{
    p = peer_begin(NULL, _i);
    login_with(NESTED VER);
    claim_nested();
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    login_with("<c xmlns='urn:c' node='m'/><y xmlns='urn:y'/>");
    CLAIM(feature("ver", "urn:ver") == NULL);
    CLAIM(feature("y", "urn:y") != NULL);
    CLAIM(strcmp(lq_element_attr(feature("c", "urn:c"), "node"), "m") == 0);
    CLAIM(lq_element_child(feature("c", "urn:c"), "d", NULL) == NULL);
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    login_with("");
    CLAIM(feature("c", "urn:c") == NULL && feature("y", "urn:y") == NULL);
    end();
}
END_TEST

START_TEST(many_features_are_kept)
{
    enum { MANY = 300, EACH = 64 };
    char *text = malloc(MANY * EACH), *at = text;
    char xmlns[EACH];

    for (int i = 0; i < MANY; i++) {
        at += sprintf(at, "<f xmlns='urn:%d' n='%d'/>", i, i);
    }
    p = peer_begin(NULL, _i);
    login_with(text);
    for (int i = 0; i < MANY && !memory_is_tortured(); i++) {
        snprintf(xmlns, sizeof(xmlns), "urn:%d", i);
        CLAIM(atoi(lq_element_attr(feature("f", xmlns), "n")) == i);
    }
    end();
    free(text);
}
END_TEST

/* The N-th allocation of the bind's end fails. */
static bool binding_is_short_of_memory(unsigned long n)
{
    bool failed;

    begin(NULL, 2);
    authenticate();
    peer_header(p, BIND NESTED);
    peer_expect(p, ASK_BIND);
    memory_fail(n, false);
    peer_reply(p, BOUND);
    failed = memory_failed();
    memory_fail(0, false);
    if (lq_stream_state(p->stream) == LQ_STATE_ONLINE) {
        claim_nested();
    } else {
        ck_assert(failed);
    }
    peer_close(p);
    return failed;
}

START_TEST(features_are_known_though_memory_was_short_for_folding_them)
{
    unsigned long n = 1;

    if (memory_is_tortured()) {
        return; /* it says itself what fails */
    }
    while (binding_is_short_of_memory(n)) {
        n++;
    }
    ck_assert_uint_gt(n, 2);
}
END_TEST

START_TEST(features_may_be_asked_for_again_when_memory_was_short)
{
    if (memory_is_tortured()) {
        return;
    }
    p = peer_begin(NULL, _i);
    login_with(NESTED);
    memory_fail(1, true);
    ck_assert_ptr_null(feature("c", "urn:c"));
    memory_fail(0, false);
    claim_nested();
    end();
}
END_TEST

/* ---- the password ---- */

static void expect_question(void)
{
    const lq_event *event;

    peer_header(p, mechanisms("PLAIN"));
    event = peer_event(p, LQ_EVENT_QUERY);
    CLAIM(lq_event_question(event) == LQ_QUESTION_PASSWORD);
}

START_TEST(password_is_asked_for_when_it_is_needed)
{
    begin(config_for(PEER_JID, NULL), _i);
    expect_question();
    peer_wait(p, 200000); /* people need time; it is not the server's fault */
    peer_quiet(p);
    CLAIM(lq_stream_wish(p->stream) == LQ_WISH_KEEP);
    CLAIM_IS(lq_stream_set_password(p->stream, p->now, PEER_PASSWORD), LQ_OK);
    peer_expect(p, "<auth xmlns='" NS_SASL "' mechanism='PLAIN'>"
                   "AHJvbWVvAFdoZXJlZm9yZQ==</auth>");
    peer_wait(p, 29999);
    CLAIM(lq_stream_wish(p->stream) == LQ_WISH_KEEP);
    peer_wait(p, 1); /* from now on it is */
    expect_fault(LQ_E_DEAD, "connection-timeout", false);
    end();
}
END_TEST

START_TEST(password_that_is_not_given_ends_the_stream)
{
    begin(config_for(PEER_JID, NULL), _i);
    expect_question();
    lq_stream_set_password(p->stream, p->now, NULL);
    expect_offline(LQ_E_AUTH, NULL, true);
    end();

    begin(config_for(PEER_JID, NULL), _i);
    expect_question();
    peer_wait(p, 300000);
    expect_offline(LQ_E_AUTH, NULL, true);
    end();
}
END_TEST

START_TEST(password_outlives_the_connection_that_asked)
{
    begin(config_for(PEER_JID, NULL), _i);
    expect_question();
    peer_lose(p);
    CLAIM_IS(lq_stream_set_password(p->stream, p->now, PEER_PASSWORD), LQ_OK);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_login(p);
    end();
}
END_TEST

/* ---- binding ---- */

static void begin_bind(lq_config *config, int chunk_index)
{
    begin(config, chunk_index);
    authenticate();
    peer_header(p, BIND);
}

START_TEST(resource_is_left_to_the_server)
{
    begin_bind(config_for(PEER_ACCOUNT, PEER_PASSWORD), _i);
    peer_expect(p, ASK_BIND);
    CLAIM(strstr(peer_last(p), "<resource") == NULL);
    peer_reply(p, BOUND);
    expect_online();
    end();
}
END_TEST

static const char *const asked =
    "<iq type='set'><bind xmlns='" NS_BIND "'><resource>balcony</resource>"
    "</bind></iq>";

START_TEST(resource_is_asked_for)
{
    lq_config *config = config_for("romeo@example.net/balcony", "x");

    begin_bind(config, _i);
    peer_expect(p, asked);
    end();

    config = config_for("romeo@example.net/orchard", "x");
    memory_spare(true);
    lq_config_set_resource(config, "balcony");
    memory_spare(false);
    begin_bind(config, _i);
    peer_expect(p, asked);
    peer_reply(p, BOUND); /* the server gives another */
    expect_online();
    CLAIM(strcmp(lq_stream_jid(p->stream), PEER_JID) == 0);
    end();
}
END_TEST

START_TEST(resource_that_is_refused_may_be_any_other)
{
    begin_bind(config_for("romeo@example.net/balcony", "x"), _i);
    peer_expect(p, asked);
    peer_refuse(p, "conflict");
    peer_expect(p, ASK_BIND);
    CLAIM(strstr(peer_last(p), "<resource") == NULL);
    peer_reply(p, BOUND);
    expect_online();
    end();
}
END_TEST

START_TEST(session_without_any_resource_is_none)
{
    begin_bind(config_for("romeo@example.net/balcony", "x"), _i);
    peer_expect(p, asked);
    peer_refuse(p, "conflict");
    peer_expect(p, ASK_BIND);
    peer_refuse(p, "resource-constraint");
    expect_offline(LQ_E_BIND, "resource-constraint", false);
    end();
}
END_TEST

START_TEST(address_is_as_the_server_writes_it)
{
    begin_bind(NULL, _i);
    peer_expect(p, ASK_BIND);
    peer_reply(p, "<bind xmlns='" NS_BIND
                  "'><jid>Romeo@Example.NET/B\xc3\xa4lcony</jid></bind>");
    expect_online();
    CLAIM(strcmp(lq_stream_jid(p->stream),
                 "Romeo@Example.NET/B\xc3\xa4lcony") == 0);
    CLAIM(strcmp(lq_stream_account(p->stream), PEER_ACCOUNT) == 0);
    end();
}
END_TEST

START_TEST(binding_needs_a_feature_and_an_address)
{
    begin(NULL, _i);
    authenticate();
    peer_header(p, "");
    peer_expect(p, ASK_BIND);
    expect_fault(LQ_E_BIND, "unsupported-feature", false);
    end();

    begin_bind(NULL, _i);
    peer_expect(p, ASK_BIND);
    peer_reply(p, "");
    expect_fault(LQ_E_PROTOCOL, "unsupported-stanza-type", false);
    end();
}
END_TEST

static void begin_session(const char *feature, int chunk_index)
{
    begin(NULL, chunk_index);
    authenticate();
    peer_header(p, feature);
    peer_expect(p, ASK_BIND);
    peer_reply(p, BOUND);
}

START_TEST(session_of_old_is_asked_for_where_it_is_needed)
{
    begin_session(BIND SESSION, _i);
    peer_expect(p, "<iq type='set'>" SESSION "</iq>");
    CLAIM(lq_stream_state(p->stream) == LQ_STATE_NEGOTIATING);
    peer_reply(p, "");
    expect_online();
    end();

    begin_session(BIND "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'>"
                       "<optional/></session>",
                  _i);
    expect_online();
    end();
}
END_TEST

START_TEST(session_of_old_may_be_refused)
{
    begin_session(BIND SESSION, _i);
    peer_expect(p, "<iq type='set'>" SESSION "</iq>");
    peer_refuse(p, "internal-server-error");
    expect_offline(LQ_E_BIND, NULL, false);
    end();
}
END_TEST

/* ---- stream errors ---- */

typedef struct error_row {
    const char *condition;
    bool final;
} error_row;

static const error_row error_rows[] = {
    { "bad-format", false },
    { "bad-namespace-prefix", false },
    { "conflict", true },
    { "connection-timeout", false },
    { "host-gone", true },
    { "host-unknown", false },
    { "improper-addressing", false },
    { "internal-server-error", false },
    { "invalid-from", false },
    { "invalid-namespace", false },
    { "invalid-xml", false },
    { "not-authorized", true },
    { "not-well-formed", false },
    { "policy-violation", true },
    { "remote-connection-failed", false },
    { "reset", false },
    { "resource-constraint", false },
    { "restricted-xml", false },
    { "system-shutdown", false },
    { "undefined-condition", false },
    { "unsupported-encoding", false },
    { "unsupported-feature", false },
    { "unsupported-stanza-type", false },
    { "unsupported-version", true },
    { "of-the-future", false },
};

/* At the header, or online. */
static void begin_error(bool online, int chunk_index)
{
    memory_spare(true);
    p = peer_new(NULL, chunk_index);
    if (online) {
        peer_login(p);
    } else {
        peer_connect(p, LQ_TRANSPORT_SECURE);
        peer_expect_text(p, "<stream:stream");
        peer_send(p, PEER_HEADER);
    }
    memory_spare(false);
}

START_TEST(stream_error_is_final_or_not)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(error_rows)); i++) {
        for (int online = 0; online < 2; online++) {
            const char *text;

            begin_error(online, _i);
            peer_sendf(p,
                       "<stream:error><text xmlns='" NS_ERRORS "'>Why</text>"
                       "<x xmlns='urn:x'/><%s xmlns='" NS_ERRORS "'/>"
                       "</stream:error>" THE_END,
                       error_rows[i].condition);
            CLAIM(lq_stream_event(p->stream) == NULL);
            expect_offline(LQ_E_STREAM, error_rows[i].condition,
                           error_rows[i].final);
            text = lq_failure_text(lq_stream_failure(p->stream));
            CLAIM(strcmp(text, "Why") == 0);
            end();
        }
    }
}
END_TEST

START_TEST(what_came_before_a_stream_error_is_told_and_nothing_behind)
{
    p = peer_open(_i);
    peer_send(p, "<message id='m1'/><stream:error><reset xmlns='" NS_ERRORS
                 "'/></stream:error><message id='m2'/>");
    peer_event(p, LQ_EVENT_MESSAGE);
    CLAIM(lq_stream_event(p->stream) == NULL);
    expect_offline(LQ_E_STREAM, "reset", false);
    end();
}
END_TEST

typedef struct redirect_row {
    const char *address;
    const char *host;
    int port;
} redirect_row;

static const redirect_row redirect_rows[] = {
    { "other.example", "other.example", 5222 },
    { "other.example:5269", "other.example", 5269 },
    { "192.0.2.1", "192.0.2.1", 5222 },
    { "192.0.2.1:9", "192.0.2.1", 9 },
    { "[2001:db8::1]", "2001:db8::1", 5222 },
    { "[2001:db8::1]:65535", "2001:db8::1", 65535 },
    { "2001:db8::1", "2001:db8::1", 5222 },
};

static void redirect(const char *address)
{
    peer_sendf(p,
               "<stream:error><see-other-host xmlns='" NS_ERRORS
               "'>%s</see-other-host></stream:error>" THE_END,
               address);
    CLAIM(lq_stream_event(p->stream) == NULL);
    expect_offline(LQ_E_STREAM, "see-other-host", false);
}

START_TEST(redirect_is_followed_to_any_form_of_address)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(redirect_rows)); i++) {
        const redirect_row *row = &redirect_rows[i];
        const char *host;

        begin_error(i % 2 == 0, _i);
        redirect(row->address);
        lq_stream_tick(p->stream, p->now);
        host = lq_stream_target_host(p->stream);
        CLAIM(lq_stream_wish(p->stream) == LQ_WISH_CONNECT); /* at once */
        CLAIM(strcmp(host, row->host) == 0);
        CLAIM(lq_stream_target_port(p->stream) == row->port);
        /* neither the name to be verified nor the policy changes */
        CLAIM(strcmp(lq_stream_target_domain(p->stream), "example.net") == 0);
        end();
    }
}
END_TEST

START_TEST(redirect_that_leads_nowhere_is_forgotten)
{
    begin_error(false, _i);
    redirect("other.example");
    lq_stream_tick(p->stream, p->now);
    lq_stream_unreachable(p->stream, p->now, NULL);
    peer_event(p, LQ_EVENT_OFFLINE);
    CLAIM(lq_stream_target_host(p->stream) == NULL);
    end();
}
END_TEST

START_TEST(login_succeeds_or_says_why_it_did_not)
{
    p = peer_begin(NULL, _i);
    peer_login(p);
    peer_close(p);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        header_must_be_of_a_stream_of_ours,
        prefixes_are_the_servers_choice,
        what_comes_out_of_turn_is_not_taken,
        mechanism_is_the_strongest_that_both_know,
        server_without_mechanisms_is_refused,
        plain_tells_name_and_password,
        plain_success_may_be_an_empty_text,
        scram_proves_both_sides,
        scram_may_prove_the_server_before_success,
        wrong_password_proves_nothing,
        first_message_of_the_server_is_checked,
        first_message_of_another_form_is_refused,
        what_is_no_base64_is_refused,
        message_that_is_too_long_is_refused,
        server_that_proves_nothing_is_not_believed,
        success_before_any_proof_is_not_believed,
        server_may_say_nothing_more_than_the_mechanism_has,
        plain_is_not_taken_where_scram_has_worked,
        scram_is_taken_where_plain_has_worked,
        next_login_may_have_the_same_salt_or_another,
        another_password_is_used_though_the_salt_is_the_same,
        password_that_was_refused_may_be_set_right,
        forgotten_password_is_asked_for_though_the_salt_is_the_same,
        refused_login_is_no_loop,
        features_are_known_before_and_after_the_bind,
        features_of_the_next_connection_replace_those_of_the_last,
        many_features_are_kept,
        features_are_known_though_memory_was_short_for_folding_them,
        features_may_be_asked_for_again_when_memory_was_short,
        password_is_asked_for_when_it_is_needed,
        password_that_is_not_given_ends_the_stream,
        password_outlives_the_connection_that_asked,
        resource_is_left_to_the_server,
        resource_is_asked_for,
        resource_that_is_refused_may_be_any_other,
        session_without_any_resource_is_none,
        address_is_as_the_server_writes_it,
        binding_needs_a_feature_and_an_address,
        session_of_old_is_asked_for_where_it_is_needed,
        session_of_old_may_be_refused,
        stream_error_is_final_or_not,
        what_came_before_a_stream_error_is_told_and_nothing_behind,
        redirect_is_followed_to_any_form_of_address,
        redirect_that_leads_nowhere_is_forgotten,
        login_succeeds_or_says_why_it_did_not,
        NULL,
    };

    return suite_main_tortured("negotiate", tests);
}
