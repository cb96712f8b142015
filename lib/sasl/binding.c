/* binding.c - see binding.h. */
#include "binding.h"

#include "base/text.h"

static const char *const names[LQ_BINDINGS] = {
    [LQ_BINDING_EXPORTER] = "tls-exporter",
    [LQ_BINDING_UNIQUE] = "tls-unique",
    [LQ_BINDING_END_POINT] = "tls-server-end-point",
};

const char *lq_binding_name(int binding)
{
    return binding < LQ_BINDINGS ? names[binding] : NULL;
}

int lq_binding_of(const char *name)
{
    int binding = 0;

    while (binding < LQ_BINDINGS && !lq_text_equal(names[binding], name)) {
        binding++;
    }
    return binding;
}

int lq_binding_best(lq_bindings set)
{
    int binding = 0;

    while (binding < LQ_BINDINGS && !lq_bindings_have(set, binding)) {
        binding++;
    }
    return binding;
}
