/* scram.c - see scram.h. */
#include "stream/scram.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/precis.h"
#include "base/text.h"

enum { NONCE_MAX = 1024, SALT_MAX = 1024, DIGEST_MAX = 64 };

/* An attribute of a message: "r=..." up to the next comma. */
typedef struct field {
    const char *text;
    size_t len;
} field;

/* Take "NAME=value" off the front of *REST.  False: something else is there. */
static bool field_take(field *rest, char name, field *value)
{
    const char *comma;

    if (rest->len < 2 || rest->text[0] != name || rest->text[1] != '=') {
        return false;
    }
    value->text = rest->text + 2;
    comma = memchr(value->text, ',', rest->len - 2);
    value->len = comma == NULL ? rest->len - 2 : (size_t)(comma - value->text);
    rest->len -= 2 + value->len;
    rest->text = value->text + value->len;
    if (comma != NULL) {
        rest->text++;
        rest->len--;
    }
    return true;
}

char *lq_scram_nonce(const char *message, size_t len)
{
    const char *last = NULL;

    /* gs2-header "," "n=" name "," "r=" nonce; names have no commas */
    for (size_t i = 0; i + 3 <= len; i++) {
        if (memcmp(message + i, ",r=", 3) == 0) {
            last = message + i + 3;
        }
    }
    return last == NULL ? NULL
                        : lq_strndup(last, (size_t)(message + len - last));
}

static bool iterations_read(const field *value, long *iterations)
{
    char text[12] = "";

    if (value->len == 0 || value->len >= sizeof(text)) {
        return false;
    }
    memcpy(text, value->text, value->len);
    return lq_text_number(text, LQ_SCRAM_ITERATIONS_MIN,
                          LQ_SCRAM_ITERATIONS_MAX, iterations);
}

static const char *first_check(const char *nonce, field message, field *salt,
                               long *iterations)
{
    field theirs, count;

    if (!field_take(&message, 'r', &theirs) ||
        !field_take(&message, 's', salt) ||
        !field_take(&message, 'i', &count)) {
        return "The server sent what is no SCRAM message.";
    }
    if (theirs.len > NONCE_MAX || theirs.len <= strlen(nonce) ||
        memcmp(theirs.text, nonce, strlen(nonce)) != 0) {
        return "The server did not extend our nonce: somebody may be "
               "replaying an old login.";
    }
    if (!iterations_read(&count, iterations)) {
        return "The server wants an iteration count that is too low to be "
               "safe, or too high to be meant well.";
    }
    return NULL;
}

/* RFC 8265 prepares passwords; those that break its rules go as they are. */
static int password_prepare(lq_buffer *out, const char *password)
{
    int rv = lq_precis_opaque(out, password, strlen(password));

    if (rv == LQ_E_ARGUMENT) {
        rv = lq_buffer_append(out, password, strlen(password));
    }
    return rv;
}

struct lq_salted {
    gnutls_mac_algorithm_t mac;
    long iterations;
    size_t salt_len;
    char hex[2 * DIGEST_MAX + 1]; /* as libgsasl takes it */
    char salt[];
};

void lq_salted_free(lq_salted *salted)
{
    if (salted != NULL) {
        lq_wipe(salted, sizeof(*salted) + salted->salt_len);
        lq_free(salted);
    }
}

static bool salted_fits(const lq_salted *salted, const lq_mechanism *mechanism,
                        const lq_buffer *salt, long iterations)
{
    return salted != NULL && salted->mac == mechanism->mac &&
           salted->iterations == iterations &&
           salted->salt_len == lq_buffer_len(salt) &&
           memcmp(salted->salt, lq_buffer_bytes(salt), salted->salt_len) == 0;
}

static int salted_derive(lq_salted *salted, const lq_buffer *password)
{
    unsigned char digest[DIGEST_MAX];
    size_t size = gnutls_hmac_get_len(salted->mac);
    gnutls_datum_t key = { (unsigned char *)lq_buffer_bytes(password),
                           (unsigned)lq_buffer_len(password) };
    gnutls_datum_t salt = { (unsigned char *)salted->salt,
                            (unsigned)salted->salt_len };
    int rv = gnutls_pbkdf2(salted->mac, &key, &salt,
                           (unsigned)salted->iterations, digest, size);

    for (size_t i = 0; i < size && rv >= 0; i++) {
        snprintf(salted->hex + 2 * i, 3, "%02x", digest[i]);
    }
    lq_wipe(digest, sizeof(digest));
    return rv < 0 ? LQ_E_NOMEM : LQ_OK;
}

static lq_salted *salted_new(const lq_mechanism *mechanism,
                             const char *password, const lq_buffer *salt,
                             long iterations)
{
    lq_salted *salted = lq_calloc(1, sizeof(*salted) + lq_buffer_len(salt));
    lq_buffer prepared;
    int rv;

    if (salted == NULL) {
        return NULL;
    }
    salted->mac = mechanism->mac;
    salted->iterations = iterations;
    salted->salt_len = lq_buffer_len(salt);
    memcpy(salted->salt, lq_buffer_bytes(salt), salted->salt_len);
    lq_buffer_init(&prepared, 64 * 1024);
    rv = password_prepare(&prepared, password);
    rv = rv < 0 ? rv : salted_derive(salted, &prepared);
    lq_buffer_wipe(&prepared);
    if (rv < 0) {
        lq_salted_free(salted);
        return NULL;
    }
    return salted;
}

static int salt_decode(lq_buffer *salt, field base64, const char **problem)
{
    int rv = lq_base64_decode(salt, base64.text, base64.len);

    if (rv == LQ_E_ARGUMENT || rv == LQ_E_FULL ||
        (rv == LQ_OK && lq_buffer_len(salt) == 0)) {
        *problem = "The server sent what is no SCRAM salt.";
        rv = LQ_E_ARGUMENT;
    }
    return rv;
}

int lq_scram_salt(Gsasl_session *session, const lq_mechanism *mechanism,
                  const char *nonce, const char *password, const char *message,
                  size_t len, lq_salted **salted, const char **problem)
{
    field base64 = { NULL, 0 };
    lq_buffer salt;
    long iterations = 0;
    int rv;

    *problem =
        first_check(nonce, (field){ message, len }, &base64, &iterations);
    if (*problem != NULL) {
        return LQ_E_ARGUMENT;
    }
    lq_buffer_init(&salt, SALT_MAX);
    rv = salt_decode(&salt, base64, problem);
    if (rv == LQ_OK && !salted_fits(*salted, mechanism, &salt, iterations)) {
        lq_salted_free(*salted);
        *salted = salted_new(mechanism, password, &salt, iterations);
    }
    lq_buffer_clear(&salt);
    if (rv < 0) {
        return rv;
    }
    return *salted != NULL &&
                   gsasl_property_set(session, GSASL_SCRAM_SALTED_PASSWORD,
                                      (*salted)->hex) == GSASL_OK
               ? LQ_OK
               : LQ_E_NOMEM;
}
