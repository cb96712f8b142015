/* among.c - operations on one thing among n. */
#include <loquat/module.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "growth.h"

enum { TEXT_MAX = 512 };

/* ---- a stanza for one of n streams ---- */

static void streams_prepare(trial *t)
{
    lq_stream **streams = t->own = bench_alloc(t->n * sizeof(*streams));

    for (size_t i = 0; i < t->n; i++) {
        streams[i] = desk_stream(&t->desk);
        desk_login(&t->desk, streams[i]);
    }
    trial_text(t, TEXT_MAX);
    t->len = (size_t)sprintf(t->text, "<message from='romeo@example.net/a'>"
                                      "<body>Hi.</body></message>");
}

/* With all that a driver asks the context for: the desk asks which is ready. */
static void streams_work(void *argument)
{
    trial *t = argument;
    lq_stream **streams = t->own;

    t->desk.now++;
    trial_receive(t, streams[trial_pick(t)], 1);
    if (lq_context_ready(t->desk.context) != NULL ||
        lq_context_deadline(t->desk.context) <= t->desk.now ||
        lq_context_due(t->desk.context, t->desk.now) != NULL) {
        bench_die("another stream has something to say");
    }
}

static void streams_end(trial *t)
{
    lq_stream **streams = t->own;

    for (size_t i = 0; i < t->n; i++) {
        lq_stream_free(streams[i]);
    }
}

/* ---- a message beside n handlers, or claims, for others ---- */

enum { NAME_SIZE = 40 };

static int pass(void *self, const lq_stanza *stanza, const lq_element *payload)
{
    (void)self, (void)stanza, (void)payload;
    return LQ_PASS;
}

static void stranger_prepare(trial *t)
{
    trial_text(t, TEXT_MAX);
    t->len = (size_t)sprintf(t->text, "<message from='romeo@example.net/a'>"
                                      "<x xmlns='urn:example:other'/>"
                                      "<body>Hi.</body></message>");
}

static void handlers_prepare(trial *t)
{
    char(*names)[NAME_SIZE] = t->own = bench_alloc(t->n * sizeof(*names));

    for (size_t i = 0; i < t->n; i++) {
        lq_handler handler = { LQ_MESSAGE, LQ_ANY, "x", names[i], pass };

        sprintf(names[i], "urn:example:%zu", i);
        if (lq_stream_handle(t->stream, &handler, t) < 0) {
            bench_die("no handler can be added");
        }
    }
    stranger_prepare(t);
}

static void claims_prepare(trial *t)
{
    char name[NAME_SIZE];

    for (size_t i = 0; i < t->n; i++) {
        sprintf(name, "urn:example:%zu", i);
        if (lq_stream_claim(t->stream, LQ_MESSAGE, LQ_ANY, "x", name, NULL) <
            0) {
            bench_die("nothing can be claimed");
        }
    }
    stranger_prepare(t);
}

static void message_work(void *argument)
{
    trial *t = argument;

    trial_receive(t, t->stream, 1);
}

/* ---- one of n items of the roster ---- */

static void roster_attach(trial *t)
{
    if (lq_roster_attach(t->stream) == NULL) {
        bench_die("out of memory");
    }
}

/* That the server pushes item I. */
static void roster_push(trial *t, size_t i)
{
    t->len = (size_t)sprintf(t->text,
                             "<iq type='set' id='p%zu'>"
                             "<query xmlns='jabber:iq:roster'>"
                             "<item jid='user%zu@example.net' name='Number "
                             "%zu' subscription='both'/></query></iq>",
                             t->step, i, i);
}

static void roster_prepare(trial *t)
{
    trial_text(t, TEXT_MAX);
    for (size_t i = 0; i < t->n; i++) {
        roster_push(t, i);
        trial_receive(t, t->stream, 1);
    }
}

static void roster_arrange(trial *t) { roster_push(t, trial_pick(t)); }

static void lookup_arrange(trial *t)
{
    sprintf(t->text, "user%zu@example.net", trial_pick(t));
}

static void lookup_work(void *argument)
{
    trial *t = argument;

    if (lq_roster_item_of(lq_roster_attach(t->stream), t->text) == NULL) {
        bench_die("%s is no contact", t->text);
    }
}

/* ---- a request while n wait for their reply ---- */

typedef struct wire_id {
    char text[23];
} wire_id;

static void request_make(trial *t)
{
    lq_builder *b = lq_build_iq(t->stream, LQ_GET, NULL);

    lq_build_child(b, "ping", "urn:xmpp:ping", "");
    if (lq_stream_request(t->stream, b) < 0) {
        bench_die("no request can be made");
    }
}

/* A ring of the requests that wait, the oldest one where the next goes. */
static void requests_prepare(trial *t)
{
    wire_id *ids = t->own = bench_alloc(t->n * sizeof(*ids));

    for (size_t i = 0; i < t->n; i++) {
        request_make(t);
        trial_hear_id(t, ids[i].text);
    }
    trial_text(t, TEXT_MAX);
}

static void requests_arrange(trial *t)
{
    wire_id *id = (wire_id *)t->own + t->step % t->n;

    t->len = (size_t)sprintf(t->text, "<iq type='result' id='%s'/>", id->text);
    request_make(t);
    trial_hear_id(t, id->text);
}

/* ---- the time-out of one of n requests ---- */

/* One is made each millisecond, so n wait until the oldest expires. */
static void timeouts_configure(trial *t)
{
    if (lq_config_set_timeout(t->desk.config, LQ_TIMEOUT_REQUEST,
                              (lq_time)t->n) < 0) {
        bench_die("no such time-out");
    }
}

static void timeouts_prepare(trial *t)
{
    for (size_t i = 0; i < t->n; i++) {
        request_make(t);
        desk_drop_output(&t->desk, t->stream);
        lq_stream_tick(t->stream, ++t->desk.now);
        while (lq_stream_event(t->stream) != NULL) {
        }
    }
}

static void timeouts_arrange(trial *t)
{
    request_make(t);
    desk_drop_output(&t->desk, t->stream);
}

static void timeouts_work(void *argument)
{
    trial *t = argument;
    const lq_event *event;
    size_t count = 0;

    lq_stream_tick(t->stream, ++t->desk.now);
    while ((event = lq_stream_event(t->stream)) != NULL) {
        if (event->type != LQ_EVENT_REPLY || event->error != LQ_E_TIMEOUT) {
            bench_die("event %d is no time-out", event->type);
        }
        count++;
    }
    if (count != 1) {
        bench_die("%zu requests have expired", count);
    }
}

/* ---- a question while n are open ---- */

static void keep_question(const lq_event *event, void *argument)
{
    trial *t = argument;
    lq_id *ids = t->own;

    ids[t->step % t->n] = event->id;
    t->events += event->type == LQ_EVENT_QUERY;
}

static void question_ask(trial *t)
{
    t->len = (size_t)sprintf(t->text,
                             "<iq type='get' from='r@e/%zu' id='q%zu'>"
                             "<x xmlns='urn:example:x'/></iq>",
                             t->step, t->step);
    desk_receive_for(&t->desk, t->stream, t->text, t->len, keep_question, t);
}

/* The oldest one is answered, the next takes its place. */
static void questions_work(void *argument)
{
    trial *t = argument;
    lq_id oldest = ((lq_id *)t->own)[t->step % t->n];

    t->events = 0;
    question_ask(t);
    if (t->events != 1 ||
        lq_stream_answer(t->stream, lq_build_answer(t->stream, oldest)) < 0) {
        bench_die("a question cannot be answered");
    }
    desk_drop_output(&t->desk, t->stream);
}

static void questions_prepare(trial *t)
{
    t->own = bench_alloc(t->n * sizeof(lq_id));
    trial_text(t, TEXT_MAX);
    if (lq_stream_claim(t->stream, LQ_IQ, LQ_GET, "x", "urn:example:x", NULL) <
        0) {
        bench_die("nothing can be claimed");
    }
    for (t->step = 0; t->step < t->n; t->step++) {
        question_ask(t);
    }
}

/* ---- presence of one of n contacts, and resources; a message ---- */

static void presence_attach(trial *t)
{
    if (lq_presence_attach(t->stream) == NULL) {
        bench_die("out of memory");
    }
}

static void presence_write(trial *t, size_t contact, size_t resource)
{
    t->len = (size_t)sprintf(t->text,
                             "<presence from='user%zu@example.net/r%zu'>"
                             "<show>away</show><priority>%zu</priority>"
                             "</presence>",
                             contact, resource, t->step % 5);
}

static void contacts_prepare(trial *t)
{
    trial_text(t, TEXT_MAX);
    for (size_t i = 0; i < t->n; i++) {
        presence_write(t, i, 1);
        trial_receive(t, t->stream, 1);
    }
}

static void contacts_arrange(trial *t) { presence_write(t, trial_pick(t), 1); }

static void resources_prepare(trial *t)
{
    trial_text(t, TEXT_MAX);
    for (size_t i = 0; i < t->n; i++) {
        presence_write(t, 1, i);
        trial_receive(t, t->stream, 1);
    }
}

static void resources_arrange(trial *t) { presence_write(t, 1, trial_pick(t)); }

static void messages_attach(trial *t)
{
    if (lq_messages_attach(t->stream) == NULL) {
        bench_die("out of memory");
    }
}

static void message_write(trial *t, size_t contact)
{
    t->len = (size_t)sprintf(t->text,
                             "<message from='user%zu@example.net/r1'"
                             " type='chat'><body>Hi.</body></message>",
                             contact);
}

static void partners_prepare(trial *t)
{
    trial_text(t, TEXT_MAX);
    for (size_t i = 0; i < t->n; i++) {
        message_write(t, i);
        trial_receive(t, t->stream, 1);
    }
}

static void subscriber_write(trial *t, size_t contact)
{
    t->len = (size_t)sprintf(t->text,
                             "<presence from='user%zu@example.net'"
                             " type='subscribe'/>",
                             contact);
}

static void subscribers_prepare(trial *t)
{
    trial_text(t, TEXT_MAX);
    for (size_t i = 0; i < t->n; i++) {
        subscriber_write(t, i);
        trial_receive(t, t->stream, 1);
    }
}

/* Who is new takes the place of the oldest, once there are enough. */
static void subscribers_arrange(trial *t)
{
    subscriber_write(t, t->n + t->step);
}

static void partners_arrange(trial *t) { message_write(t, t->n + t->step); }

const operation among[] = {
    { "streams", "a stanza for one of n streams of a context", NULL, NULL,
      streams_prepare, NULL, streams_work, streams_end },
    { "handlers", "a message that none of n handlers is for", NULL, NULL,
      handlers_prepare, NULL, message_work, NULL },
    { "claims", "a message that none of n claims is for", NULL, NULL,
      claims_prepare, NULL, message_work, NULL },
    { "roster-push", "a push for one of n items", NULL, roster_attach,
      roster_prepare, roster_arrange, message_work, NULL },
    { "roster-lookup", "one of n items is asked for", NULL, roster_attach,
      roster_prepare, lookup_arrange, lookup_work, NULL },
    { "requests", "the reply to one of n requests", NULL, NULL,
      requests_prepare, requests_arrange, message_work, NULL },
    { "timeouts", "one of n requests expires", timeouts_configure, NULL,
      timeouts_prepare, timeouts_arrange, timeouts_work, NULL },
    { "questions", "a question is asked, and one of n answered", NULL, NULL,
      questions_prepare, NULL, questions_work, NULL },
    { "contacts", "presence of one of n contacts", NULL, presence_attach,
      contacts_prepare, contacts_arrange, message_work, NULL },
    { "resources", "presence of one of n resources of a contact", NULL,
      presence_attach, resources_prepare, resources_arrange, message_work,
      NULL },
    { "partners", "a message from somebody new, after n others", NULL,
      messages_attach, partners_prepare, partners_arrange, message_work, NULL },
    { "subscribers", "somebody new asks to see us, after n others", NULL,
      roster_attach, subscribers_prepare, subscribers_arrange, message_work,
      NULL },
    { 0 },
};
