/* inline.h - what modules want done while a resource is bound: XEP-0386, 3.1.
 *
 * The server lists what it can do at once, by names; each module lists what it
 * would like, as rows (lq_inline).  What both list is asked for together with
 * the resource and needs no request of its own afterwards. */
#ifndef LQ_INLINE_H
#define LQ_INLINE_H

#include <loquat/element.h>

#include "xml/writer.h"

/* Keep the names in BIND, what the server offers (NULL: nothing), as one text
 * with spaces between in *NAMES.  LQ_OK or LQ_E_NOMEM. */
int lq_inline_learn(char **names, const lq_element *bind);

/* Whether NAME is one of NAMES (NULL: there are none). */
bool lq_inline_has(const char *names, const char *name);

/* Write what modules want, as children of <bind/>. */
void lq_inline_write(lq_stream *stream, lq_writer *writer);

#endif
