/* everyday.c - what servers send on most days; see everyday.h. */
#include "everyday.h"

#include <inttypes.h>
#include <stdio.h>

#include "draw.h"
#include "words.h"

#define OMEMO        "eu.siacs.conversations.axolotl"
#define DISCO        "http://jabber.org/protocol/disco"
#define CHAT_STATES  "http://jabber.org/protocol/chatstates"
#define NS_STANZAS   "urn:ietf:params:xml:ns:xmpp-stanzas"
#define KEY_ID_LIMIT 2000000000u

static const char *const rooms[] = {
    "orchard",     "verona-dev",  "balcony",
    "town.square", "security-wg", "offtopic",
};

/* ---- what messages contain ---- */

static void put_omemo_key(void)
{
    bool is_prekey = chance(20);

    say("<key rid='%u'%s>", below(KEY_ID_LIMIT),
        is_prekey ? " prekey='true'" : "");
    put_base64(chance(20) ? 340 : 120);
    put("</key>");
}

static void put_omemo(void)
{
    unsigned keys;

    say("<encrypted xmlns='" OMEMO "'><header sid='%u'>", below(KEY_ID_LIMIT));
    keys = 2 + below(7);
    for (unsigned i = 0; i < keys; i++) {
        put_omemo_key();
    }
    put("<iv>");
    put_base64(16);
    put("</iv></header><payload>");
    put_base64(40 + 4 * below(120));
    put("</payload></encrypted><store xmlns='urn:xmpp:hints'/>"
        "<encryption xmlns='urn:xmpp:eme:0' namespace='" OMEMO
        "' name='OMEMO'/>"
        "<body>I sent you an OMEMO encrypted message but your client "
        "doesn&apos;t seem to support that.</body>");
}

static void put_receipt(void)
{
    put_with_uuid("<received xmlns='urn:xmpp:receipts' id='", "'/>");
}

static void put_marker(void)
{
    put_with_uuid("<displayed xmlns='urn:xmpp:chat-markers:0' id='", "'/>");
}

static void put_composing(void) { put("<composing xmlns='" CHAT_STATES "'/>"); }

static void put_notice(void)
{
    static void (*const notices[])(void) = { put_receipt, put_marker,
                                             put_composing };

    PICK(notices)();
    put("<no-store xmlns='urn:xmpp:hints'/>");
}

static void put_xhtml(void)
{
    put("<html xmlns='http://jabber.org/protocol/xhtml-im'>"
        "<body xmlns='http://www.w3.org/1999/xhtml'>"
        "<p style='font-weight:bold'>");
    put_text();
    put("<br/><a href='https://example.org/?a=1&amp;b=2&amp;c=&quot;x&quot;'>");
    put_text();
    put("</a></p></body></html>");
}

static void put_talk(void)
{
    put(chance(25) ? "<body xml:lang='en'>" : "<body>");
    put_text();
    put("</body><active xmlns='" CHAT_STATES "'/>");
    if (chance(60)) {
        put("<request xmlns='urn:xmpp:receipts'/>");
    }
    if (chance(60)) {
        put("<markable xmlns='urn:xmpp:chat-markers:0'/>");
    }
    if (chance(5)) {
        put_with_uuid("<replace xmlns='urn:xmpp:message-correct:0' id='",
                      "'/>");
    }
    if (chance(4)) {
        put_xhtml();
    }
    if (chance(6)) {
        put_with_uuid("<x xmlns='jabber:x:oob'>"
                      "<url>https://upload.example.com/",
                      "/photo.jpg?x=1&amp;y=2</url></x>");
    }
}

/* What stands in a message, and the ids that its author and, if not NULL, the
 * archive ASSIGNER give it. */
static void put_content(const char *assigner)
{
    if (chance(12)) {
        put_omemo();
    } else if (chance(14)) {
        put_notice();
    } else {
        put_talk();
    }
    if (chance(85)) {
        put_with_uuid("<origin-id xmlns='urn:xmpp:sid:0' id='", "'/>");
    }
    if (assigner != NULL) {
        say("<stanza-id xmlns='urn:xmpp:sid:0' by='%s' id='%016" PRIx64 "'/>",
            assigner, draw());
    }
}

static void put_occupant_id(void)
{
    put("<occupant-id xmlns='urn:xmpp:occupant-id:0' id='");
    put_base64(43);
    put("='/>");
}

/* ---- messages ---- */

/* A message of type chat to TO from anybody. */
static void put_chat_to(const char *to)
{
    say(" to='%s' from='", to);
    put_full_jid();
    put_with_uuid("' type='chat' id='", "'>");
}

static void put_talk_message(void)
{
    put("<message");
    put_language();
    put_chat_to(chance(50) ? ACCOUNT : FULL_JID);
    put_content(chance(90) ? ACCOUNT : NULL);
    put("</message>");
}

static void put_groupchat(void)
{
    const char *name = PICK(rooms);
    char room[128];

    snprintf(room, sizeof(room), "%s@conference.%s", name, any_domain());
    put("<message");
    put_language();
    say(" to='" FULL_JID "' from='%s/%s'", room, any_user());
    put_with_uuid(" type='groupchat' id='", "'>");
    put_content(room);
    put_occupant_id();
    say("<delay xmlns='urn:xmpp:delay' from='%s' stamp='", room);
    put_stamp();
    put("'/>");
    if (chance(20)) {
        say("<x xmlns='jabber:x:delay' from='%s' stamp='", room);
        put_old_stamp();
        put("'/>");
    }
    put("</message>");
}

static void put_archived(void)
{
    bool is_carbon;

    put("<message to='" FULL_JID "' from='" ACCOUNT "'>"
        "<result xmlns='urn:xmpp:mam:2' queryid='");
    put_hex(8);
    say("' id='%016" PRIx64 "'><forwarded xmlns='urn:xmpp:forward:0'>"
        "<delay xmlns='urn:xmpp:delay' stamp='",
        draw());
    put_stamp();
    put("'/>");
    is_carbon = chance(25);
    if (is_carbon) {
        put("<message xmlns='jabber:client' to='" FULL_JID "' from='" ACCOUNT
            "' type='chat'><sent xmlns='urn:xmpp:carbons:2'>"
            "<forwarded xmlns='urn:xmpp:forward:0'>");
    }
    put("<message xmlns='jabber:client'");
    put_language();
    put_chat_to(ACCOUNT);
    put_content(ACCOUNT);
    put("</message>");
    if (is_carbon) {
        put("</forwarded></sent></message>");
    }
    put("</forwarded></result></message>");
}

/* ---- presence ---- */

static void put_status(void)
{
    put("<status>");
    put_text();
    put("</status>");
}

static void put_capabilities(void)
{
    static const char *const nodes[] = {
        "https://conversations.im",
        "http://gajim.org",
        "https://dino.im",
        "http://psi-plus.com",
        "http://profanity-im.github.io",
    };

    say("<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='%s' "
        "ver='",
        PICK(nodes));
    put_base64(27);
    put("='/>");
}

static void put_availability(void)
{
    static const char *const shows[] = { "away", "xa", "dnd", "chat" };

    if (chance(45)) {
        say("<show>%s</show>", PICK(shows));
    }
    if (chance(25)) {
        put_status();
    }
    if (chance(70)) {
        say("<priority>%u</priority>", below(60));
    }
    put_capabilities();
    put("<x xmlns='vcard-temp:x:update'><photo>");
    if (chance(70)) {
        put_hex(40);
    }
    put("</photo></x>");
    if (chance(30)) {
        put("<idle xmlns='urn:xmpp:idle:1' since='");
        put_stamp();
        put("'/>");
    }
}

static void put_occupant_jid(void)
{
    const char *user = any_user();
    const char *domain = any_domain();

    say("%s@conference.%s/%s", PICK(rooms), domain, user);
}

static void put_occupant(void)
{
    put("<x xmlns='http://jabber.org/protocol/muc#user'>"
        "<item affiliation='member' role='participant' jid='");
    put_full_jid();
    put("'/>");
    if (chance(10)) {
        put("<status code='110'/>");
    }
    put("</x>");
    put_occupant_id();
}

static void put_presence(void)
{
    bool is_in_room;

    put("<presence");
    put_language();
    put(" to='" FULL_JID "' from='");
    is_in_room = chance(35);
    if (is_in_room) {
        put_occupant_jid();
    } else {
        put_full_jid();
    }
    if (chance(15)) {
        put("' type='unavailable'>");
        if (chance(30)) {
            put_status();
        }
    } else {
        put("'>");
        put_availability();
    }
    if (is_in_room) {
        put_occupant();
    }
    put("</presence>");
}

/* ---- iq ---- */

static void put_roster_item(void)
{
    static const char *const subscriptions[] = { "both", "both", "both",
                                                 "to",   "from", "none" };
    static const char *const groups[] = { "Friends", "Family", "Work &amp; co",
                                          "Verona", "XSF" };
    const char *subscription = PICK(subscriptions);
    const char *domain = any_domain();
    unsigned number = below(1u << 20);

    say("<item jid='%s.%x@%s' subscription='%s'", any_user(), number, domain,
        subscription);
    if (chance(75)) {
        const char *sons = chance(8) ? " &amp; sons" : "";
        const char *last = any_user();

        say(" name='%s %s%s'", any_user(), last, sons);
    }
    if (chance(3)) {
        put(" ask='subscribe'");
    }
    if (chance(60)) {
        say("><group>%s</group></item>", PICK(groups));
    } else {
        put("/>");
    }
}

void put_roster(unsigned long items)
{
    put("<iq type='result' to='" FULL_JID "' id='");
    put_hex(12);
    put("'><query xmlns='jabber:iq:roster' ver='ver");
    put_hex(8);
    put("'>");
    for (unsigned long i = 0; i < items; i++) {
        put_roster_item();
    }
    put("</query></iq>");
}

static void put_short_roster(void) { put_roster(100); }

static const char *const features[] = {
    DISCO "#info",
    DISCO "#items",
    "http://jabber.org/protocol/caps",
    "jabber:iq:version",
    "urn:xmpp:ping",
    "urn:xmpp:time",
    "urn:xmpp:mam:2",
    "urn:xmpp:sid:0",
    "urn:xmpp:carbons:2",
    "urn:xmpp:receipts",
    "urn:xmpp:chat-markers:0",
    CHAT_STATES,
    "http://jabber.org/protocol/muc",
    "http://jabber.org/protocol/muc#user",
    "urn:xmpp:avatar:metadata+notify",
    "urn:xmpp:bookmarks:1+notify",
    "http://jabber.org/protocol/nick+notify",
    OMEMO ".devicelist+notify",
    "urn:xmpp:jingle:1",
    "urn:xmpp:jingle:apps:rtp:1",
    "urn:xmpp:jingle:apps:rtp:audio",
    "urn:xmpp:jingle:apps:rtp:video",
    "urn:xmpp:jingle:transports:ice-udp:1",
    "urn:xmpp:message-correct:0",
    "urn:xmpp:hints",
    "jabber:x:oob",
    "jabber:x:data",
    "http://jabber.org/protocol/xhtml-im",
};

static void put_disco(void)
{
    unsigned count;

    put("<iq type='result' to='" FULL_JID "' from='");
    put_full_jid();
    put_with_uuid("' id='", "'><query xmlns='" DISCO "#info' "
                            "node='https://conversations.im#");
    put_base64(27);
    put("='>");
    say("<identity category='client' type='phone' "
        "name='Conversations 2.1%u'/>",
        below(9));
    count = 8 + below(24);
    for (unsigned i = 0; i < count; i++) {
        say("<feature var='%s'/>", PICK(features));
    }
    if (chance(40)) {
        put("<x xmlns='jabber:x:data' type='result'>"
            "<field var='FORM_TYPE' type='hidden'>"
            "<value>urn:xmpp:dataforms:softwareinfo</value></field>"
            "<field var='os'><value>Linux</value></field>"
            "<field var='os_version'><value>6.1 &amp; later</value></field>"
            "</x>");
    }
    put("</query></iq>");
}

static void put_devices(void)
{
    unsigned count;

    put_with_uuid("<iq type='result' to='" FULL_JID "' from='" ACCOUNT "' id='",
                  "'><pubsub xmlns='http://jabber.org/protocol/pubsub'>"
                  "<items node='" OMEMO ".devicelist'><item id='current'>"
                  "<list xmlns='" OMEMO "'>");
    count = 1 + below(6);
    for (unsigned i = 0; i < count; i++) {
        say("<device id='%u'/>", below(KEY_ID_LIMIT));
    }
    put("</list></item></items></pubsub></iq>");
}

static void put_archive_page(void)
{
    unsigned count;
    uint64_t last, first;
    bool is_complete;

    put_with_uuid("<iq type='result' to='" FULL_JID "' id='", "'>");
    count = below(5000);
    last = draw();
    first = draw();
    is_complete = chance(50);
    say("<fin xmlns='urn:xmpp:mam:2'%s>"
        "<set xmlns='http://jabber.org/protocol/rsm'>"
        "<first index='0'>%016" PRIx64 "</first><last>%016" PRIx64 "</last>"
        "<count>%u</count></set></fin></iq>",
        is_complete ? " complete='true'" : "", first, last, count);
}

static void put_error(void)
{
    put("<iq type='error' to='" FULL_JID "' from='");
    put_full_jid();
    put_with_uuid("' id='", "'><error type='cancel'>"
                            "<service-unavailable xmlns='" NS_STANZAS "'/>"
                            "<text xmlns='" NS_STANZAS "' xml:lang='en'>"
                            "User session not found</text></error></iq>");
}

static void put_ping(void)
{
    put("<iq type='get' to='" FULL_JID "' from='");
    put_full_jid();
    put("' id='");
    put_hex(10);
    put("'><ping xmlns='urn:xmpp:ping'/></iq>");
}

static void put_empty_result(void)
{
    put("<iq type='result' to='" FULL_JID "' from='" ACCOUNT "' id='");
    put_hex(12);
    put("'/>");
}

static void put_iq(void)
{
    static const share shares[] = {
        { 4, put_short_roster },  { 46, put_disco }, { 12, put_devices },
        { 10, put_archive_page }, { 8, put_error },  { 10, put_ping },
        { 10, put_empty_result },
    };

    put_one_of(shares);
}

/* ---- kinds ---- */

void put_mixed(unsigned long size)
{
    static const share shares[] = {
        { 55, put_talk_message }, { 20, put_presence }, { 10, put_iq },
        { 10, put_groupchat },    { 5, put_archived },
    };

    (void)size;
    put_one_of(shares);
}

void put_chat(unsigned long words)
{
    put("<message to='" FULL_JID "' from='romeo@example.net/phone-4f3a1c' "
        "type='chat' id='");
    put_hex(12);
    put("'><body>");
    for (unsigned long i = 0; i < words; i++) {
        if (i > 0) {
            put(" ");
        }
        put(any_word());
    }
    put("</body></message>");
}

void put_avatar(unsigned long bytes)
{
    put("<iq type='result' to='" FULL_JID "' from='");
    put_full_jid();
    put_with_uuid("' id='",
                  "'><pubsub xmlns='http://jabber.org/protocol/pubsub'>"
                  "<items node='urn:xmpp:avatar:data'><item id='");
    put_hex(40);
    put("'><data xmlns='urn:xmpp:avatar:data'>");
    put_base64(bytes);
    put("</data></item></items></pubsub></iq>");
}
