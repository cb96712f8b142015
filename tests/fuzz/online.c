/* online.c - a stream that is logged in, with all modules; then the input is
 * the server, and the program does what it says.  See talk.h.
 *
 * The first byte tells how the input is delivered, and whether the program has
 * taken ONLINE, the second how the stream is used. */
#include <string.h>

#include "base/array.h"
#include "fuzz.h"
#include "talk.h"

static struct {
    lq_roster *roster;
    lq_presence *presence;
    lq_messages *messages;
    lq_disco *disco;
    lq_ping *ping;
    lq_version *version;
    lq_carbons *carbons;
    unsigned how;
} with;

/* ---- what the program does ---- */

static const char *const people[] = { "juliet@example.com",
                                      "juliet@example.com/balcony",
                                      "example.net", "nurse@example.net" };

static void act_message(talk *t, const char *who)
{
    talk_asked(t,
               lq_messages_send(with.messages, who, "Neither, <fair> saint"));
}

static void act_private(talk *t, const char *who)
{
    lq_builder *b = lq_messages_build(with.messages, who);

    lq_message_private(b);
    lq_build_child(b, "body", NULL, "& so on");
    talk_asked(t, lq_stream_send(t->stream, b));
}

static void act_request(talk *t, const char *who)
{
    lq_builder *b = lq_build_iq(t->stream, LQ_SET, who);

    lq_build_child(b, "own", "urn:own", "text");
    talk_asked(t, lq_stream_request(t->stream, b));
}

static void act_info(talk *t, const char *who)
{
    talk_asked(t, lq_disco_info(with.disco, who, "node'"));
}

static void act_items(talk *t, const char *who)
{
    talk_asked(t, lq_disco_items(with.disco, who, NULL));
}

static void act_ping(talk *t, const char *who)
{
    talk_asked(t, lq_ping_send(with.ping, who));
}

static void act_version(talk *t, const char *who)
{
    talk_asked(t, lq_version_ask(with.version, who));
}

static void act_set(talk *t, const char *who)
{
    talk_asked(t, lq_roster_set(with.roster, who, "Juliet"));
}

static void act_remove(talk *t, const char *who)
{
    talk_asked(t, lq_roster_remove(with.roster, who));
}

static void act_join(talk *t, const char *who)
{
    talk_asked(t, lq_roster_join_group(with.roster, who, "Verona"));
}

static void act_leave(talk *t, const char *who)
{
    talk_asked(t, lq_roster_leave_group(with.roster, who, "Verona"));
}

static void act_subscribe(talk *t, const char *who)
{
    talk_asked(t, lq_roster_subscribe(with.roster, who, "It is I"));
}

static void act_unsubscribe(talk *t, const char *who)
{
    talk_asked(t, lq_roster_unsubscribe(with.roster, who));
}

static void act_approve(talk *t, const char *who)
{
    const char *asking = lq_roster_request(with.roster, 0);
    char copy[64];

    if (asking != NULL && strlen(asking) < sizeof(copy)) {
        who = strcpy(copy, asking);
    }
    talk_asked(t, lq_roster_approve(with.roster, who));
}

static void act_deny(talk *t, const char *who)
{
    talk_asked(t, lq_roster_deny(with.roster, who));
}

static void act_away(talk *t, const char *who)
{
    lq_presence_set_status(with.presence, "en", who);
    talk_asked(t, lq_presence_set(with.presence, LQ_SHOW_AWAY, -1));
}

static void act_direct(talk *t, const char *who)
{
    talk_asked(t, lq_presence_direct(with.presence, who, LQ_SHOW_ONLINE));
}

static void act_indirect(talk *t, const char *who)
{
    talk_asked(t, lq_presence_direct(with.presence, who, LQ_SHOW_OFFLINE));
}

static void act_inactive(talk *t, const char *who)
{
    lq_stream_set_active(t->stream, t->now, who != people[0]);
}

static void act_save(talk *t, const char *who)
{
    size_t len;

    (void)who;
    for (int which = LQ_SAVED_ACCOUNT; which <= LQ_SAVED_RECORDS; which++) {
        lq_stream_save(t->stream, which, &len);
        lq_stream_saved(t->stream, t->now, which);
    }
}

static void act_stop(talk *t, const char *who)
{
    (void)who;
    lq_stream_stop(t->stream, t->now);
}

static void act_suspect(talk *t, const char *who)
{
    (void)who;
    lq_stream_network_changed(t->stream, t->now);
}

static void act_request_own(talk *t, const char *who)
{
    (void)who;
    act_request(t, NULL);
}

static void (*const acts[])(talk *t, const char *who) = {
    act_message, act_private,   act_request,     act_info,     act_items,
    act_ping,    act_version,   act_set,         act_remove,   act_join,
    act_leave,   act_subscribe, act_unsubscribe, act_approve,  act_deny,
    act_away,    act_direct,    act_indirect,    act_inactive, act_save,
    act_stop,    act_suspect,   act_request_own,
};

static void act(talk *t, unsigned what)
{
    acts[what / 4 % LQ_COUNT(acts)](t, people[what % 4]);
}

/* ---- what it looks at ---- */

static void look_at_roster(void)
{
    const lq_roster_item *item = NULL;
    int count = 0;

    while ((item = lq_roster_next(with.roster, item)) != NULL) {
        const char *jid = lq_roster_item_jid(item);

        CLAIM(jid != NULL && lq_roster_item_of(with.roster, jid) == item);
        for (int i = 0; lq_roster_item_group(item, i) != NULL; i++) {
        }
        count++;
    }
    CLAIM(count == lq_roster_count(with.roster));
    for (int i = 0; lq_roster_request(with.roster, i) != NULL; i++) {
    }
}

static void look_at_people(void)
{
    for (size_t i = 0; i < LQ_COUNT(people); i++) {
        const lq_resource *best = lq_presence_best(with.presence, people[i]);
        const lq_resource *one = NULL;
        bool among = best == NULL;

        while ((one = lq_presence_next(with.presence, people[i], one)) !=
               NULL) {
            CLAIM(lq_resource_jid(one) != NULL);
            CLAIM(lq_show_name(lq_resource_show(one)) != NULL);
            lq_resource_status(one, "en");
            among |= one == best;
        }
        CLAIM(among);
        CLAIM(lq_messages_target(with.messages, people[i]) != NULL);
    }
}

static void look_at_message(const lq_stanza *message)
{
    const char *lang;

    lq_message_body(message, "en");
    lq_message_subject(message, NULL);
    lq_message_thread(message);
    lq_message_thread_parent(message);
    for (int i = 0; lq_message_body_at(message, i, &lang) != NULL; i++) {
    }
}

static void look_at_reply(const lq_stanza *reply)
{
    const char *node, *name;

    lq_disco_has(reply, "urn:xmpp:ping");
    lq_disco_is(reply, "client", NULL);
    for (int i = 0; lq_disco_item(reply, i, &node, &name) != NULL; i++) {
    }
    lq_version_name(reply);
    lq_version_number(reply);
    lq_version_system(reply);
}

static void told(talk *t, const lq_event *event)
{
    const lq_stanza *stanza = event->stanza;

    look_at_message(stanza);
    look_at_reply(stanza);
    if (event->type == LQ_EVENT_CARBONS) {
        CLAIM(stanza != NULL && lq_stanza_kind(stanza) == LQ_MESSAGE);
        lq_carbon_sent(event);
        lq_carbon_delay(event);
    } else if (event->type == LQ_EVENT_QUERY) {
        CLAIM(lq_event_question(event) == LQ_QUESTION_IQ);
        if ((with.how & 1) != 0) {
            lq_builder *b = lq_build_answer(t->stream, event->id);

            lq_build_copy(b, lq_stanza_payload(stanza));
            lq_stream_answer(t->stream, b);
        } else if ((with.how & 2) != 0) {
            lq_stream_refuse(t->stream, event->id, LQ_STANZA_ITEM_NOT_FOUND,
                             "not & here");
        }
    }
    lq_resource_status(lq_event_resource(event), NULL);
    lq_roster_item_name(lq_event_roster_item(event));
    look_at_roster();
    look_at_people();
}

/* ---- the stream ---- */

static void attach(lq_stream *stream)
{
    with.roster = lq_roster_attach(stream);
    with.presence = lq_presence_attach(stream);
    with.messages = lq_messages_attach(stream);
    with.disco = lq_disco_attach(stream);
    with.ping = lq_ping_attach(stream);
    with.version = lq_version_attach(stream);
    with.carbons = lq_carbons_attach(stream);
    lq_version_set(with.version, "Loquat", "1 <2>", NULL);
    lq_disco_add_identity(with.disco, "client", "bot", "en", "a & b");
    lq_stream_claim(stream, LQ_IQ, LQ_ANY, "own", "urn:own", "urn:own");
    lq_stream_claim(stream, LQ_MESSAGE, LQ_ANY, "own", "urn:own", NULL);
}

static const char features[] =
    "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
    "<ver xmlns='urn:xmpp:features:rosterver'/>"
    "<sub xmlns='urn:xmpp:features:pre-approval'/>"
    "<csi xmlns='urn:xmpp:csi:0'/>";

static const char features_sm[] =
    "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
    "<sm xmlns='urn:xmpp:sm:3'/><limits xmlns='urn:xmpp:stream-limits:0'>"
    "<max-bytes>20000</max-bytes><idle-seconds>60</idle-seconds></limits>";

static lq_config *config_of(unsigned how)
{
    lq_config *config = lq_config_new("romeo@example.net");

    lq_config_set_password(config, "Wherefore");
    lq_config_set_mechanisms(config, "PLAIN");
    if ((how & 4) != 0) {
        lq_config_set_saved(config, LQ_SAVED_ACCOUNT, NULL, 0);
        lq_config_set_saved(config, LQ_SAVED_SESSION, NULL, 0);
    }
    if ((how & 8) != 0) {
        lq_config_set_reconnect(config, LQ_NEVER, LQ_NEVER);
    }
    return config;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned pieces = fuzz_byte(&data, &size);
    static talk t;

    with.how = fuzz_byte(&data, &size);
    random_seed(1);
    talk_begin(&t, config_of(with.how));
    t.pieces = pieces;
    t.features = (with.how & 32) != 0 ? features_sm : features;
    t.sasl2 = (with.how & 64) != 0;
    t.resumes = (with.how & 128) != 0 ? TALK_KNOWS_COUNT : TALK_RESUMES;
    t.act = act;
    t.told = told;
    lq_stream_trace(t.stream, (with.how & 16) != 0);
    attach(t.stream);
    talk_start(&t);
    CLAIM(lq_stream_state(t.stream) == LQ_STATE_ONLINE);
    if ((pieces & 128) == 0) { /* the modules ask what they ask at first */
        talk_take_events(&t);
        talk_say(&t, " ");
    }
    talk_hear(&t, data, size);
    talk_end(&t);
    return 0;
}
