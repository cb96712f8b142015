/* talk.c - see talk.h. */
#define _GNU_SOURCE

#include "talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PATIENCE = 10000,
    RECONNECT_FIRST = 200,
    RECONNECT_LAST = 1000,
    BREATH = 250, /* jabberd2: a login that races another's end may fail */
};

static talk_place place;
static lq_context *context;
static lq_net *net;
static person *people;
static int failed;

/* ---- claims ---- */

static const char *type_name(int type)
{
    static const struct {
        int type;
        const char *name;
    } names[] = {
        { LQ_EVENT_ONLINE, "ONLINE" },
        { LQ_EVENT_OFFLINE, "OFFLINE" },
        { LQ_EVENT_CLOSED, "CLOSED" },
        { LQ_EVENT_REPLY, "REPLY" },
        { LQ_EVENT_DELIVERY, "DELIVERY" },
        { LQ_EVENT_QUERY, "QUERY" },
        { LQ_EVENT_MESSAGE, "MESSAGE" },
        { LQ_EVENT_PRESENCE, "PRESENCE" },
        { LQ_EVENT_ROSTER_LOADED, "ROSTER_LOADED" },
        { LQ_EVENT_ROSTER_CHANGED, "ROSTER_CHANGED" },
        { LQ_EVENT_ROSTER_REMOVED, "ROSTER_REMOVED" },
        { LQ_EVENT_ROSTER_REQUEST, "ROSTER_REQUEST" },
        { LQ_EVENT_ROSTER_APPROVED, "ROSTER_APPROVED" },
        { LQ_EVENT_ROSTER_DENIED, "ROSTER_DENIED" },
        { LQ_EVENT_ROSTER_CANCELLED, "ROSTER_CANCELLED" },
        { LQ_EVENT_RESOURCE_CHANGED, "RESOURCE_CHANGED" },
        { LQ_EVENT_RESOURCE_GONE, "RESOURCE_GONE" },
        { LQ_EVENT_RESOURCE_ERROR, "RESOURCE_ERROR" },
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].type == type) {
            return names[i].name;
        }
    }
    return "another event";
}

static void print_happening(const char *who, const happening *h)
{
    printf("    %s: %s %s", who, type_name(h->type), h->jid);
    if (h->error != LQ_OK) {
        printf(" %s %s %s", lq_error_name(h->error), h->condition, h->message);
    }
    if (h->stanza != NULL) {
        printf(" %s", lq_element_xml(h->stanza, lq_stanza_root(h->stanza)));
    }
    putchar('\n');
}

bool claim(const char *name, bool holds)
{
    if (holds) {
        printf("ok %s\n", name);
    } else {
        failed++;
        printf("not ok %s: it is not so; the newest events first:\n", name);
        for (const person *p = people; p != NULL; p = p->next) {
            for (const happening *h = p->happenings; h != NULL; h = h->next) {
                print_happening(p->name, h);
            }
        }
    }
    fflush(stdout);
    return holds;
}

int claims_failed(void) { return failed; }

/* ---- what happens ---- */

static void happening_free(happening *h)
{
    if (h != NULL) {
        lq_stanza_unref(h->stanza);
        free(h);
    }
}

static void copy(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%s", text == NULL ? "" : text);
}

static const char *event_jid(const lq_event *event)
{
    const lq_roster_item *item = lq_event_roster_item(event);
    const lq_resource *resource = lq_event_resource(event);

    return item != NULL       ? lq_roster_item_jid(item)
           : resource != NULL ? lq_resource_jid(resource)
                              : lq_stanza_sender(event->stanza);
}

static void note(person *p, const lq_event *event)
{
    const lq_failure *failure = lq_event_failure(event);
    happening *h = calloc(1, sizeof(*h));

    if (h == NULL) {
        abort();
    }
    h->type = event->type;
    h->error = event->error;
    h->id = event->id;
    h->stanza = event->stanza == NULL ? NULL : lq_stanza_ref(event->stanza);
    h->layer = lq_failure_layer(failure);
    copy(h->jid, sizeof(h->jid), event_jid(event));
    copy(h->condition, sizeof(h->condition), lq_failure_condition(failure));
    copy(h->message, sizeof(h->message), lq_failure_message(failure));
    h->next = p->happenings;
    p->happenings = h;
}

static void count_login(person *p, const char *text)
{
    char mechanism[32] = "";
    const char *at = strstr(text, "mechanism='");

    sscanf(at == NULL ? "" : at, "mechanism='%31[^']", mechanism);
    if (p->logins++ == 0) {
        copy(p->mechanism, sizeof(p->mechanism), mechanism);
    }
    p->other_logins += strcmp(p->mechanism, mechanism) != 0;
}

/* Traffic is counted rather than kept; standard error gets all of it. */
static void count(person *p, const lq_event *event)
{
    bool sent = false;
    const char *text = lq_event_trace(event, &sent);
    bool roster = strstr(text, "jabber:iq:roster") != NULL;

    fprintf(stderr, "%s %s %s\n", p->name, sent ? ">" : "<", text);
    if (sent) {
        if (strncmp(text, "<auth ", 6) == 0) {
            count_login(p, text);
        }
        p->versions_told += roster && strstr(text, " ver='") != NULL &&
                            strstr(text, " ver=''") == NULL;
    } else {
        p->rosters_received += roster && strstr(text, "<item") != NULL &&
                               strstr(text, "result") != NULL;
    }
}

static void take(person *p)
{
    const lq_event *event;

    while ((event = lq_stream_event(p->stream)) != NULL) {
        if (event->type == LQ_EVENT_TRACE) {
            count(p, event);
        } else {
            note(p, event);
        }
    }
}

/* ---- the net ---- */

bool talk_open(const talk_place *where)
{
    place = *where;
    context = lq_context_new();
    net = context == NULL ? NULL : lq_net_new(context);
    return net != NULL;
}

void talk_close(void)
{
    while (people != NULL) {
        person_free(people);
    }
    lq_net_free(net);
    lq_context_free(context);
}

lq_time talk_patience(void) { return lq_net_now(net) + PATIENCE; }

bool talk_turn(lq_time until)
{
    lq_time left = until - lq_net_now(net);
    lq_stream *stream;

    if (left <= 0 || lq_net_dispatch(net, left < 100 ? (int)left : 100) < 0) {
        return false;
    }
    while ((stream = lq_net_next(net)) != NULL) {
        take(lq_stream_user(stream));
    }
    lq_net_dispatch(net, 0); /* what handlers answered */
    return true;
}

void talk_pass(int ms)
{
    lq_time until = lq_net_now(net) + ms;

    while (talk_turn(until)) {
    }
}

bool talk_shell(const char *command)
{
    lq_time until = lq_net_now(net) + 4 * PATIENCE;
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    while (child > 0 && waitpid(child, &status, WNOHANG) == 0) {
        if (!talk_turn(until)) {
            return false;
        }
    }
    return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* ---- people ---- */

static lq_config *person_config(const char *jid, const char *password,
                                int transport)
{
    lq_config *config = lq_config_new(jid);
    int port = transport == LQ_TRANSPORT_TLS ? place.tls_port : place.port;

    if (config != NULL &&
        (lq_config_set_password(config, password) < 0 ||
         lq_config_set_host(config, place.host, port, transport) < 0 ||
         lq_config_add_ca_file(config, place.ca) < 0 ||
         lq_config_set_reconnect(config, RECONNECT_FIRST, RECONNECT_LAST) <
             0)) {
        lq_config_free(config);
        return NULL;
    }
    return config;
}

static person *person_make(const char *name, lq_config *config)
{
    person *p = calloc(1, sizeof(*p));

    if (p == NULL || config == NULL) {
        abort();
    }
    snprintf(p->name, sizeof(p->name), "%s", name);
    snprintf(p->jid, sizeof(p->jid), "%s@" TALK_DOMAIN, name);
    p->stream = lq_stream_new(context, config);
    lq_config_free(config);
    if (p->stream == NULL || lq_net_add(net, p->stream) < 0) {
        abort();
    }
    lq_stream_set_user(p->stream, p);
    lq_stream_trace(p->stream, true);
    p->next = people;
    people = p;
    return p;
}

person *person_new(const char *name, const char *resource, int transport)
{
    char jid[64], password[32];
    lq_config *config;
    person *p;

    snprintf(jid, sizeof(jid), "%s@" TALK_DOMAIN, name);
    snprintf(password, sizeof(password), "secret-%s", name);
    config = person_config(jid, password, transport);
    if (resource != NULL) {
        lq_config_set_resource(config, resource);
    }
    lq_config_set_timeout(config, LQ_TIMEOUT_QUESTION, 1000);
    p = person_make(name, config);
    p->roster = lq_roster_attach(p->stream);
    p->presence = lq_presence_attach(p->stream);
    p->messages = lq_messages_attach(p->stream);
    p->disco = lq_disco_attach(p->stream);
    p->ping = lq_ping_attach(p->stream);
    p->version = lq_version_attach(p->stream);
    return p;
}

person *person_new_bare(const char *name, const char *password, int transport,
                        lq_time request_timeout)
{
    char jid[64];
    lq_config *config;

    snprintf(jid, sizeof(jid), "%s@" TALK_DOMAIN, name);
    config = person_config(jid, password, transport);
    lq_config_set_timeout(config, LQ_TIMEOUT_REQUEST, request_timeout);
    return person_make(name, config);
}

void person_free(person *p)
{
    person **place_of = &people;

    while (*place_of != p) {
        place_of = &(*place_of)->next;
    }
    *place_of = p->next;
    person_forget(p);
    happening_free(p->asked);
    lq_net_remove(net, p->stream);
    lq_stream_free(p->stream);
    free(p);
}

bool person_start(person *p)
{
    talk_pass(BREATH);
    person_forget(p);
    return lq_stream_start(p->stream, lq_net_now(net)) == LQ_OK;
}

bool person_login(person *p)
{
    return person_start(p) && await(p, LQ_EVENT_ONLINE, NULL) != NULL &&
           (p->roster == NULL ||
            await(p, LQ_EVENT_ROSTER_LOADED, NULL) != NULL);
}

bool person_logout(person *p)
{
    const happening *closed;

    lq_stream_stop(p->stream, lq_net_now(net));
    closed = await(p, LQ_EVENT_CLOSED, NULL);
    return closed != NULL && closed->error == LQ_OK;
}

void person_forget(person *p)
{
    happening *h;

    while ((h = p->happenings) != NULL) {
        p->happenings = h->next;
        happening_free(h);
    }
}

/* ---- waiting ---- */

static bool jid_matches(const char *have, const char *want)
{
    size_t len = want == NULL ? 0 : strlen(want);

    return want == NULL || (strncmp(have, want, len) == 0 &&
                            (have[len] == '\0' || have[len] == '/'));
}

/* The oldest that matches leaves the list. */
static const happening *find(person *p, int type, const char *jid, lq_id id)
{
    happening **found = NULL, **at;

    for (at = &p->happenings; *at != NULL; at = &(*at)->next) {
        if ((*at)->type == type && jid_matches((*at)->jid, jid) &&
            (id == 0 || (*at)->id == id)) {
            found = at;
        }
    }
    if (found == NULL) {
        return NULL;
    }
    happening_free(p->asked);
    p->asked = *found;
    *found = p->asked->next;
    return p->asked;
}

static const happening *wait_for(person *p, int type, const char *jid, lq_id id)
{
    lq_time until = talk_patience();
    const happening *h;

    while ((h = find(p, type, jid, id)) == NULL && talk_turn(until)) {
    }
    return h;
}

const happening *await(person *p, int type, const char *jid)
{
    return wait_for(p, type, jid, 0);
}

const happening *await_id(person *p, int type, lq_id id)
{
    return id <= 0 ? NULL : wait_for(p, type, NULL, id);
}

const happening *happened(person *p, int type, const char *jid)
{
    return find(p, type, jid, 0);
}
