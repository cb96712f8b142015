/* loquat/jid.h - XMPP addresses, RFC 7622: [localpart@]domainpart[/resource].
 *
 * A JID is prepared once, when it is parsed (PRECIS for localpart and
 * resource, IDNA2008 for the domain), and never changes after that; two JIDs
 * are equal if their prepared texts are.
 *
 *     int why;
 *     lq_jid *jid = lq_jid_parse("Juliet@Example.com/balcony", &why);
 *     if (jid == NULL) { puts(lq_jid_problem(why)); }
 *     puts(lq_jid_bare(jid));                     juliet@example.com
 *     lq_jid_free(jid);
 *
 * Wherever else this library takes an address it takes text.  Only
 * lq_jid_free() takes a NULL JID. */
#ifndef LOQUAT_JID_H
#define LOQUAT_JID_H

#include "base.h"

LQ_BEGIN

typedef struct lq_jid lq_jid;

/* Parse and prepare TEXT.  Yours: lq_jid_free().  NULL when TEXT is no JID or
 * memory ran out; then *WHY (WHY may be NULL) is what lq_jid_problem() takes,
 * or LQ_E_NOMEM; else LQ_OK. */
LQ_API lq_jid *lq_jid_parse(const char *text, int *why);

/* The same out of parts.  LOCAL and RESOURCE may be NULL. */
LQ_API lq_jid *lq_jid_new(const char *local, const char *domain,
                          const char *resource, int *why);
LQ_API void lq_jid_free(lq_jid *jid); /* NULL is fine */

/* A sentence that names the part and the reason: "the localpart holds a
 * character that is not allowed there".  A constant string. */
LQ_API const char *lq_jid_problem(int why);

/* The whole, the whole without resource, and the parts.  They live as long as
 * JID.  The localpart and the resource are NULL when there is none. */
LQ_API const char *lq_jid_text(const lq_jid *jid);
LQ_API const char *lq_jid_bare(const lq_jid *jid);
LQ_API const char *lq_jid_local(const lq_jid *jid);
LQ_API const char *lq_jid_domain(const lq_jid *jid);
LQ_API const char *lq_jid_resource(const lq_jid *jid);

LQ_API bool lq_jid_equal(const lq_jid *a, const lq_jid *b);
LQ_API bool lq_jid_equal_bare(const lq_jid *a, const lq_jid *b);

/* XEP-0106: write TEXT escaped (or unescaped) as a localpart into BUFFER of
 * SIZE bytes, cut off and NUL-terminated if it is too small (BUFFER may be
 * NULL if SIZE is 0).  Returns the length the whole has, or LQ_E_ARGUMENT for
 * text that begins or ends with a space, which cannot be escaped; so "\20"
 * there is left as it is by lq_jid_unescape(). */
LQ_API int lq_jid_escape(const char *text, char *buffer, size_t size);
LQ_API int lq_jid_unescape(const char *text, char *buffer, size_t size);

LQ_END
#endif
