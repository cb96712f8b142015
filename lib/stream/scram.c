/* scram.c - see scram.h. */
#include "stream/scram.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/precis.h"
#include "base/text.h"

enum {
    NONCE_MAX = 1024,
    SALT_MAX = 1024,
    DIGEST_MAX = 64,
    PASSWORD_MAX = 64 * 1024,
};

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
    int iterations;
    uint16_t size; /* of the digest */
    uint16_t salt_len;
    unsigned char bytes[]; /* the digest, then the salt */
};

static size_t salted_size(const lq_salted *salted)
{
    return sizeof(*salted) + salted->size + salted->salt_len;
}

void lq_salted_free(lq_salted *salted)
{
    if (salted != NULL) {
        lq_wipe(salted, salted_size(salted));
        lq_free(salted);
    }
}

static bool salted_fits(const lq_salted *salted, const lq_mechanism *mechanism,
                        const lq_buffer *salt, long iterations)
{
    return salted != NULL && salted->mac == mechanism->mac &&
           salted->iterations == iterations &&
           salted->salt_len == lq_buffer_len(salt) &&
           memcmp(salted->bytes + salted->size, lq_buffer_bytes(salt),
                  salted->salt_len) == 0;
}

static int salted_derive(lq_salted *salted, const char *password)
{
    gnutls_datum_t salt = { salted->bytes + salted->size, salted->salt_len };
    gnutls_datum_t key;
    lq_buffer prepared;
    int rv;

    lq_buffer_init(&prepared, PASSWORD_MAX);
    rv = password_prepare(&prepared, password);
    if (rv == LQ_OK) {
        key.data = (unsigned char *)lq_buffer_bytes(&prepared);
        key.size = (unsigned)lq_buffer_len(&prepared);
        rv = gnutls_pbkdf2(salted->mac, &key, &salt,
                           (unsigned)salted->iterations, salted->bytes,
                           salted->size);
    }
    lq_buffer_wipe(&prepared);
    return rv;
}

static lq_salted *salted_new(const lq_mechanism *mechanism,
                             const char *password, const lq_buffer *salt,
                             long iterations)
{
    size_t size = gnutls_hmac_get_len(mechanism->mac);
    size_t salt_len = lq_buffer_len(salt);
    lq_salted *salted = lq_calloc(1, sizeof(*salted) + size + salt_len);

    if (salted == NULL) {
        return NULL;
    }
    salted->mac = mechanism->mac;
    salted->iterations = (int)iterations;
    salted->size = (uint16_t)size;
    salted->salt_len = (uint16_t)salt_len;
    memcpy(salted->bytes + size, lq_buffer_bytes(salt), salt_len);
    if (salted_derive(salted, password) < 0) {
        lq_salted_free(salted);
        return NULL;
    }
    return salted;
}

/* libgsasl takes it in hexadecimal. */
static int salted_give(const lq_salted *salted, Gsasl_session *session)
{
    char hex[2 * DIGEST_MAX + 1];
    int rv;

    for (size_t i = 0; i < salted->size; i++) {
        snprintf(hex + 2 * i, 3, "%02x", salted->bytes[i]);
    }
    rv = gsasl_property_set(session, GSASL_SCRAM_SALTED_PASSWORD, hex);
    lq_wipe(hex, sizeof(hex));
    return rv == GSASL_OK ? LQ_OK : LQ_E_NOMEM;
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
    return *salted == NULL ? LQ_E_NOMEM : salted_give(*salted, session);
}
