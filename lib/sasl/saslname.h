/* saslname.h - names inside SASL messages: RFC 5801, 4; RFC 5802, 5.1. */
#ifndef LQ_SASLNAME_H
#define LQ_SASLNAME_H

#include "base/buffer.h"

/* Append NAME, its '=' and ',' written =3D and =2C.  LQ_OK, LQ_E_NOMEM,
 * LQ_E_FULL. */
int lq_saslname_append(lq_buffer *out, const char *name);

/* Append TEXT as it is. */
int lq_text_append(lq_buffer *out, const char *text);

#endif
