/* attacks_xml.c - bytes that two parsers might read in two ways, and little
 * that becomes much. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attacks.h"
#include "base/array.h"
#include "peer.h"
#include "peer_xml.h"
#include "suite.h"

#define NS_SASL    "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_STREAMS "http://etherx.jabber.org/streams"
#define JULIET     "juliet@example.com/balcony"
#define MALLORY    "mallory@example.com/x"
#define ROSTER     "<query xmlns='jabber:iq:roster'>"
#define THE_END    "</stream:stream>"

/* What the attacker wants to be taken for a stanza of its own. */
#define FORGED "<message from='" JULIET "'><body>forged</body></message>"

static peer *p;

static void end(void)
{
    peer_quiet(p);
    peer_close(p);
}

/* ---- smuggling ---- */

/* All that waits; nothing of it may be JULIET's, however little memory there
 * is.  How many messages there were. */
static int take_events(void)
{
    const lq_event *event;
    int messages = 0;

    while ((event = lq_stream_event(p->stream)) != NULL) {
        const char *from =
            event->stanza == NULL ? NULL : lq_stanza_from(event->stanza);

        ck_assert(from == NULL || strcmp(from, JULIET) != 0);
        messages += event->type == LQ_EVENT_MESSAGE;
    }
    return messages;
}

/* We said CONDITION and want no more of this. */
static void expect_end(const char *condition)
{
    char *sent = peer_take(p);

    ck_assert_msg(memory_is_tortured() || strstr(sent, condition) != NULL,
                  "%s is not in %s", condition, sent);
    CLAIM(strstr(sent, THE_END) != NULL);
    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_CLOSE);
    free(sent);
}

/* XML ends the stream before anything of it is taken for a stanza. */
static void is_refused(const char *xml, int chunk)
{
    p = peer_open(chunk);
    peer_send(p, xml);
    peer_send(p, FORGED);
    CLAIM_IS(take_events(), 0);
    expect_end("not-well-formed");
    peer_close(p);
}

/* XML is one message, of MALLORY's; what follows it is the next. */
static void is_one_message(const char *xml)
{
    const lq_event *event;

    peer_send(p, xml);
    CLAIM_IS(take_events(), 1);
    peer_send(p, FORGED); /* not forged here */
    event = peer_event(p, LQ_EVENT_MESSAGE);
    CLAIM(event != NULL && strcmp(lq_stanza_from(event->stanza), JULIET) == 0);
}

/* Cut off, longer than need be, half of a pair, beyond the last. */
static const char *const bad_bytes[] = {
    "\xEB",         "\xE0\xA0",
    "\xC0\xBC",     "\xC2",
    "\xE1\x80",     "\xF0",
    "\xF0\x9F",     "\xF0\x9F\x98",
    "\xDF",         "\xE0",
    "\xEF\xBF",     "\xF4\x8F\xBF",
    "\x80",         "\xBF",
    "\xC0\x80",     "\xC1\xBF",
    "\xFE",         "\xE0\x80\xBC",
    "\xE0\x9F\xBF", "\xF0\x80\x80\xBC",
    "\xFF",         "\xED\xA0\x80",
    "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF",
    "\xF5",         "\xEF\xBF\xBE",
    "\xEF\xBF\xBF", "\xF4\x90\x80\x80",
    "\x01",         "\x08",
    "\x0B",         "\x0C",
    "\x1F",         "\xF8\x88\x80\x80\x80",
};

/* Before whatever ends a text, a tag, a value, a name. */
static const char *const places[] = {
    "<message from='" MALLORY "'><body>%s</body></message>",
    "<message from='" MALLORY "'><body a='%s'/></message>",
    "<message from='" MALLORY "'><body a=\"b%s\"></body></message>",
    "<message from='" MALLORY "'><body%s/></message>",
    "<message from='" MALLORY "'><body></body%s></message>",
    "<message from='" MALLORY "'><body><![CDATA[%s]]></body></message>",
    "<message from='" MALLORY "'%s><body/></message>",
    "<message from='" MALLORY "'><a xmlns='urn:%s'/></message>",
};

START_TEST(stanza_smuggling_half_a_character_before_a_tag)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(places)); i++) {
        for (size_t j = 0; j < suite_rows(LQ_COUNT(bad_bytes)); j++) {
            char xml[256];

            snprintf(xml, sizeof(xml), places[i], bad_bytes[j]);
            is_refused(xml, _i);
        }
    }
}
END_TEST

/* XML, in which ~ stands for a NUL, is refused. */
static void is_refused_nul(const char *xml, int chunk)
{
    size_t len = strlen(xml);
    char *bytes = malloc(len + 1);

    memcpy(bytes, xml, len + 1);
    *strchr(bytes, '~') = '\0';
    p = peer_open(chunk);
    peer_feed(p, bytes, len);
    peer_send(p, FORGED);
    CLAIM_IS(take_events(), 0);
    expect_end("not-well-formed");
    peer_close(p);
    free(bytes);
}

START_TEST(stanza_smuggling_nul)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(places)); i++) {
        char xml[256];

        snprintf(xml, sizeof(xml), places[i], "~");
        is_refused_nul(xml, _i);
    }
    is_refused_nul("~", _i);
    is_refused_nul("</stream:stream~>", _i);
    is_refused_nul("</stream~:stream>", _i);
}
END_TEST

/* What only looks like markup, or hides some. */
START_TEST(stanza_smuggling_text_that_looks_like_markup)
{
    static const char *const rows[] = {
        "&lt;/body&gt;&lt;/message&gt;&lt;message from='" JULIET "'/&gt;",
        "<![CDATA[</body></message>" FORGED "<message><body>]]>",
        "\xEF\xBC\x9C/body\xEF\xBC\x9E", /* full width */
        "&#60;/body&#62;&#x3c;message/&#x3E;",
        "&amp;lt;/body>",
        "\xEF\xBB\xBF\xE2\x80\xA8\xC2\x85\xEF\xBF\xBD",
        "<a b='/>' c=\"&lt;/body>\"/>",
        "<![CDATA[]]]]><![CDATA[>" FORGED "]]>",
    };

    p = peer_open(_i);
    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        char xml[512];

        snprintf(xml, sizeof(xml),
                 "<message from='" MALLORY "'><body>%s</body></message>",
                 rows[i]);
        is_one_message(xml);
    }
    end();
    is_refused("<message from='" MALLORY "'><body a='</'/></message>", _i);
    is_refused("<message from='" MALLORY "'><body a='<'/></message>", _i);
}
END_TEST

/* A name is a namespace and a local name, not both in one string. */
START_TEST(stanza_smuggling_namespace_separators)
{
    static const char *const rows[] = {
        "<message xmlns='jabber:client&#10;' from='" JULIET "'/>",
        "<message xmlns='jabber:client ' from='" JULIET "'/>",
        "<message xmlns=' jabber:client' from='" JULIET "'/>",
        "<message xmlns='jabber:client|' from='" JULIET "'/>",
        "<message xmlns='jabber:client!' from='" JULIET "'/>",
        "<message xmlns='jabber:client#message' from='" JULIET "'/>",
        "<message xmlns='Jabber:Client' from='" JULIET "'/>",
        "<message xmlns='jabber:server' from='" JULIET "'/>",
        "<message xmlns='' from='" JULIET "'/>",
        "<x:message xmlns:x='jabber:client&#10;message' from='" JULIET "'/>",
        "<x:tmessage xmlns:x='jabber:clien' from='" JULIET "'/>",
        "<x:essage xmlns:x='jabber:clientm' from='" JULIET "'/>",
        "<message.x from='" JULIET "'/>",
        "<x:error xmlns:x='" NS_STREAMS "&#10;'/>",
        "<x:serror xmlns:x='http://etherx.jabber.org/stream'/>",
        "<error/>",
        "<x:features xmlns:x='" NS_STREAMS "#'/>",
        "<a xmlns='urn:xmpp:sm:3&#10;'/>",
    };

    p = peer_open(_i);
    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        peer_send(p, rows[i]);
        CLAIM_IS(take_events(), 0);
    }
    CLAIM_IS(lq_stream_state(p->stream), LQ_STATE_ONLINE);
    end();
    is_refused("<x:3a xmlns:x='urn:xmpp:sm:'/>", _i);
    is_refused("<x:y:message xmlns:x='jabber:client'/>", _i);
    is_refused("<:message/>", _i);
    is_refused("<x:message/>", _i);
    is_refused("<message:/>", _i);
    is_refused("<x:message xmlns:x=''/>", _i);
    is_refused("<message xmlns:xmlns='jabber:client'/>", _i);
}
END_TEST

START_TEST(stanza_smuggling_attributes_of_another_namespace)
{
    static const char *const rows[] = {
        "<message from='" MALLORY "' x:from='" JULIET "' xmlns:x='urn:x'/>",
        "<message x:from='" JULIET "' from='" MALLORY "' xmlns:x='urn:x'/>",
        "<message from='" MALLORY "' x:from='" JULIET
        "' xmlns:x='jabber:client'/>",
        "<message from='" MALLORY "' xml:from='" JULIET "'/>",
        "<message from='" MALLORY "' xmlns:from='" JULIET "'/>",
        "<message from='" MALLORY "' From='" JULIET "'/>",
    };

    p = peer_open(_i);
    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        is_one_message(rows[i]);
    }
    end();
    is_refused("<message from='" MALLORY "' from='" JULIET "'/>", _i);
    is_refused("<message x:a='1' y:a='2' xmlns:x='u' xmlns:y='u'/>", _i);
}
END_TEST

/* What stands inside is no stanza, whatever it is called. */
START_TEST(stanza_smuggling_stanza_inside_another)
{
    static const char *const rows[] = {
        "<message from='" MALLORY "'>" FORGED "</message>",
        "<message from='" MALLORY "'><x>" FORGED "</x>" FORGED "</message>",
        "<message from='" MALLORY "'><x xmlns='urn:x'><message"
        " xmlns='jabber:client' from='" JULIET "'/></x></message>",
        "<message from='" MALLORY "'><a xmlns='urn:a'><b></b></a>" FORGED
        "</message>",
        "<message from='" MALLORY "'><stream:error><conflict xmlns='urn:ietf"
        ":params:xml:ns:xmpp-streams'/></stream:error></message>",
        "<message from='" MALLORY "'><stream:stream>" FORGED
        "</stream:stream></message>",
        "<message from='" MALLORY "'><stream:features/></message>",
        "<message from='" MALLORY "'><iq type='set' id='1'>" ROSTER
        "<item jid='" MALLORY "'/></query></iq></message>",
    };

    p = peer_open(_i);
    lq_roster_attach(p->stream);
    peer_expect(p, "<iq type='get'/>");
    peer_reply(p, ROSTER "</query>");
    peer_event(p, LQ_EVENT_ROSTER_LOADED);
    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        is_one_message(rows[i]);
    }
    peer_send(p, "<x xmlns='urn:x'>" FORGED "</x><x>" FORGED "</x>");
    CLAIM_IS(take_events(), 0);
    end();
}
END_TEST

/* What is refused counts as deep as what is taken. */
START_TEST(stanza_smuggling_depth_behind_what_was_refused)
{
    enum { DEPTH = 126 }; /* and its parents */
    static char deep[DEPTH * 8 + 256];

    p = peer_open(_i);
    for (int i = 0; i < 3; i++) {
        peer_send(p, "<iq type='get' id='1' from='" MALLORY "'><x>" FORGED
                     "<y/></x></iq>"
                     "<iq type='get' id='2' from='" MALLORY "'>" FORGED FORGED
                     "</iq>"
                     "<presence type='none' from='" MALLORY "'>" FORGED
                     "</presence>");
        CLAIM_IS(take_events(), 0);
        peer_expect(p, "<iq type='error' id='1' to='" MALLORY "'/>");
        peer_expect(p, "<iq type='error' id='2' to='" MALLORY "'/>");
    }
    strcpy(deep, "<message from='" MALLORY "'>");
    for (int i = 0; i < DEPTH; i++) {
        strcat(deep, "<a>");
    }
    strcat(deep, "<message from='" JULIET "'/>");
    for (int i = 0; i < DEPTH; i++) {
        strcat(deep, "</a>");
    }
    strcat(deep, "</message>");
    is_one_message(deep);
    end();
}
END_TEST

START_TEST(stanza_smuggling_end_tags_of_others)
{
    static const char *const rows[] = {
        "<message from='" MALLORY "'></Message>",
        "<message from='" MALLORY "'></iq>",
        "<message from='" MALLORY "'><body></message></body>",
        "<message from='" MALLORY "'><body></message></message>",
        "<message from='" MALLORY "'><body></bod></message>",
        "<message from='" MALLORY "'><body></bodyy></message>",
        "<message from='" MALLORY "'><body></ body></message>",
        "<message from='" MALLORY "'><body></body/></message>",
        "<message from='" MALLORY "'><body></body a='b'></message>",
        "<message from='" MALLORY "'><x:a xmlns:x='u' xmlns:y='u'></y:a>"
        "</message>",
        "<message from='" MALLORY "'></stream:stream>",
        "<message from='" MALLORY "'></c:message>",
        "<a/></message>",
        "<a/></iq>",
        "<a/></stream>",
        "<a/></stream:streams>",
        "<a/></xstream:stream>",
        "<a/></x:stream>",
        "<a/></stream:message>",
        "<a/></Stream:stream>",
        "<a/></stream:stream a='b'>",
        "<a/></stream:stream/>",
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        is_refused(rows[i], _i);
    }
}
END_TEST

/* Whatever prefix the server has given to its stream. */
START_TEST(stanza_smuggling_end_tag_of_another_dialect)
{
    static const char *const rows[][3] = {
        { "<s:stream xmlns:s='" NS_STREAMS "' xmlns='jabber:client'"
          " xmlns:x='urn:x' version='1.0'>",
          "</s:stream>", "</x:stream>" },
        { "<stream xmlns='" NS_STREAMS "' xmlns:c='jabber:client'"
          " version='1.0'>",
          "</stream >", "</c:stream>" },
    };

    for (size_t i = 0; i < LQ_COUNT(rows); i++) {
        for (int wrong = 0; wrong < 2; wrong++) {
            char *sent;

            p = peer_begin(NULL, _i);
            peer_connect(p, LQ_TRANSPORT_SECURE);
            peer_expect_text(p, "<stream:stream");
            peer_send(p, rows[i][0]);
            peer_send(p, rows[i][1 + wrong]);
            sent = peer_take(p);
            CLAIM((strstr(sent, "not-well-formed") != NULL) == wrong);
            CLAIM(strstr(sent, THE_END) != NULL);
            free(sent);
            peer_close(p);
        }
    }
}
END_TEST

START_TEST(stanza_smuggling_text_between_stanzas)
{
    static const char *const rows[] = { "x",        "&lt;",
                                        "&#32;",    "<![CDATA[]]>",
                                        "\xC2\xA0", "\xEF\xBB\xBF",
                                        "]]>",      ">" };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        is_refused(rows[i], _i);
    }
}
END_TEST

/* ---- bombs ---- */

enum { IN_CLEAR, BEFORE_LOGIN, ONLINE, STAGES };

/* Bytes of an element; MOST is what the program asks for here. */
enum { MOST_BEFORE = 64 * 1024, MOST = 100000, MOST_USUAL = 1024 * 1024 };

static void begin_online(int chunk)
{
    lq_config *config;

    memory_spare(true);
    config = lq_config_new(PEER_JID);
    lq_config_set_password(config, PEER_PASSWORD);
    lq_config_set_max_stanza(config, MOST);
    p = peer_new(config, chunk);
    lq_config_free(config);
    peer_login(p);
    memory_spare(false);
}

/* Where the limits are others. */
static void begin_at(int stage, int chunk)
{
    if (stage == ONLINE) {
        begin_online(chunk);
        return;
    }
    p = peer_begin(NULL, chunk);
    memory_spare(true);
    peer_connect(p, stage == IN_CLEAR ? LQ_TRANSPORT_STARTTLS
                                      : LQ_TRANSPORT_SECURE);
    peer_expect_text(p, "<stream:stream");
    peer_send(p, PEER_HEADER);
    memory_spare(false);
}

static void is_bomb(const char *xml, const char *condition, int chunk)
{
    for (int stage = 0; stage < STAGES; stage++) {
        begin_at(stage, chunk);
        peer_send(p, xml);
        CLAIM_IS(take_events(), 0);
        expect_end(condition);
        peer_close(p);
    }
}

#define LAUGHS                                                                 \
    "<!DOCTYPE lolz [<!ENTITY lol 'lol'>"                                      \
    "<!ENTITY lol2 '&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;'>"      \
    "<!ENTITY lol3 '&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;'>]>"

START_TEST(xml_bombs_entities_declared)
{
    static const char *const rows[] = {
        LAUGHS "<message><body>&lol3;</body></message>",
        "<!DOCTYPE a SYSTEM 'http://evil.example/a.dtd'><message/>",
        "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE a [<!ENTITY % b SYSTEM 'file:///dev/zero'>%b;]>",
        "<!ENTITY a 'b'>",
        "<message><!DOCTYPE a></message>",
        "<message><!ENTITY a 'b'></message>",
        "<message><!-- - --></message>",
        "<message><?php x?></message>",
        "<?xml-stylesheet href='http://evil.example/'?>",
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        is_bomb(rows[i], "restricted-xml", _i);
    }
}
END_TEST

START_TEST(xml_bombs_entities_used)
{
    static const char *const rows[] = {
        "<message><body>&lol;</body></message>",
        "<message><body a='&lol;'/></message>",
        "<message><body>&nbsp;</body></message>",
        "<message><body>&LT;</body></message>",
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        is_bomb(rows[i], "restricted-xml", _i);
    }
}
END_TEST

START_TEST(xml_bombs_entities_before_the_stream)
{
    static const char *const rows[] = {
        LAUGHS PEER_HEADER,
        "<?xml version='1.0'?>" LAUGHS,
        "<?xml version='1.0'?><!-- x -->",
        "<?xml-stylesheet?>",
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        for (int secure = 0; secure < 2; secure++) {
            p = peer_begin(NULL, _i);
            peer_connect(p,
                         secure ? LQ_TRANSPORT_SECURE : LQ_TRANSPORT_STARTTLS);
            peer_send(p, rows[i]);
            expect_end("restricted-xml");
            peer_close(p);
        }
    }
}
END_TEST

/* COUNT times WHAT with its number in it. */
static char *many(int count, const char *what)
{
    size_t size = strlen(what) + 16;
    char *text = calloc((size_t)count + 1, size), *at = text;

    for (int i = 0; i < count; i++) {
        at += snprintf(at, size, what, i);
    }
    return text;
}

static char *around(const char *before, char *text, const char *after)
{
    size_t size = strlen(before) + strlen(text) + strlen(after) + 1;
    char *whole = malloc(size);

    snprintf(whole, size, "%s%s%s", before, text, after);
    free(text);
    return whole;
}

/* BOMB, which is freed, is too much at STAGE. */
static void is_too_much(int stage, char *bomb, int chunk)
{
    begin_at(stage, chunk);
    peer_send(p, bomb);
    CLAIM_IS(take_events(), 0);
    expect_end("policy-violation");
    peer_close(p);
    free(bomb);
}

/* TEXT, which is freed, is just not; this is only seen online. */
static void is_allowed(char *text, int chunk)
{
    p = peer_open(chunk);
    peer_send(p, text);
    CLAIM_IS(take_events(), 1);
    free(text);
    end();
}

START_TEST(xml_bombs_entities_nesting)
{
    static const int most[STAGES] = { 32, 32, 128 };
    char *inner;

    for (int stage = 0; stage < STAGES; stage++) {
        is_too_much(stage, many(most[stage] + 1, "<a>"), _i);
    }
    inner = around("<message>", many(127, "<a>"), "");
    is_allowed(around(inner, many(127, "</a>"), "</message>"), _i);
    free(inner);
}
END_TEST

START_TEST(xml_bombs_entities_attributes)
{
    static const int most[STAGES] = { 64, 64, 128 };
    static const char *const kinds[] = { " a%d='b'", " xmlns:a%d='urn:b'" };

    for (int kind = 0; kind < 2; kind++) {
        for (int stage = 0; stage < STAGES; stage++) {
            is_too_much(
                stage,
                around("<message", many(most[stage] + 1, kinds[kind]), "/>"),
                _i);
        }
        is_allowed(around("<message", many(128, kinds[kind]), "/>"), _i);
    }
}
END_TEST

START_TEST(xml_bombs_entities_names)
{
    static const int most[STAGES] = { 256, 256, 1024 };

    for (int stage = 0; stage < STAGES; stage++) {
        is_too_much(stage, around("<", many(most[stage] + 1, "a"), "/>"), _i);
        is_too_much(stage,
                    around("<message ", many(most[stage] + 1, "a"), "='b'/>"),
                    _i);
    }
    is_allowed(around("<message><", many(1000, "a"), "/></message>"), _i);
}
END_TEST

/* Before the login no more is taken than a login needs. */
START_TEST(xml_bombs_entities_size)
{
    static const int most[STAGES] = { MOST_BEFORE, MOST_BEFORE, MOST };

    if (memory_is_tortured()) {
        return;
    }
    for (int stage = 0; stage < STAGES; stage++) {
        int count = most[stage];

        is_too_much(stage, around("<message><body>", many(count, "x"), ""), _i);
        is_too_much(stage, around("<message a='", many(count, "x"), ""), _i);
        is_too_much(stage, around("<message ", many(count, " "), ""), _i);
        is_too_much(stage, around("<message>", many(count / 4, "<a/>"), ""),
                    _i);
    }
    is_allowed(around("<message><body>", many(MOST_USUAL - 50, "x"),
                      "</body></message>"),
               _i);
    p = peer_open(_i);
    peer_sendf(p, "<message><body>%0*d", MOST_USUAL, 0);
    CLAIM_IS(take_events(), 0);
    expect_end("policy-violation");
    peer_close(p);
}
END_TEST

START_TEST(xml_bombs_entities_header)
{
    char *bombs[] = {
        around("<stream:stream xmlns:stream='" NS_STREAMS "'",
               many(65, " xmlns:a%d='urn:a'"), ">"),
        around("<", many(257, "a"), ">"),
        around("<stream:stream xmlns:stream='" NS_STREAMS "' from='",
               many(MOST_BEFORE, "x"), "'>"),
        around("<stream:stream", many(MOST_BEFORE, " "), ">"),
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(bombs)); i++) {
        for (int secure = 0; secure < 2; secure++) {
            p = peer_begin(NULL, _i);
            peer_connect(p,
                         secure ? LQ_TRANSPORT_SECURE : LQ_TRANSPORT_STARTTLS);
            peer_send(p, bombs[i]);
            expect_end("policy-violation");
            peer_close(p);
        }
    }
    for (size_t i = 0; i < LQ_COUNT(bombs); i++) {
        free(bombs[i]);
    }
}
END_TEST

/* What is sent to keep a connection alive leaves nothing behind. */
START_TEST(xml_bombs_entities_blanks)
{
    enum { MORE = 3 * MOST };
    char *blanks;

    if (memory_is_tortured()) {
        return;
    }
    blanks = many(MORE, " ");
    for (int stage = 0; stage < STAGES; stage++) {
        size_t before;

        begin_at(stage, _i);
        peer_send(p, " ");
        before = memory_blocks();
        peer_send(p, blanks);
        ck_assert_uint_eq(memory_blocks(), before);
        CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_KEEP);
        CLAIM_IS(take_events(), 0);
        peer_close(p);
    }
    free(blanks);
}
END_TEST

/* XEP-0138: little on the wire could be anything. */
START_TEST(xml_bombs_entities_compression)
{
    static const char offer[] =
        "<compression xmlns='http://jabber.org/features/compress'>"
        "<method>zlib</method></compression>"
        "<mechanisms xmlns='" NS_SASL "'><mechanism>PLAIN</mechanism>"
        "</mechanisms>";

    p = peer_begin(NULL, _i);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    peer_header(p, offer);
    peer_expect(p, "<auth xmlns='" NS_SASL "'/>");
    peer_send(p, "<compressed xmlns='http://jabber.org/protocol/compress'/>");
    expect_end("unsupported-stanza-type");
    peer_close(p);
}
END_TEST

void attacks_xml(void)
{
    const TTest *const smuggling[] = {
        stanza_smuggling_half_a_character_before_a_tag,
        stanza_smuggling_nul,
        stanza_smuggling_text_that_looks_like_markup,
        stanza_smuggling_namespace_separators,
        stanza_smuggling_attributes_of_another_namespace,
        stanza_smuggling_stanza_inside_another,
        stanza_smuggling_depth_behind_what_was_refused,
        stanza_smuggling_end_tags_of_others,
        stanza_smuggling_end_tag_of_another_dialect,
        stanza_smuggling_text_between_stanzas,
        NULL,
    };
    const TTest *const bombs[] = {
        xml_bombs_entities_declared,
        xml_bombs_entities_used,
        xml_bombs_entities_before_the_stream,
        xml_bombs_entities_nesting,
        xml_bombs_entities_attributes,
        xml_bombs_entities_names,
        xml_bombs_entities_size,
        xml_bombs_entities_header,
        xml_bombs_entities_blanks,
        xml_bombs_entities_compression,
        NULL,
    };

    suite_add_tortured("Stanza smuggling", smuggling);
    suite_add_tortured("XML bombs, entities", bombs);
}
