/* test_choice.c - what a server offers, and what is made of it.
 *
 * The rules are those of XEP-0440, section "Business Rules", as XEP-0474
 * relaxes the sixth, and the pins.  "n", "y" and "p" are RFC 5802's. */
#include <loquat/loquat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "sasl/scram.h"
#include "stream/choice.h"
#include "suite.h"

#define NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"

/* ---- helpers ---- */

typedef struct text {
    char bytes[16 * 1024];
    size_t len;
} text;

static text xml;
static const lq_stanza *stanza; /* of it */

static void say(const char *before, const char *middle, size_t len,
                const char *after)
{
    xml.len +=
        (size_t)snprintf(xml.bytes + xml.len, sizeof(xml.bytes) - xml.len,
                         "%s%.*s%s", before, (int)len, middle, after);
    ck_assert_uint_lt(xml.len, sizeof(xml.bytes));
}

/* Each name of LIST, which has blanks between. */
static void say_list(const char *before, const char *list, const char *after)
{
    while (*(list += strspn(list, " ")) != '\0') {
        size_t len = strcspn(list, " ");

        say(before, list, len, after);
        list += len;
    }
}

static void say_text(const char *t) { say("", t, strlen(t), ""); }

/* What is offered: names between blanks; NULL: no such list. */
typedef struct offers {
    const char *sasl1, *sasl2, *fast, *bindings;
} offers;

static void say_sasl2(const offers *o)
{
    say_text("<authentication xmlns='" LQ_NS_SASL2 "'>");
    say_list("<mechanism>", o->sasl2, "</mechanism>");
    say_text("<inline>");
    if (o->fast != NULL) {
        say_text("<fast xmlns='" LQ_NS_FAST "'>");
        say_list("<mechanism>", o->fast, "</mechanism>");
        say_text("</fast>");
    }
    say_text("</inline></authentication>");
}

/* Parse FEATURES, what stands inside; NULL (only tortured): memory is short. */
static const lq_element *features_of(const char *features)
{
    xml.len = 0;
    say_text("<stream:features xmlns='jabber:client' "
             "xmlns:stream='http://etherx.jabber.org/streams'>");
    say_text(features);
    say_text("</stream:features>");
    stanza = lq_stanza_parse(xml.bytes, xml.len);
    CLAIM(stanza != NULL);
    return stanza == NULL ? NULL : lq_stanza_root(stanza);
}

static const lq_element *features_for(const offers *o)
{
    char *inner;
    const lq_element *root;

    xml.len = 0;
    xml.bytes[0] = '\0';
    if (o->sasl1 != NULL) {
        say_text("<mechanisms xmlns='" NS_SASL "'>");
        say_list("<mechanism>", o->sasl1, "</mechanism>");
        say_text("</mechanisms>");
    }
    if (o->sasl2 != NULL) {
        say_sasl2(o);
    }
    if (o->bindings != NULL) {
        say_text("<sasl-channel-binding xmlns='" LQ_NS_BINDINGS "'>");
        say_list("<channel-binding type='", o->bindings, "'/>");
        say_text("</sasl-channel-binding>");
    }
    inner = calloc(1, xml.len + 1);
    memcpy(inner, xml.bytes, xml.len);
    root = features_of(inner);
    free(inner);
    return root;
}

static void forget(void)
{
    lq_stanza_unref(stanza);
    stanza = NULL;
}

/* Names between blanks as a set; NULL: none. */
static lq_mechanism_set mechanisms_of(const char *list)
{
    lq_mechanism_set set = 0;
    char name[64];
    int len;

    while (list != NULL && sscanf(list, " %63s%n", name, &len) == 1) {
        ck_assert_ptr_nonnull(lq_mechanism_of(name));
        set |= lq_mechanism_bit(lq_mechanism_of(name));
        list += len;
    }
    return set;
}

static lq_bindings bindings_of(const char *list)
{
    lq_bindings set = 0;
    char name[64];
    int len;

    while (list != NULL && sscanf(list, " %63s%n", name, &len) == 1) {
        ck_assert_int_lt(lq_binding_of(name), LQ_BINDINGS);
        set |= (lq_bindings)(1u << lq_binding_of(name));
        list += len;
    }
    return set;
}

/* ---- choosing ---- */

#define EXPR   "tls-exporter"
#define UNIQ   "tls-unique"
#define ENDP   "tls-server-end-point"
#define TLS_13 EXPR " " ENDP
#define TLS_12 EXPR " " UNIQ " " ENDP
#define CLEAR  NULL /* no TLS of ours */

#define BOTH "SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS"
#define BARE "SCRAM-SHA-1 SCRAM-SHA-256"
#define PASSWORD                                                               \
    "SCRAM-SHA-512-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-512 "    \
    "SCRAM-SHA-256 SCRAM-SHA-1 PLAIN"
#define TOKENS                                                                 \
    " HT-SHA-256-EXPR HT-SHA-256-UNIQ HT-SHA-256-ENDP HT-SHA-256-NONE"         \
    " HT-SHA-512-EXPR HT-SHA-512-UNIQ HT-SHA-512-ENDP HT-SHA-512-NONE"

enum { SECRET = LQ_PIN_SECRET, BOUND = LQ_PIN_BOUND, SASL2 = LQ_PIN_SASL2 };

typedef struct row {
    offers offer;
    const char *have;    /* channel bindings of the connection */
    const char *allowed; /* NULL: all that need a password or a token of FAST */
    unsigned pins;
    const char *token, *refused;

    const char *mechanism; /* NULL: none */
    const char *binding;
    char flag;
    bool must;
    const char *mistrust; /* a word of it */
} row;

static const row rows[] = {
#define S1(list, bindings)                                                     \
    {                                                                          \
        list, NULL, NULL, bindings                                             \
    }
#define S2(list, bindings)                                                     \
    {                                                                          \
        NULL, list, NULL, bindings                                             \
    }
#define PLUS_256(type)                                                         \
    .mechanism = "SCRAM-SHA-256-PLUS", .binding = type, .flag = 'p'
#define BARE_256(f) .mechanism = "SCRAM-SHA-256", .flag = f
#define CONFIRMED   .must = true

    /* XEP-0440, rules 1 and 7: the strongest that both have */
    { S1(BOTH, TLS_12), TLS_12, PLUS_256(EXPR) },
    { S2(BOTH, TLS_12), TLS_12, PLUS_256(EXPR) },
    { S2(BOTH, UNIQ " " ENDP), TLS_12, PLUS_256(UNIQ) },
    { S2(BOTH, ENDP), TLS_13, PLUS_256(ENDP) },
    { S2(BOTH, EXPR), TLS_13, PLUS_256(EXPR) },
    { S2(BOTH, "tls-foo " ENDP), TLS_13, PLUS_256(ENDP) },
    { S2("SCRAM-SHA-1-PLUS PLAIN", ENDP), TLS_13,
      .mechanism = "SCRAM-SHA-1-PLUS", .binding = ENDP, .flag = 'p' },
    /* even where a better hash is not bound */
    { S2("SCRAM-SHA-512 SCRAM-SHA-1-PLUS", ENDP), TLS_13,
      .mechanism = "SCRAM-SHA-1-PLUS", .binding = ENDP, .flag = 'p' },

    /* rule 2: who does not bind says so */
    { S1(BOTH, TLS_13), CLEAR, BARE_256('n') },
    { S2(BOTH, TLS_13), CLEAR, BARE_256('n') },
    { S2(BARE, NULL), CLEAR, BARE_256('n') },
    { S2(BOTH, TLS_13), TLS_13, .allowed = BARE, BARE_256('n') },
    { S2(BOTH, NULL), TLS_13, .allowed = BARE, BARE_256('n') },
    { S2(BARE, NULL), TLS_13, .allowed = BARE, BARE_256('n') },
    { S1("SCRAM-SHA-1-PLUS", TLS_13), CLEAR, .mechanism = NULL },

    /* rule 3: who would, and was not offered it */
    { S1(BARE, NULL), TLS_13, BARE_256('y') },
    { S2(BARE, NULL), TLS_13, BARE_256('y') },
    { S2(BARE " PLAIN", NULL), "", BARE_256('y') },
    { S2(BARE, NULL), TLS_13, .allowed = BARE " SCRAM-SHA-1-PLUS",
      BARE_256('y') },

    /* rule 4: mechanisms, but no bindings */
    { S2(BOTH, NULL), TLS_13, .mistrust = "contradicts" },
    /* a certificate of ours is of no use to anybody else */
    { S2(BOTH " PLAIN EXTERNAL", NULL), TLS_13, .allowed = PASSWORD " EXTERNAL",
      .mechanism = "EXTERNAL" },
    { S1("EXTERNAL", TLS_13), TLS_13, .allowed = PASSWORD " EXTERNAL",
      .mechanism = "EXTERNAL" },
    { S2("SCRAM-SHA-512-PLUS PLAIN", NULL), TLS_13, .mistrust = "contradicts" },
    { S2("SCRAM-SHA3-512-PLUS SCRAM-SHA-1", NULL), TLS_13,
      .mistrust = "contradicts" },
    { { BARE, BOTH, NULL, NULL }, TLS_13, .mistrust = "contradicts" },
    /* with SASL 1 they may be tried */
    { S1(BOTH, NULL), TLS_13, PLUS_256(EXPR) },
    { S1(BOTH, NULL), TLS_12, PLUS_256(UNIQ) }, /* RFC 5802, 6 */
    { S1(BOTH, NULL), ENDP, PLUS_256(ENDP) },
    { S1(BOTH, NULL), TLS_13, .refused = EXPR, PLUS_256(ENDP) },
    { S1(BOTH, NULL), TLS_12, .refused = UNIQ, PLUS_256(EXPR) },
    { S1(BOTH, NULL), TLS_13, .refused = TLS_13, .mistrust = "accepts none" },
    { S1(BOTH " PLAIN", NULL), TLS_13, .refused = TLS_13,
      .mistrust = "accepts none" },
    { S1(BOTH, NULL), "", .mistrust = "accepts none" },
    /* and no password is told instead */
    { S1("SCRAM-SHA-256-PLUS PLAIN", NULL), TLS_13, .refused = TLS_13,
      .mistrust = "accepts none" },
    { S1("SCRAM-SHA-256-PLUS PLAIN", "tls-foo"), TLS_13,
      .mistrust = "accepts none" },
    { S2("SCRAM-SHA-256-PLUS PLAIN", "tls-foo"), TLS_13,
      .mistrust = "accepts none" },

    /* rule 5: bindings, but no mechanisms */
    { S2(BARE, TLS_13), TLS_13, .mistrust = "contradicts" },
    { S1(BARE, TLS_13), TLS_13, .mistrust = "contradicts" },
    { S2("PLAIN", TLS_13), TLS_13, .mistrust = "contradicts" },
    { S1("PLAIN", ""), TLS_13, .mistrust = "contradicts" },
    { { BOTH, BARE, NULL, TLS_13 }, TLS_13, .mistrust = "contradicts" },

    /* rule 6, relaxed: none that both have */
    { S2(BOTH, "tls-foo"), TLS_13, BARE_256('n'), CONFIRMED },
    { S1(BOTH, "tls-foo"), TLS_13, BARE_256('n'), CONFIRMED },
    { S1(BOTH, UNIQ), TLS_13, BARE_256('n'), CONFIRMED },
    { S2(BOTH, ""), TLS_13, BARE_256('n'), CONFIRMED },
    { S2(BOTH " PLAIN", "tls-foo"), TLS_13, BARE_256('n'), CONFIRMED },
    { S2(BOTH, "tls-foo"), TLS_13, .pins = BOUND, .mistrust = "before" },
    /* the XEP would go on without; one more proof does no harm */
    { S2(BOTH, ENDP), EXPR, BARE_256('n'), CONFIRMED },
    { S2(BOTH, TLS_13), "", BARE_256('n'), CONFIRMED },
    /* a mechanism that is bound, but that we do not know or may not use */
    { S2("SCRAM-SHA3-512-PLUS " BARE, TLS_13), TLS_13, BARE_256('n'),
      CONFIRMED },
    { S1("X-PLUS " BARE, NULL), TLS_13, .mistrust = "accepts none" },
    { S2(BOTH, TLS_13), TLS_13, .allowed = BARE " SCRAM-SHA-512-PLUS",
      BARE_256('n'), CONFIRMED },

    /* pins */
    { S1("PLAIN", NULL), TLS_13, .mechanism = "PLAIN" },
    { S1("PLAIN", NULL), TLS_13, .pins = SECRET, .mistrust = "strong" },
    { S2("PLAIN", NULL), TLS_13, .pins = SECRET, .mistrust = "strong" },
    { S2("PLAIN", NULL), CLEAR, .pins = SECRET, .mistrust = "strong" },
    { S1("DIGEST-MD5 PLAIN", NULL), TLS_13, .pins = SECRET,
      .allowed = "DIGEST-MD5 PLAIN", .mistrust = "strong" },
    { S1("DIGEST-MD5 PLAIN", NULL), TLS_13, .allowed = "DIGEST-MD5 PLAIN",
      .mechanism = "DIGEST-MD5" },
    { S1("SCRAM-SHA-1 PLAIN", NULL), TLS_13, .pins = SECRET,
      .mechanism = "SCRAM-SHA-1", .flag = 'y' },
    { S1("PLAIN EXTERNAL", NULL), TLS_13, .pins = SECRET,
      .allowed = PASSWORD " EXTERNAL", .mechanism = "EXTERNAL" },
    /* which proves nothing about the server */
    { S1("PLAIN EXTERNAL", NULL), TLS_13, .pins = SECRET | BOUND,
      .allowed = PASSWORD " EXTERNAL", .mistrust = "strong" },
    { S1(BARE, NULL), TLS_13, .pins = BOUND, .mistrust = "before" },
    { S1(BARE, NULL), CLEAR, .pins = BOUND, .mistrust = "before" },
    { S1(BOTH, TLS_13), CLEAR, .pins = BOUND, .mistrust = "before" },
    { S1(BOTH, TLS_13), TLS_13, .pins = BOUND, .allowed = BARE,
      .mistrust = "before" },
    { S1("PLAIN", NULL), TLS_13, .pins = BOUND, .mistrust = "strong" },
    { S1("OAUTHBEARER", NULL), TLS_13, .pins = BOUND, .allowed = "OAUTHBEARER",
      .mistrust = "strong" },
    { S1("OAUTHBEARER", NULL), TLS_13, .pins = SECRET, .allowed = "OAUTHBEARER",
      .mechanism = "OAUTHBEARER" },
    { S1("ANONYMOUS", NULL), TLS_13, .pins = BOUND, .allowed = "ANONYMOUS",
      .mistrust = "strong" },
    { S1(BOTH, TLS_13), TLS_13, .pins = BOUND | SECRET, PLUS_256(EXPR) },
    { S1(BOTH, NULL), TLS_13, .pins = BOUND, .refused = TLS_13,
      .mistrust = "before" },
    { S1(BOTH, TLS_13), TLS_13, .pins = SASL2, .mistrust = "SASL 2" },
    { { BOTH, "X-FOO", NULL, TLS_13 },
      TLS_13,
      .pins = SASL2,
      .mistrust = "SASL 2" },
    { { BOTH, "X-FOO", NULL, TLS_13 }, TLS_13, PLUS_256(EXPR) },
    { { BOTH, BOTH, NULL, TLS_13 }, TLS_13, .pins = SASL2, PLUS_256(EXPR) },
    { { NULL, NULL, NULL, NULL }, TLS_13, .pins = SASL2, .mistrust = "SASL 2" },

    /* SASL 2, unless SASL 1 has more */
    { { BARE, "PLAIN", NULL, NULL }, TLS_13, BARE_256('y') },
    { { BARE, "PLAIN", NULL, NULL }, TLS_13, .pins = SECRET, BARE_256('y') },
    { { BARE, "PLAIN", NULL, NULL },
      TLS_13,
      .pins = SECRET | SASL2,
      .mistrust = "strong" },
    { { "SCRAM-SHA-512", "SCRAM-SHA-1", NULL, NULL },
      TLS_13,
      .mechanism = "SCRAM-SHA-1",
      .flag = 'y' },
    { { "PLAIN", "PLAIN", NULL, NULL },
      TLS_13,
      .pins = SECRET,
      .mistrust = "strong" },

    /* the order is ours */
    { S1("ANONYMOUS PLAIN DIGEST-MD5 OAUTHBEARER " BARE, NULL), TLS_13,
      .allowed = "ANONYMOUS PLAIN DIGEST-MD5 OAUTHBEARER " BOTH,
      BARE_256('y') },
    { S1("PLAIN DIGEST-MD5 OAUTHBEARER", NULL), TLS_13,
      .allowed = "PLAIN DIGEST-MD5 OAUTHBEARER", .mechanism = "OAUTHBEARER" },
    { S2("EXTERNAL " BOTH, TLS_13), TLS_13, .allowed = "EXTERNAL " BOTH,
      .mechanism = "EXTERNAL" },
    { S1("EXTERNAL PLAIN", NULL), TLS_13, .mechanism = "PLAIN" },
    { S1("PLAIN", NULL), TLS_13, .allowed = BOTH, .mechanism = NULL },
    { { NULL, NULL, NULL, NULL }, TLS_13, .mechanism = NULL },
    { S1("plain scram-sha-1 Plain", NULL), TLS_13, .mechanism = NULL },
    /* tokens are no mechanisms like others */
    { S2("HT-SHA-256-NONE PLAIN", NULL), TLS_13, .token = "HT-SHA-256-NONE",
      .mechanism = "PLAIN" },

/* FAST */
#define FAST(list)                                                             \
    {                                                                          \
        NULL, BOTH, list, TLS_13                                               \
    }
#define HT(name, type) .token = name, .mechanism = name, .binding = type
    { FAST("HT-SHA-256-EXPR"), TLS_13, HT("HT-SHA-256-EXPR", EXPR) },
    { FAST("HT-SHA-256-ENDP"), TLS_13, HT("HT-SHA-256-ENDP", ENDP) },
    { FAST("HT-SHA-256-UNIQ"), TLS_12, HT("HT-SHA-256-UNIQ", UNIQ) },
    { FAST("HT-SHA-512-NONE"), TLS_13, HT("HT-SHA-512-NONE", NULL) },
    { FAST("HT-SHA-256-NONE"), CLEAR, HT("HT-SHA-256-NONE", NULL) },
    { FAST("HT-SHA-256-EXPR"), TLS_13, .pins = BOUND | SECRET | SASL2,
      HT("HT-SHA-256-EXPR", EXPR) },
    { FAST("HT-SHA-256-EXPR"), TLS_13, PLUS_256(EXPR) },
    { FAST("HT-SHA-256-EXPR"), ENDP, .token = "HT-SHA-256-EXPR",
      PLUS_256(ENDP) },
    { FAST("HT-SHA-256-UNIQ"), TLS_13, .token = "HT-SHA-256-UNIQ",
      PLUS_256(EXPR) },
    { FAST("HT-SHA-256-NONE HT-SHA-512-EXPR"), TLS_13,
      .token = "HT-SHA-256-EXPR", PLUS_256(EXPR) },
    { FAST("HT-SHA-256-NONE"), TLS_13, .token = "HT-SHA-256-NONE",
      .pins = BOUND, PLUS_256(EXPR) },
    { S2(BOTH, TLS_13), TLS_13, .token = "HT-SHA-256-EXPR", PLUS_256(EXPR) },
    { { BOTH, NULL, NULL, TLS_13 },
      TLS_13,
      .token = "HT-SHA-256-NONE",
      PLUS_256(EXPR) },
    { { NULL, "PLAIN", "HT-SHA-256-NONE", NULL },
      TLS_13,
      .pins = SECRET,
      .token = "HT-SHA-256-EXPR",
      .mistrust = "strong" },
    /* where the offer contradicts itself, only what is bound */
    { { NULL, BOTH, "HT-SHA-256-NONE", NULL },
      TLS_13,
      .token = "HT-SHA-256-NONE",
      .mistrust = "contradicts" },
    { { NULL, BARE, "HT-SHA-256-NONE", TLS_13 },
      TLS_13,
      .token = "HT-SHA-256-NONE",
      .mistrust = "contradicts" },
    { { NULL, "PLAIN", "HT-SHA-256-NONE", NULL },
      TLS_13,
      .pins = SECRET,
      .token = "HT-SHA-256-NONE",
      .mistrust = "strong" },
    { { NULL, BOTH, "HT-SHA-256-EXPR", NULL },
      TLS_13,
      HT("HT-SHA-256-EXPR", EXPR) },
};

/* Whether the one who chooses may do NAME, as lq_sasl_means() has it. */
static lq_means means_of(const row *r)
{
    lq_mechanism_set allowed =
        mechanisms_of(r->allowed == NULL ? PASSWORD TOKENS : r->allowed);

    return (lq_means){
        .mechanisms = allowed,
        .token = r->token == NULL ? NULL : lq_mechanism_of(r->token),
        .bindings = bindings_of(r->have),
        .refused = bindings_of(r->refused),
        .protected_by_tls = r->have != NULL,
        .may_bind = (allowed & lq_mechanisms_of(LQ_SASL_SCRAM) &
                     lq_mechanisms_bound()) != 0,
        .pins = r->pins,
    };
}

static bool buffer_is(const lq_buffer *b, const char *t)
{
    return lq_buffer_len(b) == strlen(t) &&
           (*t == '\0' || memcmp(lq_buffer_bytes(b), t, strlen(t)) == 0);
}

static bool same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static const char *or_none(const char *name)
{
    return name == NULL ? "(none)" : name;
}

static void ck_choice(size_t i, const lq_choice *c)
{
    const row *r = &rows[i];
    const char *name = c->mechanism == NULL ? NULL : c->mechanism->name;
    const char *binding =
        c->mechanism == NULL ? NULL : lq_binding_name(c->binding);

    ck_assert_msg(same(name, r->mechanism) && same(binding, r->binding),
                  "row %zu: %s, %s; not %s, %s (%s)", i, or_none(name),
                  or_none(binding), or_none(r->mechanism), or_none(r->binding),
                  or_none(c->mistrust));
    ck_assert_msg(
        (c->mistrust == NULL) == (r->mistrust == NULL) &&
            (r->mistrust == NULL || strstr(c->mistrust, r->mistrust) != NULL),
        "row %zu: %s", i, or_none(c->mistrust));
    ck_assert_msg(c->mechanism == NULL || c->flag == r->flag, "row %zu: %d", i,
                  c->flag);
    ck_assert_msg(c->must_confirm == r->must, "row %zu", i);
}

START_TEST(choice_is_the_strongest_that_both_can)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        const lq_element *features = features_for(&rows[i].offer);
        lq_means means = means_of(&rows[i]);
        lq_offer offer;
        lq_choice choice;

        if (features != NULL) {
            lq_offer_read(&offer, features);
            lq_choose(&choice, &offer, &means);
            ck_choice(i, &choice);
        }
        forget();
    }
}
END_TEST

START_TEST(sasl_2_goes_before_sasl_1)
{
    static const struct {
        offers offer;
        int profile;
    } profiles[] = {
        { { BARE, BARE, NULL, NULL }, LQ_SASL2 },
        { { BARE, NULL, NULL, NULL }, LQ_SASL1 },
        { { BARE, "", NULL, NULL }, LQ_SASL1 },
        { { BARE, "X-FOO", NULL, NULL }, LQ_SASL1 },
        { { "PLAIN", BARE, NULL, NULL }, LQ_SASL2 },
        { { "SCRAM-SHA-512", BARE, NULL, NULL }, LQ_SASL2 },
        { { NULL, BARE, NULL, NULL }, LQ_SASL2 },
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(profiles)); i++) {
        const lq_element *features = features_for(&profiles[i].offer);
        lq_means means = means_of(&(row){ .have = TLS_13 });
        lq_offer offer;
        lq_choice choice;

        if (features != NULL) {
            lq_offer_read(&offer, features);
            lq_choose(&choice, &offer, &means);
            ck_assert(choice.mechanism != NULL);
            ck_assert_int_eq(choice.profile, profiles[i].profile);
        }
        forget();
    }
}
END_TEST

/* Every set of -PLUS or not, announced or not, each with all bindings: after
 * a login with them no attacker who shortens the lists gets one without. */
START_TEST(what_was_bound_is_never_unbound_again)
{
    static const char *const lists[] = {
        NULL, "", "PLAIN", BARE, BOTH, BARE " PLAIN OAUTHBEARER ANONYMOUS"
    };
    static const char *const types[] = { NULL, "", "tls-foo", EXPR, TLS_12 };
    static const char *const tokens[] = { NULL, "HT-SHA-256-NONE",
                                          "HT-SHA-256-EXPR" };
    size_t count = LQ_COUNT(lists) * LQ_COUNT(lists) * LQ_COUNT(types) *
                   LQ_COUNT(tokens) * LQ_COUNT(types);

    for (size_t i = 0; i < suite_rows(count); i++) {
        size_t n = i;
        row r = { .pins = BOUND };
        const lq_element *features;
        lq_offer offer;
        lq_choice choice;
        lq_means means;

        r.offer.sasl1 = lists[n % LQ_COUNT(lists)], n /= LQ_COUNT(lists);
        r.offer.sasl2 = lists[n % LQ_COUNT(lists)], n /= LQ_COUNT(lists);
        r.offer.bindings = types[n % LQ_COUNT(types)], n /= LQ_COUNT(types);
        r.token = tokens[n % LQ_COUNT(tokens)], n /= LQ_COUNT(tokens);
        r.have = n == 2 ? ENDP : types[n];
        r.offer.fast = "HT-SHA-256-NONE HT-SHA-256-EXPR";
        features = features_for(&r.offer);
        means = means_of(&r);
        means.mechanisms |= mechanisms_of("OAUTHBEARER ANONYMOUS");
        if (features != NULL) {
            lq_offer_read(&offer, features);
            lq_choose(&choice, &offer, &means);
            ck_assert_msg(choice.mechanism == NULL ||
                              choice.binding != LQ_BINDING_NONE,
                          "%s", xml.bytes);
            ck_assert(choice.mechanism == NULL || choice.mistrust == NULL);
            ck_assert(choice.mechanism == NULL ||
                      lq_bindings_have(means.bindings, choice.binding));
        }
        forget();
    }
}
END_TEST

/* ---- pins ---- */

START_TEST(pins_are_what_was_proved)
{
    static const struct {
        const char *name;
        int profile;
        char flag;
        unsigned pins;
    } proofs[] = {
        { "SCRAM-SHA-1", LQ_SASL1, 'n', SECRET },
        { "SCRAM-SHA-1", LQ_SASL1, 'y', SECRET },
        { "SCRAM-SHA-256-PLUS", LQ_SASL1, 'p', SECRET | BOUND },
        { "SCRAM-SHA-256-PLUS", LQ_SASL2, 'p', SECRET | BOUND | SASL2 },
        { "EXTERNAL", LQ_SASL1, '\0', SECRET },
        { "PLAIN", LQ_SASL1, '\0', 0 },
        /* nobody has proved that it is the server that offers SASL 2 */
        { "PLAIN", LQ_SASL2, '\0', 0 },
        { "DIGEST-MD5", LQ_SASL1, '\0', 0 },
        { "OAUTHBEARER", LQ_SASL1, '\0', 0 },
        { "ANONYMOUS", LQ_SASL2, '\0', 0 },
        /* a token was given for something else, which may be all there is */
        { "HT-SHA-256-NONE", LQ_SASL2, '\0', SASL2 },
        { "HT-SHA-256-EXPR", LQ_SASL2, '\0', SASL2 },
    };

    for (size_t i = 0; i < LQ_COUNT(proofs); i++) {
        lq_choice choice = { .mechanism = lq_mechanism_of(proofs[i].name),
                             .profile = proofs[i].profile,
                             .flag = proofs[i].flag };

        ck_assert_msg(lq_choice_pins(&choice) == proofs[i].pins, "%s: %u",
                      proofs[i].name, lq_choice_pins(&choice));
    }
}
END_TEST

START_TEST(choices_are_the_same_if_the_words_would_be)
{
    lq_choice a = { .mechanism = lq_mechanism_of("SCRAM-SHA-1"),
                    .profile = LQ_SASL2,
                    .binding = LQ_BINDING_NONE,
                    .flag = 'y' };
    lq_choice b = a;

    ck_assert(lq_choice_equal(&a, &b));
    b.flag = 'n';
    ck_assert(!lq_choice_equal(&a, &b));
    b = a;
    b.profile = LQ_SASL1;
    ck_assert(!lq_choice_equal(&a, &b));
    b = a;
    b.binding = LQ_BINDING_END_POINT;
    ck_assert(!lq_choice_equal(&a, &b));
    b = a;
    b.mechanism = NULL;
    ck_assert(!lq_choice_equal(&a, &b));
}
END_TEST

/* ---- which token to ask for ---- */

static const struct token_row {
    const char *fast, *have, *allowed;
    unsigned pins;
    bool early;
    const char *mechanism;
} token_rows[] = {
    { TOKENS, TLS_13, NULL, 0, false, "HT-SHA-512-EXPR" },
    { TOKENS, TLS_12, NULL, 0, false, "HT-SHA-512-EXPR" },
    { TOKENS, UNIQ " " ENDP, NULL, 0, false, "HT-SHA-512-UNIQ" },
    { TOKENS, ENDP, NULL, 0, false, "HT-SHA-512-ENDP" },
    { TOKENS, CLEAR, NULL, 0, false, "HT-SHA-512-NONE" },
    { TOKENS, TLS_13, NULL, 0, true, "HT-SHA-512-ENDP" },
    { TOKENS, EXPR, NULL, 0, true, "HT-SHA-512-NONE" },
    { TOKENS, EXPR, NULL, BOUND, true, NULL },
    { "HT-SHA-256-NONE", TLS_13, NULL, 0, false, "HT-SHA-256-NONE" },
    { "HT-SHA-256-NONE", TLS_13, NULL, BOUND, false, NULL },
    { "HT-SHA-256-NONE", TLS_13, NULL, SECRET | SASL2, false,
      "HT-SHA-256-NONE" },
    { "HT-SHA-256-EXPR", ENDP, NULL, 0, false, NULL },
    { "HT-SHA-1-EXPR SCRAM-SHA-1", TLS_13, NULL, 0, false, NULL },
    { "SCRAM-SHA-256 PLAIN", TLS_13, NULL, 0, false, NULL },
    { TOKENS, TLS_13, PASSWORD, 0, false, NULL },
    { TOKENS, TLS_13, PASSWORD " HT-SHA-256-ENDP", 0, false,
      "HT-SHA-256-ENDP" },
    { "", TLS_13, NULL, 0, false, NULL },
    { NULL, TLS_13, NULL, 0, false, NULL },
};

START_TEST(token_is_asked_for_what_is_bound_best)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(token_rows)); i++) {
        const struct token_row *t = &token_rows[i];
        row r = { .offer = { NULL, BOTH, t->fast, TLS_13 },
                  .have = t->have,
                  .allowed = t->allowed,
                  .pins = t->pins };
        const lq_element *features = features_for(&r.offer);
        lq_means means = means_of(&r);
        lq_offer offer;

        if (features != NULL) {
            const lq_mechanism *m;

            lq_offer_read(&offer, features);
            m = lq_choose_token(&offer, &means, t->early);
            ck_assert_msg(same(m == NULL ? NULL : m->name, t->mechanism),
                          "row %zu: %s", i,
                          or_none(m == NULL ? NULL : m->name));
        }
        forget();
    }
}
END_TEST

/* ---- offers ---- */

#define AUTHENTICATION(inner)                                                  \
    "<authentication xmlns='" LQ_NS_SASL2 "'>" inner "</authentication>"
#define INLINE(inner) AUTHENTICATION("<inline>" inner "</inline>")
#define UPGRADE(task) "<upgrade xmlns='" LQ_NS_UPGRADE "'>" task "</upgrade>"
#define HT_NONE       "<mechanism>HT-SHA-256-NONE</mechanism>"

enum { BIND = 1, EARLY = 2, UP_256 = 4, UP_512 = 8, ANNOUNCES = 16, FAST = 32 };

static const struct offer_row {
    const char *features;
    unsigned what;
} offer_rows[] = {
    { "", 0 },
    { INLINE("<bind xmlns='" LQ_NS_BIND2 "'/>"), BIND },
    { INLINE("<bind xmlns='urn:xmpp:bind2:1'/>"), 0 },
    { AUTHENTICATION("<bind xmlns='" LQ_NS_BIND2 "'/>"), 0 },
    { "<inline xmlns='" LQ_NS_SASL2 "'><bind xmlns='" LQ_NS_BIND2
      "'/></inline>",
      0 },
    { INLINE("<fast xmlns='" LQ_NS_FAST "'>" HT_NONE "</fast>"), FAST },
    { INLINE("<fast xmlns='" LQ_NS_FAST "' tls-0rtt='true'>" HT_NONE "</fast>"),
      FAST | EARLY },
    { INLINE("<fast xmlns='" LQ_NS_FAST "' tls-0rtt='1'/>"), EARLY },
    { INLINE("<fast xmlns='" LQ_NS_FAST "' tls-0rtt='false'/>"), 0 },
    { INLINE("<fast xmlns='" LQ_NS_FAST "' tls-0rtt='True'/>"), 0 },
    { INLINE("<fast xmlns='" LQ_NS_FAST "' tls-0rtt=''/>"), 0 },
    { INLINE("<fast xmlns='" LQ_NS_FAST "'><mechanism>PLAIN</mechanism>"
             "</fast>"),
      0 },
    { INLINE("<fast xmlns='urn:xmpp:fast:1'>" HT_NONE "</fast>"), 0 },
    { AUTHENTICATION(UPGRADE("UPGR-SCRAM-SHA-256")), UP_256 },
    { AUTHENTICATION(UPGRADE("UPGR-SCRAM-SHA-512")
                         UPGRADE("UPGR-SCRAM-SHA-256")),
      UP_256 | UP_512 },
    { AUTHENTICATION(UPGRADE("UPGR-SCRAM-SHA-512-PLUS")
                         UPGRADE("SCRAM-SHA-256")),
      0 },
    { UPGRADE("UPGR-SCRAM-SHA-256"), 0 },
    { "<sasl-channel-binding xmlns='" LQ_NS_BINDINGS "'/>", ANNOUNCES },
    { "<sasl-channel-binding xmlns='urn:x'/>", 0 },
};

START_TEST(offer_is_what_stands_in_its_place)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(offer_rows)); i++) {
        const lq_element *features = features_of(offer_rows[i].features);
        lq_offer o;
        unsigned what;

        lq_offer_read(&o, features);
        what = (o.bind ? BIND : 0u) | (o.early ? EARLY : 0u) |
               (o.upgrade_256 ? UP_256 : 0u) | (o.upgrade_512 ? UP_512 : 0u) |
               (o.announces ? ANNOUNCES : 0u) | (o.fast != 0 ? FAST : 0u);
        ck_assert_msg(what == (features == NULL ? 0 : offer_rows[i].what),
                      "row %zu: %u", i, what);
        ck_assert(o.mechanisms[LQ_SASL1] == 0 && o.mechanisms[LQ_SASL2] == 0);
        ck_assert(o.bindings == 0 && o.plus == 0);
        forget();
    }
}
END_TEST

START_TEST(nothing_offers_nothing)
{
    lq_offer o;
    lq_buffer out;

    memset(&o, 0xff, sizeof(o));
    lq_offer_read(&o, NULL);
    ck_assert(!lq_offer_has(&o, LQ_SASL1) && !lq_offer_has(&o, LQ_SASL2));
    ck_assert(o.fast == 0 && !o.announces && o.plus == 0 && !o.bind);
    lq_buffer_init(&out, 100);
    ck_assert_int_eq(lq_offer_text(NULL, LQ_SASL1, &out), LQ_OK);
    ck_assert_int_eq(lq_offer_names(NULL, &out), LQ_OK);
    ck_assert(lq_buffer_len(&out) == 0);
    lq_buffer_clear(&out);
}
END_TEST

START_TEST(each_profile_has_its_own_list)
{
    const offers both = { "SCRAM-SHA-1 HT-SHA-256-NONE X-FOO",
                          "PLAIN SCRAM-SHA-512-PLUS", NULL, "tls-foo " ENDP };
    const lq_element *features = features_for(&both);
    lq_offer o;

    if (features != NULL) {
        lq_offer_read(&o, features);
        ck_assert(o.mechanisms[LQ_SASL1] == mechanisms_of("SCRAM-SHA-1"));
        ck_assert(o.mechanisms[LQ_SASL2] ==
                  mechanisms_of("PLAIN SCRAM-SHA-512-PLUS"));
        ck_assert(o.plus == 1u << LQ_SASL2);
        ck_assert(lq_bindings_have(o.bindings, LQ_BINDING_END_POINT));
        ck_assert(!lq_bindings_have(o.bindings, LQ_BINDING_EXPORTER));
        ck_assert(!lq_bindings_have(o.bindings, LQ_BINDING_UNIQUE));
    }
    forget();
}
END_TEST

/* ---- as text: XEP-0474, 5.1 ---- */

static const struct text_row {
    offers offer;
    int profile;
    const char *text;
} text_rows[] = {
    { { NULL, "SCRAM-SHA-1 SCRAM-SHA-1-PLUS", NULL, ENDP " " EXPR },
      LQ_SASL2,
      "SCRAM-SHA-1\x1eSCRAM-SHA-1-PLUS\x1f" EXPR "\x1e" ENDP },
    { { NULL, "SCRAM-SHA-1-PLUS SCRAM-SHA-1", NULL, EXPR " " ENDP },
      LQ_SASL2,
      "SCRAM-SHA-1\x1eSCRAM-SHA-1-PLUS\x1f" EXPR "\x1e" ENDP },
    { { "PLAIN", "SCRAM-SHA-1", NULL, EXPR }, LQ_SASL1, "PLAIN\x1f" EXPR },
    { { "PLAIN", "SCRAM-SHA-1", NULL, EXPR },
      LQ_SASL2,
      "SCRAM-SHA-1\x1f" EXPR },
    { { "PLAIN", "SCRAM-SHA-1", "HT-SHA-256-NONE", NULL },
      LQ_SASL2,
      "SCRAM-SHA-1" },
    { { "PLAIN", NULL, NULL, "" }, LQ_SASL1, "PLAIN\x1f" },
    { { "", NULL, NULL, NULL }, LQ_SASL1, "" },
    { { "", NULL, NULL, "" }, LQ_SASL1, "\x1f" },
    /* by octets; unknown ones count, and so do those that come twice */
    { { "b a B A Z \xc3\xa4 a1 a-", NULL, NULL, "y x" },
      LQ_SASL1,
      "A\x1e"
      "B\x1eZ\x1e"
      "a\x1e"
      "a-\x1e"
      "a1\x1e"
      "b\x1e\xc3\xa4\x1fx\x1ey" },
    { { "A B A", NULL, NULL, NULL },
      LQ_SASL1,
      "A\x1e"
      "A\x1e"
      "B" },
};

START_TEST(offer_is_a_text_to_be_hashed)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(text_rows)); i++) {
        const struct text_row *t = &text_rows[i];
        const lq_element *features = features_for(&t->offer);
        lq_buffer out;

        lq_buffer_init(&out, 1024);
        if (features != NULL) {
            CLAIM(lq_offer_text(features, t->profile, &out) == LQ_OK);
            CLAIM(buffer_is(&out, t->text));
        }
        lq_buffer_clear(&out);
        forget();
    }
}
END_TEST

START_TEST(hash_is_the_one_of_the_xep)
{
    static const char want[] = "G6k/rBLDqgOhRRaCuuatSDFkJ08=";
    const lq_element *features = features_for(&text_rows[0].offer);
    lq_buffer out, hash;

    lq_buffer_init(&out, 1024);
    lq_buffer_init(&hash, 1024);
    if (features != NULL && lq_offer_text(features, LQ_SASL2, &out) == LQ_OK) {
        int rv = lq_scram_offer_hash(GNUTLS_MAC_SHA1, lq_buffer_bytes(&out),
                                     lq_buffer_len(&out), &hash);

        CLAIM(rv == LQ_OK && buffer_is(&hash, want));
    }
    lq_buffer_clear(&out);
    lq_buffer_clear(&hash);
    forget();
}
END_TEST

/* Types without a name, and elements of others, are not announced. */
START_TEST(text_has_only_what_was_announced)
{
    const lq_element *features = features_of(
        "<mechanisms xmlns='" NS_SASL "'><mechanism>B</mechanism>"
        "<mechanism xmlns='urn:x'>X</mechanism><hostname xmlns='urn:y'>Y"
        "</hostname><mechanism>A<b/></mechanism></mechanisms>"
        "<mechanisms xmlns='urn:z'><mechanism>Z</mechanism></mechanisms>"
        "<sasl-channel-binding xmlns='" LQ_NS_BINDINGS "'><channel-binding/>"
        "<channel-binding xmlns='urn:x' type='x'/><other type='o'/>"
        "<channel-binding type='t'/></sasl-channel-binding>");
    static const char want[] = "A\x1e"
                               "B\x1ft";
    lq_buffer out;

    lq_buffer_init(&out, 1024);
    if (features != NULL) {
        CLAIM(lq_offer_text(features, LQ_SASL1, &out) == LQ_OK);
        CLAIM(buffer_is(&out, want));
    }
    lq_buffer_clear(&out);
    forget();
}
END_TEST

START_TEST(more_than_can_be_meant_well_is_too_much)
{
    for (int count = 128; count <= 129; count++) {
        char list[1024] = "";
        const lq_element *features;
        lq_buffer out;

        for (int i = 0; i < count; i++) {
            strcat(list, i % 2 == 0 ? "A " : "BC ");
        }
        features = features_for(&(offers){ list, NULL, NULL, NULL });
        lq_buffer_init(&out, 16 * 1024);
        if (features != NULL) {
            CLAIM_IS(lq_offer_text(features, LQ_SASL1, &out),
                     count == 128 ? LQ_OK : LQ_E_FULL);
        }
        lq_buffer_clear(&out);
        lq_buffer_init(&out, 10); /* nor does it go past the limit */
        if (features != NULL) {
            CLAIM_IS(lq_offer_text(features, LQ_SASL1, &out), LQ_E_FULL);
        }
        lq_buffer_clear(&out);
        forget();
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        choice_is_the_strongest_that_both_can,
        sasl_2_goes_before_sasl_1,
        what_was_bound_is_never_unbound_again,
        pins_are_what_was_proved,
        choices_are_the_same_if_the_words_would_be,
        token_is_asked_for_what_is_bound_best,
        offer_is_what_stands_in_its_place,
        nothing_offers_nothing,
        each_profile_has_its_own_list,
        offer_is_a_text_to_be_hashed,
        hash_is_the_one_of_the_xep,
        text_has_only_what_was_announced,
        more_than_can_be_meant_well_is_too_much,
        NULL,
    };

    return suite_main_tortured("choice", tests);
}
