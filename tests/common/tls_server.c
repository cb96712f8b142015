/* tls_server.c - see tls_server.h. */
#include "tls_server.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HOUR = 3600 };

struct tls_server {
    gnutls_session_t session;
    int certificate;
    octets in, out;
    bool established, closed;
    const char *alert;
    char alpn[32];
};

/* ---- certificates ---- */

static gnutls_x509_privkey_t private_key;
static gnutls_certificate_credentials_t credentials[CERTIFICATES];
static gnutls_datum_t pems[CERTIFICATES];
static gnutls_datum_t ticket_key, key_pem;

enum { FINGERPRINT = 32 }; /* SHA-256: they are signed with that */
static unsigned char fingerprints[CERTIFICATES][FINGERPRINT];

/* Signed by itself: the client trusts it by its face. */
static gnutls_x509_crt_t certificate_new(const char *name, time_t from,
                                         time_t to, int serial)
{
    gnutls_x509_crt_t crt;
    unsigned char number = (unsigned char)(serial + 1);

    gnutls_x509_crt_init(&crt);
    gnutls_x509_crt_set_version(crt, 3);
    gnutls_x509_crt_set_serial(crt, &number, 1);
    gnutls_x509_crt_set_key(crt, private_key);
    gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                  (unsigned)strlen(name));
    gnutls_x509_crt_set_subject_alt_name(
        crt, GNUTLS_SAN_DNSNAME, name, (unsigned)strlen(name), GNUTLS_FSAN_SET);
    gnutls_x509_crt_set_activation_time(crt, from);
    gnutls_x509_crt_set_expiration_time(crt, to);
    gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE);
    return crt;
}

static bool certificate_make(int which, const char *domain)
{
    time_t now = time(NULL);
    bool expired = which == CERTIFICATE_EXPIRED;
    gnutls_x509_crt_t crt = certificate_new(
        which == CERTIFICATE_WRONGNAME ? "wrong.example.net" : domain,
        expired ? now - 3 * HOUR : now - HOUR,
        expired ? now - 2 * HOUR : now + HOUR, which);
    size_t size = FINGERPRINT;
    bool made =
        gnutls_x509_crt_sign2(crt, crt, private_key, GNUTLS_DIG_SHA256, 0) >=
            0 &&
        gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pems[which]) >= 0 &&
        gnutls_x509_crt_get_fingerprint(crt, GNUTLS_DIG_SHA256,
                                        fingerprints[which], &size) >= 0 &&
        gnutls_certificate_allocate_credentials(&credentials[which]) >= 0 &&
        gnutls_certificate_set_x509_key(credentials[which], &crt, 1,
                                        private_key) >= 0;

    gnutls_x509_crt_deinit(crt);
    return made;
}

bool tls_server_prepare(const char *domain)
{
    bool made = gnutls_session_ticket_key_generate(&ticket_key) >= 0 &&
                gnutls_x509_privkey_init(&private_key) >= 0 &&
                gnutls_x509_privkey_generate(
                    private_key, GNUTLS_PK_ECDSA,
                    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) >= 0 &&
                gnutls_x509_privkey_export2(private_key, GNUTLS_X509_FMT_PEM,
                                            &key_pem) >= 0;

    for (int i = 0; i < CERTIFICATES && made; i++) {
        made = certificate_make(i, domain);
    }
    return made;
}

void tls_server_clear(void)
{
    for (int i = 0; i < CERTIFICATES; i++) {
        gnutls_certificate_free_credentials(credentials[i]);
        gnutls_free(pems[i].data);
    }
    gnutls_x509_privkey_deinit(private_key);
    gnutls_free(ticket_key.data);
    gnutls_free(key_pem.data);
}

const char *tls_server_pem(int certificate)
{
    bool known = certificate != CERTIFICATE_UNTRUSTED;

    /* else that of another name, which has signed nothing here */
    return (const char *)pems[known ? certificate : CERTIFICATE_WRONGNAME].data;
}

const char *tls_server_key(void) { return (const char *)key_pem.data; }

/* ---- the wire ---- */

static ssize_t push(gnutls_transport_ptr_t self, const void *bytes, size_t len)
{
    tls_server *server = self;

    octets_add(&server->out, bytes, len);
    return (ssize_t)len;
}

static ssize_t pull(gnutls_transport_ptr_t self, void *bytes, size_t len)
{
    tls_server *server = self;

    if (server->in.len == 0) {
        gnutls_transport_set_errno(server->session, EAGAIN);
        return -1;
    }
    len = len < server->in.len ? len : server->in.len;
    memcpy(bytes, server->in.bytes, len);
    octets_drop(&server->in, len);
    return (ssize_t)len;
}

tls_server *tls_server_new(int certificate, const char *version)
{
    tls_server *server = calloc(1, sizeof(*server));
    const gnutls_datum_t alpn = { (unsigned char *)"xmpp-client", 11 };
    char priority[64] = "NORMAL";

    if (version != NULL) {
        snprintf(priority, sizeof(priority), "NORMAL:-VERS-ALL:+VERS-TLS%s",
                 version);
    }
    server->certificate = certificate;
    gnutls_init(&server->session, GNUTLS_SERVER | GNUTLS_NONBLOCK);
    gnutls_priority_set_direct(server->session, priority, NULL);
    gnutls_credentials_set(server->session, GNUTLS_CRD_CERTIFICATE,
                           credentials[certificate]);
    gnutls_alpn_set_protocols(server->session, &alpn, 1, 0);
    gnutls_transport_set_ptr(server->session, server);
    gnutls_transport_set_push_function(server->session, push);
    gnutls_transport_set_pull_function(server->session, pull);
    return server;
}

void tls_server_free(tls_server *server)
{
    if (server != NULL) {
        gnutls_deinit(server->session);
        octets_clear(&server->in);
        octets_clear(&server->out);
        free(server);
    }
}

/* ---- talking ---- */

static void failed(tls_server *server, ssize_t rv)
{
    if (rv == GNUTLS_E_FATAL_ALERT_RECEIVED) {
        server->alert =
            gnutls_alert_get_name(gnutls_alert_get(server->session));
    }
}

static void shake(tls_server *server)
{
    gnutls_datum_t alpn;
    int rv = gnutls_handshake(server->session);

    server->established = rv == GNUTLS_E_SUCCESS;
    failed(server, rv);
    if (server->established &&
        gnutls_alpn_get_selected_protocol(server->session, &alpn) >= 0) {
        snprintf(server->alpn, sizeof(server->alpn), "%.*s", (int)alpn.size,
                 (const char *)alpn.data);
    }
}

void tls_server_take(tls_server *server, const char *bytes, size_t len,
                     octets *plain)
{
    char record[16384];
    ssize_t n = 1;

    octets_add(&server->in, bytes, len);
    if (!server->established && server->alert == NULL) {
        shake(server);
    }
    while (server->established && !server->closed && n > 0) {
        n = gnutls_record_recv(server->session, record, sizeof(record));
        server->closed = n == 0;
        failed(server, n);
        if (n > 0) {
            octets_add(plain, record, (size_t)n);
        }
    }
}

void tls_server_send(tls_server *server, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = gnutls_record_send(server->session, bytes,
                                       len < 16384 ? len : 16384);

        if (n < 0) {
            return;
        }
        bytes += n;
        len -= (size_t)n;
    }
}

octets *tls_server_output(tls_server *server) { return &server->out; }

bool tls_server_is_established(const tls_server *server)
{
    return server->established;
}

bool tls_server_is_closed(const tls_server *server) { return server->closed; }

const char *tls_server_alert(const tls_server *server) { return server->alert; }

void tls_server_take_tickets(tls_server *server)
{
    gnutls_session_ticket_enable_server(server->session, &ticket_key);
}

bool tls_server_is_resumed(const tls_server *server)
{
    return gnutls_session_is_resumed(server->session) != 0;
}

bool tls_server_is_1_3(const tls_server *server)
{
    return gnutls_protocol_get_version(server->session) == GNUTLS_TLS1_3;
}

void tls_server_bind_end_point(int certificate, binding_set *b)
{
    binding_put(b, "tls-server-end-point", fingerprints[certificate],
                FINGERPRINT);
}

static void bind_by(const tls_server *server, gnutls_channel_binding_t by,
                    const char *type, binding_set *b)
{
    gnutls_datum_t binding;

    if (gnutls_session_channel_binding(server->session, by, &binding) >= 0) {
        binding_put(b, type, binding.data, binding.size);
        gnutls_free(binding.data);
    }
}

/* tls-unique is not defined for TLS 1.3: RFC 9266, section 3. */
void tls_server_bindings(const tls_server *server, binding_set *b)
{
    *b = (binding_set){ .count = 0 };
    if (!server->established) {
        return;
    }
    tls_server_bind_end_point(server->certificate, b);
    bind_by(server, GNUTLS_CB_TLS_EXPORTER, "tls-exporter", b);
    if (!tls_server_is_1_3(server)) {
        bind_by(server, GNUTLS_CB_TLS_UNIQUE, "tls-unique", b);
    }
}

const char *tls_server_alpn(const tls_server *server) { return server->alpn; }
