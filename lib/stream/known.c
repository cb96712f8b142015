/* known.c - see known.h. */
#include "stream/known.h"

#include <stdio.h>

#include "base/memory.h"
#include "base/random.h"

void lq_known_clear(lq_known *known)
{
    lq_free(known->version);
    lq_scram_keys_free(known->keys);
    lq_free_secret(known->token.text);
    lq_wipe(known, sizeof(*known));
}

void lq_known_forget_password(lq_known *known)
{
    lq_scram_keys_free(known->keys);
    known->keys = NULL;
    known->preparation = 0;
}

int lq_token_set(lq_token *token, const char *text,
                 const lq_mechanism *mechanism, int64_t expires)
{
    char *copy = lq_strdup(text);

    if (text != NULL && copy == NULL) {
        return LQ_E_NOMEM;
    }
    lq_free_secret(token->text);
    *token =
        (lq_token){ .text = copy, .mechanism = mechanism, .expires = expires };
    return LQ_OK;
}

bool lq_token_is_good(const lq_token *token, int64_t unix_ms)
{
    return token->text != NULL &&
           (unix_ms == LQ_NEVER || token->expires == LQ_NEVER ||
            unix_ms < token->expires);
}

/* RFC 9562, 5.4: a random UUID. */
int lq_known_agent(lq_known *known)
{
    unsigned char b[16];
    size_t at = 0;

    if (known->agent[0] != '\0') {
        return LQ_OK;
    }
    if (lq_random_fill(b, sizeof(b)) < 0) {
        return LQ_E_NOMEM;
    }
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            known->agent[at++] = '-';
        }
        snprintf(known->agent + at, 3, "%02x", b[i]);
        at += 2;
    }
    return LQ_OK;
}
