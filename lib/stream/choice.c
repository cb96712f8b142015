/* choice.c - see choice.h. */
#include "stream/choice.h"

#include <string.h>

/* ---- tokens ---- */

static bool can_bind(const lq_means *means, int binding)
{
    return binding == LQ_BINDING_NONE
               ? (means->pins & LQ_PIN_BOUND) == 0
               : lq_bindings_have(means->bindings, binding);
}

static bool choose_fast(lq_choice *choice, const lq_offer *offer,
                        const lq_means *means)
{
    const lq_mechanism *m = means->token;

    /* a token is for its mechanism only, and so for its kind of binding */
    if (m == NULL || (offer->fast & lq_mechanism_bit(m)) == 0 ||
        !can_bind(means, m->binding) ||
        (m->binding == LQ_BINDING_NONE && choice->mistrust != NULL)) {
        return false;
    }
    *choice = (lq_choice){ .mechanism = m,
                           .profile = LQ_SASL2,
                           .binding = m->binding };
    return true;
}

const lq_mechanism *lq_choose_token(const lq_offer *offer,
                                    const lq_means *means, bool early)
{
    lq_mechanism_set set = offer->fast & means->mechanisms;

    for (const lq_mechanism *m = lq_mechanisms; m->name != NULL; m++) {
        /* RFC 9266: there is no exporter yet when early data is sent */
        bool in_time = !early || m->binding == LQ_BINDING_END_POINT ||
                       m->binding == LQ_BINDING_NONE;

        if ((set & lq_mechanism_bit(m)) == 0 || !in_time ||
            !can_bind(means, m->binding)) {
            set &= ~lq_mechanism_bit(m);
        }
    }
    return lq_mechanism_best(set);
}

/* ---- channel binding ---- */

#define CANNOT_BE "The server's offer contradicts itself: "

/* XEP-0440, 4: what no honest server offers. */
static const char *offer_mistrust(const lq_offer *offer, int profile)
{
    bool plus = (offer->plus >> profile & 1) != 0;

    if (plus && !offer->announces && profile == LQ_SASL2) {
        return CANNOT_BE "mechanisms with channel binding, but no channel "
                         "bindings. Somebody may have shortened it.";
    }
    if (!plus && offer->announces) {
        return CANNOT_BE "channel bindings, but no mechanism that uses them. "
                         "Somebody may have shortened it.";
    }
    return NULL;
}

/* Those that both sides have.  A server that announces none must be tried. */
static lq_bindings common_bindings(const lq_offer *offer, const lq_means *means)
{
    lq_bindings set = means->bindings & (lq_bindings)~means->refused;

    return offer->announces ? set & offer->bindings : set;
}

/* RFC 5802, 6: who announces nothing may know tls-unique only. */
static int choose_binding(const lq_offer *offer, const lq_means *means)
{
    lq_bindings set = common_bindings(offer, means);

    return !offer->announces && lq_bindings_have(set, LQ_BINDING_UNIQUE)
               ? LQ_BINDING_UNIQUE
               : lq_binding_best(set);
}

static void refuse(lq_choice *choice, const char *why)
{
    choice->mechanism = NULL;
    choice->mistrust = why;
}

#define BINDING_REFUSED                                                        \
    "The server advertises channel binding, but accepts none that this "       \
    "connection has. That is what it looks like if somebody stands between; "  \
    "if you know the server to be so, do not allow mechanisms with -PLUS."

/* SCRAM without binding. */
static void choose_unbound(lq_choice *choice, const lq_offer *offer,
                           const lq_means *means, const lq_mechanism *m)
{
    bool plus = (offer->plus >> choice->profile & 1) != 0;

    choice->mechanism = m;
    choice->flag = 'n';
    if (!means->protected_by_tls || !means->may_bind) {
        return; /* who cannot bind says so */
    }
    if (!plus) {
        choice->flag = 'y'; /* and the server knows better */
    } else if (offer->announces && means->refused == 0) {
        /* Nothing in common, though each server must have end-point:
         * which XEP-0474 relaxes to what the server can prove. */
        choice->must_confirm = true;
    } else {
        refuse(choice, BINDING_REFUSED);
    }
}

static void choose_scram(lq_choice *choice, const lq_offer *offer,
                         const lq_means *means)
{
    lq_mechanism_set set = offer->mechanisms[choice->profile] &
                           means->mechanisms & lq_mechanisms_of(LQ_SASL_SCRAM);
    lq_mechanism_set bound = set & lq_mechanisms_bound();
    bool wary = means->protected_by_tls && means->may_bind;
    int binding = choose_binding(offer, means);

    if (wary && (means->mechanisms & lq_mechanisms_of(LQ_SASL_SCRAM)) != 0) {
        choice->mistrust = offer_mistrust(offer, choice->profile);
    }
    if (choice->mistrust != NULL || set == 0) {
        return;
    }
    if (bound != 0 && binding != LQ_BINDING_NONE) {
        choice->mechanism = lq_mechanism_best(bound);
        choice->binding = binding;
        choice->flag = 'p';
    } else if ((means->pins & LQ_PIN_BOUND) != 0) {
        refuse(choice, means->may_bind
                           ? "The server has accepted channel binding before, "
                             "and does not now."
                           : "Channel binding has worked before, and is not "
                             "allowed now.");
    } else if ((set & ~bound) != 0) {
        choose_unbound(choice, offer, means, lq_mechanism_best(set & ~bound));
    } else if (wary) {
        refuse(choice, BINDING_REFUSED); /* and no password is told instead */
    }
}

/* ---- all together ---- */

static void choose_other(lq_choice *choice, const lq_offer *offer,
                         const lq_means *means)
{
    lq_mechanism_set set = offer->mechanisms[choice->profile] &
                           means->mechanisms & ~lq_mechanisms_of(LQ_SASL_SCRAM);
    bool any = set != 0;
    const lq_mechanism *m;

    if ((means->pins & LQ_PIN_SECRET) != 0) {
        set &= ~(lq_mechanisms_of(LQ_SASL_PLAIN) |
                 lq_mechanisms_of(LQ_SASL_DIGEST));
    }
    if ((means->pins & LQ_PIN_BOUND) != 0) {
        set = 0;
    }
    m = lq_mechanism_best(set);
    if (choice->mechanism != NULL) {
        return; /* SCRAM is stronger than any of these */
    }
    if (m != NULL) {
        choice->mechanism = m;
    } else if (any) {
        choice->weak = true;
        refuse(choice, "Nothing that is offered and allowed is as strong as "
                       "what has worked before.");
    }
}

/* Our certificate is of no use to whoever stands between. */
static bool choose_external(lq_choice *choice, const lq_offer *offer,
                            const lq_means *means)
{
    lq_mechanism_set set = offer->mechanisms[choice->profile] &
                           means->mechanisms &
                           lq_mechanisms_of(LQ_SASL_EXTERNAL);

    if ((means->pins & LQ_PIN_BOUND) != 0) {
        return false; /* but it says nothing of who the server is */
    }
    choice->mechanism = lq_mechanism_best(set);
    return choice->mechanism != NULL;
}

static void choose_in(lq_choice *choice, int profile, const lq_offer *offer,
                      const lq_means *means)
{
    *choice = (lq_choice){ .profile = profile, .binding = LQ_BINDING_NONE };
    if (choose_external(choice, offer, means)) {
        return;
    }
    if (lq_offer_has(offer, profile)) {
        choose_scram(choice, offer, means);
        if (choice->mistrust == NULL) {
            choose_other(choice, offer, means);
        }
    }
}

/* What cannot be less is worth the round trips that SASL 2 saves. */
static int choice_rank(const lq_choice *choice)
{
    return choice->mechanism == NULL                       ? 0
           : !lq_mechanism_is_secretive(choice->mechanism) ? 1
           : choice->binding == LQ_BINDING_NONE            ? 2
                                                           : 3;
}

/* SASL 1, unless it is less than what CHOICE has of SASL 2. */
static void choose_older(lq_choice *choice, const lq_offer *offer,
                         const lq_means *means)
{
    lq_choice older;

    choose_in(&older, LQ_SASL1, offer, means);
    if (choice_rank(&older) > choice_rank(choice) ||
        (choice->mechanism == NULL && choice->mistrust == NULL)) {
        *choice = older;
    }
}

void lq_choose(lq_choice *choice, const lq_offer *offer, const lq_means *means)
{
    choose_in(choice, LQ_SASL2, offer, means);
    if (choose_fast(choice, offer, means) ||
        (choice->mistrust != NULL && !choice->weak)) {
        return;
    }
    if ((means->pins & LQ_PIN_SASL2) == 0) {
        choose_older(choice, offer, means);
    } else if (choice->mechanism == NULL && choice->mistrust == NULL) {
        refuse(choice, "The server has offered SASL 2 before, and does not "
                       "now.");
    }
}

bool lq_choice_equal(const lq_choice *a, const lq_choice *b)
{
    return a->mechanism == b->mechanism && a->profile == b->profile &&
           a->binding == b->binding && a->flag == b->flag;
}

unsigned lq_choice_pins(const lq_choice *choice)
{
    const lq_mechanism *m = choice->mechanism;
    unsigned pins = 0;

    /* what nobody has proved may have been offered by anybody */
    if (choice->profile == LQ_SASL2 && lq_mechanism_is_mutual(m)) {
        pins |= LQ_PIN_SASL2;
    }

    /* a token proves nothing: it may have been given for a PLAIN password */
    if (lq_mechanism_is_secretive(m) && m->family != LQ_SASL_HT) {
        pins |= LQ_PIN_SECRET;
    }
    if (m->family == LQ_SASL_SCRAM && choice->flag == 'p') {
        pins |= LQ_PIN_BOUND;
    }
    return pins;
}
