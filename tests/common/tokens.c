/* tokens.c - see tokens.h. */
#include "tokens.h"

#include <stdio.h>
#include <string.h>

#include "ht.h"

const fast_token *tokens_give(tokens *t, const char *mechanism,
                              const char *agent)
{
    t->next = (fast_token){ .count = 0 };
    snprintf(t->agent, sizeof(t->agent), "%s", agent);
    snprintf(t->next.mechanism, sizeof(t->next.mechanism), "%s", mechanism);
    snprintf(t->next.text, sizeof(t->next.text), "secret-token-%d-of-the-clerk",
             ++t->given);
    return &t->next;
}

/* What is wrong with USE for ONE of them; NULL: nothing. */
static const char *token_problem(fast_token *one, const token_use *use,
                                 char answer[96])
{
    ht h = { .token = one->text, .user = use->user };
    const char *wrong;

    if (strcmp(use->mechanism, one->mechanism) != 0) {
        return "the token is for another mechanism";
    }
    if (use->count == 0 ? use->is_early : use->count <= one->count) {
        return "the count is not higher than before";
    }
    h.bindings = *use->bindings;
    wrong = ht_client(&h, use->mechanism, use->base64);
    if (wrong == NULL) {
        one->count = use->count == 0 ? one->count : use->count;
        memcpy(answer, h.answer, sizeof(h.answer));
    }
    return wrong;
}

const char *tokens_take(tokens *t, const token_use *use, char answer[96])
{
    const char *wrong = "there is no token";

    if (use->agent[0] == '\0' || strcmp(use->agent, t->agent) != 0) {
        return t->given == 0 ? wrong : "the token is another agent's";
    }
    if (t->next.text[0] != '\0') {
        wrong = token_problem(&t->next, use, answer);
        if (wrong == NULL) {
            t->current = t->next;
            t->next.text[0] = '\0';
        }
    }
    if (wrong != NULL && t->current.text[0] != '\0') {
        wrong = token_problem(&t->current, use, answer);
    }
    if (wrong == NULL && use->invalidates) {
        t->current.text[0] = t->next.text[0] = '\0';
    }
    return wrong;
}
