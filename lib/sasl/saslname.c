/* saslname.c - see saslname.h. */
#include "sasl/saslname.h"

#include <loquat/base.h>
#include <string.h>

int lq_text_append(lq_buffer *out, const char *text)
{
    return lq_buffer_append(out, text, strlen(text));
}

int lq_saslname_append(lq_buffer *out, const char *name)
{
    int rv = LQ_OK;

    for (; *name != '\0' && rv == LQ_OK; name++) {
        rv = *name == '=' || *name == ','
                 ? lq_text_append(out, *name == '=' ? "=3D" : "=2C")
                 : lq_buffer_append(out, name, 1);
    }
    return rv;
}
