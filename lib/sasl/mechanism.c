/* mechanism.c - see mechanism.h. */
#include "sasl/mechanism.h"

#include <stddef.h>
#include <string.h>

#include "sasl/binding.h"

#define HT(hash, type, binding)                                                \
    {                                                                          \
        "HT-SHA-" #hash "-" type, LQ_SASL_HT, GNUTLS_MAC_SHA##hash, binding,   \
            false                                                              \
    }
#define SCRAM(name, mac)                                                       \
    {                                                                          \
        "SCRAM-SHA-" name, LQ_SASL_SCRAM, mac, LQ_BINDING_NONE, false          \
    }
#define SCRAM_PLUS(name, mac)                                                  \
    {                                                                          \
        "SCRAM-SHA-" name "-PLUS", LQ_SASL_SCRAM, mac, LQ_BINDING_NONE, true   \
    }
#define OTHER(name, family)                                                    \
    {                                                                          \
        name, family, GNUTLS_MAC_UNKNOWN, LQ_BINDING_NONE, false               \
    }

const lq_mechanism lq_mechanisms[LQ_MECHANISMS] = {
    HT(512, "EXPR", LQ_BINDING_EXPORTER),
    HT(256, "EXPR", LQ_BINDING_EXPORTER),
    HT(512, "UNIQ", LQ_BINDING_UNIQUE),
    HT(256, "UNIQ", LQ_BINDING_UNIQUE),
    HT(512, "ENDP", LQ_BINDING_END_POINT),
    HT(256, "ENDP", LQ_BINDING_END_POINT),
    HT(512, "NONE", LQ_BINDING_NONE),
    HT(256, "NONE", LQ_BINDING_NONE),
    OTHER("EXTERNAL", LQ_SASL_EXTERNAL),
    SCRAM_PLUS("512", GNUTLS_MAC_SHA512),
    SCRAM_PLUS("256", GNUTLS_MAC_SHA256),
    SCRAM_PLUS("1", GNUTLS_MAC_SHA1),
    SCRAM("512", GNUTLS_MAC_SHA512),
    SCRAM("256", GNUTLS_MAC_SHA256),
    SCRAM("1", GNUTLS_MAC_SHA1),
    OTHER("OAUTHBEARER", LQ_SASL_OAUTH),
    OTHER("DIGEST-MD5", LQ_SASL_DIGEST),
    OTHER("PLAIN", LQ_SASL_PLAIN),
    OTHER("ANONYMOUS", LQ_SASL_ANONYMOUS),
};

static lq_mechanism_set
mechanisms_where(bool (*is)(const lq_mechanism *m, int what), int what)
{
    lq_mechanism_set set = 0;

    for (const lq_mechanism *m = lq_mechanisms; m->name != NULL; m++) {
        set |= is(m, what) ? lq_mechanism_bit(m) : 0;
    }
    return set;
}

static bool is_of_family(const lq_mechanism *m, int family)
{
    return m->family == family;
}

lq_mechanism_set lq_mechanisms_of(int family)
{
    return mechanisms_where(is_of_family, family);
}

static bool is_bound(const lq_mechanism *m, int unused)
{
    (void)unused;
    return m->plus || m->binding != LQ_BINDING_NONE;
}

lq_mechanism_set lq_mechanisms_bound(void)
{
    return mechanisms_where(is_bound, 0);
}

const lq_mechanism *lq_mechanism_of(const char *name)
{
    const lq_mechanism *m = lq_mechanisms;

    while (m->name != NULL && strcmp(m->name, name) != 0) {
        m++;
    }
    return m->name == NULL ? NULL : m;
}

const lq_mechanism *lq_mechanism_best(lq_mechanism_set set)
{
    const lq_mechanism *m = lq_mechanisms;

    while (m->name != NULL && (set & lq_mechanism_bit(m)) == 0) {
        m++;
    }
    return m->name == NULL ? NULL : m;
}

bool lq_mechanism_is_mutual(const lq_mechanism *m)
{
    return m->family == LQ_SASL_SCRAM || m->family == LQ_SASL_HT ||
           m->family == LQ_SASL_DIGEST;
}

bool lq_mechanism_is_secretive(const lq_mechanism *m)
{
    return m->family == LQ_SASL_SCRAM || m->family == LQ_SASL_HT ||
           m->family == LQ_SASL_EXTERNAL;
}
