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

enum { DAY = 24 * 60 * 60, AUTHORITY = TLSPEER_KINDS, AUTHORITY_2, ALL };

typedef struct recipe {
    const char *name;
    int signer;   /* in the table; itself: self-signed */
    int from, to; /* days from now */
} recipe;

static const recipe recipes[ALL] = {
    [TLSPEER_GOOD] = { "example.net", AUTHORITY, -1, 1 },
    [TLSPEER_EXPIRED] = { "example.net", AUTHORITY, -2, -1 },
    [TLSPEER_EARLY] = { "example.net", AUTHORITY, 1, 2 },
    [TLSPEER_OTHER] = { "attacker.example", AUTHORITY, -1, 1 },
    [TLSPEER_SELF_SIGNED] = { "example.net", TLSPEER_SELF_SIGNED, -1, 1 },
    [TLSPEER_STRANGER] = { "example.net", AUTHORITY_2, -1, 1 },
    [AUTHORITY] = { "Authority", AUTHORITY, -3, 3 },
    [AUTHORITY_2] = { "Nobody's", AUTHORITY_2, -3, 3 },
};

static gnutls_x509_crt_t certificates[ALL];
static gnutls_x509_privkey_t keys[ALL];

static void fine(int rv)
{
    ck_assert_msg(rv >= 0, "GnuTLS: %s", gnutls_strerror(rv));
}

static void certificate_make(int which)
{
    const recipe *r = &recipes[which];
    gnutls_x509_crt_t c;
    unsigned char serial = (unsigned char)(which + 1);
    time_t now = time(NULL);

    fine(gnutls_x509_privkey_init(&keys[which]));
    fine(gnutls_x509_privkey_generate(
        keys[which], GNUTLS_PK_ECDSA,
        GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
    fine(gnutls_x509_crt_init(&certificates[which]));
    c = certificates[which];
    fine(gnutls_x509_crt_set_version(c, 3));
    fine(gnutls_x509_crt_set_serial(c, &serial, 1));
    fine(gnutls_x509_crt_set_dn_by_oid(c, GNUTLS_OID_X520_COMMON_NAME, 0,
                                       r->name, (unsigned)strlen(r->name)));
    fine(gnutls_x509_crt_set_activation_time(c, now + r->from * DAY));
    fine(gnutls_x509_crt_set_expiration_time(c, now + r->to * DAY));
    fine(gnutls_x509_crt_set_key(c, keys[which]));
    if (which >= AUTHORITY) {
        fine(gnutls_x509_crt_set_basic_constraints(c, 1, -1));
        fine(gnutls_x509_crt_set_key_usage(c, GNUTLS_KEY_KEY_CERT_SIGN));
    } else {
        fine(gnutls_x509_crt_set_subject_alt_name(
            c, GNUTLS_SAN_DNSNAME, r->name, (unsigned)strlen(r->name),
            GNUTLS_FSAN_SET));
    }
    fine(gnutls_x509_crt_sign2(c, certificates[r->signer], keys[r->signer],
                               GNUTLS_DIG_SHA256, 0));
}

static void certificates_free(void)
{
    for (int i = 0; i < ALL; i++) {
        gnutls_x509_crt_deinit(certificates[i]);
        gnutls_x509_privkey_deinit(keys[i]);
    }
    tlspeer_forget_tickets();
}

static void certificates_make(void)
{
    if (certificates[0] != NULL) {
        return;
    }
    for (int i = ALL - 1; i >= 0; i--) { /* signers first */
        certificate_make(i);
    }
    atexit(certificates_free);
}

const char *tlspeer_ca(void)
{
    static char pem[4096];
    size_t size = sizeof(pem) - 1;

    certificates_make();
    fine(gnutls_x509_crt_export(certificates[AUTHORITY], GNUTLS_X509_FMT_PEM,
                                pem, &size));
    pem[size] = '\0';
    return pem;
}

const char *tlspeer_fingerprint(int kind)
{
    static char hex[65];
    unsigned char digest[32];
    size_t size = sizeof(digest);

    certificates_make();
    fine(gnutls_x509_crt_get_fingerprint(certificates[kind], GNUTLS_DIG_SHA256,
                                         digest, &size));
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

static void shake_hands(tlspeer *t)
{
    int rv = gnutls_handshake(t->session);

    if (rv == GNUTLS_E_SUCCESS) {
        t->established = true;
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

void tlspeer_begin(tlspeer *t, peer *p, int kind, const char *priority)
{
    certificates_make();
    *t = (tlspeer){ .layer = { on_take, on_send }, .p = p };
    fine(gnutls_certificate_allocate_credentials(&t->credentials));
    fine(gnutls_certificate_set_x509_key(t->credentials, &certificates[kind], 1,
                                         keys[kind]));
    fine(gnutls_init(&t->session, GNUTLS_SERVER | GNUTLS_NONBLOCK));
    fine(gnutls_priority_set_direct(t->session, priority, NULL));
    fine(gnutls_credentials_set(t->session, GNUTLS_CRD_CERTIFICATE,
                                t->credentials));
    gnutls_transport_set_ptr(t->session, t);
    gnutls_transport_set_push_function(t->session, on_push);
    gnutls_transport_set_pull_function(t->session, on_pull);
    gnutls_handshake_set_timeout(t->session, GNUTLS_INDEFINITE_TIMEOUT);
    p->layer = &t->layer;
}

void tlspeer_end(tlspeer *t)
{
    if (t->p != NULL) {
        t->p->layer = NULL;
        gnutls_deinit(t->session);
        gnutls_certificate_free_credentials(t->credentials);
        free(t->in);
        free(t->out);
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
