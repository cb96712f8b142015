/* exchange.c - see exchange.h.
 *
 * libgsasl calls a registered mechanism with a session and nothing else; the
 * session's hook leads back to the exchange.  What a mechanism of ours says
 * goes straight into the caller's buffer, past libgsasl, which would want it
 * from malloc(). */
#include "sasl/exchange.h"

#include <gsasl-mech.h>
#include <loquat/base.h>
#include <string.h>

#include "base/memory.h"
#include "sasl/ht.h"
#include "sasl/oauth.h"
#include "sasl/scram.h"

#define OWN "LOQUAT" /* no other mechanism is called so */

struct lq_exchange {
    Gsasl_session *session;
    lq_own *own; /* NULL: libgsasl's */
    lq_buffer *out;
    int result;  /* of the last step of ours */
    bool failed; /* for good */
    bool done;
};

/* ---- ours, as libgsasl sees them ---- */

static int own_start(Gsasl_session *session, void **data)
{
    (void)session;
    *data = NULL;
    return GSASL_OK;
}

static int own_step(Gsasl_session *session, void *data, const char *in,
                    size_t len, char **out, size_t *out_len)
{
    lq_exchange *x = gsasl_session_hook_get(session);

    (void)data;
    *out = NULL;
    *out_len = 0;
    x->result = x->own->step(x->own, in, len, x->out);
    if (x->result == LQ_STEP_MORE) {
        return GSASL_NEEDS_MORE;
    }
    return x->result == LQ_STEP_DONE ? GSASL_OK : GSASL_AUTHENTICATION_ERROR;
}

static const Gsasl_mechanism own_mechanism = {
    OWN,
    { NULL, NULL, own_start, own_step, NULL, NULL, NULL },
    { NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};

static int gsasl_get(Gsasl **gsasl)
{
    int rv;

    if (*gsasl != NULL) {
        return GSASL_OK;
    }
    rv = gsasl_init(gsasl);
    if (rv == GSASL_OK) {
        rv = gsasl_register(*gsasl, &own_mechanism);
        if (rv != GSASL_OK) {
            gsasl_done(*gsasl);
        }
    }
    if (rv != GSASL_OK) {
        *gsasl = NULL;
    }
    return rv;
}

/* ---- making ---- */

/* LQ_OK with *MADE = NULL for those that are libgsasl's. */
static int own_new(const lq_mechanism *mechanism, const lq_login *who,
                   lq_own **made)
{
    switch (mechanism->family) {
    case LQ_SASL_SCRAM:
        return lq_scram_new(mechanism, who, made);
    case LQ_SASL_HT:
        return lq_ht_new(mechanism, who, made);
    case LQ_SASL_OAUTH:
        return lq_oauth_new(who, made);
    default:
        *made = NULL;
        return LQ_OK;
    }
}

typedef struct property {
    Gsasl_property name;
    const char *value;
} property;

/* What libgsasl's mechanisms ask for. */
static int session_properties(Gsasl_session *session,
                              const lq_mechanism *mechanism,
                              const lq_login *who)
{
    bool external = mechanism->family == LQ_SASL_EXTERNAL;
    const property properties[] = {
        { GSASL_AUTHID, who->name },
        { GSASL_PASSWORD, who->password },
        { GSASL_AUTHZID, external ? who->account : NULL },
        { GSASL_ANONYMOUS_TOKEN, "" },
        { GSASL_SERVICE, "xmpp" },
        { GSASL_HOSTNAME, who->domain },
    };
    int rv = GSASL_OK;

    for (size_t i = 0;
         i < sizeof(properties) / sizeof(properties[0]) && rv == GSASL_OK;
         i++) {
        if (properties[i].value != NULL) {
            rv = gsasl_property_set(session, properties[i].name,
                                    properties[i].value);
        }
    }
    return rv;
}

static int exchange_begin(lq_exchange *x, Gsasl **gsasl,
                          const lq_mechanism *mechanism, const lq_login *who)
{
    int rv = gsasl_get(gsasl);

    if (rv == GSASL_OK) {
        rv = gsasl_client_start(*gsasl, x->own != NULL ? OWN : mechanism->name,
                                &x->session);
    }
    if (rv == GSASL_OK && x->own == NULL) {
        rv = session_properties(x->session, mechanism, who);
    }
    if (rv == GSASL_OK) {
        gsasl_session_hook_set(x->session, x);
        return LQ_OK;
    }
    return rv == GSASL_UNKNOWN_MECHANISM ? LQ_E_STATE : LQ_E_NOMEM;
}

int lq_exchange_new(Gsasl **gsasl, const lq_mechanism *mechanism,
                    const lq_login *who, lq_exchange **made)
{
    lq_exchange *x = lq_calloc(1, sizeof(*x));
    int rv;

    if (x == NULL) {
        return LQ_E_NOMEM;
    }
    rv = own_new(mechanism, who, &x->own);
    if (rv == LQ_OK) {
        rv = exchange_begin(x, gsasl, mechanism, who);
    }
    if (rv < 0) {
        lq_exchange_free(x);
        return rv;
    }
    *made = x;
    return LQ_OK;
}

void lq_exchange_free(lq_exchange *x)
{
    if (x == NULL) {
        return;
    }
    if (x->session != NULL) {
        gsasl_finish(x->session);
    }
    if (x->own != NULL) {
        x->own->free(x->own);
    }
    lq_free(x);
}

/* ---- stepping ---- */

/* A step of libgsasl's own. */
static int step_result(int rv)
{
    switch (rv) {
    case GSASL_OK:
        return LQ_STEP_DONE;
    case GSASL_NEEDS_MORE:
        return LQ_STEP_MORE;
    case GSASL_MALLOC_ERROR:
        return LQ_E_NOMEM;
    case GSASL_NO_PASSWORD:
        return LQ_E_STATE;
    default:
        return LQ_E_ARGUMENT;
    }
}

int lq_exchange_step(lq_exchange *x, const char *in, size_t len, lq_buffer *out)
{
    char *said = NULL;
    size_t said_len = 0;
    int rv, kept;

    if (x->failed) {
        return LQ_E_ARGUMENT;
    }
    x->out = out;
    x->result = LQ_E_NOMEM; /* unless our mechanism is asked */
    rv = gsasl_step(x->session, in, len, &said, &said_len);
    if (x->own != NULL) {
        rv = x->result;
    } else {
        rv = step_result(rv);
        kept = rv < 0 ? LQ_OK : lq_buffer_append(out, said, said_len);
        rv = kept < 0 ? kept : rv;
        if (said != NULL) {
            lq_wipe(said, said_len);
            gsasl_free(said);
        }
    }
    x->done = rv == LQ_STEP_DONE;
    x->failed = rv < 0 && rv != LQ_E_STATE;
    return rv == LQ_E_FULL ? LQ_E_ARGUMENT : rv; /* there will be no room */
}

bool lq_exchange_is_done(const lq_exchange *x) { return x->done; }

bool lq_exchange_is_confirmed(const lq_exchange *x)
{
    return x->own != NULL && x->own->confirmed;
}

const char *lq_exchange_problem(const lq_exchange *x)
{
    return x->own != NULL && x->own->problem != NULL
               ? x->own->problem
               : "The server does not keep to the mechanism.";
}
