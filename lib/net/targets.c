/* targets.c - the list that is worked off from first to last.
 *
 * Each failure is noted in words, "host:port [address]: what it said", one
 * behind the other with "; " between, so that a person sees all that was tried.
 * A note that finds no memory is left out. */
#include "targets.h"

#include <loquat/base.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void lq_targets_clear(lq_targets *targets)
{
    size_t i;

    for (i = 0; i < targets->count; i++) {
        free(targets->list[i].host);
    }
    free(targets->list);
    free(targets->text);
    *targets = (lq_targets){ .list = NULL };
}

int lq_targets_add_ranked(lq_targets *targets, const lq_target *target)
{
    lq_target *list, added = *target;

    if (targets->count == LQ_TARGETS_MAX) {
        return LQ_OK;
    }
    list = realloc(targets->list, (targets->count + 1) * sizeof(*list));
    if (list == NULL) {
        return LQ_E_NOMEM;
    }
    targets->list = list;
    added.host = strdup(target->host);
    if (added.host == NULL) {
        return LQ_E_NOMEM;
    }
    list[targets->count++] = added;
    return LQ_OK;
}

/* An IPv6 address may stand in brackets, as it does in JIDs. */
int lq_targets_add(lq_targets *targets, const char *host, int port,
                   int transport)
{
    lq_target target = { .port = port, .transport = transport };
    size_t len = strlen(host);
    bool bracketed = len > 2 && host[0] == '[' && host[len - 1] == ']';
    int rv;

    target.host = bracketed ? strndup(host + 1, len - 2) : strdup(host);
    if (target.host == NULL) {
        return LQ_E_NOMEM;
    }
    rv = lq_targets_add_ranked(targets, &target);
    free(target.host);
    return rv;
}

/* ---- order ---- */

/* A random number from 0 to MAX.  Where the system has none at hand it is 0:
 * only the load of the servers suffers. */
static uint32_t targets_random(uint32_t max)
{
    uint64_t number;

    if (getrandom(&number, sizeof(number), GRND_NONBLOCK) !=
        (ssize_t)sizeof(number)) {
        return 0;
    }
    return (uint32_t)(number % ((uint64_t)max + 1));
}

/* By priority; those of weight 0 first among equals, which gives them their
 * small chance (RFC 2782, "Weight"). */
static int targets_compare(const void *a, const void *b)
{
    const lq_target *left = a, *right = b;

    if (left->priority != right->priority) {
        return left->priority < right->priority ? -1 : 1;
    }
    return (left->weight != 0) - (right->weight != 0);
}

/* Bring one of the COUNT targets at LIST to its front, the likelier the more
 * it weighs. */
static void targets_draw(lq_target *list, size_t count)
{
    uint32_t sum = 0, running = 0, drawn;
    lq_target chosen;
    size_t i;

    for (i = 0; i < count; i++) {
        sum += list[i].weight;
    }
    drawn = targets_random(sum);
    for (i = 0; i < count - 1; i++) {
        running += list[i].weight;
        if (running >= drawn) {
            break;
        }
    }
    chosen = list[i];
    memmove(list + 1, list, i * sizeof(*list));
    list[0] = chosen;
}

void lq_targets_order(lq_targets *targets)
{
    lq_target *list = targets->list;
    size_t i, end;

    if (targets->count == 0) {
        return;
    }
    qsort(list, targets->count, sizeof(*list), targets_compare);
    for (i = 0; i < targets->count; i++) {
        end = i + 1;
        while (end < targets->count && list[end].priority == list[i].priority) {
            end++;
        }
        targets_draw(list + i, end - i);
    }
}

const lq_target *lq_targets_next(lq_targets *targets)
{
    return targets->next < targets->count ? &targets->list[targets->next++]
                                          : NULL;
}

/* ---- what was said ---- */

void lq_targets_note(lq_targets *targets, const char *subject, const char *what)
{
    const char *between = targets->text_len > 0 ? "; " : "";
    size_t len = strlen(between) + strlen(subject) + 2 + strlen(what);
    char *text;

    if (len >= LQ_TARGETS_TEXT_MAX - targets->text_len) {
        return;
    }
    text = realloc(targets->text, targets->text_len + len + 1);
    if (text == NULL) {
        return;
    }
    snprintf(text + targets->text_len, len + 1, "%s%s: %s", between, subject,
             what);
    targets->text = text;
    targets->text_len += len;
}

void lq_targets_say(lq_targets *targets, const lq_target *target,
                    const char *address, const char *what)
{
    bool is_ipv6 = strchr(target->host, ':') != NULL;
    bool is_news = address != NULL && strcmp(address, target->host) != 0;
    char subject[512];

    snprintf(subject, sizeof(subject), "%s%.255s%s:%d%s%s%s",
             is_ipv6 ? "[" : "", target->host, is_ipv6 ? "]" : "", target->port,
             is_news ? " [" : "", is_news ? address : "", is_news ? "]" : "");
    lq_targets_note(targets, subject, what);
}
