/* generate.c - makes corpora: what a server sends to one client.
 *
 *     generate KIND[:SIZE] COUNT PATH
 *
 * PATH becomes the stream: XML declaration, stream header, COUNT stanzas of
 * KIND, and no end.  PATH.idx becomes where each stanza starts and where the
 * last one ends, as COUNT + 1 numbers of eight bytes, little-endian.  The same
 * words make the same bytes on any machine.
 *
 * The everyday kinds are drawn from one random sequence, in the order in which
 * it stands here: each draw is a statement of its own, since C does not say in
 * which order a call's arguments are evaluated.  The hostile kinds (h-) are
 * well-formed XML of a shape that costs a careless reader dearly. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PICK(array)  ((array)[below(COUNT(array))])

#define ACCOUNT      "juliet@example.com"
#define FULL_JID     ACCOUNT "/balcony-7f3a"
#define OMEMO        "eu.siacs.conversations.axolotl"
#define DISCO        "http://jabber.org/protocol/disco"
#define CHAT_STATES  "http://jabber.org/protocol/chatstates"
#define NS_STANZAS   "urn:ietf:params:xml:ns:xmpp-stanzas"
#define KEY_ID_LIMIT 2000000000u

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* ---- writing ---- */

static FILE *out;
static uint64_t written;

static void put_bytes(const char *bytes, size_t len)
{
    if (fwrite(bytes, 1, len, out) != len) {
        fail("writing");
    }
    written += len;
}

static void put(const char *text) { put_bytes(text, strlen(text)); }

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
    char text[1024];
    va_list arguments;
    int len;

    va_start(arguments, format);
    len = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (len < 0 || (size_t)len >= sizeof(text)) {
        fprintf(stderr, "too long: %s\n", format);
        exit(1);
    }
    put_bytes(text, (size_t)len);
}

static void put_times(const char *text, unsigned long times)
{
    for (unsigned long i = 0; i < times; i++) {
        put(text);
    }
}

/* ---- chance: SplitMix64 ---- */

static uint64_t random_state = 0x9E3779B97F4A7C15u;

static uint64_t draw(void)
{
    uint64_t mixed = random_state += 0x9E3779B97F4A7C15u;

    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
}

/* Each kind has a sequence of its own. */
static void draw_for(const char *kind)
{
    for (; *kind != '\0'; kind++) {
        random_state = random_state * 31 + (unsigned char)*kind;
    }
}

static unsigned below(unsigned limit)
{
    return (unsigned)((draw() >> 33) % limit);
}

static bool chance(unsigned percent) { return below(100) < percent; }

/* What is put for so many of a hundred; the last row takes the rest. */
typedef struct share {
    unsigned percent;
    void (*put)(void);
} share;

static void put_one_of(const share *shares)
{
    unsigned drawn = below(100);

    while (drawn >= shares->percent) {
        drawn -= shares->percent;
        shares++;
    }
    shares->put();
}

/* ---- words ---- */

static const char *const users[] = {
    "juliet", "romeo",   "nurse",    "mercutio",       "benvolio", "tybalt",
    "paris",  "capulet", "montague", "friar.laurence", "rosaline", "balthasar",
    "abram",  "sampson", "gregory",  "peter",          "escalus",  "angelica",
};
static const char *const domains[] = {
    "example.com",
    "example.net",
    "im.example.org",
    "chat.verona.example",
    "jabber.capulet.example",
};
static const char *const resources[] = {
    "Conversations.x9Qa", "gajim.7H2KPL0D", "phone-4f3a1c",
    "dino.5b1e90aa",      "Psi+",           "profanity.M4xQ0z",
    "monocles.8813",      "desk",
};
static const char *const rooms[] = {
    "orchard",     "verona-dev",  "balcony",
    "town.square", "security-wg", "offtopic",
};
static const char *const languages[] = { "en", "de", "fr", "ru", "es" };

static const char *const plain_words[] = {
    "the",     "of",       "and",
    "to",      "in",       "is",
    "you",     "that",     "it",
    "was",     "for",      "on",
    "are",     "with",     "as",
    "they",    "at",       "be",
    "this",    "from",     "have",
    "or",      "by",       "one",
    "had",     "not",      "but",
    "what",    "all",      "were",
    "when",    "we",       "there",
    "can",     "an",       "your",
    "which",   "their",    "said",
    "meeting", "tomorrow", "deploy",
    "server",  "release",  "branch",
    "coffee",  "review",   "balcony",
    "light",   "through",  "yonder",
    "window",  "breaks",   "https://example.org/path/to/page",
    "east",    "sun",      "okay",
    "thanks!", "lol",      ":-)",
};
static const char *const wide_words[] = {
    "привет", "как",   "дела",     "сегодня", "встреча", "grüße",
    "für",    "naïve", "café",     "日本語",  "東京",    "ありがとう",
    "😀",      "🎉",     "👍🏽", "—",       "“quote”",
};
static const char *const escaped_words[] = {
    "&amp;",     "&lt;",     "&gt;",           "&quot;",   "&apos;",
    "&lt;b&gt;", "x &lt; y", "a &amp;&amp; b", "&#x2014;", "&lt;/body&gt;",
};

/* ---- parts of stanzas ---- */

static void put_drawn_from(const char *alphabet, unsigned size, unsigned len)
{
    for (unsigned i = 0; i < len; i++) {
        put_bytes(&alphabet[below(size)], 1);
    }
}

static void put_base64(unsigned long len)
{
    put_drawn_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                   "0123456789+/",
                   64, (unsigned)len);
}

static void put_hex(unsigned len)
{
    put_drawn_from("0123456789abcdef", 16, len);
}

static void put_uuid(void)
{
    uint64_t first = draw();
    uint64_t second = draw();

    say("%08x-%04x-4%03x-%04x-%012" PRIx64, (unsigned)(first >> 32),
        (unsigned)(first >> 16) & 0xffff, (unsigned)first & 0xfff,
        0x8000u | ((unsigned)(second >> 48) & 0x3fff),
        second & 0xffffffffffffu);
}

static void put_full_jid(void)
{
    const char *domain = PICK(domains);
    const char *user = PICK(users);

    say("%s@%s/%s", user, domain, PICK(resources));
}

static void put_stamp(void)
{
    unsigned millisecond = below(1000);
    unsigned second = below(60);
    unsigned minute = below(60);
    unsigned hour = below(24);
    unsigned day = 1 + below(28);
    unsigned month = 1 + below(12);

    say("2024-%02u-%02uT%02u:%02u:%02u.%03uZ", month, day, hour, minute, second,
        millisecond);
}

static void put_old_stamp(void)
{
    unsigned second = below(60);
    unsigned minute = below(60);
    unsigned hour = below(24);
    unsigned day = 1 + below(28);
    unsigned month = 1 + below(9);

    say("20240%u%02uT%02u:%02u:%02u", month, day, hour, minute, second);
}

static void put_language(void)
{
    if (chance(30)) {
        say(" xml:lang='%s'", PICK(languages));
    }
}

static unsigned draw_word_count(void)
{
    unsigned length = below(100);

    if (length < 40) {
        return 1 + below(8);
    }
    if (length < 80) {
        return 6 + below(25);
    }
    return length < 96 ? 25 + below(60) : 80 + below(160);
}

/* How many of a hundred words are special: none in most texts, and in some of
 * the others a great many. */
static unsigned draw_density(unsigned texts, unsigned dense_texts,
                             unsigned dense, unsigned sparse)
{
    if (!chance(texts)) {
        return 0;
    }
    return chance(dense_texts) ? dense : sparse;
}

static void put_text(void)
{
    unsigned words = draw_word_count();
    unsigned escaped = draw_density(18, 15, 35, 8);
    unsigned wide = draw_density(22, 40, 80, 10);

    for (unsigned i = 0; i < words; i++) {
        if (i > 0) {
            put(chance(3) ? "\n" : " ");
        }
        if (escaped > 0 && chance(escaped)) {
            put(PICK(escaped_words));
        } else if (wide > 0 && chance(wide)) {
            put(PICK(wide_words));
        } else {
            put(PICK(plain_words));
        }
    }
}

static void put_with_uuid(const char *before, const char *behind)
{
    put(before);
    put_uuid();
    put(behind);
}

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

static void put_chat(void)
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

    snprintf(room, sizeof(room), "%s@conference.%s", name, PICK(domains));
    put("<message");
    put_language();
    say(" to='" FULL_JID "' from='%s/%s'", room, PICK(users));
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
    const char *user = PICK(users);
    const char *domain = PICK(domains);

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
    const char *domain = PICK(domains);
    unsigned number = below(1u << 20);

    say("<item jid='%s.%x@%s' subscription='%s'", PICK(users), number, domain,
        subscription);
    if (chance(75)) {
        const char *sons = chance(8) ? " &amp; sons" : "";
        const char *last = PICK(users);

        say(" name='%s %s%s'", PICK(users), last, sons);
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

static void put_roster(unsigned long items)
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

/* ---- everyday kinds ---- */

static void kind_mixed(unsigned long size)
{
    static const share shares[] = {
        { 55, put_chat },      { 20, put_presence }, { 10, put_iq },
        { 10, put_groupchat }, { 5, put_archived },
    };

    (void)size;
    put_one_of(shares);
}

static void kind_chat(unsigned long words)
{
    put("<message to='" FULL_JID "' from='romeo@example.net/phone-4f3a1c' "
        "type='chat' id='");
    put_hex(12);
    put("'><body>");
    for (unsigned long i = 0; i < words; i++) {
        if (i > 0) {
            put(" ");
        }
        put(PICK(plain_words));
    }
    put("</body></message>");
}

static void kind_avatar(unsigned long bytes)
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

/* ---- hostile kinds ---- */

static void hostile_begin(void)
{
    static unsigned long number;

    say("<message from='mallory@evil.example/x' to='" FULL_JID "' id='h%lu'>",
        number++);
}

static void hostile_depth(unsigned long depth)
{
    put_times("<a>", depth);
    put("x");
    put_times("</a>", depth);
}

static void hostile_nested(unsigned long depth) { put_times("<a>", depth); }

static void hostile_value(unsigned long bytes)
{
    put("<a v='");
    put_base64(bytes);
    put("'/>");
}

static void hostile_brackets(unsigned long bytes)
{
    put("<a v='");
    put_times("ab>=", bytes / 4);
    put("'/>");
}

static void hostile_empty(unsigned long children)
{
    put_times("<a/>", children);
}

static void hostile_attributes(unsigned long count)
{
    put("<a");
    for (unsigned long i = 0; i < count; i++) {
        say(" a%lu='%lu'", i, i);
    }
    put("/>");
}

static void hostile_names(unsigned long count)
{
    for (unsigned long i = 0; i < count; i++) {
        say("<n%016" PRIx64 " ", draw());
        say("a%016" PRIx64 "='v'/>", draw());
    }
}

static void hostile_entities(unsigned long count)
{
    put("<body>");
    put_times("&lt;&#38;", count);
    put("</body><a v='");
    put_times("&apos;&amp;", count / 3);
    put("'/>");
}

static void hostile_namespaces(unsigned long depth)
{
    enum { PREFIXES = 50 };

    for (unsigned long i = 0; i < depth; i++) {
        unsigned long n = i % PREFIXES;

        say("<p%lu:a xmlns:p%lu='urn:x:%lu' p%lu:b='c'>", n, n, n, n);
    }
    for (unsigned long i = depth; i-- > 0;) {
        say("</p%lu:a>", i % PREFIXES);
    }
}

static void hostile_pieces(unsigned long count)
{
    put("<body>");
    put_times("x&amp;", count / 2);
    put("</body>");
}

/* ---- all kinds ---- */

typedef struct kind {
    const char *name;
    unsigned long size; /* unless another is given */
    const char *about;  /* what there are SIZE of in a stanza */
    void (*put)(unsigned long size);
    bool is_hostile, is_open; /* put() is for the inside of a message, which
                                 has no end if it is open */
} kind;

static const kind kinds[] = {
    { "mixed", 1, "chats, presences, iqs ...", kind_mixed, false, false },
    { "chat", 8, "words", kind_chat, false, false },
    { "roster", 10000, "items", put_roster, false, false },
    { "avatar", 65536, "bytes of base64", kind_avatar, false, false },
    { "h-depth", 100, "elements, one in another", hostile_depth, true, false },
    { "h-nested", 2000000, "the same, never closed", hostile_nested, true,
      true },
    { "h-attrval", 250000, "bytes in one attribute", hostile_value, true,
      false },
    { "h-gtattr", 1048000, "the same, full of '>'", hostile_brackets, true,
      false },
    { "h-empty", 250000, "empty children", hostile_empty, true, false },
    { "h-manyattr", 250, "attributes on one element", hostile_attributes, true,
      false },
    { "h-names", 40, "elements and attributes of ever-new names", hostile_names,
      true, false },
    { "h-ents", 1500, "pairs of entities in a text", hostile_entities, true,
      false },
    { "h-ns", 100, "elements, one in another, with prefixes",
      hostile_namespaces, true, false },
    { "h-pieces", 300000, "pieces of a text, every other an entity",
      hostile_pieces, true, false },
};

static void put_stanza(const kind *k, unsigned long size)
{
    if (!k->is_hostile) {
        k->put(size);
        return;
    }
    hostile_begin();
    k->put(size);
    if (!k->is_open) {
        put("</message>");
    }
}

/* ---- the program ---- */

__attribute__((noreturn)) static void usage(void)
{
    fprintf(stderr, "usage: generate KIND[:SIZE] COUNT PATH\n");
    for (size_t i = 0; i < COUNT(kinds); i++) {
        fprintf(stderr, "    %-10s :%-8lu %s\n", kinds[i].name, kinds[i].size,
                kinds[i].about);
    }
    exit(2);
}

/* A number that is nothing else, and not 0. */
static unsigned long parse_number(const char *text)
{
    char *end;
    unsigned long number;

    errno = 0;
    number = strtoul(text, &end, 10);
    if (text[0] < '1' || text[0] > '9' || *end != '\0' || errno != 0) {
        usage();
    }
    return number;
}

/* The kind that WORD names, and its *SIZE. */
static const kind *parse_kind(const char *word, unsigned long *size)
{
    size_t len = strcspn(word, ":");

    for (size_t i = 0; i < COUNT(kinds); i++) {
        const kind *k = &kinds[i];

        if (strlen(k->name) == len && strncmp(k->name, word, len) == 0) {
            *size = k->size;
            if (word[len] == ':') {
                *size = parse_number(word + len + 1);
            }
            return k;
        }
    }
    usage();
}

static FILE *create(const char *path)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL) {
        fail(path);
    }
    return file;
}

static void put_position(FILE *file)
{
    for (unsigned shift = 0; shift < 64; shift += 8) {
        fputc((int)(written >> shift & 0xff), file);
    }
}

static void finish(FILE *file, const char *path)
{
    bool failed = ferror(file) != 0;

    if (fclose(file) != 0 || failed) {
        fail(path);
    }
}

int main(int argc, char **argv)
{
    unsigned long size, count;
    char index_path[4096];
    const kind *k;
    FILE *index;

    if (argc != 4) {
        usage();
    }
    k = parse_kind(argv[1], &size);
    count = parse_number(argv[2]);
    snprintf(index_path, sizeof(index_path), "%s.idx", argv[3]);
    out = create(argv[3]);
    index = create(index_path);
    draw_for(k->name);
    put("<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
        "xmlns:stream='http://etherx.jabber.org/streams' id='a1b2c3d4' "
        "from='example.com' to='" ACCOUNT "' version='1.0' xml:lang='en'>");
    for (unsigned long i = 0; i < count; i++) {
        put_position(index);
        put_stanza(k, size);
    }
    put_position(index);
    finish(out, argv[3]);
    finish(index, index_path);
    return 0;
}
