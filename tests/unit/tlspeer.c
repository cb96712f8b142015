/* tlspeer.c - see tlspeer.h. */
#include "tlspeer.h"

#include <check.h>
#include <errno.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- certificates ---- */

enum { DAY = CERTIFICATE_DAY, AUTHORITY = TLSPEER_KINDS, AUTHORITY_2, ALL };

static const san usual[] = { { SAN_DNS, "example.net", 0 }, { 0 } };
static const san other[] = { { SAN_DNS, "attacker.example", 0 }, { 0 } };

static const recipe recipes[ALL] = {
    [TLSPEER_GOOD] = { .name = "example.net", .names = usual },
    [TLSPEER_EXPIRED] = { .name = "example.net",
                          .names = usual,
                          .from = -2L * DAY,
                          .to = -1L * DAY },
    [TLSPEER_EARLY] = { .name = "example.net",
                        .names = usual,
                        .from = 1L * DAY,
                        .to = 2L * DAY },
    [TLSPEER_OTHER] = { .name = "attacker.example", .names = other },
    [TLSPEER_SELF_SIGNED] = { .name = "example.net", .names = usual },
    [TLSPEER_STRANGER] = { .name = "example.net", .names = usual },
    [AUTHORITY] = { .name = "Authority",
                    .authority = true,
                    .from = -3L * DAY,
                    .to = 3L * DAY },
    [AUTHORITY_2] = { .name = "Nobody's",
                      .authority = true,
                      .from = -3L * DAY,
                      .to = 3L * DAY },
};

static certificate certificates[ALL];

#define fine certificate_fine

/* NULL: itself. */
static const certificate *signer_of(int kind)
{
    switch (kind) {
    case AUTHORITY:
    case AUTHORITY_2:
    case TLSPEER_SELF_SIGNED:
        return NULL;
    case TLSPEER_STRANGER:
        return &certificates[AUTHORITY_2];
    default:
        return &certificates[AUTHORITY];
    }
}

static void certificates_free(void)
{
    for (int i = 0; i < ALL; i++) {
        certificate_free(&certificates[i]);
    }
    tlspeer_forget_tickets();
}

static void certificates_make(void)
{
    if (certificates[0].crt != NULL) {
        return;
    }
    for (int i = ALL - 1; i >= 0; i--) { /* signers first */
        certificate_make(&certificates[i], &recipes[i], signer_of(i));
    }
    atexit(certificates_free);
}

const certificate *tlspeer_certificate(int kind)
{
    certificates_make();
    return &certificates[kind];
}

const certificate *tlspeer_authority(void)
{
    return tlspeer_certificate(AUTHORITY);
}

const char *tlspeer_ca(void)
{
    static char pem[4096];
    size_t size = sizeof(pem) - 1;

    certificates_make();
    fine(gnutls_x509_crt_export(certificates[AUTHORITY].crt,
                                GNUTLS_X509_FMT_PEM, pem, &size));
    pem[size] = '\0';
    return pem;
}

const char *tlspeer_fingerprint(int kind)
{
    static char hex[65];
    unsigned char digest[32];
    size_t size = sizeof(digest);

    certificates_make();
    fine(gnutls_x509_crt_get_fingerprint(certificates[kind].crt,
                                         GNUTLS_DIG_SHA256, digest, &size));
    for (size_t i = 0; i < size; i++) {
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }
    return hex;
}

/* ---- bytes ---- */

static void grow(char **bytes, size_t *len, const void *more, size_t n)
{
    *bytes = realloc(*bytes, *len + n + 1);
    memcpy(*bytes + *len, more, n);
    *len += n;
}

static void shrink(char *bytes, size_t *len, size_t n)
{
    *len -= n;
    if (n > 0) {
        memmove(bytes, bytes + n, *len);
    }
}

static ssize_t on_push(gnutls_transport_ptr_t self, const void *bytes,
                       size_t len)
{
    tlspeer *t = self;

    grow(&t->out, &t->out_len, bytes, len);
    return (ssize_t)len;
}

static ssize_t on_pull(gnutls_transport_ptr_t self, void *bytes, size_t len)
{
    tlspeer *t = self;

    if (t->in_len == 0) {
        gnutls_transport_set_errno(t->session, EAGAIN);
        return -1;
    }
    len = len < t->in_len ? len : t->in_len;
    memcpy(bytes, t->in, len);
    shrink(t->in, &t->in_len, len);
    return (ssize_t)len;
}

/* ---- going on ---- */

static void receive(tlspeer *t)
{
    char text[20000];
    ssize_t n;

    while ((n = gnutls_record_recv(t->session, text, sizeof(text))) > 0) {
        t->heard += (size_t)n;
        peer_hear(t->p, text, (size_t)n);
    }
    t->closed |= n == 0;
    if (n < 0 && gnutls_error_is_fatal((int)n)) {
        t->error = (int)n;
    }
}

static void hear_early(tlspeer *t)
{
    char text[4096];
    ssize_t n;

    while ((n = gnutls_record_recv_early_data(t->session, text, sizeof(text))) >
           0) {
        grow(&t->early, &t->early_len, text, (size_t)n);
    }
}

static void shake_hands(tlspeer *t)
{
    int rv = gnutls_handshake(t->session);

    if (rv == GNUTLS_E_SUCCESS) {
        t->established = true;
        hear_early(t);
    } else if (gnutls_error_is_fatal(rv)) {
        t->error = rv;
        gnutls_alert_send_appropriate(t->session, rv);
    }
}

/* The stream may leave some of it for later. */
static void deliver(tlspeer *t)
{
    shrink(t->out, &t->out_len, peer_offer(t->p, t->out, t->out_len));
}

static void on_take(peer_layer *self, const void *bytes, size_t len)
{
    tlspeer *t = (tlspeer *)self;

    grow(&t->in, &t->in_len, bytes, len);
    if (!t->established && t->error == 0) {
        shake_hands(t);
    }
    if (t->established && t->error == 0 && !t->closed) {
        receive(t);
    }
    deliver(t);
}

static void on_send(peer_layer *self, const void *bytes, size_t len)
{
    tlspeer *t = (tlspeer *)self;
    const char *at = bytes;

    while (len > 0) {
        ssize_t n = gnutls_record_send(t->session, at, len);

        if (n < 0) {
            break;
        }
        at += n;
        len -= (size_t)n;
    }
    deliver(t);
}

static void begin(tlspeer *t, peer *p, const certificate *c,
                  const char *priority, unsigned flags)
{
    gnutls_x509_crt_t crt = c->crt;

    *t = (tlspeer){ .layer = { on_take, on_send }, .p = p };
    fine(gnutls_certificate_allocate_credentials(&t->credentials));
    fine(gnutls_certificate_set_x509_key(t->credentials, &crt, 1, c->key));
    fine(gnutls_init(&t->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | flags));
    fine(gnutls_priority_set_direct(t->session, priority, NULL));
    fine(gnutls_credentials_set(t->session, GNUTLS_CRD_CERTIFICATE,
                                t->credentials));
    gnutls_transport_set_ptr(t->session, t);
    gnutls_transport_set_push_function(t->session, on_push);
    gnutls_transport_set_pull_function(t->session, on_pull);
    gnutls_handshake_set_timeout(t->session, GNUTLS_INDEFINITE_TIMEOUT);
    p->layer = &t->layer;
}

void tlspeer_begin_as(tlspeer *t, peer *p, const certificate *c,
                      const char *priority)
{
    begin(t, p, c, priority, 0);
}

void tlspeer_begin(tlspeer *t, peer *p, int kind, const char *priority)
{
    tlspeer_begin_as(t, p, tlspeer_certificate(kind), priority);
}

/* ---- early data ---- */

enum { HELLOS = 64 };

static gnutls_datum_t hellos[HELLOS];
static int hello_count;
static gnutls_anti_replay_t anti_replay;

/* Whether nobody has said this before. */
static int on_hello(void *self, time_t until, const gnutls_datum_t *key,
                    const gnutls_datum_t *data)
{
    (void)self;
    (void)until;
    (void)data;
    for (int i = 0; i < hello_count; i++) {
        if (hellos[i].size == key->size &&
            memcmp(hellos[i].data, key->data, key->size) == 0) {
            return GNUTLS_E_DB_ENTRY_EXISTS;
        }
    }
    ck_assert_int_lt(hello_count, HELLOS);
    hellos[hello_count].data = malloc(key->size);
    hellos[hello_count].size = key->size;
    memcpy(hellos[hello_count++].data, key->data, key->size);
    return 0;
}

static void hellos_free(void)
{
    while (hello_count > 0) {
        free(hellos[--hello_count].data);
    }
    gnutls_anti_replay_deinit(anti_replay);
}

void tlspeer_begin_early(tlspeer *t, peer *p, const certificate *c,
                         const char *priority)
{
    begin(t, p, c, priority, GNUTLS_ENABLE_EARLY_DATA);
    if (anti_replay == NULL) {
        fine(gnutls_anti_replay_init(&anti_replay));
        gnutls_anti_replay_set_add_function(anti_replay, on_hello);
        atexit(hellos_free);
    }
    gnutls_anti_replay_enable(t->session, anti_replay);
}

void tlspeer_end(tlspeer *t)
{
    if (t->p != NULL) {
        t->p->layer = NULL;
        gnutls_deinit(t->session);
        gnutls_certificate_free_credentials(t->credentials);
        free(t->in);
        free(t->out);
        free(t->early);
        *t = (tlspeer){ .p = NULL };
    }
}

void tlspeer_bye(tlspeer *t)
{
    gnutls_bye(t->session, GNUTLS_SHUT_WR);
    deliver(t);
}

/* ---- sessions that are resumed ---- */

static gnutls_datum_t ticket_key;

void tlspeer_forget_tickets(void)
{
    gnutls_free(ticket_key.data);
    ticket_key = (gnutls_datum_t){ NULL, 0 };
}

void tlspeer_take_tickets(tlspeer *t)
{
    if (ticket_key.data == NULL) {
        fine(gnutls_session_ticket_key_generate(&ticket_key));
    }
    fine(gnutls_session_ticket_enable_server(t->session, &ticket_key));
}

bool tlspeer_is_resumed(const tlspeer *t)
{
    return t->p != NULL && gnutls_session_is_resumed(t->session) != 0;
}

static long clock_ahead;

static time_t on_time(time_t *now)
{
    time_t is = time(NULL) + clock_ahead;

    if (now != NULL) {
        *now = is;
    }
    return is;
}

void tlspeer_set_clock(long seconds)
{
    clock_ahead = seconds;
    gnutls_global_set_time_function(on_time);
}
