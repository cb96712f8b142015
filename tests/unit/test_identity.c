/* test_identity.c - whose a certificate is. */
#include "stream/identity.h"

#include <loquat/base.h>
#include <string.h>

#include "base/array.h"
#include "certificate.h"
#include "suite.h"

#define U_LABEL                                                                \
    "b\xc3\xbc"                                                                \
    "cher.example"
#define A_LABEL "xn--bcher-kva.example"
#define LONG_NAME                                                              \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."         \
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.example"
#define V4 "c0000201" /* 192.0.2.1 */
#define V6 "20010db8000000000000000000000001"

typedef struct row {
    const char *domain;
    const san names[4];
    bool is;
    const char *cn, *second_cn;
} row;

static const row rows[] = {
    /* DNS-ID */
    { "example.net", { { SAN_DNS, "example.net", 0 } }, true, NULL, NULL },
    { "example.net", { { SAN_DNS, "EXAMPLE.Net", 0 } }, true, NULL, NULL },
    { "example.net", { { SAN_DNS, "example.org", 0 } }, false, NULL, NULL },
    { "example.net", { { SAN_DNS, "xexample.net", 0 } }, false, NULL, NULL },
    { "example.net", { { SAN_DNS, "www.example.net", 0 } }, false, NULL, NULL },
    { "www.example.net", { { SAN_DNS, "example.net", 0 } }, false, NULL, NULL },
    { "example.net", { { SAN_DNS, "example.net.", 0 } }, false, NULL, NULL },
    { "example.net", { { SAN_DNS, "example.ne", 0 } }, false, NULL, NULL },
    { A_LABEL, { { SAN_DNS, A_LABEL, 0 } }, true, NULL, NULL },
    { A_LABEL, { { SAN_DNS, "XN--BCHER-KVA.example", 0 } }, true, NULL, NULL },
    { A_LABEL, { { SAN_DNS, "bucher.example", 0 } }, false, NULL, NULL },
    { "localhost", { { SAN_DNS, "localhost", 0 } }, true, NULL, NULL },
    /* any of several will do */
    { "example.net",
      { { SAN_DNS, "example.org", 0 }, { SAN_DNS, "example.net", 0 } },
      true,
      NULL,
      NULL },
    { "example.net",
      { { SAN_URI, "https://example.org/", 0 },
        { SAN_EMAIL, "root@example.org", 0 },
        { SAN_DNS, "example.net", 0 } },
      true,
      NULL,
      NULL },
    /* wildcards */
    { "chat.example.net",
      { { SAN_DNS, "*.example.net", 0 } },
      true,
      NULL,
      NULL },
    { "chat.example.net",
      { { SAN_DNS, "*.EXAMPLE.net", 0 } },
      true,
      NULL,
      NULL },
    { "xn--bcher-kva.example.net",
      { { SAN_DNS, "*.example.net", 0 } },
      true,
      NULL,
      NULL },
    { "example.net", { { SAN_DNS, "*.example.net", 0 } }, false, NULL, NULL },
    { "a.b.example.net",
      { { SAN_DNS, "*.example.net", 0 } },
      false,
      NULL,
      NULL },
    { "a.b.example.net",
      { { SAN_DNS, "*.*.example.net", 0 } },
      false,
      NULL,
      NULL },
    { "a.b.example.net",
      { { SAN_DNS, "a.*.example.net", 0 } },
      false,
      NULL,
      NULL },
    { "chat.example.net",
      { { SAN_DNS, "c*.example.net", 0 } },
      false,
      NULL,
      NULL },
    { "chat.example.net",
      { { SAN_DNS, "*t.example.net", 0 } },
      false,
      NULL,
      NULL },
    { "chat.example.net",
      { { SAN_DNS, "c*t.example.net", 0 } },
      false,
      NULL,
      NULL },
    { "chat.example.net",
      { { SAN_DNS, "**.example.net", 0 } },
      false,
      NULL,
      NULL },
    { "xn--bcher-kva.example.net",
      { { SAN_DNS, "xn--*.example.net", 0 } },
      false,
      NULL,
      NULL },
    { "example.net", { { SAN_DNS, "*.net", 0 } }, false, NULL, NULL },
    { "example.net", { { SAN_DNS, "*", 0 } }, false, NULL, NULL },
    { "localhost", { { SAN_DNS, "*", 0 } }, false, NULL, NULL },
    { "chat.example.net", { { SAN_DNS, "*.", 0 } }, false, NULL, NULL },
    /* SRV-ID */
    { "example.net",
      { { SAN_SRV, "_xmpp-client.example.net", 0 } },
      true,
      NULL,
      NULL },
    { "example.net",
      { { SAN_SRV, "_XMPP-Client.Example.NET", 0 } },
      true,
      NULL,
      NULL },
    { "example.net",
      { { SAN_SRV, "_xmpp-server.example.net", 0 } },
      false,
      NULL,
      NULL },
    { "example.net",
      { { SAN_SRV, "_xmpp-client.example.org", 0 } },
      false,
      NULL,
      NULL },
    { "example.net", { { SAN_SRV, "example.net", 0 } }, false, NULL, NULL },
    { "chat.example.net",
      { { SAN_SRV, "_xmpp-client.*.example.net", 0 } },
      false,
      NULL,
      NULL },
    { "chat.example.net",
      { { SAN_SRV, "*.example.net", 0 } },
      false,
      NULL,
      NULL },
    { "example.net",
      { { SAN_SRV, "_xmpp-client.example.net\0x", 26 } },
      false,
      NULL,
      NULL },
    { "example.net",
      { { SAN_SRV_UTF8, "_xmpp-client.example.net", 0 } },
      false,
      NULL,
      NULL },
    { "example.net",
      { { SAN_SRV_CUT, "_xmpp-client.example.net", 0 } },
      false,
      NULL,
      NULL },
    { LONG_NAME,
      { { SAN_SRV, "_xmpp-client." LONG_NAME, 0 } },
      true,
      NULL,
      NULL },
    /* XmppAddr */
    { "example.net", { { SAN_XMPP, "example.net", 0 } }, true, NULL, NULL },
    { "example.net", { { SAN_XMPP, "Example.NET", 0 } }, true, NULL, NULL },
    { A_LABEL, { { SAN_XMPP, U_LABEL, 0 } }, true, NULL, NULL },
    { A_LABEL,
      { { SAN_XMPP,
          "B\xc3\x9c"
          "CHER.example",
          0 } },
      true,
      NULL,
      NULL },
    { A_LABEL, { { SAN_XMPP, A_LABEL, 0 } }, true, NULL, NULL },
    { A_LABEL,
      { { SAN_XMPP,
          "b\xfc"
          "cher.example",
          0 } },
      false,
      NULL,
      NULL },
    { "example.net",
      { { SAN_XMPP, "romeo@example.net", 0 } },
      false,
      NULL,
      NULL },
    { "example.net", { { SAN_XMPP, "example.net/x", 0 } }, false, NULL, NULL },
    { "example.net",
      { { SAN_XMPP, "example.net\0x", 13 } },
      false,
      NULL,
      NULL },
    { "chat.example.net",
      { { SAN_XMPP, "*.example.net", 0 } },
      false,
      NULL,
      NULL },
    { "example.net",
      { { SAN_XMPP_IA5, "example.net", 0 } },
      false,
      NULL,
      NULL },
    { "example.net", { { SAN_XMPP, "example.org", 0 } }, false, NULL, NULL },
    /* addresses */
    { "192.0.2.1", { { SAN_IP, V4, 0 } }, true, NULL, NULL },
    { "192.0.2.2", { { SAN_IP, V4, 0 } }, false, NULL, NULL },
    { "192.0.2.1", { { SAN_DNS, "192.0.2.1", 0 } }, false, NULL, NULL },
    { "192.0.2.1", { { SAN_DNS, "*.0.2.1", 0 } }, false, NULL, NULL },
    { "[2001:db8::1]", { { SAN_IP, V6, 0 } }, true, NULL, NULL },
    { "[2001:db8:0:0::1]", { { SAN_IP, V6, 0 } }, true, NULL, NULL },
    { "[2001:db8::2]", { { SAN_IP, V6, 0 } }, false, NULL, NULL },
    { "[2001:db8::1]", { { SAN_IP, V4, 0 } }, false, NULL, NULL },
    { "192.0.2.1",
      { { SAN_IP, "00000000000000000000ffffc0000201", 0 } },
      false,
      NULL,
      NULL },
    { "example.net", { { SAN_IP, V4, 0 } }, false, NULL, NULL },
    { "192.0.2.1", { { 0 } }, false, "192.0.2.1", NULL },
    /* the common name counts only without a subjectAltName */
    { "example.net", { { 0 } }, true, "example.net", NULL },
    { "example.net", { { 0 } }, true, "Example.NET", NULL },
    { "example.net", { { 0 } }, false, "example.org", NULL },
    { "example.net", { { 0 } }, false, NULL, NULL },
    { "chat.example.net", { { 0 } }, false, "*.example.net", NULL },
    { "example.net", { { 0 } }, false, "example.net", "example.org" },
    { "example.net", { { 0 } }, false, "example.org", "example.net" },
    { "example.net",
      { { SAN_DNS, "example.org", 0 } },
      false,
      "example.net",
      NULL },
    { "example.net",
      { { SAN_SRV, "_xmpp-client.example.org", 0 } },
      false,
      "example.net",
      NULL },
    { "example.net",
      { { SAN_SRV, "_imap.example.net", 0 } },
      false,
      "example.net",
      NULL },
    { "example.net",
      { { SAN_XMPP, "example.org", 0 } },
      false,
      "example.net",
      NULL },
    { "example.net",
      { { SAN_EMAIL, "root@example.net", 0 } },
      false,
      "example.net",
      NULL },
    { "example.net",
      { { SAN_URI, "xmpp:example.net", 0 } },
      false,
      "example.net",
      NULL },
    { "example.net", { { SAN_IP, V4, 0 } }, false, "example.net", NULL },
};

static certificate make(const row *r)
{
    certificate c;

    certificate_make(&c,
                     &(recipe){ .name = r->cn,
                                .second_name = r->second_cn,
                                .names = r->names },
                     NULL);
    return c;
}

START_TEST(certificate_names_whom_it_names)
{
    for (size_t i = 0; i < LQ_COUNT(rows); i++) {
        const row *r = &rows[i];
        certificate c = make(r);

        ck_assert_msg(lq_identity_is(c.crt, r->domain) == r->is,
                      "row %zu: %s, \"%s\"", i, r->domain, r->names[0].text);
        certificate_free(&c);
    }
}
END_TEST

START_TEST(name_that_is_no_domain_needs_memory)
{
    const row r = { A_LABEL, { { SAN_XMPP, U_LABEL, 0 } }, true, NULL, NULL };
    certificate c = make(&r);

    memory_fail(1, true);
    ck_assert_int_eq(lq_identity_is(c.crt, r.domain), LQ_E_NOMEM);
    memory_fail(0, false);
    ck_assert_int_eq(lq_identity_is(c.crt, r.domain), 1);
    certificate_free(&c);
}
END_TEST

/* subjectAltName that is no DER of one: nobody's, and the common name does not
 * come into its place. */
START_TEST(broken_names_are_nobodys)
{
    static const struct {
        unsigned char bytes[24];
        size_t len;
    } broken[] = {
        { { 0 }, 0 },
        { { 0x30 }, 1 },
        { { 0x30, 0x00 }, 2 },
        { { 0x30, 0x7f, 0x82 }, 3 },
        { { 0x30, 0x0d, 0x82, 0x0c, 'e', 'x' }, 6 },
        { { 0x30, 0x80, 0x82, 0x01, 'e', 0, 0 }, 7 },
        { { 0x04, 0x01, 'e' }, 3 },
        { { 0x30, 0x06, 0xa0, 0x04, 0x06, 0x02, 0x2b, 0x06 }, 8 },
        { { 0x30, 0x02, 0x82, 0x00 }, 4 },
        /* GnuTLS's own setter ends a name at the first NUL */
        { "\x30\x13\x82\x11"
          "example.net\0.evil",
          21 },
        { "\x30\x0e\x82\x0c"
          "example.net\0",
          16 },
    };

    for (size_t i = 0; i < LQ_COUNT(broken); i++) {
        certificate c = { NULL, NULL };

        certificate_fine(gnutls_x509_crt_init(&c.crt));
        certificate_fine(gnutls_x509_privkey_init(&c.key));
        certificate_fine(gnutls_x509_privkey_generate(
            c.key, GNUTLS_PK_ECDSA,
            GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
        certificate_fine(gnutls_x509_crt_set_dn_by_oid(
            c.crt, GNUTLS_OID_X520_COMMON_NAME, 0, "example.net", 11));
        certificate_fine(gnutls_x509_crt_set_extension_by_oid(
            c.crt, "2.5.29.17", broken[i].bytes, (unsigned)broken[i].len, 0));
        ck_assert_msg(lq_identity_is(c.crt, "example.net") == 0, "row %zu", i);
        certificate_free(&c);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        certificate_names_whom_it_names,
        name_that_is_no_domain_needs_memory,
        broken_names_are_nobodys,
        NULL,
    };

    return suite_main("identity", tests);
}
