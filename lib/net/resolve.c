/* resolve.c - SRV records, RFC 6120 section 3.2.1 and XEP-0368.
 *
 * Both services are asked for at once and give one list.  The domain itself is
 * tried only if no service said anything about itself: neither that it is
 * there, nor, by the target ".", that it is not.
 *
 * c-ares cannot take one question back.  A lookup that nobody waits for any
 * more lives on until its last answer, with its line forgotten. */
#include "resolve.h"

#include "line.h"
#include "net.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKUP_PORT = 5222, LOOKUP_NAME_MAX = 300 };

static const struct service {
    const char *name;
    int transport;
} services[] = {
    { "_xmpps-client._tcp", LQ_TRANSPORT_TLS },
    { "_xmpp-client._tcp", LQ_TRANSPORT_STARTTLS },
};

enum { SERVICES = sizeof(services) / sizeof(services[0]) };

typedef struct lq_question {
    lq_ask ask;
    lq_lookup *lookup;
    const struct service *service;
} lq_question;

struct lq_lookup {
    lq_line *line; /* who waits, or NULL */
    lq_resolver *resolver;
    int open;      /* questions without an answer */
    bool answered; /* a service said something */
    bool failed;   /* memory ran out */
    int transport;
    char *domain;
    lq_question questions[SERVICES];
};

static bool lookup_wants(const lq_lookup *lookup, int transport)
{
    return lookup->transport == LQ_TRANSPORT_ANY ||
           lookup->transport == transport;
}

static void lookup_destroy(lq_lookup *lookup)
{
    free(lookup->domain);
    free(lookup);
}

static void lookup_add(lq_lookup *lookup, const lq_target *target)
{
    if (lq_targets_add_ranked(&lookup->line->targets, target) < 0) {
        lookup->failed = true;
    }
}

/* No service knows of itself: the domain is the target (RFC 6120, 3.2.2). */
static void lookup_fall_back(lq_lookup *lookup)
{
    if (lookup_wants(lookup, LQ_TRANSPORT_STARTTLS) &&
        lq_targets_add(&lookup->line->targets, lookup->domain, LOOKUP_PORT,
                       LQ_TRANSPORT_STARTTLS) < 0) {
        lookup->failed = true;
    }
}

static void lookup_finish(lq_lookup *lookup)
{
    lq_targets *targets = &lookup->line->targets;

    if (!lookup->answered) {
        lookup_fall_back(lookup);
    }
    if (lookup->failed) {
        lq_targets_note(targets, lookup->domain, "out of memory");
    } else if (targets->count == 0) {
        lq_targets_note(targets, lookup->domain,
                        "offers no service to clients");
    }
    lq_targets_order(targets);
    lq_net_wake(lookup->line);
}

/* ---- questions ---- */

/* The root, ".", stands for "not here" (RFC 2782, "Target"). */
static void question_take(lq_question *question,
                          const struct ares_srv_reply *record)
{
    lq_target target = {
        .host = record->host,
        .port = record->port,
        .transport = question->service->transport,
        .priority = record->priority,
        .weight = record->weight,
    };

    question->lookup->answered = true;
    if (record->host[0] != '\0' && strcmp(record->host, ".") != 0) {
        lookup_add(question->lookup, &target);
    }
}

static void question_name(const lq_question *question, char *name)
{
    snprintf(name, LOOKUP_NAME_MAX, "%s.%s", question->service->name,
             question->lookup->domain);
}

/* No records, or no such domain, says nothing about the service. */
static void question_judge(lq_question *question, int status,
                           const unsigned char *answer, int len)
{
    struct ares_srv_reply *records = NULL, *record;
    char name[LOOKUP_NAME_MAX];

    if (status == ARES_SUCCESS) {
        status = ares_parse_srv_reply(answer, len, &records);
    }
    if (status == ARES_SUCCESS) {
        for (record = records; record != NULL; record = record->next) {
            question_take(question, record);
        }
        ares_free_data(records);
        return;
    }
    if (status != ARES_ENODATA && status != ARES_ENOTFOUND) {
        question_name(question, name);
        lq_targets_note(&question->lookup->line->targets, name,
                        ares_strerror(status));
    }
}

static void question_answered(void *arg, int status, int timeouts,
                              unsigned char *answer, int len)
{
    lq_question *question = arg;
    lq_lookup *lookup = question->lookup;

    (void)timeouts;
    lq_resolver_done(lookup->resolver);
    if (lookup->line != NULL && status == ARES_EDESTRUCTION) {
        /* other name servers are to be asked */
        lq_resolver_ask(lookup->resolver, &question->ask);
        return;
    }
    lookup->open--;
    if (lookup->line != NULL) {
        question_judge(question, status, answer, len);
    }
    if (lookup->open > 0) {
        return;
    }
    if (lookup->line == NULL) {
        lookup_destroy(lookup);
        return;
    }
    lookup_finish(lookup);
}

static void question_put(lq_ask *ask, ares_channel channel)
{
    lq_question *question = (lq_question *)ask;
    char name[LOOKUP_NAME_MAX];

    if (channel == NULL || question->lookup->line == NULL) {
        question_answered(question, ARES_ENOMEM, 0, NULL, 0);
        return;
    }
    question_name(question, name);
    ares_query(channel, name, ns_c_in, ns_t_srv, question_answered, question);
}

/* ---- lookups ---- */

/* An address needs no lookup, and a name too long for DNS can have none. */
static bool lookup_is_needless(const char *domain)
{
    unsigned char address[sizeof(struct in6_addr)];

    return domain[0] == '[' || inet_pton(AF_INET, domain, address) == 1 ||
           inet_pton(AF_INET6, domain, address) == 1 || strlen(domain) > 255;
}

static void lookup_ask(lq_lookup *lookup)
{
    size_t i;

    for (i = 0; i < SERVICES; i++) {
        lookup->questions[i] = (lq_question){
            .ask.put = question_put,
            .lookup = lookup,
            .service = &services[i],
        };
        lookup->open += lookup_wants(lookup, services[i].transport);
    }
    for (i = 0; i < SERVICES; i++) {
        if (lookup_wants(lookup, services[i].transport)) {
            lq_resolver_ask(lookup->resolver, &lookup->questions[i].ask);
        }
    }
}

lq_lookup *lq_lookup_new(lq_line *line, const char *domain, int transport)
{
    lq_lookup *lookup = calloc(1, sizeof(*lookup));

    if (lookup == NULL) {
        return NULL;
    }
    lookup->line = line;
    lookup->resolver = &line->net->resolver;
    lookup->transport = transport;
    lookup->domain = strdup(domain);
    if (lookup->domain == NULL) {
        free(lookup);
        return NULL;
    }
    if (lookup_is_needless(domain)) {
        lookup_finish(lookup);
    } else {
        lookup_ask(lookup);
    }
    return lookup;
}

bool lq_lookup_is_done(const lq_lookup *lookup) { return lookup->open == 0; }

void lq_lookup_free(lq_lookup *lookup)
{
    if (lookup == NULL) {
        return;
    }
    lookup->line = NULL;
    if (lookup->open == 0) {
        lookup_destroy(lookup);
    }
}
