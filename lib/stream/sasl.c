/* sasl.c - see sasl.h.
 *
 * What the password (or what else we have) is shown to, and how, is choice.c's
 * to say, each time anew; what a refusal changes is refused.c's.
 *
 * A server that is known from before is taken at its word of then, and the
 * login begins before it has said it again.  If it now says something else the
 * attempt may be refused, and costs nothing but the round trip saved. */
#include "stream/sasl.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "stream/inline.h"
#include "stream/saying.h"
#include "stream/stream.h"

enum {
    VERSION_MAX = 1024,
    CHANNEL_MAX = 1024,
    OFFER_MAX = 16 * 1024,
    NAMES_MAX = 4 * 1024
};

void lq_attempt_free(lq_attempt *attempt)
{
    if (attempt != NULL) {
        lq_exchange_free(attempt->exchange);
        lq_buffer_wipe(&attempt->channel);
        lq_buffer_clear(&attempt->offered);
        lq_free(attempt);
    }
}

static void sasl_drop(lq_sasl *sasl)
{
    lq_attempt_free(sasl->attempt);
    sasl->attempt = NULL;
}

void lq_sasl_restart(lq_sasl *sasl)
{
    sasl_drop(sasl);
    *sasl = (lq_sasl){ .attempt = NULL };
}

const char *lq_sasl_mechanism(const lq_sasl *sasl)
{
    return sasl->authenticated ? sasl->mechanism->name : NULL;
}

const char *lq_sasl_binding(const lq_sasl *sasl)
{
    return sasl->authenticated ? lq_binding_name(sasl->binding) : NULL;
}

const char *lq_sasl_profile(const lq_sasl *sasl)
{
    return !sasl->authenticated        ? NULL
           : sasl->profile == LQ_SASL2 ? "SASL2"
                                       : "SASL";
}

static const char *sasl_xmlns(const lq_attempt *attempt)
{
    return attempt->choice.profile == LQ_SASL2 ? LQ_NS_SASL2 : LQ_NS_SASL;
}

/* ---- failing ---- */

int lq_sasl_fault(lq_stream *stream, const char *condition, const char *text,
                  const char *message, bool final)
{
    return lq_stream_fail(stream,
                          &(lq_fault){ LQ_LAYER_SASL, LQ_E_AUTH, condition,
                                       text, message, .final = final });
}

int lq_sasl_distrust(lq_stream *stream, const char *message)
{
    const lq_attempt *attempt = stream->negotiation.sasl.attempt;

    if (attempt != NULL) {
        lq_sasl_say(stream, "abort", sasl_xmlns(attempt), NULL);
    }
    return lq_sasl_fault(stream, NULL, NULL, message, true);
}

/* ---- what we have ---- */

static lq_mechanism_set with_password(void)
{
    return lq_mechanisms_of(LQ_SASL_SCRAM) | lq_mechanisms_of(LQ_SASL_PLAIN) |
           lq_mechanisms_of(LQ_SASL_DIGEST);
}

/* A password can be asked for; but who gives a token instead has none. */
static lq_mechanism_set able_mechanisms(const lq_stream *stream)
{
    const lq_config *config = &stream->config;
    lq_mechanism_set set = 0;

    if (stream->outbox.tls != NULL &&
        lq_tls_sent_certificate(stream->outbox.tls)) {
        set |= lq_mechanisms_of(LQ_SASL_EXTERNAL);
    }
    if (lq_jid_local(stream->self) == NULL) {
        return set | lq_mechanisms_of(LQ_SASL_ANONYMOUS);
    }
    if (lq_config_extras(config)->token != NULL) {
        set |= lq_mechanisms_of(LQ_SASL_OAUTH);
    }
    if (lq_config_extras(config)->token == NULL || config->password != NULL) {
        set |= with_password();
    }
    return set | lq_mechanisms_of(LQ_SASL_HT);
}

/* Before the handshake only the certificate of the last time is known. */
static lq_bindings sasl_bindings(const lq_stream *stream)
{
    const lq_tls *tls = stream->outbox.tls;
    lq_buffer digest;
    bool has;

    if (tls == NULL || !stream->negotiation.early) {
        return tls == NULL ? 0 : lq_tls_bindings(tls);
    }
    lq_buffer_init(&digest, CHANNEL_MAX);
    has = lq_resumption_end_point(lq_tls_past(tls), &digest) == LQ_OK;
    lq_buffer_clear(&digest);
    return has ? (lq_bindings)(1u << LQ_BINDING_END_POINT) : 0;
}

void lq_sasl_means(const lq_stream *stream, lq_means *means)
{
    const lq_known *known = &stream->known;
    const lq_tls *tls = stream->outbox.tls;
    lq_mechanism_set allowed = stream->config.mechanisms;

    *means = (lq_means){
        .mechanisms = able_mechanisms(stream) & allowed,
        .bindings = sasl_bindings(stream),
        .refused = stream->negotiation.sasl.refused,
        .protected_by_tls = tls != NULL,
        .may_bind = (allowed & lq_mechanisms_of(LQ_SASL_SCRAM) &
                     lq_mechanisms_bound()) != 0,
        .pins = known->pins,
    };
    if (lq_token_is_good(known->token, lq_stream_unix_ms(stream)) &&
        (means->mechanisms & lq_mechanism_bit(known->token->mechanism)) != 0) {
        means->token = known->token->mechanism;
    }
}

/* Whether CHOICE can do without a password, or there is one. */
static bool has_secret(const lq_stream *stream, const lq_choice *choice)
{
    const lq_mechanism *m = choice->mechanism;
    const lq_scram_keys *keys = stream->known.keys;

    return (with_password() & lq_mechanism_bit(m)) == 0 ||
           stream->config.password != NULL ||
           (m->family == LQ_SASL_SCRAM && keys != NULL && keys->mac == m->mac);
}

/* ---- an attempt ---- */

/* What the mechanism may ask for; the program may have changed it. */
static void attempt_facts(lq_stream *stream, lq_attempt *attempt)
{
    const lq_choice *choice = &attempt->choice;
    lq_known *known = &stream->known;
    bool fast = choice->mechanism->family == LQ_SASL_HT;
    const char *local = lq_jid_local(stream->self);

    attempt->who = (lq_login){
        .name = local,
        .account = local == NULL ? NULL : lq_jid_bare(stream->self),
        .domain = lq_jid_domain(stream->self),
        .password = stream->config.password,
        .token = fast ? known->token->text
                      : lq_config_extras(&stream->config)->token,
        .keys = &known->keys,
        .preparation = known->preparation,
        .iterations = stream->config.iterations,
        .flag = choice->flag,
        .binding = choice->binding,
        .channel = lq_buffer_bytes(&attempt->channel),
        .channel_len = lq_buffer_len(&attempt->channel),
        .offered = lq_buffer_bytes(&attempt->offered),
        .offered_len = lq_buffer_len(&attempt->offered),
        .tls_version =
            attempt->tls_version[0] == '\0' ? NULL : attempt->tls_version,
        .must_confirm = choice->must_confirm,
    };
}

/* The features have come: the server may confirm them. */
static int attempt_offered(lq_stream *stream, lq_attempt *attempt)
{
    const lq_element *features =
        lq_features_root(&stream->negotiation.features);
    int rv =
        lq_offer_text(features, attempt->choice.profile, &attempt->offered);

    return rv == LQ_E_FULL
               ? lq_sasl_distrust(stream, "The server offers more ways to log "
                                          "in than there are.")
               : rv;
}

static int attempt_channel(const lq_stream *stream, lq_attempt *attempt)
{
    const lq_tls *tls = stream->outbox.tls;

    if (tls != NULL) {
        snprintf(attempt->tls_version, sizeof(attempt->tls_version), "%04x",
                 (unsigned)lq_tls_version(tls) & 0xffff);
    }
    if (attempt->choice.binding == LQ_BINDING_END_POINT &&
        stream->negotiation.early) {
        return lq_resumption_end_point(lq_tls_past(tls), &attempt->channel);
    }
    return attempt->choice.binding == LQ_BINDING_NONE
               ? LQ_OK
               : lq_tls_binding(tls, attempt->choice.binding,
                                &attempt->channel);
}

static int attempt_new(lq_stream *stream, const lq_choice *choice)
{
    lq_attempt *attempt = lq_calloc(1, sizeof(*attempt));
    int rv;

    if (attempt == NULL) {
        return LQ_E_NOMEM;
    }
    attempt->choice = *choice;
    lq_buffer_init(&attempt->channel, CHANNEL_MAX);
    lq_buffer_init(&attempt->offered, OFFER_MAX);
    stream->negotiation.sasl.attempt = attempt;
    rv = attempt_channel(stream, attempt);
    attempt_facts(stream, attempt);
    return rv < 0 ? rv
                  : lq_exchange_new(&stream->context->gsasl, choice->mechanism,
                                    &attempt->who, &attempt->exchange);
}

static int attempt_say(lq_stream *stream, lq_attempt *attempt)
{
    bool initial = attempt->choice.mechanism->family != LQ_SASL_DIGEST;
    lq_buffer out;
    int rv = LQ_OK;

    lq_buffer_init(&out, LQ_SASL_MESSAGE_MAX);
    if (initial) {
        rv = lq_exchange_step(attempt->exchange, NULL, 0, &out);
    }
    if (rv >= 0) {
        rv = attempt->choice.profile == LQ_SASL2
                 ? lq_sasl2_start(stream, initial ? &out : NULL)
                 : lq_sasl1_start(stream, initial ? &out : NULL);
    }
    lq_buffer_wipe(&out);
    return rv;
}

static int attempt_start(lq_stream *stream, const lq_choice *choice,
                         bool guessed)
{
    int rv = attempt_new(stream, choice);
    lq_attempt *attempt = stream->negotiation.sasl.attempt;

    if (rv == LQ_OK) {
        attempt->guessed = guessed;
        rv = guessed ? LQ_OK : attempt_offered(stream, attempt);
    }
    if (rv == LQ_OK) {
        rv = attempt_say(stream, attempt);
    }
    if (rv >= 0) {
        return LQ_ROW_WAIT;
    }
    if (lq_error_is_fatal(rv)) {
        return rv;
    }
    return rv == LQ_E_STATE || rv == LQ_E_ARGUMENT
               ? lq_sasl_fault(stream, NULL, choice->mechanism->name,
                               "The login could not begin.", true)
               : lq_stream_no_memory(stream);
}

/* ---- choosing ---- */

/* All that is on offer, for a person to see why none would do. */
static int sasl_none(lq_stream *stream)
{
    lq_buffer text;
    int rv;

    lq_buffer_init(&text, NAMES_MAX);
    lq_offer_names(lq_features_root(&stream->negotiation.features), &text);
    rv = lq_buffer_append(&text, "", 1);
    rv = lq_sasl_fault(stream, NULL, rv < 0 ? NULL : lq_buffer_bytes(&text),
                       "The server offers no way to log in that we accept.",
                       true);
    lq_buffer_clear(&text);
    return rv;
}

static int sasl_ask(lq_stream *stream)
{
    if (lq_question_ask(stream, LQ_QUESTION_PASSWORD, NULL, NULL, NULL) < 0) {
        return lq_stream_no_memory(stream);
    }
    stream->negotiation.sasl.asking = true;
    lq_timer_set(stream, &stream->timeout, LQ_NEVER);
    return LQ_ROW_WAIT;
}

/* A server that announces no bindings and has refused those of TLS 1.3 may be
 * of the time when tls-unique was the only one: its connection is made anew
 * with TLS 1.2, which no attacker gains by.  Once. */
static bool sasl_turns_back(lq_stream *stream)
{
    const lq_sasl *sasl = &stream->negotiation.sasl;
    const lq_tls *tls = stream->outbox.tls;

    return sasl->refused != 0 && tls != NULL && lq_tls_version(tls) > 0x0303 &&
           !stream->known.older_tls;
}

static int sasl_mistrust(lq_stream *stream, const lq_choice *choice)
{
    bool refused = stream->negotiation.sasl.refused != 0;

    if (sasl_turns_back(stream)) {
        stream->known.older_tls = true;
        lq_reconnect_at_once(&stream->reconnect);
        return lq_sasl_fault(
            stream, "not-authorized", NULL,
            "The server advertises channel binding and accepts "
            "none over TLS 1.3: trying TLS 1.2.",
            false);
    }
    stream->known.older_tls = false;
    return lq_sasl_fault(stream, refused ? "not-authorized" : NULL, NULL,
                         choice->mistrust, true);
}

static int sasl_choose(lq_stream *stream, lq_choice *choice)
{
    lq_means means;

    lq_sasl_means(stream, &means);
    lq_choose(choice, &stream->known.offer, &means);
    return choice->mistrust != NULL ? sasl_mistrust(stream, choice) : LQ_OK;
}

/* Remember what the server offers now. */
static int sasl_learn(lq_stream *stream)
{
    lq_known *known = &stream->known;
    const lq_element *features =
        lq_features_root(&stream->negotiation.features);
    const lq_element *version =
        lq_element_child(features, "config-version", LQ_NS_IAP);
    const char *value = lq_element_attr(version, "value");

    lq_offer_read(&known->offer, features);
    known->has_offer = true;
    known->older_tls = known->older_tls && !known->offer.announces;
    if (lq_inline_learn(&known->inlines, lq_offer_bind(features)) < 0) {
        return LQ_E_NOMEM;
    }
    return lq_replace(&known->version,
                      value != NULL && strlen(value) <= VERSION_MAX ? value
                                                                    : NULL);
}

int lq_sasl_begin(lq_stream *stream, int profile)
{
    lq_choice choice;
    int rv;

    if (stream->negotiation.sasl.authenticated) {
        return LQ_ROW_SKIP;
    }
    if (sasl_learn(stream) < 0) {
        return lq_stream_no_memory(stream);
    }
    rv = sasl_choose(stream, &choice);
    if (rv < 0) {
        return rv;
    }
    if (choice.mechanism == NULL && profile == LQ_SASL1) {
        return sasl_none(stream);
    }
    if (choice.mechanism == NULL || choice.profile != profile) {
        return LQ_ROW_SKIP;
    }
    return has_secret(stream, &choice) ? attempt_start(stream, &choice, false)
                                       : sasl_ask(stream);
}

int lq_sasl_ahead(lq_stream *stream, int profile)
{
    const lq_sasl *sasl = &stream->negotiation.sasl;
    lq_known *known = &stream->known;
    lq_choice choice;
    lq_means means;

    if (sasl->authenticated || sasl->undone || !known->has_offer ||
        !lq_stream_is_secure(stream)) {
        return LQ_ROW_SKIP;
    }
    lq_sasl_means(stream, &means);
    lq_choose(&choice, &known->offer, &means);
    /* a password is told only to who cannot do with less today */
    if (choice.mechanism == NULL || choice.profile != profile ||
        !lq_mechanism_is_secretive(choice.mechanism) ||
        !has_secret(stream, &choice)) {
        return LQ_ROW_SKIP;
    }
    known->has_offer = false; /* until the server has said it again */
    return attempt_start(stream, &choice, true);
}

int lq_sasl_offered(lq_stream *stream)
{
    lq_choice choice;
    int rv;

    if (sasl_learn(stream) < 0) {
        return lq_stream_no_memory(stream);
    }
    rv = sasl_choose(stream, &choice);
    if (rv == LQ_OK && choice.mechanism == NULL) {
        rv = sasl_none(stream);
    }
    rv =
        rv < 0 ? rv : attempt_offered(stream, stream->negotiation.sasl.attempt);
    if (rv < 0) {
        return lq_error_is_fatal(rv) ? rv : lq_stream_no_memory(stream);
    }
    return LQ_ROW_WAIT;
}

int lq_sasl_answered(lq_stream *stream)
{
    lq_sasl *sasl = &stream->negotiation.sasl;

    if (!sasl->asking || stream->ending || stream->closed_by_us) {
        return LQ_OK;
    }
    sasl->asking = false;
    lq_stream_limit(stream);
    return lq_negotiate_go(
        stream,
        stream->config.password == NULL
            ? lq_sasl_fault(stream, NULL, NULL, "No password was given.", true)
            : LQ_ROW_AGAIN);
}

/* ---- talking ---- */

int lq_sasl_say(lq_stream *stream, const char *name, const char *xmlns,
                const lq_buffer *bytes)
{
    lq_saying say;

    lq_saying_begin(&say, name, xmlns);
    if (bytes != NULL) {
        lq_saying_base64(&say, lq_buffer_bytes(bytes), lq_buffer_len(bytes));
    }
    return lq_saying_end(&say, stream);
}

/* The keys do not fit any more, and the password is not there: the next
 * connection asks for it.  On this one, servers lose track of the binding. */
static int sasl_give_up(lq_stream *stream)
{
    lq_known_forget_password(&stream->known);
    lq_reconnect_at_once(&stream->reconnect);
    return lq_sasl_fault(
        stream, NULL, NULL,
        "The server wants the password in another form than it "
        "was kept in: it will be asked for.",
        false);
}

/* Step on with what TEXT encodes; what we say to that goes to OUT. */
static int sasl_step(lq_stream *stream, const char *text, lq_buffer *out)
{
    lq_attempt *attempt = stream->negotiation.sasl.attempt;
    lq_buffer in;
    size_t len;
    int rv = LQ_OK;

    lq_buffer_init(&in, LQ_SASL_MESSAGE_MAX + 1);
    if (strcmp(text, "=") != 0) {
        rv = lq_base64_decode(&in, text, strlen(text));
    }
    len = lq_buffer_len(&in);
    rv = rv < 0 ? rv : lq_buffer_append(&in, "", 1); /* as a text, too */
    attempt_facts(stream, attempt);
    if (rv == LQ_OK) {
        rv =
            lq_exchange_step(attempt->exchange, lq_buffer_bytes(&in), len, out);
        if (rv == LQ_E_ARGUMENT) {
            rv = lq_sasl_distrust(stream,
                                  lq_exchange_problem(attempt->exchange));
        }
    } else if (rv != LQ_E_NOMEM) {
        rv = lq_sasl_distrust(stream, "The server sent what is no SASL "
                                      "message.");
    }
    lq_buffer_wipe(&in);
    return rv == LQ_E_NOMEM ? lq_stream_no_memory(stream) : rv;
}

int lq_sasl_challenge(lq_stream *stream, const char *text)
{
    const lq_attempt *attempt = stream->negotiation.sasl.attempt;
    lq_buffer out;
    int rv;

    if (attempt->continued ||
        (lq_exchange_is_done(attempt->exchange) &&
         attempt->choice.mechanism->family != LQ_SASL_OAUTH)) {
        return lq_sasl_distrust(stream, "The server asks for more than the "
                                        "mechanism has.");
    }
    lq_buffer_init(&out, LQ_SASL_MESSAGE_MAX);
    rv = sasl_step(stream, text, &out);
    if (rv == LQ_E_STATE) {
        rv = sasl_give_up(stream);
    } else if (rv >= 0) {
        rv = lq_sasl_say(stream, "response", sasl_xmlns(attempt), &out) < 0
                 ? lq_stream_no_memory(stream)
                 : LQ_ROW_WAIT;
    }
    lq_buffer_wipe(&out);
    return rv;
}

int lq_sasl_proved(lq_stream *stream, const char *text)
{
    const lq_attempt *attempt = stream->negotiation.sasl.attempt;
    lq_buffer out;
    int rv = LQ_OK;

    if (text != NULL && text[0] != '\0' && strcmp(text, "=") != 0) {
        if (lq_exchange_is_done(attempt->exchange)) {
            return lq_sasl_distrust(stream, "The server says more than the "
                                            "mechanism allows.");
        }
        lq_buffer_init(&out, LQ_SASL_MESSAGE_MAX);
        rv = sasl_step(stream, text, &out);
        lq_buffer_wipe(&out);
    }
    if (rv < 0 && rv != LQ_E_STATE) {
        return rv;
    }
    return lq_exchange_is_done(attempt->exchange)
               ? LQ_OK
               : lq_sasl_distrust(stream, "The server accepted the login "
                                          "without proving who it is.");
}

void lq_sasl_succeeded(lq_stream *stream)
{
    lq_sasl *sasl = &stream->negotiation.sasl;
    const lq_choice *choice = &sasl->attempt->choice;

    sasl->authenticated = true;
    sasl->mechanism = choice->mechanism;
    sasl->profile = (unsigned char)choice->profile;
    sasl->binding = (unsigned char)choice->binding;
    stream->known.pins |= (unsigned char)lq_choice_pins(choice);
    sasl_drop(sasl);
}
