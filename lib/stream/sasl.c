/* sasl.c - see sasl.h.
 *
 * The order of mechanisms is ours, strongest first, and not the server's.
 * Channel binding is used where both sides can.  A server may advertise it and
 * then refuse it, not knowing our kind of binding (RFC 9266 is young); unless
 * it announced that kind (XEP-0440) or has accepted it before, the login is
 * tried once more without, as a client would that knows of no binding at all.
 * The password is never offered through anything weaker after a refusal. */
#include "stream/sasl.h"

#include <string.h>

#include "base/array.h"
#include "base/memory.h"
#include "base/text.h"
#include "stream/scram.h"
#include "stream/stream.h"

#define NS_BINDINGS "urn:xmpp:sasl-cb:0"

enum { MESSAGE_MAX = 8 * 1024 }; /* of one SASL message, decoded */

/* Strongest first. */
static const lq_mechanism mechanisms[] = {
    { "SCRAM-SHA-256-PLUS", GNUTLS_MAC_SHA256, true },
    { "SCRAM-SHA-1-PLUS", GNUTLS_MAC_SHA1, true },
    { "SCRAM-SHA-256", GNUTLS_MAC_SHA256, false },
    { "SCRAM-SHA-1", GNUTLS_MAC_SHA1, false },
    { "PLAIN", GNUTLS_MAC_UNKNOWN, false },
};

void lq_sasl_forget(lq_sasl *sasl)
{
    lq_salted_free(sasl->salted);
    sasl->salted = NULL;
}

void lq_sasl_restart(lq_sasl *sasl)
{
    if (sasl->session != NULL) {
        gsasl_finish(sasl->session);
        sasl->session = NULL;
    }
    lq_replace(&sasl->nonce, NULL);
    sasl->authenticated = sasl->done = sasl->asking = false;
    sasl->unbound = false;
    sasl->mechanism = NULL;
}

const char *lq_sasl_mechanism(const lq_sasl *sasl)
{
    return sasl->authenticated ? sasl->mechanism->name : NULL;
}

const char *lq_sasl_binding(const lq_sasl *sasl)
{
    return sasl->authenticated && sasl->mechanism->bound ? "tls-exporter"
                                                         : NULL;
}

/* ---- failing ---- */

static int sasl_fault(lq_stream *stream, const char *condition,
                      const char *text, const char *message, bool final)
{
    return lq_stream_fail(stream,
                          &(lq_fault){ LQ_LAYER_SASL, LQ_E_AUTH, condition,
                                       text, message, .final = final });
}

/* The server does not keep to the mechanism: whoever it is, it is not ours. */
static int sasl_distrust(lq_stream *stream, const char *message)
{
    static const char abort[] = "<abort xmlns='" LQ_NS_SASL "'/>";

    lq_stream_write_element(stream, abort, strlen(abort));
    return sasl_fault(stream, NULL, NULL, message, true);
}

/* ---- messages ---- */

/* <NAME xmlns='...sasl' mechanism='...'>base64</NAME>; RFC 6120, 6.4.2: an
 * empty initial response is "=". */
static int sasl_write(lq_stream *stream, const char *name,
                      const char *mechanism, const char *bytes, size_t len)
{
    lq_buffer text, out;
    lq_writer writer;
    int rv;

    lq_buffer_init(&text, 2 * MESSAGE_MAX);
    lq_buffer_init(&out, 4 * MESSAGE_MAX);
    rv = bytes != NULL && len == 0 && mechanism != NULL
             ? lq_buffer_append(&text, "=", 1)
             : lq_base64_encode(&text, bytes, len);
    lq_writer_init(&writer, &out, LQ_NS_CLIENT);
    lq_write_open(&writer, name, LQ_NS_SASL);
    if (mechanism != NULL) {
        lq_write_attr(&writer, "mechanism", mechanism);
    }
    lq_write_text(&writer, lq_buffer_bytes(&text), lq_buffer_len(&text));
    lq_write_close(&writer);
    rv = rv < 0 ? rv : lq_writer_end(&writer);
    rv = rv < 0 ? rv
                : lq_stream_write_element(stream, lq_buffer_bytes(&out),
                                          lq_buffer_len(&out));
    stream->outbox.secret = true;
    lq_buffer_wipe(&text);
    lq_buffer_wipe(&out);
    return rv < 0 ? lq_stream_no_memory(stream) : LQ_ROW_WAIT;
}

/* One step of the mechanism: IN (NULL: none yet) to *OUT, which gsasl_free()
 * frees.  A gsasl result. */
static int sasl_step(lq_sasl *sasl, const char *in, size_t in_len, char **out,
                     size_t *out_len)
{
    int rv;

    *out = NULL;
    *out_len = 0;
    rv = gsasl_step(sasl->session, in, in_len, out, out_len);
    sasl->done = rv == GSASL_OK;
    return rv;
}

/* ---- choosing ---- */

static bool sasl_offers(const lq_element *offer, const char *name)
{
    const lq_element *m = lq_element_child(offer, "mechanism", LQ_NS_SASL);

    while (m != NULL && strcmp(lq_element_text(m), name) != 0) {
        m = lq_element_next(m, "mechanism", LQ_NS_SASL);
    }
    return m != NULL;
}

static bool sasl_may_use(const lq_stream *stream, const lq_mechanism *m,
                         bool can_bind)
{
    const lq_sasl *sasl = &stream->negotiation.sasl;

    if (m->bound) {
        return can_bind && !sasl->unbound;
    }
    if (sasl->pinned_bound) {
        return false; /* no silent step down from what has worked before */
    }
    return m->mac != GNUTLS_MAC_UNKNOWN ||
           (!sasl->pinned_scram && !sasl->unbound);
}

static const lq_mechanism *sasl_choose(const lq_stream *stream,
                                       const lq_element *offer, bool can_bind)
{
    for (size_t i = 0; i < LQ_COUNT(mechanisms); i++) {
        if (sasl_may_use(stream, &mechanisms[i], can_bind) &&
            sasl_offers(offer, mechanisms[i].name)) {
            return &mechanisms[i];
        }
    }
    return NULL;
}

/* ---- beginning ---- */

/* XEP-0440: what the server says of itself, or unknown if it says nothing. */
static bool sasl_announces(const lq_stream *stream, bool unknown)
{
    const lq_element *list =
        lq_stream_server_feature(stream, "sasl-channel-binding", NS_BINDINGS);
    const lq_element *e = lq_element_child(list, "channel-binding", NULL);

    while (e != NULL &&
           !lq_text_equal(lq_element_attr(e, "type"), "tls-exporter")) {
        e = lq_element_next(e, "channel-binding", NULL);
    }
    return list == NULL ? unknown : e != NULL;
}

/* The binding in base64, as libgsasl takes it; "" if there is none. */
static int sasl_binding(lq_stream *stream, lq_buffer *base64)
{
    lq_buffer raw;
    int rv = LQ_OK;

    lq_buffer_init(&raw, 1024);
    if (stream->outbox.tls != NULL && sasl_announces(stream, true) &&
        lq_tls_binding(stream->outbox.tls, LQ_BINDING_EXPORTER, &raw) ==
            LQ_OK) {
        rv = lq_base64_encode(base64, lq_buffer_bytes(&raw),
                              lq_buffer_len(&raw));
    }
    lq_buffer_clear(&raw);
    return rv < 0 ? rv : lq_buffer_append(base64, "", 1);
}

static int sasl_session(lq_stream *stream, const char *binding)
{
    lq_context *context = stream->context;
    lq_sasl *sasl = &stream->negotiation.sasl;
    int rv = GSASL_OK;

    if (context->gsasl == NULL) {
        rv = gsasl_init(&context->gsasl);
    }
    if (rv == GSASL_OK) {
        rv = gsasl_client_start(context->gsasl, sasl->mechanism->name,
                                &sasl->session);
    }
    if (rv != GSASL_OK) {
        return rv;
    }
    rv = gsasl_property_set(sasl->session, GSASL_AUTHID,
                            lq_jid_local(stream->self));
    if (rv == GSASL_OK && sasl->mechanism->mac == GNUTLS_MAC_UNKNOWN) {
        rv = gsasl_property_set(sasl->session, GSASL_PASSWORD,
                                stream->config.password);
    }
    if (rv == GSASL_OK && binding[0] != '\0') {
        rv = gsasl_property_set(sasl->session, GSASL_CB_TLS_EXPORTER, binding);
    }
    return rv;
}

static int sasl_initial(lq_stream *stream)
{
    lq_sasl *sasl = &stream->negotiation.sasl;
    char *out;
    size_t len;
    int rv = sasl_step(sasl, NULL, 0, &out, &len);

    if (rv != GSASL_OK && rv != GSASL_NEEDS_MORE) {
        return sasl_fault(stream, NULL, gsasl_strerror(rv),
                          "The login could not begin.", true);
    }
    /* libgsasl's message has a nonce, so only memory can be missing */
    if (sasl->mechanism->mac != GNUTLS_MAC_UNKNOWN &&
        (sasl->nonce = lq_scram_nonce(out, len)) == NULL) {
        gsasl_free(out);
        return lq_stream_no_memory(stream);
    }
    rv = sasl_write(stream, "auth", sasl->mechanism->name, out, len);
    lq_wipe(out, len);
    gsasl_free(out);
    return rv;
}

/* Without channel binding the mechanism says "n" even where the server
 * advertises none and we could: libgsasl 2.2.0 fails when it is to say "y". */
static int sasl_start(lq_stream *stream, const char *binding)
{
    bool bound = stream->negotiation.sasl.mechanism->bound;
    int rv = sasl_session(stream, bound ? binding : "");

    if (rv != GSASL_OK) {
        return rv == GSASL_MALLOC_ERROR
                   ? lq_stream_no_memory(stream)
                   : sasl_fault(stream, NULL, gsasl_strerror(rv),
                                "The login could not begin.", true);
    }
    return sasl_initial(stream);
}

/* All the mechanisms on offer, for a person to see why none would do. */
static int sasl_none(lq_stream *stream, const lq_element *offer)
{
    const lq_element *m = lq_element_child(offer, "mechanism", LQ_NS_SASL);
    lq_buffer text;
    int rv;

    lq_buffer_init(&text, MESSAGE_MAX);
    for (; m != NULL; m = lq_element_next(m, "mechanism", LQ_NS_SASL)) {
        lq_buffer_append(&text, lq_element_text(m), strlen(lq_element_text(m)));
        lq_buffer_append(&text, " ", 1);
    }
    rv = lq_buffer_append(&text, "", 1);
    rv = sasl_fault(stream, NULL, rv < 0 ? NULL : lq_buffer_bytes(&text),
                    "The server offers no way to log in that we accept.", true);
    lq_buffer_clear(&text);
    return rv;
}

static int sasl_ask(lq_stream *stream)
{
    lq_sasl *sasl = &stream->negotiation.sasl;

    if (lq_question_ask(stream, LQ_QUESTION_PASSWORD, NULL, NULL, NULL) < 0) {
        return lq_stream_no_memory(stream);
    }
    sasl->asking = true;
    lq_timer_set(stream, &stream->timeout, LQ_NEVER);
    return LQ_ROW_WAIT;
}

static int sasl_begin(lq_stream *stream, const lq_element *offer)
{
    lq_sasl *sasl = &stream->negotiation.sasl;
    lq_buffer binding;
    int rv;

    if (sasl->authenticated) {
        return LQ_ROW_SKIP;
    }
    if (stream->config.password == NULL) {
        return sasl_ask(stream);
    }
    lq_buffer_init(&binding, 2048);
    if (sasl_binding(stream, &binding) < 0) {
        lq_buffer_clear(&binding);
        return lq_stream_no_memory(stream);
    }
    sasl->mechanism =
        sasl_choose(stream, offer, lq_buffer_bytes(&binding)[0] != '\0');
    rv = sasl->mechanism == NULL
             ? sasl_none(stream, offer)
             : sasl_start(stream, lq_buffer_bytes(&binding));
    lq_buffer_wipe(&binding);
    return rv;
}

static const lq_element *sasl_offer(const lq_stream *stream)
{
    return lq_stream_server_feature(stream, "mechanisms", LQ_NS_SASL);
}

int lq_sasl_answered(lq_stream *stream)
{
    lq_sasl *sasl = &stream->negotiation.sasl;
    int rv;

    if (!sasl->asking || stream->ending || stream->closed_by_us) {
        return LQ_OK;
    }
    sasl->asking = false;
    lq_stream_limit(stream);
    rv = stream->config.password == NULL
             ? sasl_fault(stream, NULL, NULL, "No password was given.", true)
             : sasl_begin(stream, sasl_offer(stream));
    return lq_negotiate_go(stream, rv);
}

/* ---- going on ---- */

static int sasl_prepare(lq_stream *stream, const char *in, size_t len)
{
    lq_sasl *sasl = &stream->negotiation.sasl;
    const char *problem = NULL;
    int rv;

    if (sasl->mechanism->mac == GNUTLS_MAC_UNKNOWN || sasl->nonce == NULL) {
        return LQ_OK;
    }
    if (stream->config.password == NULL) {
        return sasl_fault(stream, NULL, NULL, "No password was given.", true);
    }
    /* The server-first message: everything else depends on it. */
    rv = lq_scram_salt(sasl->session, sasl->mechanism, sasl->nonce,
                       stream->config.password, in, len, &sasl->salted,
                       &problem);
    lq_replace(&sasl->nonce, NULL);
    if (problem != NULL) {
        return sasl_distrust(stream, problem);
    }
    return rv < 0 ? lq_stream_no_memory(stream) : LQ_OK;
}

/* A challenge, or what came with success. */
static int sasl_go_on(lq_stream *stream, const lq_buffer *in, bool respond)
{
    lq_sasl *sasl = &stream->negotiation.sasl;
    const char *bytes = lq_buffer_bytes(in);
    size_t len = lq_buffer_len(in), out_len;
    char *out;
    int rv = sasl_prepare(stream, bytes, len);

    if (rv < 0) {
        return rv;
    }
    rv = sasl_step(sasl, bytes == NULL ? "" : bytes, len, &out, &out_len);
    if (rv != GSASL_OK && rv != GSASL_NEEDS_MORE) {
        return sasl_distrust(stream, "The server could not prove that it "
                                     "knows the password.");
    }
    rv = respond ? sasl_write(stream, "response", NULL, out, out_len)
                 : LQ_ROW_WAIT;
    gsasl_free(out);
    return rv;
}

static int sasl_message(lq_stream *stream, const lq_element *element,
                        bool respond)
{
    const char *text = lq_element_text(element);
    lq_buffer in;
    int rv;

    lq_buffer_init(&in, MESSAGE_MAX);
    if (strcmp(text, "=") != 0) {
        rv = lq_base64_decode(&in, text, strlen(text));
        if (rv < 0) {
            lq_buffer_clear(&in);
            return rv == LQ_E_NOMEM
                       ? lq_stream_no_memory(stream)
                       : sasl_distrust(stream, "The server sent what is no "
                                               "SASL message.");
        }
    }
    rv = sasl_go_on(stream, &in, respond);
    lq_buffer_wipe(&in);
    return rv;
}

static int sasl_success(lq_stream *stream, const lq_element *element)
{
    lq_sasl *sasl = &stream->negotiation.sasl;
    const char *text = lq_element_text(element);
    int rv = LQ_OK;

    if (text[0] != '\0' && strcmp(text, "=") != 0) {
        rv = sasl->done ? sasl_distrust(stream, "The server says more than "
                                                "the mechanism allows.")
                        : sasl_message(stream, element, false);
    }
    if (rv < 0) {
        return rv;
    }
    if (!sasl->done) {
        return sasl_distrust(stream, "The server accepted the login without "
                                     "proving who it is.");
    }
    sasl->authenticated = true;
    sasl->pinned_scram |= sasl->mechanism->mac != GNUTLS_MAC_UNKNOWN;
    sasl->pinned_bound |= sasl->mechanism->bound;
    gsasl_finish(sasl->session);
    sasl->session = NULL;
    return LQ_ROW_RESTART;
}

/* Whether a refused binding may be given up: see the top. */
static bool sasl_may_unbind(const lq_stream *stream)
{
    const lq_sasl *sasl = &stream->negotiation.sasl;

    return sasl->mechanism->bound && !sasl->pinned_bound &&
           !sasl_announces(stream, false);
}

static const lq_element *sasl_condition(const lq_element *failure)
{
    const lq_element *e = lq_element_child(failure, NULL, LQ_NS_SASL);

    while (e != NULL && strcmp(lq_element_name(e), "text") == 0) {
        e = lq_element_next(e, NULL, LQ_NS_SASL);
    }
    return e;
}

static int sasl_failure(lq_stream *stream, const lq_element *element)
{
    lq_sasl *sasl = &stream->negotiation.sasl;
    const lq_element *condition = sasl_condition(element);
    const char *name =
        condition == NULL ? "undefined-condition" : lq_element_name(condition);
    const char *text =
        lq_element_text(lq_element_child(element, "text", LQ_NS_SASL));
    bool later = strcmp(name, "temporary-auth-failure") == 0 ||
                 strcmp(name, "aborted") == 0;

    gsasl_finish(sasl->session);
    sasl->session = NULL;
    lq_replace(&sasl->nonce, NULL);
    if (!later && sasl_may_unbind(stream)) {
        sasl->unbound = true;
        return sasl_begin(stream, sasl_offer(stream));
    }
    return sasl_fault(stream, name, text,
                      strcmp(name, "not-authorized") == 0
                          ? "The server does not accept this account and "
                            "password."
                          : "The server refused the login.",
                      !later);
}

static int sasl_reply(lq_stream *stream, const lq_element *element)
{
    lq_sasl *sasl = &stream->negotiation.sasl;

    if (sasl->session == NULL) {
        return lq_stream_unexpected(stream); /* it does not know who asks */
    }
    if (lq_element_is(element, "challenge", LQ_NS_SASL)) {
        return sasl->done ? sasl_distrust(stream, "The server asks for more "
                                                  "than the mechanism has.")
                          : sasl_message(stream, element, true);
    }
    if (lq_element_is(element, "success", LQ_NS_SASL)) {
        return sasl_success(stream, element);
    }
    if (lq_element_is(element, "failure", LQ_NS_SASL)) {
        return sasl_failure(stream, element);
    }
    return lq_stream_unexpected(stream);
}

const lq_row lq_row_sasl = { "mechanisms", LQ_NS_SASL, sasl_begin, sasl_reply };
