/* test_tls_server.c - the TLS servers of tests, met by a client of GnuTLS's. */
#include <errno.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "../common/early_server.h"
#include "../common/tls_server.h"
#include "suite.h"

typedef struct client {
    gnutls_session_t session;
    octets in, out;
    bool established;
} client;

static gnutls_certificate_credentials_t credentials;

static ssize_t push(gnutls_transport_ptr_t self, const void *bytes, size_t len)
{
    octets_add(&((client *)self)->out, bytes, len);
    return (ssize_t)len;
}

static ssize_t pull(gnutls_transport_ptr_t self, void *bytes, size_t len)
{
    client *c = self;

    if (c->in.len == 0) {
        gnutls_transport_set_errno(c->session, EAGAIN);
        return -1;
    }
    len = len < c->in.len ? len : c->in.len;
    memcpy(bytes, c->in.bytes, len);
    octets_drop(&c->in, len);
    return (ssize_t)len;
}

/* SAVED is what another session was; NULL: none. */
static void client_open(client *c, const char *version,
                        const gnutls_datum_t *saved)
{
    char priority[64] = "NORMAL:-VERS-ALL:+VERS-TLS";
    const gnutls_datum_t alpn = { (unsigned char *)"xmpp-client", 11 };

    *c = (client){ .established = false };
    strcat(priority, version);
    gnutls_init(&c->session,
                GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_ENABLE_EARLY_DATA);
    gnutls_priority_set_direct(c->session, priority, NULL);
    gnutls_credentials_set(c->session, GNUTLS_CRD_CERTIFICATE, credentials);
    gnutls_alpn_set_protocols(c->session, &alpn, 1, 0);
    gnutls_transport_set_ptr(c->session, c);
    gnutls_transport_set_push_function(c->session, push);
    gnutls_transport_set_pull_function(c->session, pull);
    if (saved != NULL) {
        gnutls_session_set_data(c->session, saved->data, saved->size);
    }
}

static void client_close(client *c)
{
    gnutls_deinit(c->session);
    octets_clear(&c->in);
    octets_clear(&c->out);
}

static void client_shake(client *c)
{
    c->established = gnutls_handshake(c->session) == GNUTLS_E_SUCCESS;
}

/* What the server says, decrypted, is appended to HEARD. */
static void client_read(client *c, octets *heard)
{
    char record[1000];
    ssize_t n;

    while ((n = gnutls_record_recv(c->session, record, sizeof(record))) > 0 ||
           (n == GNUTLS_E_AGAIN && c->in.len > 0)) {
        octets_add(heard, record, n > 0 ? (size_t)n : 0);
    }
}

static void hand_over(octets *from, octets *to)
{
    octets_add(to, from->bytes, from->len);
    octets_drop(from, from->len);
}

static bool setup(void)
{
    return tls_server_prepare("example.com") && early_server_prepare() &&
           gnutls_certificate_allocate_credentials(&credentials) == 0;
}

static void teardown(void)
{
    gnutls_certificate_free_credentials(credentials);
    early_server_clear();
    tls_server_clear();
}

/* ---- GnuTLS's ---- */

static void meet(client *c, tls_server *server)
{
    octets plain = { .len = 0 };

    for (int i = 0; i < 6; i++) {
        if (!c->established) {
            client_shake(c);
        }
        tls_server_take(server, c->out.bytes, c->out.len, &plain);
        octets_drop(&c->out, c->out.len);
        hand_over(tls_server_output(server), &c->in);
    }
    ck_assert(c->established && tls_server_is_established(server));
    tls_server_send(server, "x", 1);
    hand_over(tls_server_output(server), &c->in);
    client_read(c, &plain); /* and the ticket */
    ck_assert_str_eq(plain.bytes, "x");
    octets_clear(&plain);
}

static void ck_bound(const client *c, const binding_set *b,
                     gnutls_channel_binding_t by, const char *type)
{
    gnutls_datum_t want = { NULL, 0 };
    size_t len;
    const unsigned char *have = binding_get(b, type, &len);

    ck_assert_int_eq(gnutls_session_channel_binding(c->session, by, &want), 0);
    ck_assert_msg(have != NULL && len == want.size &&
                      memcmp(have, want.data, len) == 0,
                  "%s", type);
    gnutls_free(want.data);
}

static void ck_bindings(const client *c, const binding_set *b, bool is_1_3)
{
    ck_bound(c, b, GNUTLS_CB_TLS_SERVER_END_POINT, "tls-server-end-point");
    ck_bound(c, b, GNUTLS_CB_TLS_EXPORTER, "tls-exporter");
    if (is_1_3) {
        ck_assert_int_eq(b->count, 2);
    } else {
        ck_bound(c, b, GNUTLS_CB_TLS_UNIQUE, "tls-unique");
    }
}

START_TEST(bindings_are_the_same_at_both_ends)
{
    static const char *const versions[] = { "1.2", "1.3" };

    for (int i = 0; i < 2; i++) {
        gnutls_datum_t saved = { NULL, 0 };

        for (int again = 0; again < 2; again++) {
            tls_server *server = tls_server_new(CERTIFICATE_GOOD, NULL);
            binding_set bindings;
            client c;

            tls_server_take_tickets(server);
            tls_server_bindings(server, &bindings);
            ck_assert_int_eq(bindings.count, 0); /* not yet */
            client_open(&c, versions[i], again == 0 ? NULL : &saved);
            meet(&c, server);
            ck_assert_int_eq(tls_server_is_resumed(server), again);
            ck_assert_int_eq(tls_server_is_1_3(server), i);
            tls_server_bindings(server, &bindings);
            ck_bindings(&c, &bindings, i == 1);
            ck_assert_str_eq(tls_server_alpn(server), "xmpp-client");
            gnutls_free(saved.data);
            gnutls_session_get_data2(c.session, &saved);
            client_close(&c);
            tls_server_free(server);
        }
        gnutls_free(saved.data);
    }
}
END_TEST

/* ---- that for early data ---- */

/* The client's flight is taken, the server's is given. */
static void exchange(client *c, early_server *server, octets *early,
                     octets *plain)
{
    early_server_take(server, c->out.bytes, c->out.len, early, plain);
    octets_drop(&c->out, c->out.len);
    hand_over(early_server_output(server), &c->in);
}

/* A session that a ticket belongs to. */
static gnutls_datum_t visit(void)
{
    early_server *server = early_server_new();
    gnutls_datum_t saved = { NULL, 0 };
    octets early = { .len = 0 }, plain = { .len = 0 };
    binding_set bindings;
    client c;

    client_open(&c, "1.3", NULL);
    client_shake(&c);
    exchange(&c, server, &early, &plain);
    client_shake(&c);
    gnutls_record_send(c.session, "late", 4);
    exchange(&c, server, &early, &plain);
    ck_assert(c.established && early_server_is_established(server));
    early_server_send(server, "yes", 3);
    exchange(&c, server, &early, &plain);
    ck_assert_str_eq(plain.bytes, "late");
    ck_assert_uint_eq(early.len, 0);
    client_read(&c, &plain);
    ck_assert_str_eq(plain.bytes, "lateyes");
    early_server_bindings(server, &bindings);
    ck_bindings(&c, &bindings, true);
    gnutls_session_get_data2(c.session, &saved);
    octets_clear(&plain);
    octets_clear(&early);
    client_close(&c);
    early_server_free(server);
    return saved;
}

START_TEST(early_data_is_answered_in_the_first_flight)
{
    gnutls_datum_t saved = visit();
    early_server *server = early_server_new();
    octets early = { .len = 0 }, plain = { .len = 0 };
    binding_set bindings;
    size_t len;
    client c;

    client_open(&c, "1.3", &saved);
    ck_assert_int_eq(gnutls_record_send_early_data(c.session, "soon", 4), 0);
    client_shake(&c);
    exchange(&c, server, &early, &plain);
    ck_assert_uint_eq(early.len, 4);
    ck_assert_str_eq(early.bytes, "soon");
    early_server_bindings(server, &bindings);
    ck_assert_int_eq(bindings.count, 1);
    ck_assert_ptr_nonnull(binding_get(&bindings, "tls-server-end-point", &len));
    early_server_send(server, "at once", 7);
    hand_over(early_server_output(server), &c.in);
    client_shake(&c);
    ck_assert(c.established);
    ck_assert(gnutls_session_get_flags(c.session) & GNUTLS_SFLAGS_EARLY_DATA);
    client_read(&c, &plain);
    ck_assert_str_eq(plain.bytes, "at once");
    octets_clear(&plain);
    gnutls_record_send(c.session, "late", 4);
    exchange(&c, server, &early, &plain);
    ck_assert_str_eq(plain.bytes, "late");
    ck_assert_uint_eq(early.len, 4);
    early_server_bindings(server, &bindings);
    ck_bindings(&c, &bindings, true);
    gnutls_free(saved.data);
    octets_clear(&plain);
    octets_clear(&early);
    client_close(&c);
    early_server_free(server);
}
END_TEST

/* A ticket is good once: what comes with it again is not heard. */
START_TEST(early_data_is_not_taken_twice)
{
    gnutls_datum_t saved = visit();

    for (int again = 0; again < 2; again++) {
        early_server *server = early_server_new();
        octets early = { .len = 0 }, plain = { .len = 0 };
        client c;

        client_open(&c, "1.3", &saved);
        gnutls_record_send_early_data(c.session, "soon", 4);
        client_shake(&c);
        exchange(&c, server, &early, &plain);
        ck_assert_uint_eq(early.len, again == 0 ? 4 : 0);
        client_shake(&c);
        exchange(&c, server, &early, &plain);
        ck_assert(c.established && early_server_is_established(server));
        octets_clear(&plain);
        octets_clear(&early);
        client_close(&c);
        early_server_free(server);
    }
    gnutls_free(saved.data);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        bindings_are_the_same_at_both_ends,
        early_data_is_answered_in_the_first_flight,
        early_data_is_not_taken_twice,
        NULL,
    };
    bool ready = setup();
    int rv = suite_main("tls_server", tests);

    teardown();
    return ready ? rv : 1;
}
