/* server.h - a server that logs a stream in (talk.h): by PLAIN, in SASL 1 or
 * 2, with whatever is asked for along with it. */
#ifndef TESTS_SERVER_H
#define TESTS_SERVER_H

#include "talk.h"

/* Answer until nothing is wanted any more, or the transport is gone. */
void server_log_in(talk *t);

#endif
