/* early_server.c - see early_server.h. */
#include "early_server.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "tls_server.h"

enum { EARLY_MAX = 16384, RECORD_MAX = 16384 };

struct early_server {
    SSL *ssl;
    BIO *in, *out; /* the session's */
    octets said;
    enum { EARLY, SHAKING, OPEN } phase;
};

static SSL_CTX *context;

/* ---- the context ---- */

static int choose_protocol(SSL *ssl, const unsigned char **chosen,
                           unsigned char *len, const unsigned char *offered,
                           unsigned offered_len, void *argument)
{
    static const unsigned char ours[] = "\013xmpp-client";
    int rv = SSL_select_next_proto((unsigned char **)chosen, len, ours,
                                   sizeof(ours) - 1, offered, offered_len);

    (void)ssl, (void)argument;
    return rv == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK
                                        : SSL_TLSEXT_ERR_NOACK;
}

static bool identity_use(void)
{
    BIO *crt = BIO_new_mem_buf(tls_server_pem(CERTIFICATE_GOOD), -1);
    BIO *pem = BIO_new_mem_buf(tls_server_key(), -1);
    X509 *certificate = PEM_read_bio_X509(crt, NULL, NULL, NULL);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(pem, NULL, NULL, NULL);
    bool used = SSL_CTX_use_certificate(context, certificate) == 1 &&
                SSL_CTX_use_PrivateKey(context, key) == 1;

    X509_free(certificate);
    EVP_PKEY_free(key);
    BIO_free(crt);
    BIO_free(pem);
    return used;
}

bool early_server_prepare(void)
{
    context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_max_early_data(context, EARLY_MAX);
    SSL_CTX_set_recv_max_early_data(context, EARLY_MAX);
    SSL_CTX_set_session_id_context(context, (const unsigned char *)"x", 1);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    return identity_use();
}

void early_server_clear(void) { SSL_CTX_free(context); }

/* ---- a server ---- */

early_server *early_server_new(void)
{
    early_server *server = calloc(1, sizeof(*server));

    server->ssl = SSL_new(context);
    server->in = BIO_new(BIO_s_mem());
    server->out = BIO_new(BIO_s_mem());
    SSL_set_bio(server->ssl, server->in, server->out);
    SSL_set_accept_state(server->ssl);
    return server;
}

void early_server_free(early_server *server)
{
    if (server != NULL) {
        /* else its tickets would die with it */
        SSL_set_shutdown(server->ssl,
                         SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        SSL_free(server->ssl);
        octets_clear(&server->said);
        free(server);
    }
}

static void take_early(early_server *server, octets *early)
{
    char record[RECORD_MAX];
    size_t n = 0;
    int rv;

    do {
        rv = SSL_read_early_data(server->ssl, record, sizeof(record), &n);
        octets_add(early, record, rv == SSL_READ_EARLY_DATA_ERROR ? 0 : n);
    } while (rv == SSL_READ_EARLY_DATA_SUCCESS);
    if (rv == SSL_READ_EARLY_DATA_FINISH) {
        server->phase = SHAKING;
    }
}

void early_server_take(early_server *server, const char *bytes, size_t len,
                       octets *early, octets *plain)
{
    char record[RECORD_MAX];
    size_t n;

    if (len > 0) {
        BIO_write(server->in, bytes, (int)len);
    }
    if (server->phase == EARLY) {
        take_early(server, early);
    }
    if (server->phase == SHAKING && SSL_accept(server->ssl) == 1) {
        server->phase = OPEN;
    }
    while (server->phase == OPEN &&
           SSL_read_ex(server->ssl, record, sizeof(record), &n) == 1) {
        octets_add(plain, record, n);
    }
}

void early_server_send(early_server *server, const char *bytes, size_t len)
{
    size_t n;

    if (len == 0) {
        return;
    }
    if (server->phase == OPEN) {
        SSL_write_ex(server->ssl, bytes, len, &n);
    } else {
        SSL_write_early_data(server->ssl, bytes, len, &n);
    }
}

octets *early_server_output(early_server *server)
{
    char *bytes;
    long len = BIO_get_mem_data(server->out, &bytes);

    octets_add(&server->said, bytes, (size_t)len);
    BIO_reset(server->out);
    return &server->said;
}

bool early_server_is_established(const early_server *server)
{
    return server->phase == OPEN;
}

/* RFC 9266, section 2 */
void early_server_bindings(const early_server *server, binding_set *b)
{
    static const char label[] = "EXPORTER-Channel-Binding";
    unsigned char bytes[32];

    *b = (binding_set){ .count = 0 };
    tls_server_bind_end_point(CERTIFICATE_GOOD, b);
    if (server->phase == OPEN &&
        SSL_export_keying_material(server->ssl, bytes, sizeof(bytes), label,
                                   sizeof(label) - 1, NULL, 0, 1) == 1) {
        binding_put(b, "tls-exporter", bytes, sizeof(bytes));
    }
}
