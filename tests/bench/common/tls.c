/* tls.c - see tls.h. */
#include "tls.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

enum { DAY = 24 * 60 * 60 };

/* ---- wires ---- */

void wire_add(wire *w, const void *bytes, size_t len)
{
    if (w->at == w->len) {
        w->at = w->len = 0;
    }
    if (w->room - w->len < len) {
        w->room = 2 * (w->len + len);
        w->bytes = realloc(w->bytes, w->room);
        if (w->bytes == NULL) {
            bench_die("out of memory");
        }
    }
    memcpy(w->bytes + w->len, bytes, len);
    w->len += len;
}

void wire_clear(wire *w)
{
    free(w->bytes);
    *w = (wire){ 0 };
}

static ssize_t push(gnutls_transport_ptr_t self, const void *bytes, size_t len)
{
    tls_end *end = self;

    wire_add(&end->out, bytes, len);
    return (ssize_t)len;
}

static ssize_t pull(gnutls_transport_ptr_t self, void *bytes, size_t len)
{
    tls_end *end = self;
    wire *in = &end->in;

    if (in->at == in->len) {
        gnutls_transport_set_errno(end->session, EAGAIN);
        return -1;
    }
    len = len < in->len - in->at ? len : in->len - in->at;
    memcpy(bytes, in->bytes + in->at, len);
    in->at += len;
    return (ssize_t)len;
}

/* ---- certificates ---- */

static gnutls_certificate_credentials_t server_credentials, client_credentials;
static gnutls_priority_t priority;
static gnutls_datum_t authority_pem, ticket_key;

static void fine(int rv)
{
    if (rv < 0) {
        bench_die("GnuTLS: %s", gnutls_strerror(rv));
    }
}

typedef struct identity {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t certificate;
} identity;

/* SIGNER is the identity itself for an authority. */
static void identity_make(identity *i, const char *name, const identity *signer)
{
    unsigned char serial = i == signer ? 1 : 2;
    gnutls_x509_crt_t c;
    time_t now = time(NULL);

    fine(gnutls_x509_privkey_init(&i->key));
    fine(gnutls_x509_privkey_generate(
        i->key, GNUTLS_PK_ECDSA,
        GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
    fine(gnutls_x509_crt_init(&i->certificate));
    c = i->certificate;
    fine(gnutls_x509_crt_set_version(c, 3));
    fine(gnutls_x509_crt_set_serial(c, &serial, 1));
    fine(gnutls_x509_crt_set_dn_by_oid(c, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                       (unsigned)strlen(name)));
    fine(gnutls_x509_crt_set_activation_time(c, now - DAY));
    fine(gnutls_x509_crt_set_expiration_time(c, now + DAY));
    fine(gnutls_x509_crt_set_key(c, i->key));
    fine(gnutls_x509_crt_set_basic_constraints(c, i == signer, -1));
    if (i == signer) {
        fine(gnutls_x509_crt_set_key_usage(c, GNUTLS_KEY_KEY_CERT_SIGN));
    } else {
        fine(gnutls_x509_crt_set_key_usage(c, GNUTLS_KEY_DIGITAL_SIGNATURE));
        fine(gnutls_x509_crt_set_subject_alt_name(c, GNUTLS_SAN_DNSNAME, name,
                                                  (unsigned)strlen(name),
                                                  GNUTLS_FSAN_SET));
    }
    fine(gnutls_x509_crt_sign2(c, signer->certificate, signer->key,
                               GNUTLS_DIG_SHA256, 0));
}

static void identity_free(identity *i)
{
    gnutls_x509_crt_deinit(i->certificate);
    gnutls_x509_privkey_deinit(i->key);
}

void tls_prepare(void)
{
    identity authority, server;

    if (priority != NULL) {
        return;
    }
    fine(gnutls_priority_init(&priority, "NORMAL", NULL));
    fine(gnutls_session_ticket_key_generate(&ticket_key));
    identity_make(&authority, "Authority", &authority);
    identity_make(&server, TLS_DOMAIN, &authority);
    fine(gnutls_x509_crt_export2(authority.certificate, GNUTLS_X509_FMT_PEM,
                                 &authority_pem));
    fine(gnutls_certificate_allocate_credentials(&server_credentials));
    fine(gnutls_certificate_set_x509_key(server_credentials,
                                         &server.certificate, 1, server.key));
    fine(gnutls_certificate_allocate_credentials(&client_credentials));
    fine(gnutls_certificate_set_x509_trust(client_credentials,
                                           &authority.certificate, 1));
    identity_free(&authority);
    identity_free(&server);
}

const char *tls_authority(void) { return (const char *)authority_pem.data; }

/* ---- an end ---- */

static void end_begin(tls_end *end, unsigned kind,
                      gnutls_certificate_credentials_t credentials)
{
    *end = (tls_end){ .session = NULL };
    fine(gnutls_init(&end->session, kind | GNUTLS_NONBLOCK));
    fine(gnutls_priority_set(end->session, priority));
    fine(gnutls_credentials_set(end->session, GNUTLS_CRD_CERTIFICATE,
                                credentials));
    gnutls_transport_set_ptr(end->session, end);
    gnutls_transport_set_push_function(end->session, push);
    gnutls_transport_set_pull_function(end->session, pull);
}

/* XEP-0368 */
static const gnutls_datum_t alpn = { (unsigned char *)"xmpp-client", 11 };

void tls_serve(tls_end *end)
{
    end_begin(end, GNUTLS_SERVER, server_credentials);
    fine(gnutls_alpn_set_protocols(end->session, &alpn, 1, 0));
    fine(gnutls_session_ticket_enable_server(end->session, &ticket_key));
}

void tls_connect(tls_end *end, const gnutls_datum_t *resume)
{
    end_begin(end, GNUTLS_CLIENT, client_credentials);
    fine(gnutls_alpn_set_protocols(end->session, &alpn, 1, 0));
    fine(gnutls_server_name_set(end->session, GNUTLS_NAME_DNS, TLS_DOMAIN,
                                strlen(TLS_DOMAIN)));
    gnutls_session_set_verify_cert(end->session, TLS_DOMAIN, 0);
    if (resume != NULL) {
        fine(gnutls_session_set_data(end->session, resume->data, resume->size));
    }
}

void tls_end_clear(tls_end *end)
{
    if (end->session != NULL) {
        gnutls_deinit(end->session);
    }
    wire_clear(&end->in);
    wire_clear(&end->out);
    *end = (tls_end){ .session = NULL };
}

void tls_shake(tls_end *end)
{
    int rv = gnutls_handshake(end->session);

    if (rv < 0 && gnutls_error_is_fatal(rv) != 0) {
        bench_die("the handshake failed: %s", gnutls_strerror(rv));
    }
    end->established = rv == GNUTLS_E_SUCCESS;
}

void tls_pass_on(tls_end *from, tls_end *to)
{
    wire_add(&to->in, from->out.bytes + from->out.at,
             from->out.len - from->out.at);
    from->out.at = from->out.len;
}

void tls_end_write(tls_end *end, const char *bytes, size_t len, size_t record)
{
    while (len > 0) {
        ssize_t n = gnutls_record_send(end->session, bytes,
                                       len < record ? len : record);

        fine((int)n);
        bytes += n;
        len -= (size_t)n;
    }
}

void tls_meet(tls_end *client, tls_end *server)
{
    while (!client->established || !server->established) {
        tls_shake(client);
        tls_pass_on(client, server);
        tls_shake(server);
        tls_pass_on(server, client);
    }
}

/* GnuTLS returns after a ticket though more bytes wait. */
int tls_end_read(tls_end *end, char *buffer, size_t size)
{
    size_t before;
    ssize_t n;

    do {
        before = end->in.at;
        n = gnutls_record_recv(end->session, buffer, size);
    } while (n == GNUTLS_E_AGAIN && end->in.at > before);
    if (n == GNUTLS_E_AGAIN) {
        return 0;
    }
    if (n == 0 || n == GNUTLS_E_PREMATURE_TERMINATION) {
        return -1;
    }
    fine((int)n);
    return (int)n;
}
