/* clerk.c - see clerk.h.
 *
 * What the client says is cut into elements, and each is answered by a row of
 * a table.  That is enough for the words of a login, and no more. */
#include "clerk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_TLS     "urn:ietf:params:xml:ns:xmpp-tls"
#define NS_SASL    "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_BIND    "urn:ietf:params:xml:ns:xmpp-bind"
#define NS_SESSION "urn:ietf:params:xml:ns:xmpp-session"

enum { ELEMENT_MAX = 8192, RECORD_MAX = 16384 };

/* ---- saying ---- */

static bool clerk_is_encrypted(const clerk *c)
{
    return c->tls.session != NULL;
}

static void clerk_say(clerk *c, const char *text)
{
    if (clerk_is_encrypted(c)) {
        tls_end_write(&c->tls, text, strlen(text), RECORD_MAX);
    } else {
        wire_add(&c->plain, text, strlen(text));
    }
}

/* <NAME xmlns='sasl'>MESSAGE in base64</NAME> */
static void clerk_say_sasl(clerk *c, const char *name, const char *message)
{
    char *base64 = base64_write(message, strlen(message));
    char element[2 * SCRAM_MAX];

    snprintf(element, sizeof(element), "<%s xmlns='" NS_SASL "'>%s</%s>", name,
             base64, name);
    free(base64);
    clerk_say(c, element);
}

/* ---- reading ---- */

/* The text of ELEMENT. */
static void element_text(const char *element, char *text, size_t size)
{
    const char *begin = strchr(element, '>');
    size_t len = begin == NULL ? 0 : strcspn(begin + 1, "<");

    if (len == 0 || len >= size) {
        bench_die("the client said: %s", element);
    }
    memcpy(text, begin + 1, len);
    text[len] = '\0';
}

/* The attribute NAME of ELEMENT, in either kind of quotes. */
static void element_attr(const char *element, const char *name, char *value,
                         size_t size)
{
    char word[32];
    const char *begin;
    size_t len;

    snprintf(word, sizeof(word), " %s=", name);
    begin = strstr(element, word);
    if (begin == NULL) {
        bench_die("there is no %s: %s", name, element);
    }
    begin += strlen(word);
    len = strcspn(begin + 1, *begin == '"' ? "\"" : "'");
    if (len >= size) {
        bench_die("the %s is too long: %s", name, element);
    }
    memcpy(value, begin + 1, len);
    value[len] = '\0';
}

/* ---- answering ---- */

#define SCRAMS                                                                 \
    "<mechanism>SCRAM-SHA-256-PLUS</mechanism>"                                \
    "<mechanism>SCRAM-SHA-256</mechanism><mechanism>SCRAM-SHA-1</mechanism>"

static void answer_header(clerk *c, const char *element)
{
    (void)element;
    clerk_say(c, DESK_HEADER);
    if (c->authenticated) {
        clerk_say(c, "<stream:features><bind xmlns='" NS_BIND
                     "'/><session xmlns='" NS_SESSION
                     "'><optional/></session></stream:features>");
    } else if (clerk_is_encrypted(c)) {
        clerk_say(c, "<stream:features><mechanisms xmlns='" NS_SASL "'>");
        clerk_say(c, c->only_plain ? "" : SCRAMS);
        clerk_say(c, "<mechanism>PLAIN</mechanism></mechanisms>"
                     "</stream:features>");
    } else {
        clerk_say(c, "<stream:features><starttls xmlns='" NS_TLS
                     "'><required/></starttls></stream:features>");
    }
}

static void answer_starttls(clerk *c, const char *element)
{
    (void)element;
    clerk_say(c, "<proceed xmlns='" NS_TLS "'/>");
    tls_serve(&c->tls);
}

static void scram_must(const char *wrong)
{
    if (wrong != NULL) {
        bench_die("SCRAM: %s", wrong);
    }
}

/* PLAIN is NUL, name, NUL, password. */
static void answer_plain(clerk *c, const char *base64)
{
    size_t len = 0, password = strlen(CLERK_PASSWORD);
    char *message = base64_read(base64, &len);

    if (message == NULL || len <= password ||
        memcmp(message + len - password, CLERK_PASSWORD, password) != 0) {
        bench_die("PLAIN: the password is wrong");
    }
    free(message);
    c->authenticated = true;
    clerk_say(c, "<success xmlns='" NS_SASL "'/>");
}

static void clerk_bind_channel(clerk *c)
{
    gnutls_datum_t binding;

    if (gnutls_session_channel_binding(c->tls.session, GNUTLS_CB_TLS_EXPORTER,
                                       &binding) < 0) {
        return;
    }
    binding_put(&c->scram.bindings, "tls-exporter", binding.data, binding.size);
    gnutls_free(binding.data);
}

static void answer_auth(clerk *c, const char *element)
{
    char mechanism[32], base64[SCRAM_MAX];

    element_attr(element, "mechanism", mechanism, sizeof(mechanism));
    element_text(element, base64, sizeof(base64));
    if (strcmp(mechanism, "PLAIN") == 0) {
        answer_plain(c, base64);
        return;
    }
    c->scram = (scram){ .password = CLERK_PASSWORD };
    clerk_bind_channel(c);
    scram_must(scram_client_first(&c->scram, mechanism, base64));
    scram_answer(&c->scram, "BenchBenchBench", SCRAM_SALT, CLERK_ITERATIONS,
                 "");
    clerk_say_sasl(c, "challenge", c->scram.server_first);
}

static void answer_response(clerk *c, const char *element)
{
    char base64[SCRAM_MAX];

    element_text(element, base64, sizeof(base64));
    scram_must(scram_client_final(&c->scram, base64));
    c->authenticated = true;
    clerk_say_sasl(c, "success", c->scram.server_final);
}

static void answer_iq(clerk *c, const char *element)
{
    char answer[512], id[128], type[16];
    const char *payload = "";

    element_attr(element, "type", type, sizeof(type));
    if (strcmp(type, "get") != 0 && strcmp(type, "set") != 0) {
        return;
    }
    element_attr(element, "id", id, sizeof(id));
    if (strstr(element, NS_BIND) != NULL) {
        payload = "<bind xmlns='" NS_BIND "'><jid>" DESK_JID "/b</jid></bind>";
        c->bound = true;
    } else if (strstr(element, "jabber:iq:roster") != NULL) {
        payload = "<query xmlns='jabber:iq:roster'/>";
    }
    snprintf(answer, sizeof(answer), "<iq type='result' id='%s'>%s</iq>", id,
             payload);
    clerk_say(c, answer);
}

static void answer_end(clerk *c, const char *element)
{
    (void)element;
    clerk_say(c, "</stream:stream>");
    c->closed = true;
}

static void answer_nothing(clerk *c, const char *element)
{
    (void)c, (void)element;
}

static const struct {
    const char *name;
    void (*answer)(clerk *c, const char *element);
} answers[] = {
    { "?xml", answer_nothing },       { "stream:stream", answer_header },
    { "starttls", answer_starttls },  { "auth", answer_auth },
    { "response", answer_response },  { "iq", answer_iq },
    { "presence", answer_nothing },   { "message", answer_nothing },
    { "/stream:stream", answer_end },
};

/* ---- cutting ---- */

/* "iq", "?xml", "/stream:stream" */
static void element_name(const char *element, char *name, size_t size)
{
    size_t sign = element[1] == '?' || element[1] == '/' ? 1 : 0;
    size_t len = sign + strcspn(element + 1 + sign, " \t\r\n>?/");

    snprintf(name, size, "%.*s", (int)len, element + 1);
}

/* The length of the ELEMENT called NAME, 0 if it is not all there.  A stream
 * header, a declaration and the closing tag are one tag. */
static size_t element_len(const char *element, const char *name)
{
    const char *end = strchr(element, '>');
    char closing[64];

    if (end == NULL) {
        return 0;
    }
    if (*name == '?' || *name == '/' || end[-1] == '/' ||
        strcmp(name, "stream:stream") == 0) {
        return (size_t)(end + 1 - element);
    }
    snprintf(closing, sizeof(closing), "</%s>", name);
    end = strstr(end, closing);
    return end == NULL ? 0 : (size_t)(end - element) + strlen(closing);
}

static void clerk_answer(clerk *c, const char *name, const char *element)
{
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        if (strcmp(answers[i].name, name) == 0) {
            answers[i].answer(c, element);
            return;
        }
    }
    bench_die("the client said: %s", element);
}

static void skip_space(wire *text)
{
    while (text->at < text->len &&
           strchr(" \t\r\n", text->bytes[text->at]) != NULL) {
        text->at++;
    }
}

/* Answer the first element.  False if there is no whole one. */
static bool clerk_answer_one(clerk *c)
{
    char element[ELEMENT_MAX], name[48];
    size_t len;

    skip_space(&c->text);
    len = c->text.len - c->text.at;
    if (len >= sizeof(element)) {
        bench_die("the client said %zu bytes at once", len);
    }
    if (len == 0) {
        return false;
    }
    memcpy(element, c->text.bytes + c->text.at, len);
    element[len] = '\0';
    element_name(element, name, sizeof(name));
    len = element_len(element, name);
    if (len == 0) {
        return false;
    }
    element[len] = '\0';
    c->text.at += len;
    clerk_answer(c, name, element);
    return true;
}

/* ---- the clerk ---- */

void clerk_begin(clerk *c, int transport)
{
    *c = (clerk){ .transport = transport };
    tls_prepare();
    if (transport == LQ_TRANSPORT_TLS) {
        tls_serve(&c->tls);
    }
}

void clerk_clear(clerk *c)
{
    tls_end_clear(&c->tls);
    wire_clear(&c->plain);
    wire_clear(&c->text);
}

static void clerk_decrypt(clerk *c)
{
    char record[RECORD_MAX];
    int n = 0;

    if (!c->tls.established) {
        tls_shake(&c->tls);
    }
    while (c->tls.established &&
           (n = tls_end_read(&c->tls, record, sizeof(record))) > 0) {
        wire_add(&c->text, record, (size_t)n);
    }
    c->closed = c->closed || n < 0;
}

void clerk_take(clerk *c, const char *bytes, size_t len)
{
    if (clerk_is_encrypted(c)) {
        wire_add(&c->tls.in, bytes, len);
        clerk_decrypt(c);
    } else {
        wire_add(&c->text, bytes, len);
    }
    while (clerk_answer_one(c)) {
    }
}

/* What was said before TLS leaves before. */
wire *clerk_output(clerk *c)
{
    return c->plain.at < c->plain.len || !clerk_is_encrypted(c) ? &c->plain
                                                                : &c->tls.out;
}

/* ---- a stream in the same program ---- */

void clerk_configure(desk *d)
{
    const char *pem;

    tls_prepare();
    pem = tls_authority();
    if (lq_config_set_password(d->config, CLERK_PASSWORD) < 0 ||
        lq_config_add_ca(d->config, pem, strlen(pem)) < 0) {
        bench_die("the desk cannot be configured");
    }
}

void clerk_measure(void (*work)(void *argument), void *argument,
                   bench_cost *cost)
{
    bench_cost more;

    if (cost == NULL) {
        work(argument);
        return;
    }
    more = bench_measure(work, argument);
    cost->ns += more.ns;
    cost->allocations += more.allocations;
    cost->kept += more.kept;
    cost->peak = more.peak > cost->peak ? more.peak : cost->peak;
}

typedef struct client {
    desk *desk;
    lq_stream *stream;
    int transport;
    wire *in;  /* from the clerk */
    wire *out; /* to it */
} client;

/* All that the client does between two arrivals of bytes; none have come when
 * it begins. */
static void client_turn(void *argument)
{
    client *c = argument;
    size_t len = c->in->len - c->in->at;
    const void *bytes;

    if (lq_stream_state(c->stream) == LQ_STATE_WAITING) {
        lq_stream_connected(c->stream, c->desk->now, c->transport);
    }
    while (len > 0) {
        int n = lq_stream_recv(c->stream, c->desk->now,
                               c->in->bytes + c->in->at, len);

        if (n < 0) {
            break; /* the failure is told by who sees that nothing comes */
        }
        c->in->at += (size_t)n;
        len -= (size_t)n;
        while (lq_stream_event(c->stream) != NULL) {
        }
    }
    while ((bytes = lq_stream_output(c->stream, &len)) != NULL) {
        wire_add(c->out, bytes, len);
        lq_stream_sent(c->stream, c->desk->now, len);
    }
}

void clerk_login(clerk *c, desk *d, lq_stream *stream, bench_cost *cost)
{
    wire out = { 0 };
    client self = { d, stream, c->transport, clerk_output(c), &out };

    do {
        self.in = clerk_output(c);
        clerk_measure(client_turn, &self, cost);
        if (out.at == out.len && lq_stream_state(stream) != LQ_STATE_ONLINE) {
            bench_die("the login failed: %s",
                      lq_failure_message(lq_stream_failure(stream)));
        }
        clerk_take(c, out.bytes + out.at, out.len - out.at);
        out.at = out.len;
    } while (lq_stream_state(stream) != LQ_STATE_ONLINE);
    wire_clear(&out);
}
