/* password.h - passwords as they are compared: RFC 8265 and RFC 4013. */
#ifndef LQ_PASSWORD_H
#define LQ_PASSWORD_H

#include <stdbool.h>

#include "base/buffer.h"

/* Today's profile, and the one before it, which most servers have applied
 * when they stored the password.  They agree for nearly every password. */
enum { LQ_PREPARE_OPAQUE = 0, LQ_PREPARE_SASLPREP };

/* Append PASSWORD, prepared; what breaks the profile goes as it is.  LQ_OK,
 * LQ_E_NOMEM, or LQ_E_FULL past OUT's limit. */
int lq_password_prepare(lq_buffer *out, const char *password, int preparation);

/* Whether the two differ. */
bool lq_password_is_ambiguous(const char *password);

#endif
