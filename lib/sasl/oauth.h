/* oauth.h - OAUTHBEARER: an OAuth 2.0 access token, RFC 7628. */
#ifndef LQ_OAUTH_H
#define LQ_OAUTH_H

#include "sasl/exchange.h"

/* WHO must live as long, and have .account and .token.  LQ_OK or LQ_E_NOMEM. */
int lq_oauth_new(const lq_login *who, lq_own **made);

#endif
