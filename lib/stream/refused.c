/* refused.c - what is made of a refusal, RFC 6120, 6.4.5; see sasl.h.
 *
 * If there is a reason that can be taken away (a binding was refused, a token
 * has gone, what was guessed is not offered any more), all the rows are asked
 * again on the same stream.  If nothing has changed, the refusal is final: the
 * password is never offered through anything weaker. */
#include <string.h>

#include "sasl/password.h"
#include "stream/stream.h"

static const lq_element *sasl_condition(const lq_element *failure)
{
    const lq_element *e = lq_element_child(failure, NULL, LQ_NS_SASL);

    while (e != NULL && strcmp(lq_element_name(e), "text") == 0) {
        e = lq_element_next(e, NULL, LQ_NS_SASL);
    }
    return e;
}

static const char *sasl_text(const lq_element *failure)
{
    const lq_element *text = lq_element_child(failure, "text", LQ_NS_SASL);

    return lq_element_text(
        text != NULL ? text : lq_element_child(failure, "text", LQ_NS_SASL2));
}

/* The server refused what we said in another form than it has stored. */
static bool retry_other_form(lq_stream *stream, const lq_attempt *attempt)
{
    lq_sasl *sasl = &stream->negotiation.sasl;
    lq_known *known = &stream->known;
    const char *password = stream->config.password;

    if (sasl->other_form || password == NULL ||
        attempt->choice.mechanism->family != LQ_SASL_SCRAM ||
        !lq_password_is_ambiguous(password)) {
        return false;
    }
    known->preparation = known->preparation == LQ_PREPARE_OPAQUE
                             ? LQ_PREPARE_SASLPREP
                             : LQ_PREPARE_OPAQUE;
    return sasl->other_form = true;
}

/* Keys that were kept may be those of an old password. */
static bool retry_new_keys(lq_stream *stream, const lq_attempt *attempt)
{
    const lq_scram_keys *keys = stream->known.keys;

    if (attempt->choice.mechanism->family != LQ_SASL_SCRAM || keys == NULL ||
        !keys->kept) {
        return false;
    }
    lq_known_forget_password(&stream->known);
    return true;
}

/* A server that does not announce bindings may lack the one that was tried;
 * another one is no weaker against whoever stands between. */
static bool retry_other_binding(lq_stream *stream, const lq_attempt *attempt)
{
    const lq_choice *choice = &attempt->choice;
    const lq_known *known = &stream->known;

    if (choice->flag != 'p' || choice->profile != LQ_SASL1 ||
        known->offer.announces || (known->pins & LQ_PIN_BOUND) != 0) {
        return false;
    }
    stream->negotiation.sasl.refused |= (lq_bindings)(1u << choice->binding);
    return true;
}

static bool retry_without_token(lq_stream *stream, const lq_attempt *attempt)
{
    if (attempt->choice.mechanism->family != LQ_SASL_HT) {
        return false;
    }
    lq_known_set_token(&stream->known, NULL);
    return true;
}

/* What was guessed from the last offer is refused because the offer is another
 * now: without prejudice. */
static bool retry_by_real_offer(lq_stream *stream, const lq_attempt *attempt,
                                const lq_element *failure)
{
    lq_sasl *sasl = &stream->negotiation.sasl;
    lq_choice choice;
    lq_means means;

    if (!attempt->guessed || sasl->undone) {
        return false;
    }
    lq_sasl_means(stream, &means);
    lq_choose(&choice, &stream->known.offer, &means);
    sasl->undone =
        !lq_choice_equal(&choice, &attempt->choice) ||
        lq_element_child(failure, "config-version-mismatch", LQ_NS_IAP) != NULL;
    return sasl->undone;
}

static bool is_temporary(const char *condition)
{
    return strcmp(condition, "temporary-auth-failure") == 0 ||
           strcmp(condition, "aborted") == 0;
}

static bool sasl_retries(lq_stream *stream, const lq_attempt *attempt,
                         const lq_element *failure, const char *condition)
{
    if (retry_by_real_offer(stream, attempt, failure)) {
        return true;
    }
    if (is_temporary(condition)) {
        return false;
    }
    return retry_without_token(stream, attempt) ||
           retry_new_keys(stream, attempt) ||
           retry_other_form(stream, attempt) ||
           retry_other_binding(stream, attempt);
}

/* What was refused, for a person. */
static const char *refused_message(const lq_choice *choice,
                                   const char *condition)
{
    bool plain = strcmp(condition, "not-authorized") == 0;

    switch (choice->mechanism->family) {
    case LQ_SASL_EXTERNAL:
        return "The server does not accept our certificate for this account.";
    case LQ_SASL_HT:
    case LQ_SASL_OAUTH:
        return "The server does not accept the token for this account.";
    case LQ_SASL_ANONYMOUS:
        return "The server lets nobody in without a name.";
    default:
        return plain ? "The server does not accept this account and password."
               : choice->flag == 'p'
                   ? "The server refused the login, which was bound to this "
                     "connection. If the password is right, somebody may "
                     "stand between."
                   : "The server refused the login.";
    }
}

static int sasl_refused(lq_stream *stream, const lq_element *failure,
                        const char *condition, const lq_choice *choice)
{
    return lq_sasl_fault(stream, condition, sasl_text(failure),
                         refused_message(choice, condition),
                         !is_temporary(condition));
}

int lq_sasl_failed(lq_stream *stream, const lq_element *failure)
{
    lq_sasl *sasl = &stream->negotiation.sasl;
    lq_attempt *attempt = sasl->attempt;
    const lq_element *e = sasl_condition(failure);
    const char *condition =
        e == NULL ? "undefined-condition" : lq_element_name(e);
    lq_choice choice;
    bool again;

    sasl->attempt = NULL;
    again = sasl_retries(stream, attempt, failure, condition);
    choice = attempt->choice;
    lq_attempt_free(attempt);
    if (again) {
        return LQ_ROW_AGAIN;
    }
    return sasl_refused(stream, failure, condition, &choice);
}
