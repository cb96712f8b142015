/* language.c - which of several texts should a person read? */
#include "language.h"

#include <stdbool.h>

#define NS_XML "http://www.w3.org/XML/1998/namespace"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool ends(char c) { return c == '\0' || c == '-'; }

/* Subtags that A and B share from the left; *WHOLE: they are all of A's. */
static int shared_subtags(const char *a, const char *b, bool *whole)
{
    int shared = 0;

    *whole = false;
    while (lower(*a) == lower(*b) || (ends(*a) && ends(*b))) {
        if (ends(*a)) {
            shared++;
            *whole = *a == '\0';
            if (*a == '\0' || *b == '\0') {
                break;
            }
        }
        a++;
        b++;
    }
    return shared;
}

int lq_language_fit(const char *have, const char *want, const char *own)
{
    bool whole;
    int shared;

    if (have == NULL) {
        return 0;
    }
    if (want != NULL && *want != '\0') {
        shared = shared_subtags(have, want, &whole);
        if (shared > 0) {
            return 2 * shared + (whole ? 1 : 0);
        }
    }
    return own != NULL && shared_subtags(have, own, &whole) > 0 && whole;
}

const char *lq_language_of(const lq_stanza *stanza, const lq_element *element)
{
    const char *lang = lq_element_attr_ns(element, "lang", NS_XML);

    return lang != NULL ? lang : lq_stanza_lang(stanza);
}

const char *lq_language_pick(const lq_stanza *stanza, const char *name,
                             const char *want)
{
    const lq_element *root = lq_stanza_root(stanza);
    const char *xmlns = lq_element_xmlns(root);
    const lq_element *best = lq_element_child(root, name, xmlns);
    const lq_element *e = lq_element_next(best, name, xmlns);
    const char *own;
    int best_fit;

    if (e == NULL) {
        return lq_element_text(best); /* there is no choice */
    }
    own = lq_stanza_lang(stanza);
    best_fit = lq_language_fit(lq_language_of(stanza, best), want, own);
    for (; e != NULL; e = lq_element_next(e, name, xmlns)) {
        int fit = lq_language_fit(lq_language_of(stanza, e), want, own);

        if (fit > best_fit) {
            best = e;
            best_fit = fit;
        }
    }
    return lq_element_text(best);
}
