/* conversation.c - what two people do on a real server, and what must be
 * refused.
 *
 *     conversation NAME HOST PORT TLS-PORT CAFILE
 *
 * NAME is the server's (prosody, ejabberd, jabberd2), prosody-VARIANT for a
 * certificate that is no good (expired, wrongname, selfsigned, untrusted), or
 * prosody-away for a server that goes away in the middle and comes back: the
 * shell commands in LQ_SERVER_STOP and LQ_SERVER_START see to that.  Prints
 * ok and not ok lines; ends with 0 if all claims hold.
 *
 * Alice comes by STARTTLS and Bob by TLS at once.  Each act leaves the two as
 * it found them: online, and with an empty roster but where it says so. */
#include "talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static person *alice, *bob;
static bool jabberd2; /* which has ways of its own: README.md */
static const char alice_jid[] = "alice@" TALK_DOMAIN;
static const char bob_jid[] = "bob@" TALK_DOMAIN;
static const char carol_jid[] = "carol@" TALK_DOMAIN;
static const char nobody_jid[] = "nobody@" TALK_DOMAIN;

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* ---- logging in ---- */

static void print_security(const person *p)
{
    static const char none[] = "none";
    const char *text[4];

    for (int i = 0; i < 4; i++) {
        text[i] = lq_stream_security(p->stream, i);
        text[i] = text[i] == NULL || text[i][0] == '\0' ? none : text[i];
    }
    printf("    %s: %s, %s, %s, channel binding: %s\n", p->name, text[0],
           text[1], text[2], text[3]);
}

static bool is_secured(const person *p)
{
    const char *protocol = lq_stream_security(p->stream, LQ_SECURITY_PROTOCOL);
    const char *mechanism =
        lq_stream_security(p->stream, LQ_SECURITY_MECHANISM);

    return protocol != NULL && strncmp(protocol, "TLS1.", 5) == 0 &&
           mechanism != NULL && strncmp(mechanism, "SCRAM-", 6) == 0;
}

static bool has_resource(const person *p, const char *resource)
{
    const char *jid = lq_stream_jid(p->stream);
    size_t len = strlen(p->jid);

    return jid != NULL && strncmp(jid, p->jid, len) == 0 && jid[len] == '/' &&
           strcmp(jid + len + 1, resource) == 0;
}

static bool both_log_in(void)
{
    alice = person_new("alice", "balcony", LQ_TRANSPORT_STARTTLS);
    bob = person_new("bob", NULL, LQ_TRANSPORT_TLS);
    lq_version_set(bob->version, "Loquat conversation", "1", NULL);
    if (!claim("alice logs in over STARTTLS", person_login(alice)) ||
        !claim("bob logs in over direct TLS", person_login(bob))) {
        return false;
    }
    print_security(alice);
    print_security(bob);
    return claim("TLS and SCRAM protect alice's login", is_secured(alice)) &&
           claim("TLS and SCRAM protect bob's login", is_secured(bob)) &&
           claim("alice gets the resource that she asks for",
                 has_resource(alice, "balcony")) &&
           claim("bob gets one from the server",
                 lq_stream_jid(bob->stream) != NULL);
}

/* ---- the roster ---- */

static const lq_roster_item *item_of(const person *p, const char *jid)
{
    return lq_roster_item_of(p->roster, jid);
}

static bool is_in_group(const lq_roster_item *item, const char *group)
{
    const char *name;
    int i;

    for (i = 0; (name = lq_roster_item_group(item, i)) != NULL; i++) {
        if (strcmp(name, group) == 0) {
            return true;
        }
    }
    return false;
}

/* The server accepts request ID and pushes what became of JID. */
static bool roster_changes(person *p, lq_id id, const char *jid)
{
    const happening *reply = await_id(p, LQ_EVENT_REPLY, id);

    return reply != NULL && reply->error == LQ_OK &&
           await(p, LQ_EVENT_ROSTER_CHANGED, jid) != NULL;
}

static bool roster_removes(person *p, const char *jid)
{
    lq_id id = lq_roster_remove(p->roster, jid);
    const happening *reply = await_id(p, LQ_EVENT_REPLY, id);

    return reply != NULL && reply->error == LQ_OK &&
           await(p, LQ_EVENT_ROSTER_REMOVED, jid) != NULL &&
           item_of(p, jid) == NULL;
}

static void act_roster(void)
{
    lq_roster *roster = alice->roster;
    static const char name[] = "Carol <& the \"others\">";

    claim("a new account's roster is empty",
          lq_roster_is_loaded(roster) && lq_roster_count(roster) == 0);
    claim("a contact is added",
          roster_changes(alice, lq_roster_set(roster, carol_jid, "Carol"),
                         carol_jid) &&
              same(lq_roster_item_name(item_of(alice, carol_jid)), "Carol") &&
              lq_roster_item_subscription(item_of(alice, carol_jid)) ==
                  LQ_SUBSCRIPTION_NONE);
    claim("a contact is put into a group",
          roster_changes(alice,
                         lq_roster_join_group(roster, carol_jid, "friends"),
                         carol_jid) &&
              is_in_group(item_of(alice, carol_jid), "friends"));
    claim("a contact is put into a second group",
          roster_changes(alice,
                         lq_roster_join_group(roster, carol_jid, "garden"),
                         carol_jid) &&
              is_in_group(item_of(alice, carol_jid), "friends") &&
              is_in_group(item_of(alice, carol_jid), "garden"));
    claim("a contact is renamed and keeps its groups",
          roster_changes(alice, lq_roster_set(roster, carol_jid, name),
                         carol_jid) &&
              same(lq_roster_item_name(item_of(alice, carol_jid)), name) &&
              is_in_group(item_of(alice, carol_jid), "garden"));
    claim("a contact leaves a group",
          roster_changes(alice,
                         lq_roster_leave_group(roster, carol_jid, "garden"),
                         carol_jid) &&
              is_in_group(item_of(alice, carol_jid), "friends") &&
              !is_in_group(item_of(alice, carol_jid), "garden"));
    claim("a contact is removed", roster_removes(alice, carol_jid));
}

/* ---- subscriptions ---- */

static bool awaits_subscription(person *p, const char *jid, int subscription)
{
    lq_time until = talk_patience();

    while (item_of(p, jid) == NULL ||
           lq_roster_item_subscription(item_of(p, jid)) != subscription) {
        if (!talk_turn(until)) {
            return false;
        }
    }
    return true;
}

static bool awaits_pending(person *p, const char *jid)
{
    lq_time until = talk_patience();

    while (!lq_roster_item_is_pending(item_of(p, jid))) {
        if (!talk_turn(until)) {
            return false;
        }
    }
    return true;
}

/* From's request to see TO is pending, arrives and is granted. */
static bool subscribes(person *from, person *to)
{
    return lq_roster_subscribe(from->roster, to->jid, "may I?") > 0 &&
           awaits_pending(from, to->jid) &&
           await(to, LQ_EVENT_ROSTER_REQUEST, from->jid) != NULL &&
           same(lq_roster_request(to->roster, 0), from->jid) &&
           lq_roster_approve(to->roster, from->jid) > 0 &&
           await(from, LQ_EVENT_ROSTER_APPROVED, to->jid) != NULL;
}

static void act_subscription(void)
{
    claim("alice asks to see bob and is allowed to", subscribes(alice, bob));
    claim("alice's roster says that she sees bob",
          awaits_subscription(alice, bob_jid, LQ_SUBSCRIPTION_TO));
    claim("bob's roster says that alice sees him",
          awaits_subscription(bob, alice_jid, LQ_SUBSCRIPTION_FROM));
    claim("no request waits any more",
          lq_roster_request(bob->roster, 0) == NULL &&
              !lq_roster_item_is_pending(item_of(alice, bob_jid)));
    claim("alice sees bob's presence",
          await(alice, LQ_EVENT_RESOURCE_CHANGED, bob_jid) != NULL &&
              lq_presence_best(alice->presence, bob_jid) != NULL);
    claim("bob does not see alice's",
          lq_presence_best(bob->presence, alice_jid) == NULL);
    claim("bob asks to see alice and is allowed to", subscribes(bob, alice));
    claim("each sees the other, say both rosters",
          awaits_subscription(alice, bob_jid, LQ_SUBSCRIPTION_BOTH) &&
              awaits_subscription(bob, alice_jid, LQ_SUBSCRIPTION_BOTH));
    claim("bob sees alice's presence",
          await(bob, LQ_EVENT_RESOURCE_CHANGED, alice_jid) != NULL);
}

/* ---- presence ---- */

static bool awaits_show(person *p, const char *jid, int show)
{
    lq_time until = talk_patience();

    while (lq_resource_show(lq_presence_best(p->presence, jid)) != show) {
        if (!talk_turn(until)) {
            return false;
        }
    }
    return true;
}

static void act_presence(void)
{
    static const char status[] = "out in the orchard \xf0\x9f\x8d\x8f";
    const lq_resource *seen;

    lq_presence_set_status(alice->presence, NULL, status);
    lq_presence_set(alice->presence, LQ_SHOW_AWAY, -5);
    claim("alice is away, sees bob", awaits_show(bob, alice_jid, LQ_SHOW_AWAY));
    seen = lq_presence_best(bob->presence, alice_jid);
    claim("bob sees her priority", lq_resource_priority(seen) == -5);
    claim("bob reads her status", same(lq_resource_status(seen, NULL), status));
    claim("bob sees which resource it is",
          same(lq_resource_jid(seen), lq_stream_jid(alice->stream)));
    lq_presence_set_status(alice->presence, NULL, NULL);
    lq_presence_set(alice->presence, LQ_SHOW_CHAT, 7);
    claim("alice is ready to chat, sees bob",
          awaits_show(bob, alice_jid, LQ_SHOW_CHAT));
    seen = lq_presence_best(bob->presence, alice_jid);
    claim("bob reads no status any more",
          lq_resource_priority(seen) == 7 &&
              lq_resource_status(seen, NULL) == NULL);
    lq_presence_set(alice->presence, LQ_SHOW_OFFLINE, 0);
    claim("alice hides, and bob sees her no more",
          awaits_show(bob, alice_jid, LQ_SHOW_OFFLINE) &&
              await(bob, LQ_EVENT_RESOURCE_GONE, alice_jid) != NULL);
    lq_presence_set(alice->presence, LQ_SHOW_ONLINE, 0);
    claim("alice is back, sees bob",
          awaits_show(bob, alice_jid, LQ_SHOW_ONLINE));
}

/* ---- messages ---- */

static bool hears(person *to, const person *from, const char *body)
{
    const happening *h = await(to, LQ_EVENT_MESSAGE, from->jid);

    return h != NULL && lq_stanza_type(h->stanza) == LQ_CHAT &&
           same(lq_message_body(h->stanza, NULL), body) &&
           same(lq_stanza_sender(h->stanza), lq_stream_jid(from->stream));
}

static bool says(person *from, person *to, const char *body)
{
    return lq_messages_send(from->messages, to->jid, body) > 0 &&
           hears(to, from, body);
}

static const struct {
    const char *name, *body;
} bodies[] = {
    { "plain text", "What's in a name?" },
    { "what XML must escape",
      "<b attr='1' other=\"2\">&amp; ]]> &#65; <![CDATA[</b>" },
    { "several lines", "one\n\n\ttwo\nthree " },
    { "an emoji of several code points",
      "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91"
      "\xa7 \xf0\x9f\x8f\xb3\xef\xb8\x8f\xe2\x80\x8d\xf0\x9f\x8c\x88" },
    { "Hebrew and Arabic",
      "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xd7\xa2\xd7\x95\xd7\x9c\xd7\x9d, "
      "\xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7 123" },
};

static void act_messages(void)
{
    char claimed[128], *book;
    lq_builder *b;
    const happening *h;

    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        snprintf(claimed, sizeof(claimed), "bob hears %s", bodies[i].name);
        claim(claimed, says(alice, bob, bodies[i].body));
        snprintf(claimed, sizeof(claimed), "alice hears %s", bodies[i].name);
        claim(claimed, says(bob, alice, bodies[i].body));
    }
    claim("alice writes to where bob answered",
          same(lq_messages_target(alice->messages, bob_jid),
               lq_stream_jid(bob->stream)));

    book = calloc(1, 60001);
    memset(book, 'x', 60000);
    claim("a book arrives whole", says(alice, bob, book));
    free(book);

    b = lq_messages_build(bob->messages, lq_stream_jid(alice->stream));
    lq_build_child(b, "subject", NULL, "a rose");
    lq_build_child(b, "body", NULL, "by any other name");
    lq_build_child(b, "thread", NULL, "t1");
    lq_stream_send(bob->stream, b);
    h = await(alice, LQ_EVENT_MESSAGE, bob_jid);
    claim("subject and thread arrive",
          h != NULL && same(lq_message_subject(h->stanza, NULL), "a rose") &&
              same(lq_message_thread(h->stanza), "t1"));
}

/* A message is acknowledged when a later reply has come. */
static void act_delivery(void)
{
    lq_id message = lq_messages_send(alice->messages, bob_jid, "heard?");
    lq_id ping = lq_ping_send(alice->ping, NULL);
    const happening *h;

    claim("our server answers a ping",
          await_id(alice, LQ_EVENT_REPLY, ping) != NULL);
    h = await_id(alice, LQ_EVENT_DELIVERY, message);
    claim("what was sent before it is delivered",
          h != NULL && h->error == LQ_OK && hears(bob, alice, "heard?"));
}

static void act_errors(void)
{
    const happening *h;
    lq_id id;

    lq_messages_send(alice->messages, nobody_jid, "anybody there?");
    h = await(alice, LQ_EVENT_MESSAGE, nobody_jid);
    claim("a message to nobody comes back as an error",
          h != NULL && lq_stanza_type(h->stanza) == LQ_ERROR &&
              (lq_stanza_error(h->stanza) == LQ_STANZA_SERVICE_UNAVAILABLE ||
               lq_stanza_error(h->stanza) == LQ_STANZA_ITEM_NOT_FOUND));
    id = lq_ping_send(alice->ping, "nobody@" TALK_DOMAIN "/nowhere");
    h = await_id(alice, LQ_EVENT_REPLY, id);
    claim("a ping to nobody is answered with an error",
          h != NULL && h->error == LQ_E_STANZA &&
              lq_stanza_error(h->stanza) != 0);
}

/* ---- copies ---- */

static const lq_stanza *result_of(person *p, lq_id id)
{
    const happening *h = await_id(p, LQ_EVENT_REPLY, id);

    return h == NULL || h->error != LQ_OK ? NULL : h->stanza;
}

/* P has a copy of BODY, which FROM said. */
static bool has_copy(person *p, const char *from, const char *body)
{
    const happening *h = await(p, LQ_EVENT_CARBON, from);

    return h != NULL && lq_stanza_type(h->stanza) == LQ_CHAT &&
           same(lq_message_body(h->stanza, NULL), body);
}

/* What Bob says that Alice has said. */
static void forge_copy(const char *to)
{
    lq_builder *b = lq_build_message(bob->stream, LQ_CHAT, to);

    lq_build_open(b, "sent", "urn:xmpp:carbons:2");
    lq_build_open(b, "forwarded", "urn:xmpp:forward:0");
    lq_build_open(b, "message", "jabber:client");
    lq_build_attr(b, "from", alice_jid);
    lq_build_attr(b, "to", bob_jid);
    lq_build_attr(b, "type", "chat");
    lq_build_child(b, "body", NULL, "I am a Montague");
    lq_build_close(b);
    lq_build_close(b);
    lq_build_close(b);
    lq_stream_send(bob->stream, b);
}

static void say_privately(person *from, const char *to, const char *body)
{
    lq_builder *b = lq_build_message(from->stream, LQ_CHAT, to);

    lq_build_child(b, "body", NULL, body);
    lq_message_private(b);
    lq_stream_send(from->stream, b);
}

/* OTHER, Alice elsewhere, is told what she says here. */
static void follow(person *other)
{
    claim("what she says here she has a copy of there",
          says(alice, bob, "copied") && has_copy(other, alice_jid, "copied"));
    claim("and of what she hears here",
          says(bob, alice, "answered") && has_copy(other, bob_jid, "answered"));
    say_privately(alice, lq_stream_jid(bob->stream), "private");
    claim("but not of what is private",
          hears(bob, alice, "private") &&
              result_of(alice, lq_ping_send(alice->ping, NULL)) != NULL &&
              result_of(other, lq_ping_send(other->ping, NULL)) != NULL &&
              happened(other, LQ_EVENT_CARBON, NULL) == NULL);
}

/* Alice is here twice, and one of her talks with Bob. */
static void act_carbons(void)
{
    person *other = person_new("alice", "orchard", LQ_TRANSPORT_TLS);

    lq_carbons_attach(other->stream);
    claim("alice logs in elsewhere and asks for copies", person_login(other));
    claim("whatever the server says to that, she stays",
          result_of(other, lq_ping_send(other->ping, NULL)) != NULL);
    if (!jabberd2) { /* it knows of no copies */
        follow(other);
    }
    forge_copy(lq_stream_jid(other->stream));
    claim("a copy that bob forges is none",
          lq_messages_send(bob->messages, lq_stream_jid(other->stream), "ha") >
                  0 &&
              hears(other, bob, "ha") &&
              happened(other, LQ_EVENT_CARBON, NULL) == NULL &&
              happened(other, LQ_EVENT_MESSAGE, NULL) == NULL);
    claim("alice leaves there", person_logout(other));
    person_free(other);
}

/* ---- questions ---- */

static void act_questions(void)
{
    const char *to = lq_stream_jid(bob->stream);
    const lq_stanza *reply;
    const happening *h;

    claim("bob answers a ping",
          result_of(alice, lq_ping_send(alice->ping, to)) != NULL);

    reply = result_of(alice, lq_version_ask(alice->version, to));
    claim("bob tells his version",
          same(lq_version_name(reply), "Loquat conversation") &&
              same(lq_version_number(reply), "1"));
    h = await_id(bob, LQ_EVENT_REPLY,
                 lq_version_ask(bob->version, lq_stream_jid(alice->stream)));
    claim("alice keeps hers to herself",
          h != NULL && h->error == LQ_E_STANZA &&
              lq_stanza_error(h->stanza) == LQ_STANZA_SERVICE_UNAVAILABLE);

    reply = result_of(alice, lq_disco_info(alice->disco, to, NULL));
    claim("bob tells what he is and can do",
          lq_disco_is(reply, "client", "pc") &&
              lq_disco_has(reply, "urn:xmpp:ping") &&
              lq_disco_has(reply, "jabber:iq:version") &&
              lq_disco_has(reply, "http://jabber.org/protocol/disco#info") &&
              !lq_disco_has(reply, "urn:example:nothing"));
    reply = result_of(alice, lq_disco_items(alice->disco, to, NULL));
    claim("bob has no items",
          reply != NULL && lq_disco_item(reply, 0, NULL, NULL) == NULL);
    reply = result_of(alice, lq_disco_info(alice->disco, TALK_DOMAIN, NULL));
    claim("the server tells what it is", lq_disco_is(reply, "server", "im"));
}

static lq_builder *ask(person *p, const char *to)
{
    lq_builder *b = lq_build_iq(p->stream, LQ_GET, to);

    lq_build_child(b, "question", "urn:example:play", "");
    return b;
}

static void act_claims(void)
{
    const char *to = lq_stream_jid(bob->stream);
    person *carol =
        person_new_bare("carol", "secret-carol", LQ_TRANSPORT_STARTTLS, 300);
    const happening *h;
    const lq_stanza *reply;
    lq_builder *b;
    lq_id id;

    lq_stream_claim(bob->stream, LQ_IQ, LQ_GET, "question", "urn:example:play",
                    "urn:example:play");
    id = lq_stream_request(alice->stream, ask(alice, to));
    h = await(bob, LQ_EVENT_QUERY, alice_jid);
    b = h == NULL ? NULL : lq_build_answer(bob->stream, h->id);
    lq_build_child(b, "answer", "urn:example:play", "to be");
    claim("bob takes a question of his own",
          h != NULL && lq_stream_answer(bob->stream, b) >= 0);
    reply = result_of(alice, id);
    claim("alice hears his answer",
          same(lq_element_text(lq_stanza_payload(reply)), "to be"));
    claim("carol logs in", person_login(carol));
    id = lq_stream_request(carol->stream, ask(carol, to));
    h = await_id(carol, LQ_EVENT_REPLY, id);
    claim("a question that nobody answers times out",
          h != NULL && h->error == LQ_E_TIMEOUT);
    claim("carol logs out", person_logout(carol));
    person_free(carol);
}

/* ---- the roster, kept up to date ---- */

/* Alice, away from here, changes her roster elsewhere. */
static void change_while_away(person *other)
{
    claim("alice is away here", person_logout(alice));
    claim("she renames a contact there",
          roster_changes(other, lq_roster_set(other->roster, carol_jid, "Cary"),
                         carol_jid));
    claim("she comes back here", person_login(alice));
    if (!same(lq_roster_item_name(item_of(alice, carol_jid)), "Cary")) {
        await(alice, LQ_EVENT_ROSTER_CHANGED, carol_jid); /* pushed later */
    }
    claim("the contact has the name that it was given there",
          same(lq_roster_item_name(item_of(alice, carol_jid)), "Cary"));
}

static void act_versions(void)
{
    person *other;

    claim("alice logs out", person_logout(alice));
    if (jabberd2) { /* its pushes have no version */
        person_login(alice);
        person_logout(alice);
    }
    alice->versions_told = alice->rosters_received = 0;
    claim("alice logs in again with the same stream", person_login(alice));
    claim("she tells which version of the roster she has",
          alice->versions_told > 0);
    claim("it is not sent again", alice->rosters_received == 0);
    claim("it is what it was",
          lq_roster_count(alice->roster) == 1 &&
              lq_roster_item_subscription(item_of(alice, bob_jid)) ==
                  LQ_SUBSCRIPTION_BOTH);

    other = person_new("alice", "orchard", LQ_TRANSPORT_TLS);
    claim("alice logs in elsewhere too", person_login(other));
    claim("what one of her adds there",
          roster_changes(other,
                         lq_roster_set(other->roster, carol_jid, "Carol"),
                         carol_jid));
    claim("the other sees here",
          await(alice, LQ_EVENT_ROSTER_CHANGED, carol_jid) != NULL &&
              same(lq_roster_item_name(item_of(alice, carol_jid)), "Carol"));
    if (!jabberd2) { /* it would say that nothing has changed */
        change_while_away(other);
    }
    claim("she removes it there", roster_removes(other, carol_jid));
    claim("and it is gone here",
          await(alice, LQ_EVENT_ROSTER_REMOVED, carol_jid) != NULL &&
              item_of(alice, carol_jid) == NULL);
    claim("alice leaves there", person_logout(other));
    person_free(other);
}

/* ---- the end of subscriptions, and approval in advance ---- */

static bool awaits_none(person *p, const char *jid)
{
    lq_time until = talk_patience();

    while (item_of(p, jid) != NULL && lq_roster_item_subscription(item_of(
                                          p, jid)) != LQ_SUBSCRIPTION_NONE) {
        if (!talk_turn(until)) {
            return false;
        }
    }
    return true;
}

static void part(void)
{
    person_forget(alice);
    person_forget(bob);
    claim("alice removes bob", roster_removes(alice, bob_jid));
    claim("bob is told that he may not see her any more",
          await(bob, LQ_EVENT_ROSTER_DENIED, alice_jid) != NULL);
    claim("bob does not see her any more",
          awaits_none(bob, alice_jid) &&
              awaits_show(bob, alice_jid, LQ_SHOW_OFFLINE));
    claim("bob removes alice", roster_removes(bob, alice_jid));
}

static void act_approval(void)
{
    if (!lq_roster_can_preapprove(alice->roster)) {
        claim("the server offers no approval in advance, and none is sent",
              lq_roster_approve(alice->roster, bob_jid) == LQ_E_STATE);
        return;
    }
    claim("alice approves bob in advance",
          lq_roster_approve(alice->roster, bob_jid) > 0 &&
              await(alice, LQ_EVENT_ROSTER_CHANGED, bob_jid) != NULL);
    claim("bob asks and may see her at once",
          lq_roster_subscribe(bob->roster, alice_jid, NULL) > 0 &&
              await(bob, LQ_EVENT_ROSTER_APPROVED, alice_jid) != NULL &&
              awaits_show(bob, alice_jid, LQ_SHOW_ONLINE));
    claim("without alice being asked",
          awaits_subscription(alice, bob_jid, LQ_SUBSCRIPTION_FROM) &&
              happened(alice, LQ_EVENT_ROSTER_REQUEST, bob_jid) == NULL);
    claim("alice takes it back",
          lq_roster_deny(alice->roster, bob_jid) > 0 &&
              await(bob, LQ_EVENT_ROSTER_DENIED, alice_jid) != NULL);
    claim("and bob sees her no more",
          awaits_show(bob, alice_jid, LQ_SHOW_OFFLINE));
    claim("alice forgets bob",
          item_of(alice, bob_jid) == NULL || roster_removes(alice, bob_jid));
    claim("bob forgets alice", roster_removes(bob, alice_jid));
}

static void act_denial(void)
{
    lq_roster_subscribe(bob->roster, alice_jid, NULL);
    claim("bob asks to see alice",
          await(alice, LQ_EVENT_ROSTER_REQUEST, bob_jid) != NULL);
    lq_roster_deny(alice->roster, bob_jid);
    claim("alice does not allow it, and nobody waits any more",
          lq_roster_request(alice->roster, 0) == NULL);
    claim("bob hears of it, but for jabberd2",
          jabberd2 || await(bob, LQ_EVENT_ROSTER_DENIED, alice_jid) != NULL);
    claim("bob gives up", roster_removes(bob, alice_jid));
}

/* ---- refused by the server ---- */

static void act_conflict(void)
{
    person *newer = person_new("alice", "balcony", LQ_TRANSPORT_TLS);
    const happening *h;

    claim("alice logs in elsewhere with the same resource",
          person_login(newer));
    claim("the newer session gets it", has_resource(newer, "balcony"));
    while (happened(newer, LQ_EVENT_OFFLINE, NULL) != NULL) {
        /* ejabberd: it took a second connection, with TLS 1.2 */
    }
    h = await(alice, LQ_EVENT_OFFLINE, NULL);
    claim("the older session ends with a conflict",
          h != NULL && h->error == LQ_E_STREAM && h->layer == LQ_LAYER_STREAM &&
              same(h->condition, "conflict"));
    h = await(alice, LQ_EVENT_CLOSED, NULL);
    claim("the older stream is closed", h != NULL && h->error == LQ_E_STREAM);
    talk_pass(1500);
    claim("it does not fight for the resource",
          lq_stream_state(alice->stream) == LQ_STATE_CLOSED &&
              lq_stream_state(newer->stream) == LQ_STATE_ONLINE &&
              happened(newer, LQ_EVENT_OFFLINE, NULL) == NULL);
    claim("the newer session goes on",
          result_of(newer, lq_ping_send(newer->ping, NULL)) != NULL);
    claim("the newer session ends when it likes", person_logout(newer));
    person_free(newer);
    claim("the older may come back then", person_login(alice));
}

static void act_wrong_password(void)
{
    person *mallory =
        person_new_bare("alice", "secret-mallory", LQ_TRANSPORT_STARTTLS, 5000);
    const happening *h;

    snprintf(mallory->name, sizeof(mallory->name), "mallory");
    person_start(mallory);
    h = await(mallory, LQ_EVENT_OFFLINE, NULL);
    claim("a wrong password is not-authorized",
          h != NULL && h->error == LQ_E_AUTH && h->layer == LQ_LAYER_SASL &&
              same(h->condition, "not-authorized") && h->message[0] != '\0');
    h = await(mallory, LQ_EVENT_CLOSED, NULL);
    claim("a wrong password is not tried again",
          h != NULL && h->error == LQ_E_AUTH);
    claim("a wrong password is not tried with anything weaker",
          mallory->logins > 0 && mallory->other_logins == 0);
    person_free(mallory);
    claim("alice is not troubled by it",
          result_of(alice, lq_ping_send(alice->ping, NULL)) != NULL);
}

static void act_goodbye(void)
{
    claim("alice logs out, and is gone", person_logout(alice));
    claim("bob logs out", person_logout(bob));
}

/* The acts in their order. */
static void converse(void)
{
    static void (*const acts[])(void) = {
        act_roster,  act_subscription,   act_presence, act_messages,
        act_carbons, act_delivery,       act_errors,   act_questions,
        act_claims,  act_versions,       part,         act_approval,
        act_denial,  act_wrong_password, act_conflict, act_goodbye,
    };

    if (!both_log_in()) {
        return;
    }
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        acts[i]();
        person_forget(alice);
        person_forget(bob);
    }
}

/* ---- a certificate that is no good ---- */

static void refuse(const char *how, int transport, const char *reason)
{
    person *p = person_new_bare("alice", "secret-alice", transport, 5000);
    const happening *h;
    char claimed[128];

    person_start(p);
    h = await(p, LQ_EVENT_OFFLINE, NULL);
    snprintf(claimed, sizeof(claimed), "%s, the certificate is refused", how);
    claim(claimed, h != NULL && h->error == LQ_E_TLS &&
                       h->layer == LQ_LAYER_TLS &&
                       same(h->condition, "bad-certificate"));
    printf("    %s\n", h == NULL ? "" : h->message);
    snprintf(claimed, sizeof(claimed),
             "%s, the sentence names the name and says: %s", how, reason);
    claim(claimed, h != NULL && strstr(h->message, TALK_DOMAIN) != NULL &&
                       strstr(h->message, reason) != NULL);
    h = await(p, LQ_EVENT_CLOSED, NULL);
    snprintf(claimed, sizeof(claimed), "%s, it is not tried again", how);
    claim(claimed, h != NULL && h->error == LQ_E_TLS);
    snprintf(claimed, sizeof(claimed), "%s, nothing of a login is sent", how);
    claim(claimed, p->logins == 0);
    person_free(p);
}

static void refuse_certificate(const char *reason)
{
    refuse("by STARTTLS", LQ_TRANSPORT_STARTTLS, reason);
    refuse("by TLS at once", LQ_TRANSPORT_TLS, reason);
}

static void refuse_expired(void) { refuse_certificate("expired"); }
static void refuse_name(void) { refuse_certificate("name"); }
static void refuse_issuer(void) { refuse_certificate("issuer is unknown"); }

/* ---- a server that goes away ---- */

static bool run_from(const char *variable)
{
    const char *command = getenv(variable);

    return command != NULL && talk_shell(command);
}

static bool comes_back(person *p)
{
    return await(p, LQ_EVENT_ONLINE, NULL) != NULL &&
           await(p, LQ_EVENT_ROSTER_LOADED, NULL) != NULL;
}

static bool knows(person *p, const char *jid, const char *name)
{
    const lq_roster_item *item = item_of(p, jid);

    return lq_roster_count(p->roster) == 1 &&
           lq_roster_item_subscription(item) == LQ_SUBSCRIPTION_BOTH &&
           (name == NULL || same(lq_roster_item_name(item), name));
}

static void go_away(void)
{
    const happening *h;
    lq_id id;

    if (!both_log_in()) {
        return;
    }
    act_subscription();
    claim("bob has a name in alice's roster",
          roster_changes(alice, lq_roster_set(alice->roster, bob_jid, "Bob"),
                         bob_jid));
    person_forget(alice);
    person_forget(bob);

    claim("the server goes away", run_from("LQ_SERVER_STOP"));
    h = await(alice, LQ_EVENT_OFFLINE, NULL);
    claim("alice is offline and knows why",
          h != NULL && h->error != LQ_OK && h->message[0] != '\0');
    claim("so is bob", await(bob, LQ_EVENT_OFFLINE, NULL) != NULL);
    claim("neither gives up", happened(alice, LQ_EVENT_CLOSED, NULL) == NULL &&
                                  happened(bob, LQ_EVENT_CLOSED, NULL) == NULL);
    claim("the rosters stay",
          knows(alice, bob_jid, "Bob") && knows(bob, alice_jid, NULL));
    claim("nobody is seen", lq_presence_best(alice->presence, bob_jid) == NULL);
    h = await(alice, LQ_EVENT_OFFLINE, NULL);
    claim("trying again in vain, alice says what was tried",
          h != NULL && h->error == LQ_E_NET && h->layer == LQ_LAYER_NET);
    id = lq_messages_send(alice->messages, bob_jid, "are you there?");
    claim("a message waits", id > 0);
    person_forget(alice);
    person_forget(bob);

    claim("the server comes back", run_from("LQ_SERVER_START"));
    claim("alice is online again", comes_back(alice));
    claim("bob is online again", comes_back(bob));
    claim("the rosters are right",
          knows(alice, bob_jid, "Bob") && knows(bob, alice_jid, NULL));
    claim("each sees the other again",
          awaits_show(alice, bob_jid, LQ_SHOW_ONLINE) &&
              awaits_show(bob, alice_jid, LQ_SHOW_ONLINE));
    claim("the message that waited arrives",
          await(bob, LQ_EVENT_MESSAGE, alice_jid) != NULL);
    claim("they talk as before",
          says(alice, bob, "here we are") && says(bob, alice, "so we are"));
    part();
    act_goodbye();
}

/* ---- which of these ---- */

static const struct {
    const char *name;
    void (*run)(void);
} plays[] = {
    { "prosody-expired", refuse_expired },
    { "prosody-wrongname", refuse_name },
    { "prosody-selfsigned", refuse_issuer },
    { "prosody-untrusted", refuse_issuer },
    { "prosody-away", go_away },
};

int main(int argc, char **argv)
{
    void (*run)(void) = converse;

    if (argc != 6) {
        fputs("usage: conversation NAME HOST PORT TLS-PORT CAFILE\n", stderr);
        return 2;
    }
    for (size_t i = 0; i < sizeof(plays) / sizeof(plays[0]); i++) {
        run = strcmp(argv[1], plays[i].name) == 0 ? plays[i].run : run;
    }
    jabberd2 = strcmp(argv[1], "jabberd2") == 0;
    if (talk_open(
            &(talk_place){ argv[2], atoi(argv[3]), atoi(argv[4]), argv[5] })) {
        run();
    } else {
        claim("there is memory", false);
    }
    talk_close();
    return claims_failed() == 0 ? 0 : 1;
}
