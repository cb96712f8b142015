/* negotiation.c - see negotiation.h. */
#include "stream/negotiation.h"

#include <string.h>

#include "base/address.h"
#include "base/array.h"
#include "base/memory.h"
#include "base/text.h"
#include "stream/sm.h"
#include "stream/stream.h"
#include "xml/quote.h"

/* The order is the protocol's: protect, then identify, then bind. */
static const lq_row *const rows[] = {
    &lq_row_starttls, &lq_row_sasl2,   &lq_row_sasl1,  &lq_row_resume,
    &lq_row_bind,     &lq_row_session, &lq_row_enable, NULL,
};

void lq_negotiation_reset(lq_negotiation *negotiation)
{
    lq_sasl_restart(&negotiation->sasl);
    lq_features_clear(&negotiation->features);
    negotiation->row = NULL;
    negotiation->opened = negotiation->header = negotiation->ahead = false;
    negotiation->early = false;
    negotiation->bound = negotiation->inlined = false;
    negotiation->any_resource = false;
    negotiation->through = false;
    negotiation->old_session = negotiation->resumed = false;
}

/* ---- headers ---- */

static int header_attr(lq_buffer *out, const char *name, const char *value)
{
    int rv = lq_buffer_append(out, name, strlen(name));

    rv = rv < 0 ? rv : lq_buffer_append(out, "='", 2);
    return rv < 0 ? rv : lq_quote_value(out, value);
}

/* Who we are is said only when nobody else can read it: RFC 6120, 4.7.1. */
static int header_text(lq_stream *stream, lq_buffer *out)
{
    static const char start[] = "<?xml version='1.0'?><stream:stream";
    static const char end[] = " version='1.0' xmlns='" LQ_NS_CLIENT "'"
                              " xmlns:stream='" LQ_NS_STREAMS "'>";
    const char *lang = stream->config.lang;
    int rv = lq_buffer_append(out, start, strlen(start));

    rv = rv < 0 ? rv : header_attr(out, " to", lq_jid_domain(stream->self));
    if (lq_stream_is_secure(stream) && lq_jid_local(stream->self) != NULL) {
        rv = rv < 0 ? rv : header_attr(out, " from", lq_jid_bare(stream->self));
    }
    if (lang != NULL) {
        rv = rv < 0 ? rv : header_attr(out, " xml:lang", lang);
    }
    return rv < 0 ? rv : lq_buffer_append(out, end, strlen(end));
}

/* What the features will be need not be waited for where it is known. */
static int negotiate_ahead(lq_stream *stream)
{
    lq_negotiation *negotiation = &stream->negotiation;

    negotiation->ahead = false;
    for (const lq_row *const *row = rows; *row != NULL; row++) {
        int rv = LQ_ROW_SKIP;

        if ((*row)->ahead != NULL) {
            negotiation->row = row;
            rv = (*row)->ahead(stream);
            negotiation->ahead = rv == LQ_ROW_WAIT;
        }
        if (rv != LQ_ROW_SKIP) {
            return rv < 0 ? rv : LQ_OK;
        }
    }
    negotiation->row = NULL;
    return LQ_OK;
}

int lq_stream_open(lq_stream *stream)
{
    lq_buffer header;
    int rv;

    lq_stream_frame_limits(stream);
    lq_inbox_restart(&stream->inbox);
    lq_features_clear(&stream->negotiation.features);
    stream->negotiation.header = false;
    stream->negotiation.opened = true;
    stream->negotiation.row = NULL;
    lq_buffer_init(&header, 16 * 1024);
    rv = header_text(stream, &header);
    if (rv == LQ_OK) {
        rv = lq_stream_write_element(stream, lq_buffer_bytes(&header),
                                     lq_buffer_len(&header));
    }
    lq_buffer_clear(&header);
    return rv < 0 ? lq_stream_no_memory(stream) : negotiate_ahead(stream);
}

static int protocol_fault(lq_stream *stream, const char *condition,
                          const char *message)
{
    return lq_stream_fail(stream, &(lq_fault){ LQ_LAYER_STREAM, LQ_E_PROTOCOL,
                                               condition, NULL, message,
                                               .tell = true });
}

/* RFC 6120, 4.7.5: a stream without a version is older than 1.0. */
static bool version_is_known(const char *version)
{
    size_t digits = version == NULL ? 0 : strspn(version, "0123456789");

    return digits > 0 && digits < 6 && version[digits] == '.' &&
           strspn(version, "0") < digits;
}

static int header_check(lq_stream *stream, const lq_stanza *header)
{
    const lq_element *root = lq_stanza_root(header);
    const char *from = lq_element_attr(root, "from");

    if (!lq_element_is(root, "stream", LQ_NS_STREAMS)) {
        return protocol_fault(stream, "invalid-namespace",
                              "The server speaks something else than XMPP.");
    }
    if (!version_is_known(lq_element_attr(root, "version"))) {
        return protocol_fault(stream, "unsupported-version",
                              "The server speaks a version of XMPP that is "
                              "too old.");
    }
    if (from != NULL && !lq_address_equal(from, lq_jid_domain(stream->self)) &&
        lq_stream_is_secure(stream)) {
        return protocol_fault(stream, "invalid-from",
                              "The server calls itself by another name.");
    }
    return LQ_OK;
}

static int header_adopt(lq_stream *stream, const lq_stanza *header)
{
    lq_inbox *inbox = &stream->inbox;
    const lq_element *root = lq_stanza_root(header);
    const char *lang = lq_element_attr_ns(root, "lang", LQ_NS_XML);
    const char *xmlns = lq_element_attr_ns(root, "xmlns", LQ_NS_XMLNS);

    if (lq_replace(&inbox->lang, lang) < 0) {
        return lq_stream_no_memory(stream);
    }
    if (!lq_header_is_canonical(header) ||
        !lq_text_equal(xmlns, LQ_NS_CLIENT)) {
        inbox->parser = lq_parser_new_for(header, stream->context->pool);
        if (inbox->parser == NULL) {
            return lq_stream_no_memory(stream);
        }
    }
    stream->negotiation.header = true;
    return LQ_OK;
}

int lq_negotiate_header(lq_stream *stream, const char *bytes, size_t len)
{
    lq_stanza *header = NULL;
    int rv = lq_parse_header(bytes, len, &header);

    if (rv < 0) {
        return lq_stream_malformed(stream, rv);
    }
    rv = header_check(stream, header);
    if (rv == LQ_OK) {
        rv = header_adopt(stream, header);
    }
    lq_stanza_unref(header);
    return rv;
}

/* ---- features ---- */

/* lq_negotiate_go() comes back here once for each mechanism at most. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static int negotiate_next(lq_stream *stream, const lq_row *const *row)
{
    for (; *row != NULL; row++) {
        const lq_element *offer =
            lq_stream_server_feature(stream, (*row)->name, (*row)->xmlns);
        int rv;

        stream->negotiation.row = row;
        rv = (*row)->begin(stream, offer);
        if (rv != LQ_ROW_SKIP) {
            return lq_negotiate_go(stream, rv);
        }
    }
    lq_stream_bound(stream);
    return LQ_OK;
}

/* NOLINTNEXTLINE(misc-no-recursion): see above */
int lq_negotiate_go(lq_stream *stream, int result)
{
    stream->changed = true;
    switch (result) {
    case LQ_ROW_SKIP:
        return negotiate_next(stream, stream->negotiation.row + 1);
    case LQ_ROW_AGAIN:
        return negotiate_next(stream, rows);
    case LQ_ROW_FEATURES:
        stream->negotiation.row = NULL;
        return LQ_OK;
    case LQ_ROW_RESTART:
        stream->negotiation.row = NULL;
        return lq_stream_open(stream);
    default:
        return result < 0 ? result : LQ_OK;
    }
}

static int negotiate_offered(lq_stream *stream)
{
    lq_negotiation *negotiation = &stream->negotiation;
    const lq_row *row = *negotiation->row;

    negotiation->ahead = false;
    return lq_negotiate_go(
        stream, row->offered(stream, lq_stream_server_feature(stream, row->name,
                                                              row->xmlns)));
}

int lq_negotiate_element(lq_stream *stream, const lq_stanza *stanza)
{
    lq_negotiation *negotiation = &stream->negotiation;
    const lq_element *root = lq_stanza_root(stanza);

    if (lq_element_is(root, "error", LQ_NS_STREAMS)) {
        return lq_stream_error(stream, root);
    }
    if (negotiation->row != NULL && !negotiation->ahead) {
        return lq_negotiate_go(stream,
                               (*negotiation->row)->reply(stream, root));
    }
    if (!lq_element_is(root, "features", LQ_NS_STREAMS)) {
        return lq_stream_unexpected(stream);
    }
    lq_features_set(&negotiation->features, stanza);
    return negotiation->ahead ? negotiate_offered(stream)
                              : negotiate_next(stream, rows);
}

int lq_stream_unexpected(lq_stream *stream)
{
    return protocol_fault(stream, "unsupported-stanza-type",
                          "The server sent something out of turn.");
}

const lq_element *lq_stream_server_feature(const lq_stream *stream,
                                           const char *name, const char *xmlns)
{
    /* it may have to be parsed again */
    lq_features *features = (lq_features *)&stream->negotiation.features;

    return lq_features_get(features, name, xmlns);
}

/* ---- stream errors ---- */

typedef struct stream_condition {
    const char *name;
    bool final;
    const char *message;
} stream_condition;

/* What a person should know; the rest says no more than its name. */
static const stream_condition conditions[] = {
    { "conflict", true,
      "The account was logged in elsewhere with the same "
      "resource." },
    { "host-gone", true, "The server does not serve this domain any more." },
    { "host-unknown", false, "The server does not know this domain." },
    { "invalid-xml", false, "The server did not accept what we sent." },
    { "not-authorized", true, "The server says that we are not logged in." },
    { "policy-violation", true, "The server says that we broke its rules." },
    { "reset", false, "The server wants us to log in again." },
    { "see-other-host", false, "The server sends us elsewhere." },
    { "system-shutdown", false, "The server is being shut down." },
    { "unsupported-version", true,
      "The server does not speak our version of "
      "XMPP." },
    { NULL, false, "The server ended the stream." },
};

static const stream_condition *condition_find(const char *name)
{
    const stream_condition *c = conditions;

    while (c->name != NULL && strcmp(c->name, name) != 0) {
        c++;
    }
    return c;
}

/* Conditions are in one namespace, the application's own in others. */
static const lq_element *error_condition(const lq_element *error)
{
    const lq_element *e = lq_element_child(error, NULL, LQ_NS_ERRORS);

    while (e != NULL && strcmp(lq_element_name(e), "text") == 0) {
        e = lq_element_next(e, NULL, LQ_NS_ERRORS);
    }
    return e;
}

int lq_stream_error(lq_stream *stream, const lq_element *error)
{
    const lq_element *element = error_condition(error);
    const char *name =
        element == NULL ? "undefined-condition" : lq_element_name(element);
    const stream_condition *condition = condition_find(name);
    const char *text =
        lq_element_text(lq_element_child(error, "text", LQ_NS_ERRORS));
    lq_fault fault = { .layer = LQ_LAYER_STREAM,
                       .code = LQ_E_STREAM,
                       .condition = name,
                       .text = text,
                       .message = condition->message,
                       /* what nobody vouches for is not for ever */
                       .final =
                           condition->final && (stream->negotiation.through ||
                                                lq_stream_is_secure(stream)) };

    if (strcmp(name, "see-other-host") == 0 &&
        !lq_reconnect_redirect(stream, lq_element_text(element))) {
        fault.message = "The server sends us elsewhere, and not for the first "
                        "time or to no valid address.";
    }
    return lq_stream_fail(stream, &fault);
}

void lq_stream_write_error(lq_stream *stream, const lq_fault *fault)
{
    lq_buffer text;
    int rv = LQ_OK;
    static const char xmlns[] = " xmlns='" LQ_NS_ERRORS "'/>";
    const char *const parts[] = {
        "<stream:error><",
        fault->condition,
        xmlns,
        fault->detail == NULL ? "" : fault->detail,
        "</stream:error>",
    };

    if (!stream->negotiation.opened) {
        return;
    }
    lq_buffer_init(&text, 1024);
    for (size_t i = 0; i < LQ_COUNT(parts) && rv == LQ_OK; i++) {
        rv = lq_buffer_append(&text, parts[i], strlen(parts[i]));
    }
    if (rv == LQ_OK) {
        lq_stream_write_element(stream, lq_buffer_bytes(&text),
                                lq_buffer_len(&text));
    }
    lq_buffer_clear(&text);
}
