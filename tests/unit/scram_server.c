/* scram_server.c - see scram_server.h. */
#include "scram_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/base64.h"

/* The text of ELEMENT, or of the <initial-response/> in it. */
static void element_text(const char *element, char text[SCRAM_MAX])
{
    const char *initial = strstr(element, "<initial-response");
    const char *start = strchr(initial == NULL ? element : initial, '>');
    size_t len = start == NULL ? 0 : strcspn(start + 1, "<");

    snprintf(text, SCRAM_MAX, "%.*s", (int)len, len == 0 ? "" : start + 1);
}

const char *scram_encode(scram_server *s, const char *text)
{
    char *base64 = base64_write(text, strlen(text));

    snprintf(s->base64, sizeof(s->base64), "%s", base64);
    free(base64);
    return s->base64;
}

bool scram_begin(scram_server *s, gnutls_mac_algorithm_t mac,
                 const char *password, const char *auth)
{
    const char *hash = mac == GNUTLS_MAC_SHA1     ? "1"
                       : mac == GNUTLS_MAC_SHA256 ? "256"
                                                  : "512";
    const char *plus = strstr(auth, "-PLUS") == NULL ? "" : "-PLUS";
    char mechanism[32], text[SCRAM_MAX];

    *s = (scram_server){ .scram = { .password = password, .user = "romeo" } };
    snprintf(mechanism, sizeof(mechanism), "SCRAM-SHA-%s%s", hash, plus);
    element_text(auth, text);
    s->wrong = scram_client_first(&s->scram, mechanism, text);
    snprintf(s->gs2, sizeof(s->gs2), "%.*s", (int)scram_header_len(&s->scram),
             s->scram.client_first);
    s->nonce = scram_client_nonce(&s->scram);
    s->signature = s->scram.server_final;
    return s->wrong == NULL;
}

const char *scram_say(scram_server *s, const char *text)
{
    scram_set_server_first(&s->scram, text);
    return scram_encode(s, s->scram.server_first);
}

const char *scram_first(scram_server *s, const char *extra, const char *salt,
                        const char *iterations, const char *tail)
{
    scram_answer(&s->scram, extra, salt, iterations, tail);
    return scram_encode(s, s->scram.server_first);
}

bool scram_check(scram_server *s, const char *response, const void *binding,
                 size_t len)
{
    char text[SCRAM_MAX], type[32];

    if (binding != NULL && strncmp(s->gs2, "p=", 2) == 0) {
        snprintf(type, sizeof(type), "%.*s", (int)strcspn(s->gs2 + 2, ","),
                 s->gs2 + 2);
        binding_put(&s->scram.bindings, type, binding, len);
    }
    element_text(response, text);
    s->wrong = scram_client_final(&s->scram, text);
    return s->wrong == NULL;
}
