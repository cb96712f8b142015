/* ht.c - see ht.h. */
#include "ht.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"

enum { MAC_MAX = 64, ROLE_LEN = 9 };

static const struct {
    const char *name;
    gnutls_mac_algorithm_t mac;
} hashes[] = { { "HT-SHA-256-", GNUTLS_MAC_SHA256 },
               { "HT-SHA-512-", GNUTLS_MAC_SHA512 } };

static const struct {
    const char *name;
    const char *type; /* NULL: bound to nothing */
} ends[] = { { "NONE", NULL },
             { "UNIQ", "tls-unique" },
             { "ENDP", "tls-server-end-point" },
             { "EXPR", "tls-exporter" } };

/* False: no such mechanism. */
static bool mechanism_read(const char *mechanism, gnutls_mac_algorithm_t *mac,
                           const char **type)
{
    for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
        size_t len = strlen(hashes[i].name);

        for (size_t k = 0; k < sizeof(ends) / sizeof(ends[0]); k++) {
            if (strncmp(mechanism, hashes[i].name, len) == 0 &&
                strcmp(mechanism + len, ends[k].name) == 0) {
                *mac = hashes[i].mac;
                *type = ends[k].type;
                return true;
            }
        }
    }
    return false;
}

/* HMAC(token, ROLE and BINDING) */
static void ht_mac(const ht *h, gnutls_mac_algorithm_t mac, const char *role,
                   const unsigned char *binding, size_t len,
                   unsigned char out[MAC_MAX])
{
    unsigned char text[ROLE_LEN + BINDING_SIZE];

    memcpy(text, role, ROLE_LEN);
    if (len > 0) {
        memcpy(text + ROLE_LEN, binding, len);
    }
    gnutls_hmac_fast(mac, h->token, strlen(h->token), text, ROLE_LEN + len,
                     out);
}

/* NAME, NUL, MAC of SIZE bytes: whether the name is right and the MAC WANT. */
static const char *message_problem(ht *h, const char *message, size_t len,
                                   const unsigned char *want, size_t size)
{
    size_t name = strlen(message); /* LEN at the most */

    if (name == 0 || name >= sizeof(h->name) || len != name + 1 + size) {
        return "that is no message of HT";
    }
    snprintf(h->name, sizeof(h->name), "%s", message);
    if (h->user != NULL && strcmp(h->name, h->user) != 0) {
        return "that is somebody else's name";
    }
    return memcmp(message + name + 1, want, size) == 0 ? NULL
                                                       : "the token is wrong";
}

const char *ht_client(ht *h, const char *mechanism, const char *base64)
{
    gnutls_mac_algorithm_t mac;
    const unsigned char *binding = NULL;
    unsigned char digest[MAC_MAX];
    const char *type, *why = "that is no message of HT";
    size_t len = 0, bound = 0;
    char *message;

    h->answer[0] = h->name[0] = '\0';
    if (!mechanism_read(mechanism, &mac, &type)) {
        return "that is no HT mechanism";
    }
    if (type != NULL &&
        (binding = binding_get(&h->bindings, type, &bound)) == NULL) {
        return "the connection has no such channel binding";
    }
    ht_mac(h, mac, "Initiator", binding, bound, digest);
    message = base64_read(base64, &len);
    if (message != NULL) {
        why =
            message_problem(h, message, len, digest, gnutls_hmac_get_len(mac));
    }
    free(message);
    if (why == NULL) {
        ht_mac(h, mac, "Responder", binding, bound, digest);
        message = base64_write(digest, gnutls_hmac_get_len(mac));
        snprintf(h->answer, sizeof(h->answer), "%s", message);
        free(message);
    }
    return why;
}
