/* carbons.c - Message Carbons, XEP-0280.
 *
 * A copy speaks for somebody else, so everything hangs on who may bring one:
 * our own server, which speaks as our account's bare JID, and only once we
 * have asked it to.  What has the form of a copy and is not such a one goes no
 * further, as a message neither: the program shall not mistake it for one.
 *
 * Whether the server knows carbons is found out by asking for them.  Copies
 * are taken from the moment when we ask, since those that come before its
 * answer are as good; a refusal ends that.  A session that is resumed goes on
 * as it was. */
#include <loquat/carbons.h>
#include <loquat/module.h>

#include "base/address.h"
#include "base/datetime.h"
#include "base/text.h"
#include "xml/stanza.h"

#define NS_CARBONS "urn:xmpp:carbons:2"
#define NS_FORWARD "urn:xmpp:forward:0"
#define NS_DELAY   "urn:xmpp:delay"
#define NS_HINTS   "urn:xmpp:hints"

struct lq_carbons {
    lq_stream *stream;
    bool enabled; /* in this session: asked for, and not refused */
    lq_id asked;  /* the request, until its reply; or 0 */
};

/* ---- enabling ---- */

static int carbons_init(void *self, lq_stream *stream)
{
    lq_carbons *carbons = self;

    carbons->stream = stream;
    return LQ_OK;
}

static int carbons_online(void *self, bool resumed)
{
    lq_carbons *carbons = self;
    lq_builder *b;

    if (resumed) {
        return LQ_OK;
    }
    carbons->asked = 0;
    carbons->enabled = lq_module_inlined(carbons, NS_CARBONS);
    if (carbons->enabled) {
        return LQ_OK;
    }
    b = lq_build_iq(carbons->stream, LQ_SET, NULL);
    lq_build_child(b, "enable", NS_CARBONS, "");
    carbons->asked = lq_module_request(carbons, b, 0);
    carbons->enabled = carbons->asked > 0;
    return carbons->enabled ? LQ_OK : carbons->asked;
}

static void carbons_reply(void *self, lq_id id, const lq_stanza *stanza,
                          int error)
{
    lq_carbons *carbons = self;

    (void)stanza;
    if (id == carbons->asked && error == LQ_E_STANZA) {
        carbons->enabled = false;
    }
}

/* ---- copies ---- */

static bool is_carbon(const lq_element *element)
{
    return lq_element_is(element, "received", NS_CARBONS) ||
           lq_element_is(element, "sent", NS_CARBONS);
}

static int carbon_count(const lq_element *message)
{
    const lq_element *e = lq_element_child(message, NULL, NS_CARBONS);
    int count = 0;

    for (; e != NULL; e = lq_element_next(e, NULL, NS_CARBONS)) {
        count += is_carbon(e);
    }
    return count;
}

/* The child of PARENT called NAME (NULL: any) in XMLNS if it has just one. */
static const lq_element *only_child(const lq_element *parent, const char *name,
                                    const char *xmlns)
{
    const lq_element *child = lq_element_child(parent, name, xmlns);

    return lq_element_next(child, name, xmlns) == NULL ? child : NULL;
}

/* The message that CARBON holds; NULL if that is none that may be copied.
 * Messages of rooms may not (XEP-0280, 6.1): a room sends its own. */
static const lq_element *carbon_message(const lq_element *carbon)
{
    const lq_element *forwarded = only_child(carbon, "forwarded", NS_FORWARD);
    const lq_element *inner = only_child(forwarded, NULL, LQ_NS_CLIENT);

    if (!lq_element_is(inner, "message", NULL) || carbon_count(inner) > 0 ||
        lq_text_equal(lq_element_attr(inner, "type"), "groupchat")) {
        return NULL;
    }
    return inner;
}

/* Whether OUTER may bring copies.  Without a "from" it is our account's, by
 * RFC 6120, 8.1.2.1: servers put one on all that others send, us included. */
static bool carbons_trust(const lq_carbons *carbons, const lq_stanza *outer)
{
    return carbons->enabled &&
           lq_address_equal(lq_stanza_sender(outer),
                            lq_stream_account(carbons->stream));
}

static int carbons_take(void *self, const lq_stanza *outer,
                        const lq_element *carbon)
{
    lq_carbons *carbons = self;
    const lq_element *inner = carbon_message(carbon);
    const lq_stanza *stanza;
    int rv;

    if (!carbons_trust(carbons, outer) || inner == NULL ||
        carbon_count(lq_stanza_root(outer)) != 1) {
        return LQ_HANDLED; /* XEP-0280, 11 */
    }
    stanza = lq_stanza_within(outer, inner, lq_stream_account(carbons->stream));
    if (stanza == NULL) {
        return LQ_E_NOMEM;
    }
    /* the carbon tells the rest and lives as long as what is in it */
    rv = lq_stream_emit(carbons->stream, LQ_EVENT_CARBON, 0, LQ_OK, stanza,
                        carbon);
    lq_stanza_unref(stanza);
    return rv < 0 ? rv : LQ_HANDLED;
}

static const lq_handler handlers[] = {
    { LQ_MESSAGE, LQ_ANY, "received", NS_CARBONS, carbons_take },
    { LQ_MESSAGE, LQ_ANY, "sent", NS_CARBONS, carbons_take },
    /* errors are copied too, to who has copies of what they are about */
    { LQ_MESSAGE, LQ_ERROR, "received", NS_CARBONS, carbons_take },
    { LQ_MESSAGE, LQ_ERROR, "sent", NS_CARBONS, carbons_take },
    { 0 },
};

static const lq_inline inlines[] = {
    { NS_CARBONS, "enable", NS_CARBONS, NULL },
    { 0 },
};

static const lq_module module = {
    .name = "carbons",
    .handlers = handlers,
    .inlines = inlines,
    .size = sizeof(lq_carbons),
    .init = carbons_init,
    .online = carbons_online,
    .reply = carbons_reply,
};

lq_carbons *lq_carbons_attach(lq_stream *stream)
{
    return lq_stream_attach(stream, &module);
}

/* ---- what a copy tells ---- */

static const lq_element *event_carbon(const lq_event *event)
{
    return event->type == LQ_EVENT_CARBON ? event->detail : NULL;
}

bool lq_carbon_sent(const lq_event *event)
{
    return lq_element_is(event_carbon(event), "sent", NULL);
}

int64_t lq_carbon_delay(const lq_event *event)
{
    const lq_element *forwarded =
        lq_element_child(event_carbon(event), "forwarded", NS_FORWARD);
    const lq_element *delay = lq_element_child(forwarded, "delay", NS_DELAY);
    int64_t sent;

    return lq_datetime_parse(lq_element_attr(delay, "stamp"), &sent) ? sent
                                                                     : LQ_NEVER;
}

/* ---- sending without ---- */

void lq_message_private(lq_builder *b)
{
    lq_build_child(b, "private", NS_CARBONS, "");
    lq_build_child(b, "no-copy", NS_HINTS, "");
}
