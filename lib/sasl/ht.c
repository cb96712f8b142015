/* ht.c - see ht.h. */
#include "sasl/ht.h"

#include <gnutls/gnutls.h>
#include <loquat/base.h>
#include <string.h>

#include "base/memory.h"

enum { ROLE = 9 }; /* bytes of "Initiator" and of "Responder" */

typedef struct ht {
    lq_own own; /* first */
    const lq_mechanism *mechanism;
    const lq_login *who;
    bool said;
} ht;

static int ht_hmac(const ht *h, const char *role,
                   unsigned char out[LQ_DIGEST_MAX])
{
    const lq_login *who = h->who;
    gnutls_hmac_hd_t mac;

    if (gnutls_hmac_init(&mac, h->mechanism->mac, who->token,
                         strlen(who->token)) < 0) {
        return LQ_E_NOMEM;
    }
    gnutls_hmac(mac, role, ROLE);
    if (h->mechanism->binding != LQ_BINDING_NONE) {
        gnutls_hmac(mac, who->channel, who->channel_len);
    }
    gnutls_hmac_deinit(mac, out);
    return LQ_OK;
}

static int ht_say(ht *h, lq_buffer *out)
{
    unsigned char digest[LQ_DIGEST_MAX];
    int rv = ht_hmac(h, "Initiator", digest);

    rv = rv < 0 ? rv
                : lq_buffer_append(out, h->who->name, strlen(h->who->name) + 1);
    rv = rv < 0 ? rv
                : lq_buffer_append(out, digest,
                                   gnutls_hmac_get_len(h->mechanism->mac));
    h->said = true;
    return rv < 0 ? rv : LQ_STEP_MORE;
}

static int ht_verify(ht *h, const char *in, size_t len)
{
    unsigned char digest[LQ_DIGEST_MAX];

    if (ht_hmac(h, "Responder", digest) < 0) {
        return LQ_E_NOMEM;
    }
    if (len != gnutls_hmac_get_len(h->mechanism->mac) ||
        gnutls_memcmp(in, digest, len) != 0) {
        h->own.problem = "The server could not prove that it knows the token.";
        return LQ_E_ARGUMENT;
    }
    return LQ_STEP_DONE;
}

static int ht_step(lq_own *self, const char *in, size_t len, lq_buffer *out)
{
    ht *h = (ht *)self;

    return h->said ? ht_verify(h, in, len) : ht_say(h, out);
}

static void ht_free(lq_own *self) { lq_free(self); }

int lq_ht_new(const lq_mechanism *mechanism, const lq_login *who, lq_own **made)
{
    ht *h = lq_calloc(1, sizeof(*h));

    if (h == NULL) {
        return LQ_E_NOMEM;
    }
    h->own.step = ht_step;
    h->own.free = ht_free;
    h->mechanism = mechanism;
    h->who = who;
    *made = &h->own;
    return LQ_OK;
}
