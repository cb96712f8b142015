/* floors.c - what a login cannot do without: a GnuTLS handshake, PBKDF2, and
 * SCRAM by libgsasl, which is given the salted password.
 *
 * The floor of a first login is a full handshake and all of SCRAM; that of a
 * reconnect is a handshake resumed by a ticket, and SCRAM with the salted
 * password remembered.  The parts are measured alone too. */
#include <gnutls/crypto.h>
#include <gsasl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/gate.h"
#include "login.h"

enum { KEY_LEN = 32, HEX_SIZE = 2 * KEY_LEN + 1 };

typedef struct self {
    tls_end client, server;
    gnutls_datum_t ticket; /* to resume with; data is NULL at first */
    bool resumes;
    Gsasl *gsasl;
    Gsasl_session *session;
    scram scram;      /* the server's */
    const char *said; /* to the client, in base64 */
    char *heard;      /* from it, to be freed */
    bool remembers;
    char salted[HEX_SIZE]; /* the salted password */
} self;

/* ---- TLS ---- */

static void client_shake(void *argument)
{
    self *s = argument;

    if (s->client.session == NULL) {
        tls_connect(&s->client, s->resumes ? &s->ticket : NULL);
    }
    tls_shake(&s->client);
}

static void client_read(void *argument)
{
    self *s = argument;
    char byte;

    if (tls_end_read(&s->client, &byte, 1) != 1) {
        bench_die("nothing came through TLS");
    }
}

static void client_leave(void *argument)
{
    self *s = argument;

    gnutls_deinit(s->client.session);
    s->client.session = NULL;
}

/* The tickets come before what the server says first. */
static void tls_login(self *s, bench_cost *cost)
{
    tls_serve(&s->server);
    while (!s->client.established || !s->server.established) {
        gate_measure(client_shake, s, cost);
        tls_pass_on(&s->client, &s->server);
        tls_shake(&s->server);
        tls_pass_on(&s->server, &s->client);
    }
    tls_end_write(&s->server, "<", 1, 1);
    tls_pass_on(&s->server, &s->client);
    gate_measure(client_read, s, cost);
    if (s->ticket.data != NULL && s->resumes &&
        gnutls_session_is_resumed(s->client.session) == 0) {
        bench_die("TLS was not resumed");
    }
}

static void tls_keep_ticket(self *s)
{
    gnutls_free(s->ticket.data);
    if (gnutls_session_get_data2(s->client.session, &s->ticket) < 0) {
        bench_die("there is no ticket");
    }
}

static void tls_logout(self *s, bench_cost *cost)
{
    gate_measure(client_leave, s, cost);
    tls_end_clear(&s->client);
    tls_end_clear(&s->server);
}

/* ---- SCRAM ---- */

static void derive(void *argument)
{
    self *s = argument;
    unsigned char key[KEY_LEN];
    gnutls_datum_t base64 = { (unsigned char *)SCRAM_SALT,
                              sizeof(SCRAM_SALT) - 1 };
    gnutls_datum_t password = { (unsigned char *)GATE_PASSWORD,
                                sizeof(GATE_PASSWORD) - 1 };
    gnutls_datum_t salt;

    if (gnutls_base64_decode2(&base64, &salt) < 0 ||
        gnutls_pbkdf2(GNUTLS_MAC_SHA256, &password, &salt,
                      (unsigned)atoi(GATE_ITERATIONS), key, KEY_LEN) < 0) {
        bench_die("PBKDF2 failed");
    }
    gnutls_free(salt.data);
    for (int i = 0; i < KEY_LEN; i++) {
        snprintf(s->salted + 2 * i, 3, "%02x", key[i]);
    }
}

static int give(Gsasl *gsasl, Gsasl_session *session, Gsasl_property property)
{
    self *s = gsasl_callback_hook_get(gsasl);

    switch (property) {
    case GSASL_AUTHID:
        return gsasl_property_set(session, property, "juliet");
    case GSASL_SCRAM_SALTED_PASSWORD:
        if (!s->remembers) {
            derive(s);
        }
        return gsasl_property_set(session, property, s->salted);
    default:
        return GSASL_NO_CALLBACK;
    }
}

static void client_step(void *argument)
{
    self *s = argument;
    int rv = GSASL_OK;

    if (s->session == NULL) {
        rv = gsasl_client_start(s->gsasl, "SCRAM-SHA-256", &s->session);
    }
    if (rv == GSASL_OK) {
        rv = gsasl_step64(s->session, s->said, &s->heard);
    }
    if (rv != GSASL_OK && rv != GSASL_NEEDS_MORE) {
        bench_die("libgsasl: %s", gsasl_strerror(rv));
    }
}

static void client_finish(void *argument)
{
    self *s = argument;

    client_step(s);
    gsasl_finish(s->session);
    s->session = NULL;
}

static void hear(self *s, const char *problem)
{
    gsasl_free(s->heard);
    s->heard = NULL;
    if (problem != NULL) {
        bench_die("SCRAM: %s", problem);
    }
}

static void scram_login(self *s, bench_cost *cost)
{
    char *base64;

    s->scram = (scram){ .password = GATE_PASSWORD };
    s->said = NULL;
    gate_measure(client_step, s, cost);
    hear(s, scram_client_first(&s->scram, "SCRAM-SHA-256", s->heard));
    scram_answer(&s->scram, "BenchBenchBench", SCRAM_SALT, GATE_ITERATIONS, "");
    s->said = base64 =
        base64_write(s->scram.server_first, strlen(s->scram.server_first));
    gate_measure(client_step, s, cost);
    free(base64);
    hear(s, scram_client_final(&s->scram, s->heard));
    s->said = base64 =
        base64_write(s->scram.server_final, strlen(s->scram.server_final));
    gate_measure(client_finish, s, cost);
    hear(s, NULL);
    free(base64);
}

/* ---- the ways ---- */

static void *begin(void)
{
    self *s = bench_alloc(sizeof(*s));

    *s = (self){ .said = NULL };
    tls_prepare();
    if (gsasl_init(&s->gsasl) != GSASL_OK) {
        bench_die("out of memory");
    }
    gsasl_callback_hook_set(s->gsasl, s);
    gsasl_callback_set(s->gsasl, give);
    return s;
}

/* With what the first login has left. */
static void *begin_again(void)
{
    self *s = begin();

    derive(s);
    s->remembers = true;
    tls_login(s, NULL);
    tls_keep_ticket(s);
    tls_logout(s, NULL);
    s->resumes = true;
    return s;
}

static void end(void *argument)
{
    self *s = argument;

    gnutls_free(s->ticket.data);
    gsasl_done(s->gsasl);
    free(s);
}

static void login_first(void *argument, bench_cost *cost)
{
    tls_login(argument, cost);
    scram_login(argument, cost);
    tls_logout(argument, NULL);
}

static void login_again(void *argument, bench_cost *cost)
{
    self *s = argument;

    tls_login(s, cost);
    scram_login(s, cost);
    tls_keep_ticket(s);
    tls_logout(s, cost);
}

static void only_tls(void *argument, bench_cost *cost)
{
    tls_login(argument, cost);
    tls_logout(argument, NULL);
}

static void only_pbkdf2(void *argument, bench_cost *cost)
{
    gate_measure(derive, argument, cost);
}

static void only_scram(void *argument, bench_cost *cost)
{
    scram_login(argument, cost);
}

const way ways_floors[] = {
    { "first login", "floor", "full handshake, PBKDF2, SCRAM", "floor", begin,
      login_first, end },
    { "reconnect", "floor", "resumed handshake, SCRAM", "floor", begin_again,
      login_again, end },
    { "part", "tls full", "GnuTLS, verified", "tls full", begin, only_tls,
      end },
    { "part", "tls resumed", "GnuTLS, by a ticket", "tls full", begin_again,
      only_tls, end },
    { "part", "pbkdf2", "gnutls_pbkdf2()", "tls full", begin, only_pbkdf2,
      end },
    { "part", "scram", "libgsasl, given the salted password", "tls full",
      begin_again, only_scram, end },
    { 0 },
};
