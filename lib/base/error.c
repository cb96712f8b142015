/* error.c - results, told by name. */
#include <loquat/base.h>

#include "array.h"

#define NAMED(error) error, #error

static const struct {
    int error;
    const char *name;
} names[] = {
    { NAMED(LQ_OK) },        { NAMED(LQ_E_ARGUMENT) }, { NAMED(LQ_E_STATE) },
    { NAMED(LQ_E_BUSY) },    { NAMED(LQ_E_NOMEM) },    { NAMED(LQ_E_FULL) },
    { NAMED(LQ_E_TIMEOUT) }, { NAMED(LQ_E_LOST) },     { NAMED(LQ_E_STANZA) },
    { NAMED(LQ_E_MEMORY) },  { NAMED(LQ_E_XML) },      { NAMED(LQ_E_PROTOCOL) },
    { NAMED(LQ_E_TLS) },     { NAMED(LQ_E_AUTH) },     { NAMED(LQ_E_BIND) },
    { NAMED(LQ_E_STREAM) },  { NAMED(LQ_E_POLICY) },   { NAMED(LQ_E_NET) },
    { NAMED(LQ_E_DEAD) },    { NAMED(LQ_E_LARGE) },
};

bool lq_error_is_fatal(int error) { return error <= LQ_E_MEMORY; }

const char *lq_error_name(int error)
{
    for (size_t i = 0; i < LQ_COUNT(names); i++) {
        if (names[i].error == error) {
            return names[i].name;
        }
    }
    return "unknown error";
}
