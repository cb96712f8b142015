/* server.c - see server.h. */
#define _GNU_SOURCE
#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../common/bench.h"

enum { HEARD_MAX = 16384, DAY = 86400 };

static void check(int rv, const char *what)
{
    if (rv < 0) {
        bench_die("%s: %s", what, gnutls_strerror(rv));
    }
}

/* ---- certificates ---- */

static void certificate_begin(gnutls_x509_crt_t *certificate,
                              gnutls_x509_privkey_t *key, const char *name,
                              unsigned char serial)
{
    gnutls_x509_crt_t c;

    check(gnutls_x509_privkey_init(key), "key");
    check(gnutls_x509_privkey_generate(
              *key, GNUTLS_PK_ECDSA,
              GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
          "key");
    check(gnutls_x509_crt_init(&c), "certificate");
    gnutls_x509_crt_set_version(c, 3);
    gnutls_x509_crt_set_serial(c, &serial, 1);
    gnutls_x509_crt_set_dn_by_oid(c, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                  (unsigned)strlen(name));
    gnutls_x509_crt_set_activation_time(c, time(NULL) - DAY);
    gnutls_x509_crt_set_expiration_time(c, time(NULL) + 90 * DAY);
    check(gnutls_x509_crt_set_key(c, *key), "certificate");
    *certificate = c;
}

void server_init(server *s)
{
    certificate_begin(&s->authority, &s->authority_key, "Bench CA", 1);
    gnutls_x509_crt_set_basic_constraints(s->authority, 1, -1);
    gnutls_x509_crt_set_key_usage(s->authority, GNUTLS_KEY_KEY_CERT_SIGN);
    check(gnutls_x509_crt_sign2(s->authority, s->authority, s->authority_key,
                                GNUTLS_DIG_SHA256, 0),
          "signature");
    certificate_begin(&s->certificate, &s->key, SERVER_DOMAIN, 2);
    gnutls_x509_crt_set_subject_alt_name(
        s->certificate, GNUTLS_SAN_DNSNAME, SERVER_DOMAIN,
        (unsigned)strlen(SERVER_DOMAIN), GNUTLS_FSAN_SET);
    gnutls_x509_crt_set_key_usage(s->certificate, GNUTLS_KEY_DIGITAL_SIGNATURE);
    gnutls_x509_crt_set_key_purpose_oid(s->certificate,
                                        GNUTLS_KP_TLS_WWW_SERVER, 0);
    check(gnutls_x509_crt_sign2(s->certificate, s->authority, s->authority_key,
                                GNUTLS_DIG_SHA256, 0),
          "signature");
    check(gnutls_x509_crt_export2(s->authority, GNUTLS_X509_FMT_PEM, &s->pem),
          "authority");
}

void server_clear(server *s)
{
    gnutls_x509_crt_deinit(s->authority);
    gnutls_x509_crt_deinit(s->certificate);
    gnutls_x509_privkey_deinit(s->authority_key);
    gnutls_x509_privkey_deinit(s->key);
    gnutls_free(s->pem.data);
}

/* ---- one connection ---- */

/* Read until WORD has come; the id that stands behind it, in ID. */
static void hear(gnutls_session_t session, const char *word, char id[23])
{
    char heard[HEARD_MAX];
    size_t len = 0;
    const char *at = NULL;

    while (at == NULL) {
        ssize_t got =
            gnutls_record_recv(session, heard + len, sizeof(heard) - 1 - len);

        if (got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED) {
            continue;
        }
        if (got <= 0) {
            bench_die("the server waits for '%s'", word);
        }
        len += (size_t)got;
        heard[len] = '\0';
        at = strstr(heard, word);
    }
    at = strstr(at, " id='");
    id[0] = '\0';
    if (at != NULL) {
        snprintf(id, 23, "%s", at + 5);
    }
}

static void talk(gnutls_session_t session, const line *script)
{
    char id[23], answer[2048];

    for (const line *l = script; l->word != NULL; l++) {
        const char *place = strstr(l->answer, "%s");

        hear(session, l->word, id);
        if (place == NULL) {
            snprintf(answer, sizeof(answer), "%s", l->answer);
        } else {
            snprintf(answer, sizeof(answer), "%.*s%s%s",
                     (int)(place - l->answer), l->answer, id, place + 2);
        }
        check((int)gnutls_record_send(session, answer, strlen(answer)), "send");
    }
}

static void serve(server *s, const line *script, const int *fds, size_t count)
{
    gnutls_certificate_credentials_t credentials;
    gnutls_datum_t ticket_key;
    gnutls_session_t session;
    int rv;

    check(gnutls_certificate_allocate_credentials(&credentials), "credentials");
    check(gnutls_certificate_set_x509_key(credentials, &s->certificate, 1,
                                          s->key),
          "credentials");
    check(gnutls_session_ticket_key_generate(&ticket_key), "ticket key");
    for (size_t i = 0; i < count; i++) {
        check(gnutls_init(&session, GNUTLS_SERVER), "session");
        check(gnutls_set_default_priority(session), "priority");
        check(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE,
                                     credentials),
              "credentials");
        check(gnutls_session_ticket_enable_server(session, &ticket_key),
              "tickets");
        gnutls_transport_set_int(session, fds[i]);
        do {
            rv = gnutls_handshake(session);
        } while (rv < 0 && !gnutls_error_is_fatal(rv));
        check(rv, "the server's handshake");
        talk(session, script);
        gnutls_deinit(session);
    }
}

/* ---- the process ---- */

pid_t server_start(server *s, const line *script, int *fds, size_t count)
{
    int *ours = bench_alloc(count * sizeof(*ours)), pair[2];
    pid_t pid;

    for (size_t i = 0; i < count; i++) {
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0) {
            bench_die("no more sockets");
        }
        fds[i] = pair[0];
        ours[i] = pair[1];
    }
    pid = fork();
    if (pid < 0) {
        bench_die("no more processes");
    }
    if (pid == 0) {
        for (size_t i = 0; i < count; i++) {
            close(fds[i]);
        }
        serve(s, script, ours, count);
        _exit(0);
    }
    for (size_t i = 0; i < count; i++) {
        close(ours[i]);
    }
    free(ours);
    return pid;
}

void server_wait(pid_t pid)
{
    int status;

    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
        WEXITSTATUS(status) != 0) {
        bench_die("the server failed");
    }
}
