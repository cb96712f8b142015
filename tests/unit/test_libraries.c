/* test_libraries.c - whichever call into the libraries below fails, nothing
 * breaks but the connection.
 *
 * A house holds a whole evening: a login over TLS, a roster, messages and a
 * question, a connection that is lost and resumed, the goodbye.  It is replayed
 * with the n-th call failing, and with that and all later ones, for each n: see
 * libraries.h.  Houses that nobody may trust stay without a guest then, too.
 *
 * The same evening is gone through once more with our own allocations failing,
 * in each way to log in, to resume, and to find that the session is gone. */
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/element.h"
#include "base/array.h"
#include "libraries.h"
#include "peer_xml.h"
#include "scram_server.h"
#include "suite.h"
#include "tlstalk.h"

#define NS_SASL  "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_BIND  "urn:ietf:params:xml:ns:xmpp-bind"
#define PASSWORD "Wh\u00e9refore"
#define CONTACT  "J\u00fcliet@b\u00fccher.example"
#define CLOSE    "</stream:stream>"
#define NS_SASL2 "urn:xmpp:sasl:2"
#define NS_BIND2 "urn:xmpp:bind:0"
#define NS_SM    "urn:xmpp:sm:3"
#define VERSIONS "<ver xmlns='urn:xmpp:features:rosterver'/>"
#define ENABLED  "<enabled xmlns='" NS_SM "' resume='true' id='one'/>"
#define FAILED   "<failed xmlns='" NS_SM "' h='%u'/>"
#define RESUMED  "<resumed xmlns='" NS_SM "' previd='one' h='%u'/>"
#define BINDINGS                                                               \
    "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>"                        \
    "<channel-binding type='tls-exporter'/></sasl-channel-binding>"
#define OFFER                                                                  \
    "<authentication xmlns='" NS_SASL2 "'><mechanism>%s</mechanism><inline>"   \
    "<bind xmlns='" NS_BIND2 "'><inline><feature var='" NS_SM "'/></inline>"   \
    "</bind><sm xmlns='" NS_SM "'/></inline></authentication>"
#define MECHANISMS                                                             \
    "<mechanisms xmlns='" NS_SASL "'><mechanism>%s</mechanism>"                \
    "</mechanisms>"

/* How an evening goes. */
typedef struct way {
    const char *priority; /* NULL: the transport protects itself */
    const char *mechanism;
    int certificate;
    int login;  /* 2: SASL 2 with all that is inline */
    int memory; /* of the server, for sessions */
    bool moves; /* the second life is another process's */
} way;

enum { NO_SESSIONS, RESUMES, FORGETS };

static const way ways[] = {
    { TLSPEER_1_3, "SCRAM-SHA-256-PLUS", TLSPEER_GOOD, 2, RESUMES, false },
    { TLSPEER_1_2, "PLAIN", TLSPEER_GOOD, 1, RESUMES, false },
    { TLSPEER_1_2, "SCRAM-SHA-1", TLSPEER_GOOD, 1, NO_SESSIONS, false },
};

/* Those that are short of memory instead. */
static const way short_ways[] = {
    { NULL, "SCRAM-SHA-256", TLSPEER_GOOD, 2, RESUMES, false },
    { NULL, "SCRAM-SHA-256", TLSPEER_GOOD, 2, FORGETS, true },
    { NULL, "PLAIN", TLSPEER_GOOD, 1, RESUMES, true },
    { NULL, "PLAIN", TLSPEER_GOOD, 1, FORGETS, false },
    { NULL, "SCRAM-SHA-1", TLSPEER_GOOD, 1, NO_SESSIONS, false },
};

static const way wrong_ways[] = {
    { TLSPEER_1_3, "PLAIN", TLSPEER_STRANGER, 1, NO_SESSIONS, false },
    { TLSPEER_1_2, "PLAIN", TLSPEER_OTHER, 1, NO_SESSIONS, false },
    { TLSPEER_1_3, "PLAIN", TLSPEER_EXPIRED, 1, NO_SESSIONS, false },
};

enum { SENT = 64, ROUNDS = 600, PATIENCE = 12, LIVES = 2 };

typedef struct house {
    const way *way;
    peer *p;
    scram_server scram;
    bool connected, authenticated, stopped, closed;
    bool moving;    /* into another process */
    bool refused;   /* there is no stream, or it did not start */
    int idle;       /* times that nobody had anything to say */
    int lives;      /* connections that were lost on purpose */
    int onlines;    /* events */
    int complaints; /* OFFLINE and CLOSED with a failure */
    lq_id sent[SENT];
    int fates[SENT]; /* how often each has ended */
    int count;
    size_t heard; /* bytes that came through TLS */

    int resumptions;         /* that the server agreed to */
    bool managed;            /* the server counts */
    unsigned int taken;      /* what it has counted */
    char authenticate[4096]; /* SASL 2: what came with it */
    char *stored;            /* the session, as the program keeps it */
    size_t stored_len;
} house;

static house h;
static const way *short_way;

/* ---- the server ---- */

static void answer_header(void)
{
    bool sm = h.way->memory != NO_SESSIONS;

    if (h.authenticated) {
        peer_sendf(h.p,
                   PEER_HEADER "<stream:features><bind xmlns='" NS_BIND "'/>"
                               "%s" VERSIONS "</stream:features>",
                   sm ? "<sm xmlns='" NS_SM "'/>" : "");
    } else if (h.way->login == 2) {
        peer_sendf(h.p,
                   PEER_HEADER "<stream:features>" OFFER "%s</stream:features>",
                   h.way->mechanism,
                   strstr(h.way->mechanism, "-PLUS") != NULL ? BINDINGS : "");
    } else {
        peer_sendf(h.p,
                   PEER_HEADER "<stream:features>" MECHANISMS
                               "</stream:features>",
                   h.way->mechanism);
    }
}

static void answer_auth(const char *auth)
{
    gnutls_mac_algorithm_t mac = strstr(h.way->mechanism, "256") != NULL
                                     ? GNUTLS_MAC_SHA256
                                     : GNUTLS_MAC_SHA1;

    if (strstr(h.way->mechanism, "SCRAM") == NULL) {
        h.authenticated = true;
        peer_send(h.p, "<success xmlns='" NS_SASL "'/>");
    } else if (scram_begin(&h.scram, mac, PASSWORD, auth)) {
        peer_sendf(h.p, "<challenge xmlns='" NS_SASL "'>%s</challenge>",
                   scram_first(&h.scram, "3rfcNHYJ", SCRAM_SALT, "4096", ""));
    } else {
        peer_send(h.p, "<failure xmlns='" NS_SASL "'><malformed-request/>"
                       "</failure>");
    }
}

static void answer_authenticate(const char *auth)
{
    gnutls_mac_algorithm_t mac = GNUTLS_MAC_SHA256;

    snprintf(h.authenticate, sizeof(h.authenticate), "%s", auth);
    ck_assert_msg(scram_begin(&h.scram, mac, PASSWORD, auth), "%s: %s",
                  libraries_failed(), h.scram.wrong);
    peer_sendf(h.p, "<challenge xmlns='" NS_SASL2 "'>%s</challenge>",
               scram_first(&h.scram, "3rfcNHYJ", SCRAM_SALT, "4096", ""));
}

static void count_from_now(void)
{
    h.managed = true;
    h.taken = 0;
}

static void answer_enable(const char *enable)
{
    (void)enable;
    count_from_now();
    peer_send(h.p, ENABLED);
}

static void answer_resume(const char *resume)
{
    (void)resume;
    h.resumptions += h.way->memory == RESUMES;
    peer_sendf(h.p, h.way->memory == RESUMES ? RESUMED : FAILED, h.taken);
}

static void answer_question(const char *r)
{
    (void)r;
    peer_sendf(h.p, "<a xmlns='" NS_SM "' h='%u'/>", h.taken);
}

/* What goes into <success/> of SASL 2. */
static void succeed_inline(void)
{
    bool resume = strstr(h.authenticate, "<resume ") != NULL;
    bool enable = strstr(h.authenticate, "<enable ") != NULL;
    bool bind = !resume || h.way->memory == FORGETS;
    char said[256] = "";

    h.resumptions += !bind;
    if (resume) {
        snprintf(said, sizeof(said), bind ? FAILED : RESUMED, h.taken);
    }
    if (bind && enable) {
        count_from_now();
    }
    peer_sendf(h.p,
               "<success xmlns='" NS_SASL2 "'><additional-data>%s"
               "</additional-data><authorization-identifier>" PEER_JID
               "</authorization-identifier>%s%s%s%s</success>%s",
               scram_encode(&h.scram, h.scram.signature), said,
               bind ? "<bound xmlns='" NS_BIND2 "'>" : "",
               bind && enable ? ENABLED : "", bind ? "</bound>" : "",
               bind ? "<stream:features>" VERSIONS "</stream:features>" : "");
}

static void answer_response(const char *response)
{
    gnutls_datum_t binding = { NULL, 0 };
    bool plus = strstr(h.way->mechanism, "-PLUS") != NULL;
    bool right;

    if (plus) {
        certificate_fine(gnutls_session_channel_binding(
            talk.tls.session, GNUTLS_CB_TLS_EXPORTER, &binding));
    }
    right = scram_check(&h.scram, response, binding.data, binding.size);
    gnutls_free(binding.data);
    h.authenticated = right;
    if (right && h.way->login == 2) {
        succeed_inline();
    } else if (right) {
        peer_sendf(h.p, "<success xmlns='" NS_SASL "'>%s</success>",
                   scram_encode(&h.scram, h.scram.signature));
    } else {
        peer_sendf(h.p,
                   "<failure xmlns='%s'><not-authorized xmlns='" NS_SASL "'/>"
                   "</failure>",
                   h.way->login == 2 ? NS_SASL2 : NS_SASL);
    }
}

static void answer_iq(const char *iq)
{
    const char *payload = "";
    char id[128], to[256];

    xml_attr(iq, "id", id, sizeof(id));
    xml_attr(iq, "to", to, sizeof(to));
    if (strstr(iq, NS_BIND) != NULL) {
        payload = "<bind xmlns='" NS_BIND "'><jid>" PEER_JID "</jid></bind>";
    } else if (strstr(iq, "jabber:iq:roster") != NULL) {
        payload = "<query xmlns='jabber:iq:roster' ver='1'>"
                  "<item jid='" CONTACT "' subscription='both'/></query>";
    }
    if (to[0] == '\0') {
        peer_sendf(h.p, "<iq type='result' id='%s'>%s</iq>", id, payload);
    } else {
        peer_sendf(h.p, "<iq type='result' id='%s' from='%s'>%s</iq>", id, to,
                   payload);
    }
}

static const struct {
    const char *start;
    void (*answer)(const char *element);
    const char *text; /* or this */
} answers[] = {
    { "<stream:stream", NULL, NULL },
    { "<authenticate", answer_authenticate, NULL },
    { "<auth", answer_auth, NULL },
    { "<enable", answer_enable, NULL },
    { "<resume", answer_resume, NULL },
    { "<r ", answer_question, NULL },
    { "<response", answer_response, NULL },
    { "<iq", answer_iq, NULL },
    { "<presence", NULL,
      "<presence from='" CONTACT "/B\u00fcrgersteig' to='" PEER_JID "'/>" },
    { "<message", NULL,
      "<message type='chat' from='" CONTACT "/B\u00fcrgersteig' to='" PEER_JID
      "'><body>Ay me!</body></message>" },
    { CLOSE, NULL, CLOSE },
};

static void server_answer(const char *piece)
{
    for (size_t i = 0; i < LQ_COUNT(answers); i++) {
        if (strncmp(piece, answers[i].start, strlen(answers[i].start)) != 0) {
            continue;
        }
        if (answers[i].answer != NULL) {
            answers[i].answer(piece);
        } else if (answers[i].text != NULL) {
            peer_send(h.p, answers[i].text);
        } else {
            answer_header();
        }
        return;
    }
}

static bool is_stanza(const char *piece)
{
    return h.managed && (strncmp(piece, "<iq", 3) == 0 ||
                         strncmp(piece, "<message", 8) == 0 ||
                         strncmp(piece, "<presence", 9) == 0);
}

/* Answer what the stream has sent; whether there was anything. */
static bool server_turn(void)
{
    char *sent = peer_take(h.p);
    char *at = sent;
    size_t len;
    bool any = false;

    while ((len = element_len(at)) > 0) {
        char *piece = calloc(1, len + 1);

        memcpy(piece, at, len);
        h.taken += is_stanza(piece);
        server_answer(piece);
        free(piece);
        at += len;
        any = true;
    }
    free(sent);
    return any;
}

/* ---- the driver ---- */

static void hang_up(int error)
{
    free(peer_take(h.p));
    h.heard += talk.tls.heard;
    lq_stream_disconnected(h.p->stream, h.p->now, error);
    tlspeer_end(&talk.tls);
    h.connected = false;
}

/* Do what the stream wishes; whether it wished anything. */
static bool driver_turn(void)
{
    int wish = lq_stream_wish(h.p->stream);

    if (wish == LQ_WISH_CONNECT) {
        h.connected = true;
        h.authenticated = false;
        if (h.way->priority == NULL) {
            lq_stream_connected(h.p->stream, h.p->now, LQ_TRANSPORT_SECURE);
        } else {
            lq_stream_connected(h.p->stream, h.p->now, LQ_TRANSPORT_TLS);
            talk_serve(tlspeer_certificate(h.way->certificate),
                       h.way->priority);
        }
    } else if (h.connected && wish == LQ_WISH_CLOSE) {
        hang_up(LQ_OK);
    } else if (h.connected && (talk.tls.error != 0 || talk.tls.closed)) {
        hang_up(LQ_E_NET);
    } else {
        return false;
    }
    return true;
}

/* ---- the program ---- */

static void remember(lq_id id)
{
    if (id > 0) {
        ck_assert_int_lt(h.count, SENT);
        h.sent[h.count++] = id;
    }
}

static void say(void)
{
    lq_stream *stream = h.p->stream;
    lq_builder *b = lq_build_message(stream, LQ_CHAT, CONTACT);

    lq_build_child(b, "body", NULL, "But soft!");
    remember(lq_stream_send(stream, b));
    b = lq_build_iq(stream, LQ_GET, CONTACT);
    lq_build_child(b, "ping", "urn:xmpp:ping", "");
    remember(lq_stream_request(stream, b));
}

static void ended(lq_id id)
{
    for (int i = 0; i < h.count; i++) {
        h.fates[i] += h.sent[i] == id;
    }
}

static void complain(const lq_event *event)
{
    const lq_failure *failure = lq_event_failure(event);

    if (event->error == LQ_OK) {
        return;
    }
    h.complaints++;
    ck_assert_msg(failure != NULL && lq_failure_message(failure)[0] != '\0',
                  "%s: no sentence for %s", libraries_failed(),
                  lq_error_name(event->error));
}

static void store(int which)
{
    size_t len;
    const void *bytes = lq_stream_save(h.p->stream, which, &len);

    if (bytes == NULL) {
        return; /* it is told again */
    }
    if (which == LQ_SAVED_SESSION) {
        h.stored_len = 0;
    }
    if (which != LQ_SAVED_ACCOUNT) {
        h.stored = realloc(h.stored, h.stored_len + len + 1);
        memcpy(h.stored + h.stored_len, bytes, len);
        h.stored_len += len;
    }
    lq_stream_saved(h.p->stream, h.p->now, which);
}

static void hear(const lq_event *event)
{
    switch (event->type) {
    case LQ_EVENT_ONLINE:
        h.onlines++;
        say();
        break;
    case LQ_EVENT_SAVE:
        store(event->id);
        break;
    case LQ_EVENT_CLOSED:
        h.closed = true;
        complain(event);
        break;
    case LQ_EVENT_OFFLINE:
        complain(event);
        break;
    case LQ_EVENT_REPLY:
    case LQ_EVENT_DELIVERY:
        ended(event->id);
        break;
    default:
        break;
    }
}

static bool program_turn(void)
{
    const lq_event *event;
    bool any = false;

    while ((event = lq_stream_event(h.p->stream)) != NULL) {
        hear(event);
        any = true;
    }
    return any;
}

/* ---- the evening ---- */

/* Everything that was said has been answered. */
static void go_on(void)
{
    lq_stream *stream = h.p->stream;
    lq_time due = lq_stream_deadline(stream);

    if (!h.stopped && ++h.idle > PATIENCE) {
        lq_stream_stop(stream, h.p->now); /* it does not come online */
        h.stopped = true;
    } else if (!h.stopped && lq_stream_state(stream) == LQ_STATE_ONLINE) {
        if (++h.lives < LIVES) {
            hang_up(LQ_E_NET);
            h.moving = h.way->moves;
        } else {
            lq_stream_stop(stream, h.p->now);
            h.stopped = true;
        }
    } else if (due != LQ_NEVER) {
        h.p->now = due > h.p->now ? due : h.p->now;
        lq_stream_tick(stream, h.p->now);
    }
}

static lq_config *config_make(void)
{
    lq_config *config = talk_config();

    memory_spare(true);
    ck_assert_int_eq(lq_config_set_password(config, PASSWORD), LQ_OK);
    if (h.way->moves) {
        lq_config_set_saved(config, LQ_SAVED_SESSION, h.stored, h.stored_len);
    }
    memory_spare(false);
    return config;
}

/* A process begins that may have a session already. */
static void process_begin(void)
{
    talk_begin(config_make(), 2);
    h.p = talk.p;
    if (h.p->stream == NULL) {
        h.refused = h.closed = true;
        return;
    }
    lq_roster_attach(h.p->stream);
    lq_presence_attach(h.p->stream);
    h.refused = lq_stream_start(h.p->stream, h.p->now) < 0;
    h.closed = h.refused;
}

/* The process is killed; what it was not told, nobody is. */
static void move(void)
{
    h.moving = false;
    h.count = 0;
    memset(h.fates, 0, sizeof(h.fates));
    talk_end();
    process_begin();
}

static void evening(void)
{
    if (!h.refused) {
        say();
    }
    for (int round = 0; round < ROUNDS && !h.closed; round++) {
        bool moved = driver_turn();

        moved = server_turn() || moved;
        moved = program_turn() || moved;
        if (h.moving) {
            move();
        } else if (!moved) {
            go_on();
        }
    }
}

static void everything_has_ended(const char *what)
{
    ck_assert_msg(h.closed, "%s: it does not end", what);
    for (int i = 0; i < h.count; i++) {
        ck_assert_msg(h.fates[i] == 1, "%s: id %d ended %d times", what,
                      h.sent[i], h.fates[i]);
    }
}

/* Whether there were N calls in an evening, so that the N-th, and perhaps
 * ALL_AFTER, could fail. */
static bool evening_run(const way *w, unsigned long n, bool all_after)
{
    size_t before = memory_blocks();
    const char *who;
    char what[128];

    memory_forgive(true);
    libraries_fail(n, all_after);
    h = (house){ .way = w };
    process_begin();
    evening();
    who = libraries_failed() == NULL ? "none" : libraries_failed();
    snprintf(what, sizeof(what), "call %lu, %s", n, who);
    everything_has_ended(what);
    talk_end();
    free(h.stored);
    libraries_fail(0, false);
    memory_forgive(false);
    ck_assert_msg(memory_blocks() == before, "%s: %zu blocks left", what,
                  memory_blocks() - before);
    return strcmp(who, "none") != 0;
}

/* The same, for memory_torture(). */
static void evening_short(void)
{
    h = (house){ .way = short_way };
    process_begin();
    evening();
    everything_has_ended("allocation");
    talk_end();
    free(h.stored);
}

/* ---- tests; _i is the way ---- */

static void goes_well(const way *w)
{
    evening_run(w, 0, false);
    ck_assert_int_eq(h.onlines, LIVES);
    ck_assert_int_eq(h.resumptions, w->memory == RESUMES ? LIVES - 1 : 0);
    ck_assert_int_eq(h.complaints, LIVES - 1);
    ck_assert_int_eq(h.count, w->moves ? 2 : 2 * (LIVES + 1));
}

START_TEST(evening_goes_well)
{
    for (size_t i = 0; i < LQ_COUNT(ways); i++) {
        goes_well(&ways[i]);
    }
    for (size_t i = 0; i < LQ_COUNT(short_ways); i++) {
        goes_well(&short_ways[i]);
    }
}
END_TEST

START_TEST(any_allocation_may_fail)
{
    for (size_t i = (size_t)_i; i < LQ_COUNT(short_ways); i += 3) {
        short_way = &short_ways[i];
        memory_torture(evening_short);
    }
}
END_TEST

START_TEST(any_call_may_fail)
{
    unsigned long n = 1;

    while (evening_run(&ways[_i], n, false)) {
        n++;
    }
    ck_assert_uint_gt(n, 100);
}
END_TEST

START_TEST(any_call_and_all_after_it_may_fail)
{
    unsigned long n = 1;

    while (evening_run(&ways[_i], n, true)) {
        n++;
    }
    ck_assert_uint_gt(n, 100);
}
END_TEST

START_TEST(no_call_that_fails_makes_somebody_trusted)
{
    unsigned long n = 0;
    bool failed;

    do {
        failed = evening_run(&wrong_ways[_i], n, false);
        ck_assert_msg(h.heard == 0 && h.onlines == 0,
                      "call %lu: the server heard %zu bytes", n, h.heard);
        ck_assert(h.complaints > 0 || h.refused);
    } while (n++ == 0 || failed);
    ck_assert_uint_gt(n, 30);
}
END_TEST

START_TEST(every_call_is_listed) { ck_assert_str_eq(libraries_unlisted, ""); }
END_TEST

START_TEST(all_that_fail_are_called)
{
    for (size_t i = 0; i < LQ_COUNT(ways); i++) {
        evening_run(&ways[i], 0, false);
    }
    for (size_t i = 0; libraries_failing[i] != NULL; i++) {
        ck_assert_msg(libraries_called(libraries_failing[i]), "%s is not",
                      libraries_failing[i]);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        evening_goes_well,
        any_allocation_may_fail,
        any_call_may_fail,
        any_call_and_all_after_it_may_fail,
        no_call_that_fails_makes_somebody_trusted,
        every_call_is_listed,
        all_that_fail_are_called,
        NULL,
    };

    return suite_main_chunked("libraries", tests);
}
