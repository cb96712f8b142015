/* trust.c - see trust.h.
 *
 * A context lists what its streams have loaded.  The system's authorities take
 * long to load, so the context holds on to them, too. */
#include "stream/trust.h"

#include <gnutls/crypto.h>
#include <string.h>

#include "base/memory.h"
#include "stream/context.h"

static bool has_authorities(const lq_source *source)
{
    return source != NULL &&
           (lq_buffer_len(&source->ca) > 0 || source->ca_file != NULL);
}

static bool has_client(const lq_source *source)
{
    return source != NULL &&
           (source->certificate != NULL || source->pem != NULL);
}

bool lq_trust_is_own(const lq_config *config)
{
    return has_authorities(config->source) || has_client(config->source);
}

/* ---- what it was loaded from ---- */

/* Nothing, and each length, are told apart. */
static bool source_add(gnutls_hash_hd_t hash, const void *bytes, size_t len)
{
    const unsigned char head[5] = {
        bytes != NULL,
        (unsigned char)(len >> 24),
        (unsigned char)(len >> 16),
        (unsigned char)(len >> 8),
        (unsigned char)len,
    };

    return gnutls_hash(hash, head, sizeof(head)) >= 0 &&
           (len == 0 || gnutls_hash(hash, bytes, len) >= 0);
}

static bool source_add_text(gnutls_hash_hd_t hash, const char *text)
{
    return source_add(hash, text, text == NULL ? 0 : strlen(text));
}

static int source_hash(const lq_source *source,
                       unsigned char digest[LQ_SOURCE_SIZE])
{
    static const lq_source none;
    gnutls_hash_hd_t hash;
    bool fine;

    source = source == NULL ? &none : source;
    if (gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) < 0) {
        return LQ_E_NOMEM;
    }
    fine = source_add(hash, lq_buffer_bytes(&source->ca),
                      lq_buffer_len(&source->ca)) &&
           source_add_text(hash, source->ca_file) &&
           source_add_text(hash, source->certificate) &&
           source_add_text(hash, source->key) &&
           source_add_text(hash, source->password) &&
           source_add(hash, source->pem, source->pem_len);
    gnutls_hash_deinit(hash, digest);
    return fine ? LQ_OK : LQ_E_NOMEM;
}

/* ---- authorities ---- */

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
static int load_own(gnutls_certificate_credentials_t credentials,
                    const lq_source *source, lq_fault *why)
{
    int rv = 1;

    if (lq_buffer_len(&source->ca) > 0) {
        rv = load_text(credentials, &source->ca);
    }
    for (const char *path = source->ca_file;
         path != NULL && *path != '\0' && rv > 0;) {
        const char *end = strchr(path, '\n');

        rv = load_file(credentials, path, (size_t)(end - path));
        path = end + 1;
    }
    if (rv == GNUTLS_E_MEMORY_ERROR) {
        return LQ_E_NOMEM;
    }
    why->message = "No certification authority was found";
    why->text = source->ca_file != NULL ? source->ca_file
                                        : "the text holds none in PEM";
    return rv > 0 ? LQ_OK : LQ_E_ARGUMENT;
}

static int load_authorities(gnutls_certificate_credentials_t credentials,
                            const lq_source *source, lq_fault *why)
{
    if (has_authorities(source)) {
        return load_own(credentials, source, why);
    }
    gnutls_certificate_set_x509_system_trust(credentials);
    return LQ_OK;
}

/* ---- our certificate ---- */

static int load_client(gnutls_certificate_credentials_t credentials,
                       const lq_source *source, lq_fault *why)
{
    const gnutls_datum_t pem = { (unsigned char *)source->pem,
                                 (unsigned)source->pem_len };
    int rv = source->pem != NULL
                 ? gnutls_certificate_set_x509_key_mem2(credentials, &pem, &pem,
                                                        GNUTLS_X509_FMT_PEM,
                                                        source->password, 0)
                 : gnutls_certificate_set_x509_key_file2(
                       credentials, source->certificate, source->key,
                       GNUTLS_X509_FMT_PEM, source->password, 0);

    if (rv == GNUTLS_E_MEMORY_ERROR) {
        return LQ_E_NOMEM;
    }
    why->message = "The client certificate and its key cannot be used";
    why->text = gnutls_strerror(rv);
    return rv < 0 ? LQ_E_ARGUMENT : LQ_OK;
}

static void trust_free(lq_trust *trust)
{
    if (trust->credentials != NULL) {
        gnutls_certificate_free_credentials(trust->credentials);
    }
    lq_free(trust);
}

static int trust_load(lq_trust *trust, const lq_source *source, lq_fault *why)
{
    int rv;

    if (gnutls_certificate_allocate_credentials(&trust->credentials) < 0) {
        return LQ_E_NOMEM;
    }
    rv = load_authorities(trust->credentials, source, why);
    if (rv == LQ_OK && has_client(source)) {
        trust->is_client = true;
        rv = load_client(trust->credentials, source, why);
    }
    return rv;
}

/* ---- sharing ---- */

static int trust_new(lq_context *context, const lq_config *config,
                     const unsigned char *source, lq_trust **made,
                     lq_fault *why)
{
    lq_trust *trust = lq_calloc(1, sizeof(*trust));
    int rv;

    if (trust == NULL) {
        return LQ_E_NOMEM;
    }
    rv = trust_load(trust, config->source, why);
    if (rv < 0) {
        trust_free(trust);
        return rv;
    }
    memcpy(trust->source, source, LQ_SOURCE_SIZE);
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

int lq_trust_get(lq_context *context, const lq_config *config, lq_trust **trust,
                 lq_fault *why)
{
    unsigned char source[LQ_SOURCE_SIZE];
    lq_fault unheard = { 0 };
    int rv = source_hash(config->source, source);

    if (rv < 0) {
        return rv;
    }
    *trust = context->trusts;
    while (*trust != NULL &&
           memcmp((*trust)->source, source, LQ_SOURCE_SIZE) != 0) {
        *trust = (*trust)->next;
    }
    if (*trust == NULL) {
        rv = trust_new(context, config, source, trust,
                       why == NULL ? &unheard : why);
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
