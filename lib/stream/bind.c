/* bind.c - a resource for the session: RFC 6120, section 7; and the session of
 * RFC 3921, where a server still insists on it. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "stream/stream.h"

/* ---- bind ---- */

/* Negotiation has no tickets: one IQ at a time, its id is remembered here. */
static int bind_send(lq_stream *stream, const char *name, const char *xmlns,
                     const char *child, const char *text)
{
    lq_writer writer;
    lq_buffer out;
    int rv = lq_context_wire_id(stream->context, stream->negotiation.wire);

    lq_buffer_init(&out, 64 * 1024);
    lq_writer_init(&writer, &out, LQ_NS_CLIENT);
    lq_write_open(&writer, "iq", LQ_NS_CLIENT);
    lq_write_attr(&writer, "type", "set");
    lq_write_attr(&writer, "id", stream->negotiation.wire);
    lq_write_open(&writer, name, xmlns);
    if (text != NULL) {
        lq_write_open(&writer, child, NULL);
        lq_write_text(&writer, text, strlen(text));
        lq_write_close(&writer);
    }
    lq_write_close(&writer);
    lq_write_close(&writer);
    rv = rv < 0 ? rv : lq_writer_end(&writer);
    if (rv == LQ_OK) {
        rv = lq_stream_write_element(stream, lq_buffer_bytes(&out),
                                     lq_buffer_len(&out));
    }
    lq_buffer_clear(&out);
    return rv < 0 ? lq_stream_no_memory(stream) : LQ_ROW_WAIT;
}

/* The configured resource, or the one in the configured JID. */
const char *lq_bind_wish(const lq_stream *stream)
{
    if (stream->negotiation.any_resource) {
        return NULL;
    }
    return stream->config.resource != NULL ? stream->config.resource
                                           : lq_jid_resource(stream->self);
}

static int bind_fail(lq_stream *stream, int code, const char *condition,
                     const char *text, const char *message)
{
    return lq_stream_fail(stream,
                          &(lq_fault){ LQ_LAYER_BIND, code, condition, text,
                                       message, .tell = condition == NULL });
}

static int bind_request(lq_stream *stream)
{
    return bind_send(stream, "bind", LQ_NS_BIND, "resource",
                     lq_bind_wish(stream));
}

/* Who has logged in needs a resource next, so the features need not be
 * awaited. */
static int bind_ahead(lq_stream *stream)
{
    return stream->negotiation.sasl.authenticated ? bind_request(stream)
                                                  : LQ_ROW_SKIP;
}

static int bind_offered(lq_stream *stream, const lq_element *offer)
{
    if (offer == NULL) {
        return lq_stream_fail(
            stream,
            &(lq_fault){ LQ_LAYER_BIND, LQ_E_BIND, "unsupported-feature", NULL,
                         "The server offers no resource binding.",
                         .tell = true });
    }
    return LQ_ROW_WAIT;
}

static int bind_begin(lq_stream *stream, const lq_element *offer)
{
    int rv;

    if (stream->negotiation.bound) {
        return LQ_ROW_SKIP;
    }
    rv = bind_offered(stream, offer);
    return rv < 0 ? rv : bind_request(stream);
}

/* Nobody else's account is believed to be ours; but who logs in without a name
 * gets one from the server. */
static bool bind_is_ours(const lq_stream *stream, const lq_jid *jid)
{
    return lq_jid_local(stream->self) != NULL
               ? lq_jid_equal_bare(jid, stream->self)
               : strcmp(lq_jid_domain(jid), lq_jid_domain(stream->self)) == 0;
}

int lq_bind_adopt(lq_stream *stream, const char *text, bool bound)
{
    int why = LQ_OK;
    lq_jid *jid = lq_jid_parse(text, &why);
    bool ours = jid != NULL && bind_is_ours(stream, jid) &&
                (!bound || lq_jid_resource(jid) != NULL);
    bool kept = ours && lq_stream_set_account(stream, jid) == LQ_OK &&
                (!bound || lq_replace(&stream->jid, text) == LQ_OK);

    lq_jid_free(jid);
    if (kept) {
        stream->negotiation.bound = bound;
        return LQ_OK;
    }
    if (ours || why == LQ_E_NOMEM) {
        return lq_stream_no_memory(stream);
    }
    return lq_stream_fail(
        stream, &(lq_fault){ LQ_LAYER_BIND, LQ_E_BIND, "invalid-from", text,
                             "The server logged us in to an address that is "
                             "not our account's.",
                             .tell = true });
}

/* Whether ELEMENT is the reply that is awaited. */
static bool bind_is_reply(const lq_stream *stream, const lq_element *element)
{
    return lq_element_is(element, "iq", LQ_NS_CLIENT) &&
           lq_text_equal(lq_element_attr(element, "id"),
                         stream->negotiation.wire);
}

static int bind_refused(lq_stream *stream, const lq_element *iq)
{
    const lq_element *error = lq_element_child(iq, "error", LQ_NS_CLIENT);
    const lq_element *condition = lq_element_child(error, NULL, LQ_NS_STANZAS);
    const char *text =
        lq_element_text(lq_element_child(error, "text", LQ_NS_STANZAS));

    if (lq_bind_wish(stream) != NULL) {
        /* Taken, or not to the server's taste: any other will do. */
        stream->negotiation.any_resource = true;
        return bind_send(stream, "bind", LQ_NS_BIND, NULL, NULL);
    }
    return bind_fail(stream, LQ_E_BIND,
                     condition == NULL ? "undefined-condition"
                                       : lq_element_name(condition),
                     text, "The server gave us no resource.");
}

static int bind_reply(lq_stream *stream, const lq_element *element)
{
    const char *type = lq_element_attr(element, "type");
    const lq_element *bind = lq_element_child(element, "bind", LQ_NS_BIND);
    const char *jid =
        lq_element_text(lq_element_child(bind, "jid", LQ_NS_BIND));

    if (!bind_is_reply(stream, element)) {
        return lq_stream_unexpected(stream);
    }
    if (lq_text_equal(type, "error")) {
        return bind_refused(stream, element);
    }
    if (!lq_text_equal(type, "result") || jid == NULL) {
        return lq_stream_unexpected(stream);
    }
    return lq_bind_adopt(stream, jid, true);
}

const lq_row lq_row_bind = {
    "bind", LQ_NS_BIND, bind_begin, bind_reply, bind_ahead, bind_offered,
};

/* ---- session ---- */

/* Newer servers mark it optional, and then it does nothing. */
static int session_begin(lq_stream *stream, const lq_element *offer)
{
    if (offer == NULL || lq_element_child(offer, "optional", NULL) != NULL ||
        stream->negotiation.sasl.profile == LQ_SASL2 ||
        stream->negotiation.resumed) {
        return LQ_ROW_SKIP;
    }
    return bind_send(stream, "session", LQ_NS_SESSION, NULL, NULL);
}

static int session_reply(lq_stream *stream, const lq_element *element)
{
    if (!bind_is_reply(stream, element)) {
        return lq_stream_unexpected(stream);
    }
    if (!lq_text_equal(lq_element_attr(element, "type"), "result")) {
        return bind_fail(stream, LQ_E_BIND, "session", NULL,
                         "The server began no session.");
    }
    return LQ_ROW_SKIP;
}

const lq_row lq_row_session = {
    "session", LQ_NS_SESSION, session_begin, session_reply, NULL, NULL,
};
