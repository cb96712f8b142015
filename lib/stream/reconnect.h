/* reconnect.h - when to try again, and where. */
#ifndef LQ_RECONNECT_H
#define LQ_RECONNECT_H

#include <loquat/event.h>

#include "stream/timer.h"

typedef struct lq_reconnect {
    lq_timer timer;
    uint16_t failures; /* in a row */
    uint8_t unknown;   /* ... because no server knew the domain */
    uint8_t redirects; /* since a session last held */
    bool redirected;   /* the next target is another, or how it is spoken to:
                          no wait */
    uint16_t port;     /* of .host */
    lq_time online_at; /* when the session began; LQ_NEVER: it did not */
    char *host;        /* where a redirect sends us, or NULL */
    char *domain;      /* the account's in ASCII; NULL: it is so already */
} lq_reconnect;

enum { LQ_REDIRECTS_MAX = 3 };

void lq_reconnect_init(lq_reconnect *reconnect);
void lq_reconnect_clear(lq_reconnect *reconnect);

/* We want to be online: try at once, and as if for the first time.  LQ_OK or
 * LQ_E_NOMEM. */
int lq_reconnect_start(lq_stream *stream);

/* Try at once. */
int lq_reconnect_now(lq_stream *stream);

/* The connection FAILURE ended; wait, or go where the redirect says.  False:
 * never again. */
bool lq_reconnect_after(lq_stream *stream, const lq_failure *failure);

/* This connection will end for a reason that the next one will not have: do not
 * wait. */
void lq_reconnect_at_once(lq_reconnect *reconnect);

/* Go to ADDRESS (host, host:port, [v6], [v6]:port) next; RFC 6120, 4.9.3.19.
 * False if it is none, or redirects were too many. */
bool lq_reconnect_redirect(lq_stream *stream, const char *address);

#endif
