/* binding.h - channel bindings: what ties a login to the TLS connection that
 * it runs through.  RFC 5056, RFC 5929, RFC 9266. */
#ifndef LQ_BINDING_H
#define LQ_BINDING_H

#include <stdbool.h>

/* The types that we know, strongest first. */
enum {
    LQ_BINDING_EXPORTER = 0, /* tls-exporter, RFC 9266 */
    LQ_BINDING_UNIQUE,       /* tls-unique, TLS 1.2: RFC 5929, section 3 */
    LQ_BINDING_END_POINT,    /* tls-server-end-point: section 4 */
    LQ_BINDINGS,
    LQ_BINDING_NONE = LQ_BINDINGS,
};

/* A set of them. */
typedef unsigned char lq_bindings;

static inline bool lq_bindings_have(lq_bindings set, int binding)
{
    return (set >> binding & 1) != 0;
}

/* Its name in protocols, a constant; NULL for LQ_BINDING_NONE. */
const char *lq_binding_name(int binding);

/* The binding called NAME, or LQ_BINDING_NONE.  NULL is fine. */
int lq_binding_of(const char *name);

/* The first of SET, or LQ_BINDING_NONE. */
int lq_binding_best(lq_bindings set);

#endif
