/* offer.c - see offer.h. */
#include "stream/offer.h"

#include <string.h>

#include "base/text.h"
#include "stream/negotiation.h"

enum { NAMES_MAX = 128 };

static const char *const namespaces[LQ_PROFILES] = { LQ_NS_SASL, LQ_NS_SASL2 };

const lq_element *lq_offer_element(const lq_element *features, int profile)
{
    static const char *const names[] = { "mechanisms", "authentication" };

    return lq_element_child(features, names[profile], namespaces[profile]);
}

static const lq_element *inline_child(const lq_element *features,
                                      const char *name, const char *xmlns)
{
    const lq_element *list = lq_element_child(
        lq_offer_element(features, LQ_SASL2), "inline", LQ_NS_SASL2);

    return lq_element_child(list, name, xmlns);
}

#define EACH(e, parent, name, xmlns)                                           \
    const lq_element *e = lq_element_child((parent), (name), (xmlns));         \
    e != NULL;                                                                 \
    e = lq_element_next(e, (name), (xmlns))

/* ---- reading ---- */

static bool ends_with_plus(const char *name)
{
    size_t len = strlen(name);

    return len > 5 && strcmp(name + len - 5, "-PLUS") == 0;
}

static lq_mechanism_set read_mechanisms(const lq_element *list,
                                        const char *xmlns, bool *plus)
{
    lq_mechanism_set set = 0;

    for (EACH(e, list, "mechanism", xmlns)) {
        const lq_mechanism *m = lq_mechanism_of(lq_element_text(e));

        set |= m == NULL ? 0 : lq_mechanism_bit(m);
        *plus |= ends_with_plus(lq_element_text(e));
    }
    return set;
}

static void read_profile(lq_offer *offer, const lq_element *features,
                         int profile)
{
    bool plus = false;

    /* tokens are no mechanisms like others */
    offer->mechanisms[profile] =
        read_mechanisms(lq_offer_element(features, profile),
                        namespaces[profile], &plus) &
        ~lq_mechanisms_of(LQ_SASL_HT);
    offer->plus |= (unsigned char)(plus << profile);
}

static void read_bindings(lq_offer *offer, const lq_element *features)
{
    const lq_element *list =
        lq_element_child(features, "sasl-channel-binding", LQ_NS_BINDINGS);

    offer->announces = list != NULL;
    for (EACH(e, list, "channel-binding", LQ_NS_BINDINGS)) {
        offer->bindings |=
            (lq_bindings)(1u << lq_binding_of(lq_element_attr(e, "type")));
    }
}

static bool is_true(const char *value)
{
    return lq_text_equal(value, "true") || lq_text_equal(value, "1");
}

static void read_fast(lq_offer *offer, const lq_element *features)
{
    const lq_element *fast = inline_child(features, "fast", LQ_NS_FAST);
    bool plus = false;

    if (fast != NULL) {
        offer->fast = read_mechanisms(fast, LQ_NS_FAST, &plus) &
                      lq_mechanisms_of(LQ_SASL_HT);
        offer->early = is_true(lq_element_attr(fast, "tls-0rtt"));
    }
}

static void read_upgrades(lq_offer *offer, const lq_element *features)
{
    for (EACH(e, lq_offer_element(features, LQ_SASL2), "upgrade",
              LQ_NS_UPGRADE)) {
        const char *task = lq_element_text(e);

        offer->upgrade_256 |= strcmp(task, "UPGR-SCRAM-SHA-256") == 0;
        offer->upgrade_512 |= strcmp(task, "UPGR-SCRAM-SHA-512") == 0;
    }
}

const lq_element *lq_offer_bind(const lq_element *features)
{
    return inline_child(features, "bind", LQ_NS_BIND2);
}

void lq_offer_read(lq_offer *offer, const lq_element *features)
{
    *offer = (lq_offer){ .bindings = 0 };
    read_profile(offer, features, LQ_SASL1);
    read_profile(offer, features, LQ_SASL2);
    read_bindings(offer, features);
    read_fast(offer, features);
    read_upgrades(offer, features);
    offer->bind = lq_offer_bind(features) != NULL;
    offer->resume = inline_child(features, "sm", "urn:xmpp:sm:3") != NULL;
}

/* ---- as text ---- */

typedef struct names {
    const char *name[NAMES_MAX];
    size_t count;
} names;

/* In the order of their octets. */
static int names_add(names *n, const char *name)
{
    size_t at = n->count;

    if (n->count == NAMES_MAX) {
        return LQ_E_FULL;
    }
    while (at > 0 && strcmp(n->name[at - 1], name) > 0) {
        n->name[at] = n->name[at - 1];
        at--;
    }
    n->name[at] = name;
    n->count++;
    return LQ_OK;
}

static int names_append(const names *n, const char *between, lq_buffer *out)
{
    int rv = LQ_OK;

    for (size_t i = 0; i < n->count && rv == LQ_OK; i++) {
        rv = i == 0 ? LQ_OK : lq_buffer_append(out, between, strlen(between));
        rv =
            rv < 0 ? rv : lq_buffer_append(out, n->name[i], strlen(n->name[i]));
    }
    return rv;
}

static int names_mechanisms(names *n, const lq_element *features, int profile)
{
    int rv = LQ_OK;

    n->count = 0;
    for (EACH(e, lq_offer_element(features, profile), "mechanism",
              namespaces[profile])) {
        rv = rv < 0 ? rv : names_add(n, lq_element_text(e));
    }
    return rv;
}

static int names_bindings(names *n, const lq_element *list)
{
    int rv = LQ_OK;

    n->count = 0;
    for (EACH(e, list, "channel-binding", LQ_NS_BINDINGS)) {
        const char *type = lq_element_attr(e, "type");

        rv = rv < 0 || type == NULL ? rv : names_add(n, type);
    }
    return rv;
}

int lq_offer_text(const lq_element *features, int profile, lq_buffer *out)
{
    const lq_element *bindings =
        lq_element_child(features, "sasl-channel-binding", LQ_NS_BINDINGS);
    names n;
    int rv = names_mechanisms(&n, features, profile);

    rv = rv < 0 ? rv : names_append(&n, "\x1e", out);
    if (bindings != NULL) {
        rv = rv < 0 ? rv : lq_buffer_append(out, "\x1f", 1);
        rv = rv < 0 ? rv : names_bindings(&n, bindings);
        rv = rv < 0 ? rv : names_append(&n, "\x1e", out);
    }
    return rv;
}

int lq_offer_names(const lq_element *features, lq_buffer *out)
{
    int profile =
        lq_offer_element(features, LQ_SASL2) != NULL ? LQ_SASL2 : LQ_SASL1;
    names n;
    int rv = names_mechanisms(&n, features, profile);

    return rv < 0 ? rv : names_append(&n, " ", out);
}
