/* libraries.c - see libraries.h.  How each call fails is a row here. */
#include "libraries.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/ocsp.h>
#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>
#include <gsasl.h>
#include <idn2.h>
#include <libxml/parser.h>
#include <stddef.h>
#include <string.h>
#include <unicase.h>
#include <uninorm.h>

static unsigned long countdown; /* 1: the next fails; 0: none does */
static bool all_after;
static const char *failed;

enum { CALLED = 256 };

static const char *called[CALLED]; /* each once */

void libraries_fail(unsigned long n, bool and_all_after)
{
    countdown = n;
    all_after = and_all_after;
    failed = NULL;
}

const char *libraries_failed(void) { return failed; }

bool libraries_called(const char *name)
{
    int i = 0;

    while (i < CALLED && called[i] != NULL && strcmp(called[i], name) != 0) {
        i++;
    }
    return i < CALLED && called[i] != NULL;
}

static void note(const char *name)
{
    for (int i = 0; i < CALLED; i++) {
        if (called[i] == NULL || called[i] == name) {
            called[i] = name;
            return;
        }
    }
}

static bool is_turned_away(const char *name)
{
    note(name);
    if (countdown == 0) {
        return false;
    }
    if (countdown > 1) {
        countdown--;
        return false;
    }
    countdown = all_after;
    failed = failed == NULL ? name : failed;
    return true;
}

/* clang-format off */

/* door_NAME() is what lib/ calls instead of NAME(). */
#define DOOR(type, name, params, args, error)                                  \
    type door_##name params;                                                   \
    type door_##name params                                                    \
    {                                                                          \
        return is_turned_away(#name) ? (error) : name args;                    \
    }

/* Those of GnuTLS that say so when memory runs out. */
#define TLS_DOOR(name, params, args)                                           \
    DOOR(int, name, params, args, GNUTLS_E_MEMORY_ERROR)

TLS_DOOR(gnutls_alert_send_appropriate, (gnutls_session_t s, int e), (s, e))
TLS_DOOR(gnutls_alpn_set_protocols,
         (gnutls_session_t s, const gnutls_datum_t *p, unsigned n, unsigned f),
         (s, p, n, f))
TLS_DOOR(gnutls_bye, (gnutls_session_t s, gnutls_close_request_t how), (s, how))
TLS_DOOR(gnutls_certificate_allocate_credentials,
         (gnutls_certificate_credentials_t *c), (c))
TLS_DOOR(gnutls_certificate_set_x509_key_file2,
         (gnutls_certificate_credentials_t c, const char *chain,
          const char *key, gnutls_x509_crt_fmt_t as, const char *password,
          unsigned f),
         (c, chain, key, as, password, f))
TLS_DOOR(gnutls_certificate_set_x509_key_mem2,
         (gnutls_certificate_credentials_t c, const gnutls_datum_t *chain,
          const gnutls_datum_t *key, gnutls_x509_crt_fmt_t as,
          const char *password, unsigned f),
         (c, chain, key, as, password, f))
TLS_DOOR(gnutls_certificate_set_x509_system_trust,
         (gnutls_certificate_credentials_t c), (c))
TLS_DOOR(gnutls_certificate_set_x509_trust_file,
         (gnutls_certificate_credentials_t c, const char *path,
          gnutls_x509_crt_fmt_t as),
         (c, path, as))
TLS_DOOR(gnutls_certificate_set_x509_trust_mem,
         (gnutls_certificate_credentials_t c, const gnutls_datum_t *ca,
          gnutls_x509_crt_fmt_t as),
         (c, ca, as))
TLS_DOOR(gnutls_certificate_verification_status_print,
         (unsigned status, gnutls_certificate_type_t type, gnutls_datum_t *out,
          unsigned f),
         (status, type, out, f))
TLS_DOOR(gnutls_certificate_verify_peers,
         (gnutls_session_t s, gnutls_typed_vdata_st *data, unsigned n,
          unsigned *status),
         (s, data, n, status))
TLS_DOOR(gnutls_credentials_set,
         (gnutls_session_t s, gnutls_credentials_type_t type, void *c),
         (s, type, c))
TLS_DOOR(gnutls_fingerprint,
         (gnutls_digest_algorithm_t how, const gnutls_datum_t *data, void *out,
          size_t *len),
         (how, data, out, len))
TLS_DOOR(gnutls_handshake, (gnutls_session_t s), (s))
TLS_DOOR(gnutls_hash, (gnutls_hash_hd_t h, const void *text, size_t len),
         (h, text, len))
TLS_DOOR(gnutls_hash_fast,
         (gnutls_digest_algorithm_t how, const void *text, size_t len,
          void *out),
         (how, text, len, out))
TLS_DOOR(gnutls_hash_init,
         (gnutls_hash_hd_t *h, gnutls_digest_algorithm_t how), (h, how))
TLS_DOOR(gnutls_hmac, (gnutls_hmac_hd_t h, const void *text, size_t len),
         (h, text, len))
TLS_DOOR(gnutls_hmac_fast,
         (gnutls_mac_algorithm_t how, const void *key, size_t key_len,
          const void *text, size_t len, void *out),
         (how, key, key_len, text, len, out))
TLS_DOOR(gnutls_hmac_init,
         (gnutls_hmac_hd_t *h, gnutls_mac_algorithm_t how, const void *key,
          size_t len),
         (h, how, key, len))
TLS_DOOR(gnutls_init, (gnutls_session_t *s, unsigned f), (s, f))
TLS_DOOR(gnutls_ocsp_resp_check_crt,
         (gnutls_ocsp_resp_const_t o, unsigned i, gnutls_x509_crt_t crt),
         (o, i, crt))
TLS_DOOR(gnutls_ocsp_resp_get_single,
         (gnutls_ocsp_resp_const_t o, unsigned i, gnutls_digest_algorithm_t *d,
          gnutls_datum_t *name, gnutls_datum_t *key, gnutls_datum_t *serial,
          unsigned *status, time_t *since, time_t *until, time_t *revoked,
          unsigned *reason),
         (o, i, d, name, key, serial, status, since, until, revoked, reason))
TLS_DOOR(gnutls_ocsp_resp_import,
         (gnutls_ocsp_resp_t o, const gnutls_datum_t *data), (o, data))
TLS_DOOR(gnutls_ocsp_resp_init, (gnutls_ocsp_resp_t *o), (o))
TLS_DOOR(gnutls_ocsp_status_request_get,
         (gnutls_session_t s, gnutls_datum_t *response), (s, response))
TLS_DOOR(gnutls_pbkdf2,
         (gnutls_mac_algorithm_t how, const gnutls_datum_t *key,
          const gnutls_datum_t *salt, unsigned times, void *out, size_t len),
         (how, key, salt, times, out, len))
TLS_DOOR(gnutls_priority_init,
         (gnutls_priority_t *p, const char *text, const char **at),
         (p, text, at))
TLS_DOOR(gnutls_priority_set, (gnutls_session_t s, gnutls_priority_t p), (s, p))
TLS_DOOR(gnutls_priority_set_direct,
         (gnutls_session_t s, const char *text, const char **at), (s, text, at))
TLS_DOOR(gnutls_server_name_set,
         (gnutls_session_t s, gnutls_server_name_type_t type, const void *name,
          size_t len),
         (s, type, name, len))
TLS_DOOR(gnutls_session_channel_binding,
         (gnutls_session_t s, gnutls_channel_binding_t type,
          gnutls_datum_t *out),
         (s, type, out))
TLS_DOOR(gnutls_session_get_data2, (gnutls_session_t s, gnutls_datum_t *out),
         (s, out))
TLS_DOOR(gnutls_session_set_data,
         (gnutls_session_t s, const void *data, size_t len), (s, data, len))
TLS_DOOR(gnutls_subject_alt_names_get,
         (gnutls_subject_alt_names_t names, unsigned i, unsigned *type,
          gnutls_datum_t *name, gnutls_datum_t *oid),
         (names, i, type, name, oid))
TLS_DOOR(gnutls_subject_alt_names_init, (gnutls_subject_alt_names_t *names),
         (names))
TLS_DOOR(gnutls_x509_crt_get_dn_by_oid,
         (gnutls_x509_crt_t crt, const char *oid, unsigned i, unsigned raw,
          void *out, size_t *len),
         (crt, oid, i, raw, out, len))
TLS_DOOR(gnutls_x509_crt_get_extension_by_oid2,
         (gnutls_x509_crt_t crt, const char *oid, unsigned i,
          gnutls_datum_t *out, unsigned *critical),
         (crt, oid, i, out, critical))
TLS_DOOR(gnutls_x509_crt_get_key_id,
         (gnutls_x509_crt_t crt, unsigned f, unsigned char *out, size_t *len),
         (crt, f, out, len))
TLS_DOOR(gnutls_x509_crt_get_signature_algorithm, (gnutls_x509_crt_t crt),
         (crt))
TLS_DOOR(gnutls_x509_crt_import,
         (gnutls_x509_crt_t crt, const gnutls_datum_t *data,
          gnutls_x509_crt_fmt_t as),
         (crt, data, as))
TLS_DOOR(gnutls_x509_crt_init, (gnutls_x509_crt_t *crt), (crt))
TLS_DOOR(gnutls_x509_crt_print,
         (gnutls_x509_crt_t crt, gnutls_certificate_print_formats_t how,
          gnutls_datum_t *out),
         (crt, how, out))
TLS_DOOR(gnutls_x509_ext_import_subject_alt_names,
         (const gnutls_datum_t *ext, gnutls_subject_alt_names_t names,
          unsigned f),
         (ext, names, f))
TLS_DOOR(gnutls_x509_trust_list_verify_crt2,
         (gnutls_x509_trust_list_t list, gnutls_x509_crt_t *chain, unsigned n,
          gnutls_typed_vdata_st *data, unsigned data_n, unsigned f,
          unsigned *status, gnutls_verify_output_function *told),
         (list, chain, n, data, data_n, f, status, told))

/* Those of GnuTLS that say it in another way. */
DOOR(ssize_t, gnutls_record_recv, (gnutls_session_t s, void *out, size_t len),
     (s, out, len), GNUTLS_E_MEMORY_ERROR)
DOOR(ssize_t, gnutls_record_send,
     (gnutls_session_t s, const void *data, size_t len), (s, data, len),
     GNUTLS_E_MEMORY_ERROR)
DOOR(ssize_t, gnutls_record_send_early_data,
     (gnutls_session_t s, const void *data, size_t len), (s, data, len),
     GNUTLS_E_MEMORY_ERROR)
DOOR(time_t, gnutls_x509_crt_get_expiration_time, (gnutls_x509_crt_t crt),
     (crt), -1)
DOOR(const char *, gnutls_alert_get_name, (gnutls_alert_description_t alert),
     (alert), NULL)
DOOR(const char *, gnutls_cipher_get_name, (gnutls_cipher_algorithm_t c), (c),
     NULL)
DOOR(const char *, gnutls_protocol_get_name, (gnutls_protocol_t p), (p), NULL)
DOOR(const gnutls_datum_t *, gnutls_certificate_get_ours, (gnutls_session_t s),
     (s), NULL)
DOOR(const gnutls_datum_t *, gnutls_certificate_get_peers,
     (gnutls_session_t s, unsigned *n), (s, n), (n == NULL ? 0 : (*n = 0), NULL))

DOOR(int, gsasl_init, (Gsasl **g), (g), GSASL_MALLOC_ERROR)
DOOR(int, gsasl_register, (Gsasl *g, const Gsasl_mechanism *m), (g, m),
     GSASL_MALLOC_ERROR)
DOOR(int, gsasl_client_start, (Gsasl *g, const char *name, Gsasl_session **s),
     (g, name, s), GSASL_MALLOC_ERROR)
DOOR(int, gsasl_property_set,
     (Gsasl_session *s, Gsasl_property p, const char *value), (s, p, value),
     GSASL_MALLOC_ERROR)
DOOR(int, gsasl_step,
     (Gsasl_session *s, const char *in, size_t len, char **out,
      size_t *out_len),
     (s, in, len, out, out_len), GSASL_MALLOC_ERROR)
DOOR(int, gsasl_saslprep,
     (const char *in, Gsasl_saslprep_flags f, char **out, int *why),
     (in, f, out, why), GSASL_MALLOC_ERROR)

DOOR(int, idn2_lookup_u8, (const uint8_t *in, uint8_t **out, int f),
     (in, out, f), IDN2_MALLOC)
DOOR(int, idn2_to_ascii_8z, (const char *in, char **out, int f), (in, out, f),
     IDN2_MALLOC)
DOOR(int, idn2_to_unicode_8z8z, (const char *in, char **out, int f),
     (in, out, f), IDN2_MALLOC)

DOOR(uint32_t *, u32_normalize,
     (uninorm_t form, const uint32_t *in, size_t n, uint32_t *out, size_t *len),
     (form, in, n, out, len), NULL)
DOOR(uint32_t *, u32_tolower,
     (const uint32_t *in, size_t n, const char *lang, uninorm_t form,
      uint32_t *out, size_t *len),
     (in, n, lang, form, out, len), NULL)

DOOR(long, xmlByteConsumed, (xmlParserCtxtPtr c), (c), -1)
DOOR(xmlParserCtxtPtr, xmlCreatePushParserCtxt,
     (xmlSAXHandlerPtr sax, void *self, const char *first, int len,
      const char *name),
     (sax, self, first, len, name), NULL)
DOOR(int, xmlParseChunk,
     (xmlParserCtxtPtr c, const char *chunk, int len, int last),
     (c, chunk, len, last), XML_ERR_NO_MEMORY)
