/* reconnect.c - see reconnect.h.
 *
 * Exponential backoff with full jitter: after n failures in a row a random
 * time up to FIRST * 2^n passes, and at most LAST.  A session that held for a
 * while is a success, and the first try after it is made at once; one that the
 * server ends soon is none, or it could make us knock without pause. */
#include "stream/reconnect.h"

#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "stream/stream.h"

enum {
    HELD_MS = 30000,
    UNKNOWN_MAX = 3, /* servers, one after the other, that do not serve us */
};

static void reconnect_fire(lq_stream *stream, lq_timer *timer)
{
    (void)timer;
    if (lq_reconnect_now(stream) < 0) {
        lq_timer_set(stream, &stream->reconnect.timer,
                     lq_time_after(stream->now, 1000)); /* for want of memory */
    }
    stream->changed = true;
}

void lq_reconnect_init(lq_reconnect *reconnect)
{
    reconnect->timer.fire = reconnect_fire;
    reconnect->timer.fixed = true;
    reconnect->online_at = LQ_NEVER;
}

void lq_reconnect_clear(lq_reconnect *reconnect)
{
    lq_free(reconnect->host);
    lq_free(reconnect->domain);
}

int lq_reconnect_start(lq_stream *stream)
{
    lq_reconnect *reconnect = &stream->reconnect;

    reconnect->failures = 0;
    reconnect->redirects = reconnect->unknown = 0;
    reconnect->redirected = false;
    reconnect->online_at = LQ_NEVER;
    lq_replace(&reconnect->host, NULL);
    return lq_reconnect_now(stream);
}

int lq_reconnect_now(lq_stream *stream)
{
    if (stream->next == NULL) {
        stream->next = lq_connection_new();
    }
    return stream->next == NULL ? LQ_E_NOMEM : LQ_OK;
}

static lq_time reconnect_delay(const lq_stream *stream)
{
    lq_time most = stream->config.reconnect_first;
    lq_time last = stream->config.reconnect_last;
    uint64_t random = 0;

    if (stream->reconnect.failures == 0) {
        return 0;
    }
    for (unsigned i = 1; i < stream->reconnect.failures && most < last; i++) {
        most = most > last / 2 ? last : 2 * most;
    }
    if (lq_random_fill(&random, sizeof(random)) < 0) {
        return most;
    }
    return (lq_time)(random % ((uint64_t)most + 1));
}

static bool reconnect_held(const lq_stream *stream)
{
    lq_time since = stream->reconnect.online_at;

    return since != LQ_NEVER && stream->now - since >= HELD_MS;
}

/* ---- where ---- */

/* "host", "host:port", "[v6]", "[v6]:port"; a bare v6 address is no RFC's but
 * cannot be meant otherwise. */
static bool redirect_split(char *address, long *port, char **host)
{
    char *colon = strrchr(address, ':');
    char *close = strrchr(address, ']');
    bool literal = address[0] == '[';

    *port = 5222;
    *host = address;
    if (literal) {
        if (close == NULL || (close[1] != '\0' && close[1] != ':')) {
            return false;
        }
        colon = close[1] == ':' ? close + 1 : NULL;
        *close = '\0';
        *host = address + 1;
    } else if (colon != NULL && strchr(address, ':') != colon) {
        colon = NULL;
    }
    if (colon != NULL) {
        *colon = '\0';
        return lq_text_number(colon + 1, 1, 65535, port) && (*host)[0] != '\0';
    }
    return (*host)[0] != '\0';
}

/* Go to ADDRESS next; NULL: to the domain.  False if it is no address. */
static bool reconnect_locate(lq_stream *stream, const char *address)
{
    lq_reconnect *reconnect = &stream->reconnect;
    char *copy = lq_strdup(address), *host;
    long port;
    bool fine = copy != NULL && strlen(address) < 512 &&
                redirect_split(copy, &port, &host) &&
                lq_replace(&reconnect->host, host) == LQ_OK;

    if (fine) {
        reconnect->port = (uint16_t)port;
    }
    lq_free(copy);
    return fine;
}

/* ---- when ---- */

/* No server that we found serves the domain: perhaps the next one does, but
 * not the tenth. */
static bool reconnect_is_unknown(lq_stream *stream, const lq_failure *failure)
{
    lq_reconnect *reconnect = &stream->reconnect;

    if (!lq_text_equal(failure->condition, "host-unknown")) {
        reconnect->unknown = 0;
        return false;
    }
    return ++reconnect->unknown >= UNKNOWN_MAX;
}

bool lq_reconnect_after(lq_stream *stream, const lq_failure *failure)
{
    lq_reconnect *reconnect = &stream->reconnect;
    bool held = reconnect_held(stream);
    bool was_online = reconnect->online_at != LQ_NEVER;
    bool redirected = reconnect->redirected;

    reconnect->online_at = LQ_NEVER;
    reconnect->redirected = false;
    if (redirected && !failure->final) {
        lq_timer_set(stream, &reconnect->timer, stream->now);
        return true;
    }
    reconnect->redirects = 0;
    lq_replace(&reconnect->host, NULL);
    if (failure->final || reconnect_is_unknown(stream, failure) ||
        stream->config.reconnect_first == LQ_NEVER) {
        return false;
    }
    if (was_online && lq_sm_is_resumable(stream)) {
        reconnect_locate(stream, stream->sm->location);
    }
    reconnect->failures = held ? 0
                          : reconnect->failures < UINT16_MAX
                              ? (uint16_t)(reconnect->failures + 1)
                              : UINT16_MAX;
    lq_timer_set(stream, &reconnect->timer,
                 lq_time_after(stream->now, reconnect_delay(stream)));
    return true;
}

void lq_reconnect_at_once(lq_reconnect *reconnect)
{
    reconnect->redirected = true;
}

bool lq_reconnect_redirect(lq_stream *stream, const char *address)
{
    lq_reconnect *reconnect = &stream->reconnect;

    if (reconnect_held(stream)) {
        reconnect->redirects = 0;
    }
    if (reconnect->redirects >= LQ_REDIRECTS_MAX ||
        !reconnect_locate(stream, address)) {
        return false;
    }
    reconnect->redirects++;
    reconnect->redirected = true;
    return true;
}

/* ---- for the program ---- */

static int network_changed(lq_stream *stream)
{
    lq_reconnect *reconnect = &stream->reconnect;
    int rv = LQ_OK;

    if (stream->state == LQ_STATE_WAITING && stream->next == NULL) {
        reconnect->failures = 0;
        rv = lq_reconnect_now(stream);
        if (rv == LQ_OK) {
            lq_timer_set(stream, &reconnect->timer, LQ_NEVER);
            stream->changed = true;
        }
    } else {
        lq_liveness_ask(stream);
    }
    return rv;
}

int lq_stream_network_changed(lq_stream *stream, lq_time now)
{
    int rv;

    if (!lq_stream_enter(stream, now)) {
        return LQ_E_BUSY;
    }
    rv = network_changed(stream);
    lq_stream_leave(stream);
    return rv;
}
