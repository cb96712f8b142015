/* loquat/version.h - which software are you?  XEP-0092.
 *
 * Attached, it answers once the program has given a name; before that, such a
 * question gets service-unavailable, since the answer tells about a person. */
#ifndef LOQUAT_VERSION_H
#define LOQUAT_VERSION_H

#include "event.h"
#include "stream.h"

LQ_BEGIN

typedef struct lq_version lq_version;

/* The handle is the stream's; NULL when memory runs out, which no other
 * function takes for one. */
LQ_API lq_version *lq_version_attach(lq_stream *stream);

/* Answer with this from now on; a NULL NAME answers no longer, NULL for the
 * others leaves them out.  LQ_OK or LQ_E_NOMEM. */
LQ_API int lq_version_set(lq_version *version, const char *name,
                          const char *number, const char *system);

/* Ask JID.  The id of a request, which ends in a REPLY. */
LQ_API lq_id lq_version_ask(lq_version *version, const char *jid);

/* What REPLY, a result, says; NULL where it says nothing. */
LQ_API const char *lq_version_name(const lq_stanza *reply);
LQ_API const char *lq_version_number(const lq_stanza *reply);
LQ_API const char *lq_version_system(const lq_stanza *reply);

LQ_END
#endif
