/* tokens.h - which tokens a server has given a client: XEP-0484, section 5.1.
 *
 * There are two: the one that is in use, and the next, which takes its place
 * when it is used for the first time. */
#ifndef TESTS_TOKENS_H
#define TESTS_TOKENS_H

#include <stdbool.h>

#include "bindings.h"

typedef struct fast_token {
    char text[48]; /* "": none */
    char mechanism[24];
    long count; /* the highest that has come with it */
} fast_token;

typedef struct tokens {
    fast_token current, next;
    char agent[64]; /* who has them */
    int given;      /* how many there were */
} tokens;

/* How a client wants to log in. */
typedef struct token_use {
    const char *mechanism, *base64;
    const char *user, *agent;
    long count;       /* 0: none was said */
    bool is_early;    /* then there must be one */
    bool invalidates; /* it is not to be good any more */
    const binding_set *bindings;
} token_use;

/* Make AGENT's next token, for MECHANISM. */
const fast_token *tokens_give(tokens *t, const char *mechanism,
                              const char *agent);

/* Take what USE says.  NULL and ANSWER in base64, or what is wrong with it; a
 * constant. */
const char *tokens_take(tokens *t, const token_use *use, char answer[96]);

#endif
