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

int lq_scram_remember(lq_buffer *nonce, const char *message, size_t len)
{
    const char *last = NULL;

    /* gs2-header "," "n=" name "," "r=" nonce; names have no commas */
    for (size_t i = 0; i + 3 <= len; i++) {
        if (memcmp(message + i, ",r=", 3) == 0) {
            last = message + i + 3;
        }
    }
    lq_buffer_init(nonce, NONCE_MAX);
    return last == NULL
               ? LQ_E_ARGUMENT
               : lq_buffer_append(nonce, last, (size_t)(message + len - last));
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

static const char *first_check(const lq_buffer *nonce, field message,
                               field *salt, long *iterations)
{
    field theirs, count;

    if (!field_take(&message, 'r', &theirs) ||
        !field_take(&message, 's', salt) ||
        !field_take(&message, 'i', &count)) {
        return "The server sent what is no SCRAM message.";
    }
    if (theirs.len > NONCE_MAX || theirs.len <= lq_buffer_len(nonce) ||
        memcmp(theirs.text, lq_buffer_bytes(nonce), lq_buffer_len(nonce)) !=
            0) {
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

static int salted_give(Gsasl_session *session, const lq_mechanism *mechanism,
                       const lq_buffer *password, const lq_buffer *salt,
                       long iterations)
{
    unsigned char digest[DIGEST_MAX];
    char hex[2 * DIGEST_MAX + 1];
    size_t size = gnutls_hmac_get_len(mechanism->mac);
    gnutls_datum_t key = { (unsigned char *)lq_buffer_bytes(password),
                           (unsigned)lq_buffer_len(password) };
    gnutls_datum_t grain = { (unsigned char *)lq_buffer_bytes(salt),
                             (unsigned)lq_buffer_len(salt) };
    int rv = gnutls_pbkdf2(mechanism->mac, &key, &grain, (unsigned)iterations,
                           digest, size);

    if (rv >= 0) {
        for (size_t i = 0; i < size; i++) {
            snprintf(hex + 2 * i, 3, "%02x", digest[i]);
        }
        rv = gsasl_property_set(session, GSASL_SCRAM_SALTED_PASSWORD, hex) ==
                     GSASL_OK
                 ? 0
                 : -1;
    }
    lq_wipe(digest, sizeof(digest));
    lq_wipe(hex, sizeof(hex));
    return rv < 0 ? LQ_E_NOMEM : LQ_OK;
}

int lq_scram_salt(Gsasl_session *session, const lq_mechanism *mechanism,
                  const lq_buffer *nonce, const char *password,
                  const char *message, size_t len, const char **problem)
{
    field salt = { NULL, 0 };
    lq_buffer prepared, grain;
    long iterations = 0;
    int rv;

    *problem = first_check(nonce, (field){ message, len }, &salt, &iterations);
    if (*problem != NULL) {
        return LQ_E_ARGUMENT;
    }
    lq_buffer_init(&prepared, 64 * 1024);
    lq_buffer_init(&grain, SALT_MAX);
    rv = lq_base64_decode(&grain, salt.text, salt.len);
    if (rv == LQ_E_ARGUMENT || rv == LQ_E_FULL ||
        (rv == LQ_OK && lq_buffer_len(&grain) == 0)) {
        *problem = "The server sent what is no SCRAM salt.";
        rv = LQ_E_ARGUMENT;
    }
    rv = rv < 0 ? rv : password_prepare(&prepared, password);
    rv = rv < 0
             ? rv
             : salted_give(session, mechanism, &prepared, &grain, iterations);
    lq_buffer_wipe(&prepared);
    lq_buffer_wipe(&grain);
    return rv;
}
