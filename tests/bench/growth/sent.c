/* sent.c - what is sent n times over, or is n long. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "growth.h"

enum { NAME_SIZE = 24, TEXT_MAX = 2048 };

#define NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_BIND "urn:ietf:params:xml:ns:xmpp-bind"

static void send_message(trial *t)
{
    if (lq_stream_send(t->stream, lq_build_message(t->stream, LQ_CHAT, "r@e")) <
        0) {
        bench_die("nothing can be sent");
    }
}

/* ---- deliveries that a reply acknowledges ---- */

static void deliveries_arrange(trial *t)
{
    lq_builder *ping;
    char id[23];

    for (size_t i = 0; i < t->n; i++) {
        send_message(t);
        desk_drop_output(&t->desk, t->stream);
    }
    ping = lq_build_iq(t->stream, LQ_GET, NULL);
    lq_build_child(ping, "ping", "urn:xmpp:ping", "");
    if (lq_stream_request(t->stream, ping) < 0) {
        bench_die("no request can be made");
    }
    trial_hear_id(t, id);
    trial_text(t, TEXT_MAX);
    t->len = (size_t)sprintf(t->text, "<iq type='result' id='%s'/>", id);
}

static void deliveries_work(void *argument)
{
    trial *t = argument;

    trial_receive(t, t->stream, t->n + 1);
}

/* ---- what waits until we are online ---- */

static void say(trial *t, const char *text)
{
    desk_drop_output(&t->desk, t->stream);
    if (lq_stream_recv(t->stream, t->desk.now, text, strlen(text)) !=
        (int)strlen(text)) {
        bench_die("the login failed");
    }
}

/* Another stream each time, and all of its login but the last event. */
static void held_arrange(trial *t)
{
    char id[23], answer[TEXT_MAX];

    lq_stream_free(t->stream);
    t->stream = desk_stream(&t->desk);
    lq_stream_start(t->stream, t->desk.now);
    for (size_t i = 0; i < t->n; i++) {
        send_message(t);
    }
    lq_stream_connected(t->stream, t->desk.now, LQ_TRANSPORT_SECURE);
    say(t, DESK_HEADER "<stream:features><mechanisms xmlns='" NS_SASL
                       "'><mechanism>PLAIN</mechanism></mechanisms>"
                       "</stream:features>");
    say(t, "<success xmlns='" NS_SASL "'/>");
    trial_hear_id(t, id); /* it is asked for together with the new stream */
    say(t, DESK_HEADER "<stream:features><bind xmlns='" NS_BIND
                       "'/></stream:features>");
    snprintf(answer, sizeof(answer),
             "<iq type='result' id='%s'><bind xmlns='" NS_BIND
             "'><jid>" DESK_JID "/b</jid></bind></iq>",
             id);
    say(t, answer);
}

static void held_work(void *argument)
{
    trial *t = argument;

    while (lq_stream_event(t->stream) != NULL) {
    }
    if (desk_drop_output(&t->desk, t->stream) < t->n * strlen("<message/>")) {
        bench_die("not all was sent");
    }
}

/* ---- building ---- */

static void build_work(trial *t, void (*fill)(trial *t, lq_builder *b))
{
    lq_builder *b = lq_build_message(t->stream, LQ_CHAT, "romeo@example.net");

    fill(t, b);
    if (lq_stream_send(t->stream, b) < 0) {
        bench_die("it cannot be sent");
    }
    desk_drop_output(&t->desk, t->stream);
}

static void fill_children(trial *t, lq_builder *b)
{
    for (size_t i = 0; i < t->n; i++) {
        lq_build_child(b, "x", "urn:example:x", "y");
    }
}

static void build_children(void *argument)
{
    build_work(argument, fill_children);
}

static void names_prepare(trial *t)
{
    char(*names)[NAME_SIZE] = t->own = bench_alloc(t->n * sizeof(*names));

    for (size_t i = 0; i < t->n; i++) {
        sprintf(names[i], "a%zu", i);
    }
}

static void fill_attributes(trial *t, lq_builder *b)
{
    char(*names)[NAME_SIZE] = t->own;

    lq_build_open(b, "x", "urn:example:x");
    for (size_t i = 0; i < t->n; i++) {
        lq_build_attr(b, names[i], "y");
    }
    lq_build_close(b);
}

static void build_attributes(void *argument)
{
    build_work(argument, fill_attributes);
}

static void long_prepare(trial *t)
{
    trial_text(t, t->n + 1);
    memset(t->text, 'x', t->n);
    t->text[t->n] = '\0';
}

static void fill_text(trial *t, lq_builder *b)
{
    lq_build_child(b, "body", NULL, t->text);
}

static void build_text(void *argument) { build_work(argument, fill_text); }

static void fill_pieces(trial *t, lq_builder *b)
{
    lq_build_open(b, "body", NULL);
    for (size_t i = 0; i < t->n; i++) {
        lq_build_text_len(b, "x", 1);
    }
    lq_build_close(b);
}

static void build_pieces(void *argument) { build_work(argument, fill_pieces); }

/* ---- our features ---- */

static void features_attach(trial *t)
{
    if (lq_disco_attach(t->stream) == NULL) {
        bench_die("out of memory");
    }
}

static void features_add(void *argument)
{
    trial *t = argument;
    lq_disco *disco = lq_disco_attach(t->stream);
    char name[64];

    for (size_t i = 0; i < t->n; i++) {
        sprintf(name, "urn:example:%zu:%zu", t->step, i);
        if (lq_disco_add_feature(disco, name) < 0) {
            bench_die("no feature can be added");
        }
    }
}

/* Another stream each time, so that there are as many of them. */
static void features_arrange(trial *t)
{
    lq_stream_free(t->stream);
    t->stream = desk_stream(&t->desk);
    features_attach(t);
    desk_login(&t->desk, t->stream);
}

static void features_prepare(trial *t)
{
    features_add(t);
    trial_text(t, TEXT_MAX);
    t->len = (size_t)sprintf(
        t->text, "<iq type='get' from='romeo@example.net/a' id='d'>"
                 "<query xmlns='http://jabber.org/protocol/disco#info'/></iq>");
}

static void features_work(void *argument)
{
    trial *t = argument;

    trial_receive(t, t->stream, 0);
    if (lq_stream_state(t->stream) != LQ_STATE_ONLINE) {
        bench_die("the answer was too long");
    }
}

const operation sent[] = {
    { "deliveries", "n messages are acknowledged", NULL, NULL, NULL,
      deliveries_arrange, deliveries_work, NULL },
    { "held", "n messages that waited are sent", NULL, NULL, NULL, held_arrange,
      held_work, NULL },
    { "build-children", "a message with n children", NULL, NULL, NULL, NULL,
      build_children, NULL },
    { "build-attributes", "an element with n attributes", NULL, NULL,
      names_prepare, NULL, build_attributes, NULL },
    { "build-text", "n bytes of text", NULL, NULL, long_prepare, NULL,
      build_text, NULL },
    { "build-pieces", "n pieces of text", NULL, NULL, NULL, NULL, build_pieces,
      NULL },
    { "features-add", "n features are added", NULL, features_attach, NULL,
      features_arrange, features_add, NULL },
    { "features", "our n features are asked for", NULL, features_attach,
      features_prepare, NULL, features_work, NULL },
    { 0 },
};
