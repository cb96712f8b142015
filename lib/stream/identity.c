/* identity.c - see identity.h.
 *
 * The reference identity is the account's domain: RFC 6120, 13.7.2.1.  Any one
 * of these names it (RFC 6125, RFC 9525):
 *
 *     SRV-ID     _xmpp-client.DOMAIN, and no other service's
 *     DNS-ID     DOMAIN, or a wildcard that is the whole left-most label and
 *                stands for exactly one
 *     XmppAddr   DOMAIN as people write it
 *     iPAddress  for an address literal, which a DNS-ID never names
 *
 * A common name is looked at only where there is no subjectAltName at all.  RFC
 * 6125, 6.4.4 allows that as a last resort where none of the kinds that we know
 * is present; but an issuer that knows of subjectAltName and names no XMPP
 * server in it means none, and RFC 9525 has given common names up.  What
 * remains are old private authorities.  It must be the only one, and no
 * wildcard.
 *
 * GnuTLS's own check knows no SRV-ID, and takes common names beside others. */
#include "stream/identity.h"

#include <gnutls/x509-ext.h>
#include <idn2.h>
#include <loquat/base.h>
#include <stdbool.h>
#include <string.h>

#include "base/array.h"
#include "base/literal.h"
#include "base/memory.h"

#define OID_SAN  "2.5.29.17"
#define OID_SRV  "1.3.6.1.5.5.7.8.7" /* RFC 4985 */
#define OID_XMPP "1.3.6.1.5.5.7.8.5" /* RFC 6120, 13.7.1.4 */
#define SERVICE  "_xmpp-client."

enum { TAG_UTF8 = 0x0C, TAG_IA5 = 0x16, NAMES_MAX = 1000, CN_SIZE = 256 };

/* Who is looked for. */
typedef struct person {
    const char *domain;
    size_t len;
    unsigned char address[LQ_LITERAL_MAX];
    size_t address_len; /* 0: a name */
} person;

/* What is at hand: bytes that somebody else wrote. */
typedef struct text {
    const char *bytes;
    size_t len;
} text;

/* ---- comparing ---- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* RFC 4343: without regard to the case of ASCII. */
static bool same(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (lower(a[i]) != lower(b[i])) {
            return false;
        }
    }
    return true;
}

static bool is_exactly(text t, const char *name, size_t len)
{
    return t.len == len && same(t.bytes, name, len);
}

/* "*.example.net" for "chat.example.net"; but nobody is given all of "net". */
static bool is_wildcard_for(text t, const person *p)
{
    const char *rest = memchr(p->domain, '.', p->len);
    size_t len = rest == NULL ? 0 : p->len - (size_t)(rest - p->domain);

    return len > 1 && rest > p->domain && t.len == len + 1 &&
           t.bytes[0] == '*' && memchr(rest + 1, '.', len - 1) != NULL &&
           same(t.bytes + 1, rest, len);
}

/* ---- one kind each ---- */

static int dns_id(text t, const person *p)
{
    return p->address_len == 0 &&
           (is_exactly(t, p->domain, p->len) || is_wildcard_for(t, p));
}

static int ip_id(text t, const person *p)
{
    return p->address_len > 0 && t.len == p->address_len &&
           memcmp(t.bytes, p->address, t.len) == 0;
}

static int srv_id(text t, const person *p)
{
    const size_t service = strlen(SERVICE);

    return p->address_len == 0 && t.len == service + p->len &&
           same(t.bytes, SERVICE, service) &&
           same(t.bytes + service, p->domain, p->len);
}

/* It is UTF-8, and a domain alone: no localpart, no resource. */
static int xmpp_id(text t, const person *p)
{
    char *name, *ascii = NULL;
    int rv;

    if (is_exactly(t, p->domain, p->len)) {
        return true;
    }
    if (t.len == 0 || t.len > 1023 || memchr(t.bytes, '\0', t.len) != NULL ||
        memchr(t.bytes, '@', t.len) != NULL ||
        memchr(t.bytes, '/', t.len) != NULL) {
        return false;
    }
    name = lq_strndup(t.bytes, t.len);
    if (name == NULL) {
        return LQ_E_NOMEM;
    }
    rv = idn2_to_ascii_8z(name, &ascii, IDN2_NONTRANSITIONAL);
    lq_free(name);
    if (rv != IDN2_OK) {
        return rv == IDN2_MALLOC ? LQ_E_NOMEM : false;
    }
    rv = is_exactly((text){ ascii, strlen(ascii) }, p->domain, p->len);
    idn2_free(ascii);
    return rv;
}

/* ---- subjectAltName ---- */

/* The string of TAG that VALUE encodes in DER; empty if it does not. */
static text der_string(const gnutls_datum_t *value, unsigned char tag)
{
    const unsigned char *at = value->data;
    size_t len, head = 2;

    if (value->size < 2 || at[0] != tag) {
        return (text){ "", 0 };
    }
    len = at[1];
    if (len == 0x81 && value->size > 2 && at[2] >= 0x80) {
        len = at[2];
        head = 3;
    } else if (len >= 0x80) {
        return (text){ "", 0 }; /* longer than any domain */
    }
    return value->size == head + len ? (text){ (const char *)at + head, len }
                                     : (text){ "", 0 };
}

static int name_is(unsigned type, const gnutls_datum_t *value,
                   const gnutls_datum_t *oid, const person *p)
{
    static const struct {
        const char *oid;
        unsigned char tag;
        int (*is)(text t, const person *p);
    } others[] = {
        { OID_SRV, TAG_IA5, srv_id },
        { OID_XMPP, TAG_UTF8, xmpp_id },
    };
    const text t = { (const char *)value->data, value->size };

    if (type == GNUTLS_SAN_DNSNAME) {
        return dns_id(t, p);
    }
    if (type == GNUTLS_SAN_IPADDRESS) {
        return ip_id(t, p);
    }
    for (size_t i = 0; type == GNUTLS_SAN_OTHERNAME && oid->data != NULL &&
                       i < LQ_COUNT(others);
         i++) {
        if (strcmp((const char *)oid->data, others[i].oid) == 0) {
            return others[i].is(der_string(value, others[i].tag), p);
        }
    }
    return false;
}

static int any_name_is(gnutls_subject_alt_names_t names, const person *p)
{
    int rv = false;

    for (unsigned i = 0; rv == 0 && i < NAMES_MAX; i++) {
        gnutls_datum_t value = { NULL, 0 }, oid = { NULL, 0 };
        unsigned type = 0;

        if (gnutls_subject_alt_names_get(names, i, &type, &value, &oid) < 0) {
            break;
        }
        rv = name_is(type, &value, &oid, p);
    }
    return rv;
}

static int alternatives_are(const gnutls_datum_t *der, const person *p)
{
    gnutls_subject_alt_names_t names;
    int rv;

    if (gnutls_subject_alt_names_init(&names) < 0) {
        return LQ_E_NOMEM;
    }
    rv = gnutls_x509_ext_import_subject_alt_names(der, names, 0);
    rv = rv < 0 ? rv == GNUTLS_E_MEMORY_ERROR ? LQ_E_NOMEM : false
                : any_name_is(names, p);
    gnutls_subject_alt_names_deinit(names);
    return rv;
}

/* ---- the common name ---- */

static int common_name_is(gnutls_x509_crt_t certificate, const person *p)
{
    char name[CN_SIZE], second[CN_SIZE];
    size_t len = sizeof(name), second_len = sizeof(second);

    return p->address_len == 0 &&
           gnutls_x509_crt_get_dn_by_oid(certificate,
                                         GNUTLS_OID_X520_COMMON_NAME, 0, 0,
                                         name, &len) >= 0 &&
           gnutls_x509_crt_get_dn_by_oid(
               certificate, GNUTLS_OID_X520_COMMON_NAME, 1, 0, second,
               &second_len) == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE &&
           is_exactly((text){ name, len }, p->domain, p->len);
}

int lq_identity_is(gnutls_x509_crt_t certificate, const char *domain)
{
    person p = { .domain = domain, .len = strlen(domain) };
    gnutls_datum_t der = { NULL, 0 };
    int rv;

    p.address_len = lq_literal_bytes(domain, p.address);
    rv = gnutls_x509_crt_get_extension_by_oid2(certificate, OID_SAN, 0, &der,
                                               NULL);
    if (rv == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) {
        return common_name_is(certificate, &p);
    }
    if (rv < 0) {
        return rv == GNUTLS_E_MEMORY_ERROR ? LQ_E_NOMEM : false;
    }
    rv = alternatives_are(&der, &p);
    gnutls_free(der.data);
    return rv;
}
