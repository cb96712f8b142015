/* tlstalk.h - a stream that talks to a server of the test's over direct TLS.
 *
 *     talk_begin(talk_config(), _i);
 *     talk_connect(&c, TLSPEER_1_3);
 *     talk_login();
 *     talk_lose();
 *     talk_end(); */
#ifndef TESTS_TLSTALK_H
#define TESTS_TLSTALK_H

#include "peer.h"
#include "stream/stream.h"
#include "tlspeer.h"

typedef struct tlstalk {
    peer *p;
    tlspeer tls;
    const certificate *client_ca; /* the server asks for a certificate and
                                     names this one; NULL: it does not ask */
    bool early;                   /* the server takes early data */
    void (*prepare)(void);        /* called when .tls has just begun */
} tlstalk;

extern tlstalk talk;

/* For the usual account, which trusts tlspeer_ca() and its own password. */
lq_config *talk_config(void);

/* A stream for CONFIG, which is freed; the clock is right. */
void talk_begin(lq_config *config, int chunk_index);
void talk_end(void);

/* It is so many SECONDS later (by the context's clock) than when it began. */
void talk_set_clock(long seconds);

/* A transport to a server with C, which gives and takes tickets. */
void talk_connect(const certificate *c, const char *priority);

/* The same once there is a transport. */
void talk_serve(const certificate *c, const char *priority);

/* Go through the handshake.  The id of the question that it asks, or 0. */
lq_id talk_shake_hands(void);

/* Log in by PLAIN and come online. */
void talk_login(void);

/* The transport breaks; OFFLINE is taken. */
void talk_lose(void);

/* Connect, log in and lose it; whether the session was RESUMED. */
void talk_once(const certificate *c, const char *priority, bool resumed);

/* The connection has failed for good, for REASON, before the server heard a
 * word.  Both are CLOSED. */
void talk_expect_refusal(const char *reason);

/* Our end. */
lq_tls *talk_ours(void);

/* TEXT must have WORD in it. */
void talk_says(const char *text, const char *word);

#endif
