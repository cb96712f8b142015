/* known.c - see known.h. */
#include "stream/known.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "sasl/password.h"

void lq_known_clear(lq_known *known)
{
    lq_free(known->version);
    lq_free(known->inlines);
    lq_scram_keys_free(known->keys);
    lq_known_set_token(known, NULL);
    lq_free(known->agent);
    *known = (lq_known){ .version = NULL };
}

void lq_known_forget_password(lq_known *known)
{
    lq_scram_keys_free(known->keys);
    known->keys = NULL;
    known->preparation = LQ_PREPARE_OPAQUE;
}

lq_token *lq_token_new(const char *text, const lq_mechanism *mechanism,
                       int64_t expires)
{
    size_t size = strlen(text) + 1;
    lq_token *token = lq_malloc(sizeof(*token) + size);

    if (token != NULL) {
        *token = (lq_token){ .mechanism = mechanism, .expires = expires };
        memcpy(token->text, text, size);
    }
    return token;
}

void lq_known_set_token(lq_known *known, lq_token *token)
{
    if (known->token != NULL) {
        lq_wipe(known->token->text, strlen(known->token->text));
        lq_free(known->token);
    }
    known->token = token;
}

bool lq_token_is_good(const lq_token *token, int64_t unix_ms)
{
    return token != NULL &&
           (unix_ms == LQ_NEVER || token->expires == LQ_NEVER ||
            unix_ms < token->expires);
}

/* RFC 9562, 5.4: a random UUID. */
static int uuid_make(char text[LQ_UUID_SIZE])
{
    unsigned char b[16];
    size_t at = 0;

    if (lq_random_fill(b, sizeof(b)) < 0) {
        return LQ_E_NOMEM;
    }
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            text[at++] = '-';
        }
        snprintf(text + at, 3, "%02x", b[i]);
        at += 2;
    }
    return LQ_OK;
}

int lq_known_agent(lq_known *known)
{
    char uuid[LQ_UUID_SIZE];

    if (known->agent != NULL) {
        return LQ_OK;
    }
    return uuid_make(uuid) < 0 ? LQ_E_NOMEM : lq_replace(&known->agent, uuid);
}
