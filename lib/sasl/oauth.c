/* oauth.c - see oauth.h.
 *
 * A refusal comes in two parts: a challenge that says why, to be answered with
 * a single ^A, and then the failure itself (RFC 7628, 3.2.3). */
#include "sasl/oauth.h"

#include <loquat/base.h>
#include <string.h>

#include "base/memory.h"
#include "sasl/saslname.h"

#define SEPARATOR "\x01"

typedef struct oauth {
    lq_own own; /* first */
    const lq_login *who;
    bool said, refused;
} oauth;

static int oauth_say(oauth *o, lq_buffer *out)
{
    int rv = lq_text_append(out, "n,a=");

    rv = rv < 0 ? rv : lq_saslname_append(out, o->who->account);
    rv = rv < 0 ? rv : lq_text_append(out, "," SEPARATOR "auth=Bearer ");
    rv = rv < 0 ? rv : lq_text_append(out, o->who->token);
    rv = rv < 0 ? rv : lq_text_append(out, SEPARATOR SEPARATOR);
    o->said = true;
    return rv < 0 ? rv : LQ_STEP_DONE;
}

static int oauth_step(lq_own *self, const char *in, size_t len, lq_buffer *out)
{
    oauth *o = (oauth *)self;
    int rv;

    (void)in, (void)len; /* JSON for whoever has asked for the token */
    if (!o->said) {
        return oauth_say(o, out);
    }
    if (o->refused) {
        o->own.problem = "The server says more than the mechanism allows.";
        return LQ_E_ARGUMENT;
    }
    o->refused = true;
    rv = lq_buffer_append(out, SEPARATOR, 1);
    return rv < 0 ? rv : LQ_STEP_MORE; /* no success may follow */
}

static void oauth_free(lq_own *self) { lq_free(self); }

int lq_oauth_new(const lq_login *who, lq_own **made)
{
    oauth *o = lq_calloc(1, sizeof(*o));

    if (o == NULL) {
        return LQ_E_NOMEM;
    }
    o->own.step = oauth_step;
    o->own.free = oauth_free;
    o->who = who;
    *made = &o->own;
    return LQ_OK;
}
