/* names.c - see names.h.
 *
 * Whoever interns remembers the answers (memo.c), so a binary search over one
 * sorted list is good enough. */
#include "names.h"

#include <stdint.h>
#include <string.h>
#include <unistr.h>

#include "base/array.h"

/* In the order of strcmp(). */
/* clang-format off */
static const char *const common[] = {
    "FORM_TYPE", "accepted", "action", "active", "address", "affiliation",
    "algo", "alias", "allow", "amount", "approved", "ask", "auth",
    "authenticate", "authenticated", "authorization-identifier", "autojoin",
    "available", "bad-request", "base64", "before", "bind", "block", "blocked",
    "blocklist", "body", "bound", "br", "busy", "by", "c", "cancel",
    "candidate", "category", "challenge", "channels", "chat", "client",
    "clockrate", "close", "code", "command", "component", "composing",
    "condition", "conference", "confirm", "conflict", "contact", "content",
    "content-type", "count", "create", "created", "created-at", "creator",
    "credentials", "data", "date", "day", "default", "delay", "delete", "desc",
    "description", "device", "devicelist", "dialback", "dir", "direct",
    "disabled", "displayed", "dnd", "dns", "enable", "enabled", "enclosure",
    "encrypted", "encryption", "end", "error", "eu.siacs.conversations.axolotl",
    "eu.siacs.conversations.axolotl.devicelist", "event", "expiry", "failed",
    "failure", "false", "fast", "feature", "feature-not-implemented",
    "features", "field", "file", "filename", "fin", "first", "forbidden",
    "form", "forward", "forwarded", "foundation", "from", "full", "generation",
    "get", "gone", "group", "groupchat", "h", "hash", "hashes", "header",
    "headers", "headline", "height", "hidden", "hint", "history", "host",
    "html", "http://etherx.jabber.org/streams",
    "http://jabber.org/features/iq-register",
    "http://jabber.org/protocol/activity",
    "http://jabber.org/protocol/bytestreams", "http://jabber.org/protocol/caps",
    "http://jabber.org/protocol/chatstates",
    "http://jabber.org/protocol/commands",
    "http://jabber.org/protocol/disco#info",
    "http://jabber.org/protocol/disco#items",
    "http://jabber.org/protocol/feature-neg",
    "http://jabber.org/protocol/geoloc", "http://jabber.org/protocol/hashes",
    "http://jabber.org/protocol/ibb", "http://jabber.org/protocol/mood",
    "http://jabber.org/protocol/muc", "http://jabber.org/protocol/muc#admin",
    "http://jabber.org/protocol/muc#owner",
    "http://jabber.org/protocol/muc#user", "http://jabber.org/protocol/nick",
    "http://jabber.org/protocol/pubsub",
    "http://jabber.org/protocol/pubsub#errors",
    "http://jabber.org/protocol/pubsub#event",
    "http://jabber.org/protocol/pubsub#owner", "http://jabber.org/protocol/rsm",
    "http://jabber.org/protocol/shim", "http://jabber.org/protocol/tune",
    "http://jabber.org/protocol/xhtml-im", "http://www.w3.org/1999/xhtml",
    "http://www.w3.org/2000/xmlns/", "http://www.w3.org/2005/Atom",
    "http://www.w3.org/XML/1998/namespace", "id", "identity", "inactive",
    "index", "info", "initiator", "inline", "instructions",
    "internal-server-error", "invalid", "invite", "ip", "iq", "item",
    "item-not-found", "items", "iv", "jabber:client", "jabber:iq:auth",
    "jabber:iq:last", "jabber:iq:oob", "jabber:iq:privacy", "jabber:iq:private",
    "jabber:iq:register", "jabber:iq:roster", "jabber:iq:search",
    "jabber:iq:version", "jabber:server", "jabber:x:conference",
    "jabber:x:data", "jabber:x:delay", "jabber:x:encrypted", "jabber:x:oob",
    "jabber:x:signed", "jid", "jid-malformed", "jid-multi", "jid-single",
    "jingle", "join", "key", "keys", "label", "lang", "last", "latest", "limit",
    "link", "list", "list-multi", "list-single", "location", "markable", "max",
    "mechanism", "mechanisms", "media", "media-type", "message", "metadata",
    "method", "mime", "mime-type", "mode", "modify", "name", "namespace",
    "network", "nick", "no-copy", "no-permanent-store", "no-store", "node",
    "none", "normal", "not-acceptable", "not-allowed", "not-authorized",
    "notify", "num", "occupant-id", "ok", "option", "optional", "options",
    "origin-id", "os", "own", "p", "parameter", "password", "paused", "payload",
    "payload-type", "photo", "ping", "policy-violation", "port", "pref",
    "prefs", "prekey", "presence", "previd", "priority", "probe", "proceed",
    "profile", "propose", "protocol", "publish", "publish-options", "published",
    "pubsub", "push", "put", "pwd", "query", "queryid", "r", "range",
    "reaction", "reactions", "read", "reason", "received", "received-at",
    "recipient-unavailable", "redirect", "ref", "reference",
    "registration-required", "rel", "remote-server-not-found",
    "remote-server-timeout", "remove", "replace", "reply", "request",
    "required", "resource", "resource-constraint", "responder", "response",
    "result", "resume", "resumed", "retract", "retracted", "rid", "role", "rsm",
    "save", "secs", "semantics", "sender", "senders", "sent", "seq", "seqnr",
    "server", "service-unavailable", "session", "sessionid", "set", "show",
    "si", "sid", "since", "size", "sm", "source", "span", "stamp", "stanza-id",
    "start", "starttls", "state", "status", "storage", "storage:bookmarks",
    "store", "stream", "style", "subject", "subscribe", "subscribed",
    "subscription", "subscription-required", "success", "summary", "sup",
    "system-shutdown", "target", "temporary", "text", "text-multi",
    "text-private", "text-single", "thread", "timestamp", "title", "to",
    "token", "total", "transport", "true", "type", "ufrag", "unavailable",
    "unblock", "undefined-condition", "unexpected-request", "unknown",
    "unsubscribe", "unsubscribed", "update", "updated", "uri", "url", "urls",
    "urn:ietf:params:xml:ns:xmpp-bind", "urn:ietf:params:xml:ns:xmpp-sasl",
    "urn:ietf:params:xml:ns:xmpp-session",
    "urn:ietf:params:xml:ns:xmpp-stanzas",
    "urn:ietf:params:xml:ns:xmpp-streams", "urn:ietf:params:xml:ns:xmpp-tls",
    "urn:xmpp:attention:0", "urn:xmpp:avatar:data", "urn:xmpp:avatar:metadata",
    "urn:xmpp:bind:0", "urn:xmpp:blocking", "urn:xmpp:bob",
    "urn:xmpp:bookmarks:1", "urn:xmpp:call-invites:0", "urn:xmpp:carbons:2",
    "urn:xmpp:channel-search:0:search", "urn:xmpp:chat-markers:0",
    "urn:xmpp:csi:0", "urn:xmpp:delay", "urn:xmpp:eme:0", "urn:xmpp:extdisco:2",
    "urn:xmpp:fallback:0", "urn:xmpp:fast:0", "urn:xmpp:features:dialback",
    "urn:xmpp:forward:0", "urn:xmpp:hashes:2", "urn:xmpp:hints",
    "urn:xmpp:http:upload:0", "urn:xmpp:idle:1", "urn:xmpp:jingle-message:0",
    "urn:xmpp:jingle:1", "urn:xmpp:jingle:apps:file-transfer:5",
    "urn:xmpp:jingle:apps:rtp:1", "urn:xmpp:jingle:transports:ibb:1",
    "urn:xmpp:jingle:transports:ice-udp:1", "urn:xmpp:jingle:transports:s5b:1",
    "urn:xmpp:json:0", "urn:xmpp:mam:2", "urn:xmpp:mds:displayed:0",
    "urn:xmpp:message-correct:0", "urn:xmpp:message-retract:1",
    "urn:xmpp:mix:core:1", "urn:xmpp:moderated:1", "urn:xmpp:occupant-id:0",
    "urn:xmpp:omemo:2", "urn:xmpp:ping", "urn:xmpp:push:0",
    "urn:xmpp:reactions:0", "urn:xmpp:receipts", "urn:xmpp:reference:0",
    "urn:xmpp:reply:0", "urn:xmpp:sasl-cb:0", "urn:xmpp:sasl-upgrade:0",
    "urn:xmpp:sasl:2", "urn:xmpp:sce:1", "urn:xmpp:sfs:0", "urn:xmpp:sid:0",
    "urn:xmpp:sm:3", "urn:xmpp:spoiler:0", "urn:xmpp:styling:0",
    "urn:xmpp:thumbs:1", "urn:xmpp:time", "user", "user-agent", "username",
    "utc", "vCard", "value", "var", "vcard-temp", "vcard-temp:x:update", "ver",
    "version", "video", "voice", "wait", "warning", "width", "with", "x", "xa",
    "xmlns", "xmpp",
};
/* clang-format on */

/* Like strcmp(NAME, TEXT) for a TEXT of LEN bytes. */
static int name_compare(const char *name, const char *text, size_t len)
{
    int order = strncmp(name, text, len);

    return order != 0 ? order : name[len] != '\0';
}

const char *lq_name_intern(const char *text, size_t len)
{
    size_t low = 0;
    size_t high = LQ_COUNT(common);

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = name_compare(common[middle], text, len);

        if (order == 0) {
            return common[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

const char *lq_name_at(size_t index)
{
    return index < LQ_COUNT(common) ? common[index] : NULL;
}

/* XML 1.0 (fifth edition), productions 4 and 4a, without the colon. */
static const struct {
    uint32_t first, last;
    bool starts; /* may begin a name, too */
} ranges[] = {
    /* clang-format off */
    { '-', '.', false },        { '0', '9', false },
    { 'A', 'Z', true },         { '_', '_', true },
    { 'a', 'z', true },         { 0xB7, 0xB7, false },
    { 0xC0, 0xD6, true },       { 0xD8, 0xF6, true },
    { 0xF8, 0x2FF, true },      { 0x300, 0x36F, false },
    { 0x370, 0x37D, true },     { 0x37F, 0x1FFF, true },
    { 0x200C, 0x200D, true },   { 0x203F, 0x2040, false },
    { 0x2070, 0x218F, true },   { 0x2C00, 0x2FEF, true },
    { 0x3001, 0xD7FF, true },   { 0xF900, 0xFDCF, true },
    { 0xFDF0, 0xFFFD, true },   { 0x10000, 0xEFFFF, true },
    /* clang-format on */
};

static bool is_name_character(uint32_t c, bool first)
{
    for (size_t i = 0; i < LQ_COUNT(ranges); i++) {
        if (c <= ranges[i].last) {
            return c >= ranges[i].first && (ranges[i].starts || !first);
        }
    }
    return false;
}

/* clang-format off */
const uint8_t lq_name_ascii[256] = {
    ['-'] = 2, 2, /* and the full stop */
    ['0'] = 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    ['A'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    ['N'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    ['_'] = 1,
    ['a'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    ['n'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
};
/* clang-format on */

static bool is_name(const char *name, size_t len)
{
    const uint8_t *p = (const uint8_t *)name;
    ucs4_t c;
    int step;

    for (size_t i = 0; i < len; i += (size_t)step) {
        step = u8_mbtoucr(&c, p + i, len - i);
        if (step <= 0 || !is_name_character(c, i == 0)) {
            return false;
        }
    }
    return len > 0;
}

size_t lq_name_len_wide(const char *name)
{
    size_t len = strlen(name);

    return is_name(name, len) ? len : 0;
}
