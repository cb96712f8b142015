/* tlspeer.h - the TLS that a peer speaks, by a GnuTLS server in memory.
 *
 * Certificates are made when they are first needed, by an authority that was
 * made for the day:
 *
 *     lq_config_add_ca(config, tlspeer_ca(), strlen(tlspeer_ca()));
 *     peer_connect(p, LQ_TRANSPORT_TLS);
 *     tlspeer_begin(&tls, p, TLSPEER_GOOD, TLSPEER_ANY);
 *     peer_header(p, ...);                       everything else as without
 *     tlspeer_end(&tls); */
#ifndef TESTS_TLSPEER_H
#define TESTS_TLSPEER_H

#include <gnutls/gnutls.h>
#include <stdbool.h>

#include "certificate.h"
#include "peer.h"

enum {
    TLSPEER_GOOD = 0,
    TLSPEER_EXPIRED,
    TLSPEER_EARLY, /* not valid yet */
    TLSPEER_OTHER, /* of another domain */
    TLSPEER_SELF_SIGNED,
    TLSPEER_STRANGER, /* of an authority that nobody knows */
    TLSPEER_KINDS,
};

#define TLSPEER_ANY "NORMAL"
#define TLSPEER_1_3 "NORMAL:-VERS-ALL:+VERS-TLS1.3"
#define TLSPEER_1_2 "NORMAL:-VERS-ALL:+VERS-TLS1.2"

typedef struct tlspeer {
    peer_layer layer; /* first */
    peer *p;
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
    char *in, *out; /* from and to the stream */
    size_t in_len, out_len;
    size_t heard; /* bytes that came through */
    char *early;  /* what came before the handshake was through */
    size_t early_len;
    bool established;
    bool closed; /* close_notify has come */
    int error;   /* what GnuTLS said, if fatal */
} tlspeer;

/* The authority that signed all but the last two, in PEM. */
const char *tlspeer_ca(void);

const certificate *tlspeer_authority(void);
const certificate *tlspeer_certificate(int kind);

/* The SHA-256 of KIND's certificate in hex. */
const char *tlspeer_fingerprint(int kind);

/* From now on P speaks TLS with KIND's certificate, as PRIORITY says. */
void tlspeer_begin(tlspeer *t, peer *p, int kind, const char *priority);
void tlspeer_end(tlspeer *t);

/* The same with a certificate of the test's own. */
void tlspeer_begin_as(tlspeer *t, peer *p, const certificate *c,
                      const char *priority);

/* Say close_notify. */
void tlspeer_bye(tlspeer *t);

/* The same for a server that allows early data, and remembers who has sent
 * some. */
void tlspeer_begin_early(tlspeer *t, peer *p, const certificate *c,
                         const char *priority);

/* ---- sessions that are resumed ---- */

/* T, which has just begun, gives tickets and takes those of all who did. */
void tlspeer_take_tickets(tlspeer *t);

/* Tickets that were given are taken by nobody any more. */
void tlspeer_forget_tickets(void);

/* Whether a ticket was taken. */
bool tlspeer_is_resumed(const tlspeer *t);

/* Whoever asks GnuTLS (ours, too) is told a time so many SECONDS ahead. */
void tlspeer_set_clock(long seconds);

/* From now until TLSPEER_GOOD expires, in seconds. */
enum { TLSPEER_GOOD_FOR = 24 * 60 * 60 };

#endif
