/* clerk.c - see clerk.h.
 *
 * What the client says is cut into elements, and each is answered by a row of
 * a table.  That is enough for the words of a login, and no more. */
#include "clerk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "element.h"

#define NS_STREAMS "http://etherx.jabber.org/streams"
#define NS_TLS     "urn:ietf:params:xml:ns:xmpp-tls"
#define NS_SASL    "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_SASL2   "urn:xmpp:sasl:2"
#define NS_BIND    "urn:ietf:params:xml:ns:xmpp-bind"
#define NS_BIND2   "urn:xmpp:bind:0"
#define NS_FAST    "urn:xmpp:fast:0"
#define NS_IAP     "urn:xmpp:iap:0"
#define NS_SESSION "urn:ietf:params:xml:ns:xmpp-session"
#define NS_SM      "urn:xmpp:sm:3"

#define NONCE    "3rfcNHYJY1ZVvWVs7j" /* what ours adds to the client's */
#define RESOURCE "Globe"
#define SESSION  "session-1"
#define EXPIRY   "2100-01-01T00:00:00Z"

/* ---- lists ---- */

/* The next name of LIST, which it goes behind.  False: there is none. */
static bool list_next(const char **list, char *name, size_t size)
{
    size_t len;

    *list += strspn(*list, " ");
    len = strcspn(*list, " ");
    snprintf(name, size, "%.*s", (int)len, *list);
    *list += len;
    return len > 0;
}

static bool list_has(const char *list, const char *name)
{
    char other[64];

    while (list != NULL && list_next(&list, other, sizeof(other))) {
        if (strcmp(other, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Say each name of LIST between BEFORE and AFTER. */
static void say_list(clerk *c, const char *before, const char *list,
                     const char *after)
{
    char name[64];

    while (list != NULL && list_next(&list, name, sizeof(name))) {
        octets_print(&c->out, "%s%s%s", before, name, after);
    }
}

/* ---- what went wrong ---- */

static void fail_stream(clerk *c, const char *condition, const char *wrong)
{
    c->wrong = wrong;
    c->closed = true;
    octets_print(&c->out,
                 "<stream:error><%s xmlns='urn:ietf:params:xml:ns:"
                 "xmpp-streams'/></stream:error></stream:stream>",
                 condition);
}

static const char *sasl_ns(const clerk *c)
{
    return c->is_sasl2 ? NS_SASL2 : NS_SASL;
}

/* The client may try again. */
static void refuse(clerk *c, const char *condition, const char *wrong)
{
    c->wrong = wrong;
    c->scram.mechanism[0] = '\0';
    octets_print(&c->out,
                 "<failure xmlns='%s'><%s xmlns='" NS_SASL "'/>%s"
                 "</failure>",
                 sasl_ns(c), condition,
                 strcmp(condition, "aborted") == 0 && c->is_sasl2
                     ? "<config-version-mismatch xmlns='" NS_IAP "'/>"
                     : "");
}

/* ---- features ---- */

static void say_sasl2(clerk *c)
{
    const clerk_offer *o = &c->offer;

    octets_print(&c->out, "<authentication xmlns='" NS_SASL2 "'>");
    say_list(c, "<mechanism>", o->sasl2, "</mechanism>");
    octets_print(&c->out, "<inline>");
    if (o->bind2) {
        octets_print(&c->out,
                     "<bind xmlns='" NS_BIND2 "'><inline>"
                     "<feature var='urn:xmpp:carbons:2'/>%s"
                     "<feature var='urn:xmpp:csi:0'/></inline></bind>",
                     o->sm ? "<feature var='" NS_SM "'/>" : "");
    }
    if (o->sm) {
        octets_print(&c->out, "<sm xmlns='" NS_SM "'/>");
    }
    if (o->fast != NULL) {
        octets_print(&c->out, "<fast xmlns='" NS_FAST "'%s>",
                     o->early ? " tls-0rtt='true'" : "");
        say_list(c, "<mechanism>", o->fast, "</mechanism>");
        octets_print(&c->out, "</fast>");
    }
    octets_print(&c->out, "</inline></authentication>");
}

static void say_sasl(clerk *c)
{
    const clerk_offer *o = &c->offer;

    if (o->sasl != NULL) {
        octets_print(&c->out, "<mechanisms xmlns='" NS_SASL "'>");
        say_list(c, "<mechanism>", o->sasl, "</mechanism>");
        octets_print(&c->out, "</mechanisms>");
    }
    if (o->sasl2 != NULL && c->has_from) {
        say_sasl2(c);
    }
    if (o->bindings != NULL) {
        octets_print(&c->out,
                     "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>");
        say_list(c, "<channel-binding type='", o->bindings, "'/>");
        octets_print(&c->out, "</sasl-channel-binding>");
    }
    if (o->config_version != NULL) {
        octets_print(&c->out,
                     "<config-version xmlns='" NS_IAP
                     "' scheme='opaque' value='%s'/>",
                     o->config_version);
    }
}

static void say_features(clerk *c)
{
    octets_print(&c->out, "<stream:features>");
    if (c->bound) {
        /* there is nothing left to negotiate */
    } else if (c->authenticated) {
        octets_print(&c->out,
                     "<bind xmlns='" NS_BIND "'/>"
                     "<session xmlns='" NS_SESSION "'><optional/></session>"
                     "%s",
                     c->offer.sm ? "<sm xmlns='" NS_SM "'/>" : "");
    } else if (c->offer.starttls && !c->secured) {
        octets_print(&c->out,
                     "<starttls xmlns='" NS_TLS "'><required/></starttls>");
    } else {
        say_sasl(c);
    }
    octets_print(&c->out, "</stream:features>");
}

static void answer_header(clerk *c, const char *element)
{
    const char *domain = strchr(c->offer.jid, '@') + 1;
    char from[64];

    c->has_from = element_attr(element, "from", from, sizeof(from));
    octets_print(&c->out,
                 "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
                 "xmlns:stream='" NS_STREAMS
                 "' from='%s' id='s1' version='1.0'>",
                 domain);
    say_features(c);
}

static void answer_starttls(clerk *c, const char *element)
{
    (void)element;
    octets_print(&c->out, "<proceed xmlns='" NS_TLS "'/>");
    c->starts_tls = true;
}

/* ---- success ---- */

/* The agent's id is what tokens belong to. */
static void agent_read(const clerk *c, char *id, size_t size)
{
    const char *agent = element_child(c->request.bytes, "user-agent");

    id[0] = '\0';
    if (agent != NULL) {
        element_attr(agent, "id", id, size);
    }
}

/* What was asked for, or, when it rotates, was not. */
static void say_token(clerk *c)
{
    const char *request = element_child(c->request.bytes, "request-token");
    char mechanism[24], agent[64];

    if (request != NULL) {
        element_attr(request, "mechanism", mechanism, sizeof(mechanism));
    } else if (c->has_used_token && c->offer.rotates) {
        memcpy(mechanism, c->tokens.current.mechanism, sizeof(mechanism));
    } else {
        return;
    }
    if (!list_has(c->offer.fast, mechanism)) {
        c->wrong = "a token was asked for that is not offered";
        return;
    }
    agent_read(c, agent, sizeof(agent));
    octets_print(&c->out,
                 "<token xmlns='" NS_FAST "' expiry='" EXPIRY "' token='%s'/>",
                 tokens_give(&c->tokens, mechanism, agent)->text);
}

static void say_enabled(clerk *c)
{
    c->has_session = true;
    c->handled = 0;
    octets_print(&c->out,
                 "<enabled xmlns='" NS_SM "' id='" SESSION "' resume='true'/>");
}

/* RESUME asks for it. */
static void say_resumed(clerk *c, const char *resume)
{
    char previd[64];

    element_attr(resume, "previd", previd, sizeof(previd));
    c->resumed = c->has_session && strcmp(previd, SESSION) == 0;
    if (!c->resumed) {
        octets_print(&c->out, "<failed xmlns='" NS_SM "'/>");
        return;
    }
    c->bound = true;
    octets_print(&c->out,
                 "<resumed xmlns='" NS_SM "' previd='" SESSION "' h='%d'/>",
                 c->handled);
}

/* <authenticate/> may resume a session; or bind a resource, whose name begins
 * with the tag. */
static void say_identity(clerk *c)
{
    const char *resume = element_child(c->request.bytes, "resume");
    const char *bind = element_child(c->request.bytes, "bind");
    const char *tag = bind == NULL ? NULL : element_child(bind, "tag");
    char name[64] = "";
    bool enables;

    if (tag != NULL) {
        element_text(tag, name, sizeof(name));
    }
    if (resume != NULL) {
        say_resumed(c, resume);
    }
    if (c->resumed) {
        octets_print(&c->out,
                     "<authorization-identifier>%s/" RESOURCE
                     "</authorization-identifier>",
                     c->offer.jid);
        return;
    }
    c->bound = c->offer.bind2 && bind != NULL;
    enables = c->bound && element_child(bind, "enable") != NULL;
    octets_print(&c->out,
                 "<authorization-identifier>%s%s%s%s"
                 "</authorization-identifier>%s",
                 c->offer.jid, c->bound ? "/" : "", c->bound ? name : "",
                 !c->bound         ? ""
                 : name[0] == '\0' ? RESOURCE
                                   : "/" RESOURCE,
                 enables    ? "<bound xmlns='" NS_BIND2 "'>"
                 : c->bound ? "<bound xmlns='" NS_BIND2 "'/>"
                            : "");
    if (enables) {
        say_enabled(c);
        octets_print(&c->out, "</bound>");
    }
}

/* DATA in base64; NULL: none. */
static void succeed(clerk *c, const char *data)
{
    c->authenticated = true;
    c->scram.mechanism[0] = '\0';
    if (!c->is_sasl2) {
        octets_print(&c->out, "<success xmlns='" NS_SASL "'>%s</success>",
                     data == NULL ? "" : data);
    } else {
        octets_print(&c->out, "<success xmlns='" NS_SASL2 "'>");
        if (data != NULL) {
            octets_print(&c->out, "<additional-data>%s</additional-data>",
                         data);
        }
        say_identity(c);
        say_token(c);
        octets_print(&c->out, "</success>");
        if (!c->resumed) {
            say_features(c);
        }
    }
    if (c->in.len > 0) { /* the parser of that stream has gone */
        fail_stream(c, "not-well-formed",
                    "the client spoke on before it was let in");
    }
}

/* ---- mechanisms ---- */

static void user_of(const clerk *c, char *user, size_t size)
{
    snprintf(user, size, "%.*s", (int)strcspn(c->offer.jid, "@"), c->offer.jid);
}

/* NUL, name, NUL, password. */
static void begin_plain(clerk *c, const char *mechanism, const char *base64)
{
    char want[256], user[64];
    size_t len = 0, wanted;
    char *message = base64_read(base64, &len);

    (void)mechanism;
    user_of(c, user, sizeof(user));
    wanted = 1 + (size_t)snprintf(want + 1, sizeof(want) - 1, "%s%c%s", user,
                                  '\0', c->offer.password);
    want[0] = '\0';
    if (message == NULL || len != wanted || memcmp(message, want, len) != 0) {
        refuse(c, "not-authorized", "the password is wrong");
    } else {
        succeed(c, NULL);
    }
    free(message);
}

/* The attributes that the server adds, with LIST of mechanisms. */
static void scram_tail(const clerk *c, const char *list, char *tail,
                       size_t size)
{
    char hash[SCRAM_HASH_MAX] = "";

    if (c->offer.hash) {
        scram_hash(&c->scram, list, c->offer.bindings, hash);
    }
    snprintf(tail, size, "%s%s%s%s", c->offer.hash ? ",h=" : "", hash,
             c->offer.version ? ",t=" : "",
             c->offer.version ? c->tls_version : "");
}

static void begin_scram(clerk *c, const char *mechanism, const char *base64)
{
    const char *list = c->is_sasl2 ? c->offer.sasl2 : c->offer.sasl;
    const char *iterations = c->offer.iterations, *wrong;
    char user[64], tail[256], *first;

    user_of(c, user, sizeof(user));
    c->scram = (scram){ .password = c->offer.password,
                        .user = user,
                        .bindings = c->bindings };
    c->scram.offers_plus =
        strstr(list, "-PLUS") != NULL && !c->offer.lets_y_pass;
    wrong = scram_client_first(&c->scram, mechanism, base64);
    c->scram.user = NULL;
    if (wrong != NULL) {
        refuse(c, "not-authorized", wrong);
        return;
    }
    scram_tail(c, list, tail, sizeof(tail));
    scram_answer(&c->scram, NONCE, SCRAM_SALT,
                 iterations == NULL ? "4096" : iterations, tail);
    first = base64_write(c->scram.server_first, strlen(c->scram.server_first));
    octets_print(&c->out, "<challenge xmlns='%s'>%s</challenge>", sasl_ns(c),
                 first);
    free(first);
}

static void begin_token(clerk *c, const char *mechanism, const char *base64)
{
    const char *fast = element_child(c->request.bytes, "fast"), *wrong;
    char user[64], agent[64], value[24], answer[96];
    token_use use = { .mechanism = mechanism,
                      .base64 = base64,
                      .user = user,
                      .agent = agent,
                      .is_early = c->is_early,
                      .bindings = &c->bindings };

    if (fast == NULL) {
        refuse(c, "not-authorized", "a token was used without <fast/>");
        return;
    }
    user_of(c, user, sizeof(user));
    agent_read(c, agent, sizeof(agent));
    if (element_attr(fast, "count", value, sizeof(value))) {
        use.count = atol(value) > 0 ? atol(value) : -1;
    }
    use.invalidates = element_attr(fast, "invalidate", value, sizeof(value));
    wrong = tokens_take(&c->tokens, &use, answer);
    if (wrong != NULL) {
        refuse(c, "not-authorized", wrong);
        return;
    }
    c->has_used_token = !use.invalidates;
    succeed(c, answer);
}

static void begin(clerk *c, const char *mechanism, const char *base64)
{
    static const struct {
        const char *prefix;
        void (*begin)(clerk *c, const char *mechanism, const char *base64);
    } families[] = { { "PLAIN", begin_plain },
                     { "SCRAM-", begin_scram },
                     { "HT-", begin_token } };
    const clerk_offer *o = &c->offer;

    if (!list_has(c->is_sasl2 ? o->sasl2 : o->sasl, mechanism) &&
        !(c->is_sasl2 && list_has(o->fast, mechanism))) {
        refuse(c, "invalid-mechanism", "that mechanism was not offered");
        return;
    }
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        size_t len = strlen(families[i].prefix);

        if (strncmp(mechanism, families[i].prefix, len) == 0) {
            families[i].begin(c, mechanism, base64);
            return;
        }
    }
    refuse(c, "invalid-mechanism", "the clerk does not know what it offers");
}

/* ---- the client's elements ---- */

static void answer_auth(clerk *c, const char *element)
{
    char mechanism[64], base64[SCRAM_MAX];

    c->is_sasl2 = false;
    element_attr(element, "mechanism", mechanism, sizeof(mechanism));
    element_text(element, base64, sizeof(base64));
    begin(c, mechanism, base64);
}

static void answer_authenticate(clerk *c, const char *element)
{
    const char *initial = element_child(element, "initial-response");
    const char *config = element_child(element, "config-version");
    char mechanism[64], base64[SCRAM_MAX] = "", version[64];

    c->is_sasl2 = true;
    octets_clear(&c->request);
    octets_print(&c->request, "%s", element);
    element_attr(element, "mechanism", mechanism, sizeof(mechanism));
    if (initial != NULL) {
        element_text(initial, base64, sizeof(base64));
    }
    if (config != NULL && c->offer.config_version != NULL) {
        element_attr(config, "value", version, sizeof(version));
        if (strcmp(version, c->offer.config_version) != 0) {
            refuse(c, "aborted", NULL); /* that is nobody's fault */
            return;
        }
    }
    begin(c, mechanism, base64);
}

static void answer_response(clerk *c, const char *element)
{
    char base64[SCRAM_MAX], *final;
    const char *wrong;

    element_text(element, base64, sizeof(base64));
    wrong = c->scram.mechanism[0] == '\0'
                ? "nothing was asked"
                : scram_client_final(&c->scram, base64);
    if (wrong != NULL) {
        refuse(c, "not-authorized", wrong);
        return;
    }
    final = base64_write(c->scram.server_final, strlen(c->scram.server_final));
    succeed(c, final);
    free(final);
}

static void answer_iq(clerk *c, const char *element)
{
    char id[128], type[16], payload[256] = "";

    c->handled++;
    element_attr(element, "type", type, sizeof(type));
    element_attr(element, "id", id, sizeof(id));
    if (strcmp(type, "get") != 0 && strcmp(type, "set") != 0) {
        return;
    }
    if (!c->authenticated) {
        fail_stream(c, "not-authorized", "a stanza came before the login");
        return;
    }
    if (strstr(element, NS_BIND) != NULL) {
        c->bound = true;
        snprintf(payload, sizeof(payload),
                 "<bind xmlns='" NS_BIND "'><jid>%s/" RESOURCE "</jid></bind>",
                 c->offer.jid);
    } else if (strstr(element, "jabber:iq:roster") != NULL) {
        snprintf(payload, sizeof(payload), "<query xmlns='jabber:iq:roster'/>");
    }
    octets_print(&c->out, "<iq type='result' id='%s'>%s</iq>", id, payload);
}

static void answer_message(clerk *c, const char *element)
{
    (void)element;
    if (!c->bound) {
        fail_stream(c, "not-authorized", "a stanza came before the login");
    }
    c->messages++;
    c->handled++;
}

static void answer_presence(clerk *c, const char *element)
{
    (void)element;
    c->handled++;
}

static void answer_enable(clerk *c, const char *element)
{
    (void)element;
    say_enabled(c);
}

static void answer_r(clerk *c, const char *element)
{
    (void)element;
    octets_print(&c->out, "<a xmlns='" NS_SM "' h='%d'/>", c->handled);
}

static void answer_end(clerk *c, const char *element)
{
    (void)element;
    octets_print(&c->out, "</stream:stream>");
    c->closed = true;
}

static void answer_abort(clerk *c, const char *element)
{
    (void)element;
    refuse(c, "aborted", "the client gave up");
}

static void answer_nothing(clerk *c, const char *element)
{
    (void)c, (void)element;
}

static const struct {
    const char *name;
    void (*answer)(clerk *c, const char *element);
} answers[] = {
    { "", answer_nothing }, /* white space */
    { "?xml", answer_nothing },
    { "stream:stream", answer_header },
    { "starttls", answer_starttls },
    { "auth", answer_auth },
    { "authenticate", answer_authenticate },
    { "response", answer_response },
    { "abort", answer_abort },
    { "iq", answer_iq },
    { "presence", answer_presence },
    { "enable", answer_enable },
    { "resume", say_resumed },
    { "r", answer_r },
    { "a", answer_nothing },
    { "message", answer_message },
    { "/stream:stream", answer_end },
};

static void answer(clerk *c, const char *element)
{
    char name[48];

    element_name(element, name, sizeof(name));
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        if (strcmp(answers[i].name, name) == 0) {
            answers[i].answer(c, element);
            return;
        }
    }
    fail_stream(c, "unsupported-stanza-type", "nobody knows that element");
}

/* ---- the clerk ---- */

void clerk_connect(clerk *c)
{
    octets_clear(&c->in);
    octets_clear(&c->out);
    octets_clear(&c->request);
    c->starts_tls = c->authenticated = c->bound = c->closed = false;
    c->secured = c->is_early = c->has_from = c->is_sasl2 = false;
    c->has_used_token = c->resumed = false;
    c->tls_version[0] = c->scram.mechanism[0] = '\0';
    c->bindings = (binding_set){ .count = 0 };
    c->wrong = NULL;
    c->messages = 0;
}

void clerk_secure(clerk *c, const binding_set *bindings, const char *version)
{
    c->secured = true;
    c->starts_tls = false;
    c->bindings = *bindings;
    snprintf(c->tls_version, sizeof(c->tls_version), "%s", version);
}

void clerk_set_early(clerk *c, bool is_early) { c->is_early = is_early; }

void clerk_take(clerk *c, const char *bytes, size_t len)
{
    size_t piece;

    octets_add(&c->in, bytes, len);
    while (!c->closed && !c->starts_tls &&
           (piece = element_len(c->in.bytes)) > 0) {
        char *element = calloc(1, piece + 1);

        memcpy(element, c->in.bytes, piece);
        octets_drop(&c->in, piece);
        answer(c, element);
        free(element);
    }
    if (c->starts_tls && c->in.len > 0) {
        fail_stream(c, "policy-violation", "the client spoke on before TLS");
    }
}

void clerk_clear(clerk *c)
{
    octets_clear(&c->in);
    octets_clear(&c->out);
    octets_clear(&c->request);
}
