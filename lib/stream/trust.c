/* trust.c - see trust.h.
 *
 * A context lists what its streams have loaded.  The system's authorities take
 * long to load, so the context holds on to them, too. */
#include "stream/trust.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "stream/context.h"

bool lq_trust_is_own(const lq_config *config)
{
    return lq_buffer_len(&config->ca) > 0 || config->ca_file != NULL;
}

/* ---- loading ---- */

static int load_text(gnutls_certificate_credentials_t credentials,
                     const lq_buffer *text)
{
    gnutls_datum_t pem = { (unsigned char *)lq_buffer_bytes(text),
                           (unsigned)lq_buffer_len(text) };

    return gnutls_certificate_set_x509_trust_mem(credentials, &pem,
                                                 GNUTLS_X509_FMT_PEM);
}

static int load_file(gnutls_certificate_credentials_t credentials,
                     const char *path, size_t len)
{
    char *one = lq_strndup(path, len);
    int rv;

    if (one == NULL) {
        return GNUTLS_E_MEMORY_ERROR;
    }
    rv = gnutls_certificate_set_x509_trust_file(credentials, one,
                                                GNUTLS_X509_FMT_PEM);
    lq_free(one);
    return rv;
}

/* GnuTLS gives the number of authorities. */
static int load_own(const lq_trust *trust)
{
    int rv = 1;

    if (lq_buffer_len(&trust->ca) > 0) {
        rv = load_text(trust->credentials, &trust->ca);
    }
    for (const char *path = trust->ca_file;
         path != NULL && *path != '\0' && rv > 0;) {
        const char *end = strchr(path, '\n');

        rv = load_file(trust->credentials, path, (size_t)(end - path));
        path = end + 1;
    }
    if (rv == GNUTLS_E_MEMORY_ERROR) {
        return LQ_E_NOMEM;
    }
    return rv > 0 ? LQ_OK : LQ_E_ARGUMENT;
}

static void trust_free(lq_trust *trust)
{
    if (trust->credentials != NULL) {
        gnutls_certificate_free_credentials(trust->credentials);
    }
    lq_buffer_clear(&trust->ca);
    lq_free(trust->ca_file);
    lq_free(trust);
}

static int trust_load(lq_trust *trust, const lq_config *config)
{
    lq_buffer_init(&trust->ca, LQ_CA_MAX);
    if (gnutls_certificate_allocate_credentials(&trust->credentials) < 0 ||
        lq_replace(&trust->ca_file, config->ca_file) < 0 ||
        lq_buffer_append(&trust->ca, lq_buffer_bytes(&config->ca),
                         lq_buffer_len(&config->ca)) < 0) {
        return LQ_E_NOMEM;
    }
    if (lq_trust_is_own(config)) {
        return load_own(trust);
    }
    gnutls_certificate_set_x509_system_trust(trust->credentials);
    return LQ_OK;
}

/* ---- sharing ---- */

static bool trust_matches(const lq_trust *trust, const lq_config *config)
{
    size_t len = lq_buffer_len(&config->ca);

    return lq_buffer_len(&trust->ca) == len &&
           (len == 0 || memcmp(lq_buffer_bytes(&trust->ca),
                               lq_buffer_bytes(&config->ca), len) == 0) &&
           lq_text_equal(trust->ca_file, config->ca_file);
}

static int trust_new(lq_context *context, const lq_config *config,
                     lq_trust **made)
{
    lq_trust *trust = lq_calloc(1, sizeof(*trust));
    int rv;

    if (trust == NULL) {
        return LQ_E_NOMEM;
    }
    rv = trust_load(trust, config);
    if (rv < 0) {
        trust_free(trust);
        return rv;
    }
    trust->context = context;
    trust->next = context->trusts;
    context->trusts = trust;
    if (!lq_trust_is_own(config)) {
        trust->refs++;
        context->system = trust;
    }
    *made = trust;
    return LQ_OK;
}

int lq_trust_get(lq_context *context, const lq_config *config, lq_trust **trust)
{
    int rv = LQ_OK;

    *trust = context->trusts;
    while (*trust != NULL && !trust_matches(*trust, config)) {
        *trust = (*trust)->next;
    }
    if (*trust == NULL) {
        rv = trust_new(context, config, trust);
    }
    if (rv == LQ_OK) {
        (*trust)->refs++;
    }
    return rv;
}

void lq_trust_unref(lq_trust *trust)
{
    lq_trust **at;

    if (trust == NULL || --trust->refs > 0) {
        return;
    }
    at = &trust->context->trusts;
    while (*at != trust) {
        at = &(*at)->next;
    }
    *at = trust->next;
    trust_free(trust);
}
