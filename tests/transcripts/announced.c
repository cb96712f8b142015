/* announced.c - see announced.h.  Transcripts write features plainly, so it is
 * enough to look for their tags. */
#include "announced.h"

#include <stdio.h>
#include <string.h>

/* Append what stands between BEFORE and the next of AFTER, from AT up to the
 * text STOP, each time that it does. */
static void names_read(const char *at, const char *stop, const char *before,
                       const char *after, char *names, size_t size)
{
    const char *end = strstr(at, stop);

    names[0] = '\0';
    while ((at = strstr(at, before)) != NULL && (end == NULL || at < end)) {
        size_t len = strlen(names);

        at += strlen(before);
        snprintf(names + len, size - len, "%.*s ", (int)strcspn(at, after), at);
    }
}

void announced_read(announced *a, const char *xml)
{
    const char *features = strstr(xml, "<stream:features");
    const char *sasl, *sasl2, *bindings;

    if (features == NULL) {
        return;
    }
    *a = (announced){ .has_bindings = false };
    sasl = strstr(features, "<mechanisms ");
    sasl2 = strstr(features, "<authentication ");
    bindings = strstr(features, "<sasl-channel-binding ");
    if (sasl != NULL) {
        names_read(sasl, "</mechanisms>", "<mechanism>", "<", a->mechanisms[0],
                   sizeof(a->mechanisms[0]));
    }
    if (sasl2 != NULL) {
        bool inlined = strstr(sasl2, "<inline") != NULL;

        names_read(sasl2, inlined ? "<inline" : "</authentication>",
                   "<mechanism>", "<", a->mechanisms[1],
                   sizeof(a->mechanisms[1]));
    }
    a->has_bindings = bindings != NULL;
    if (bindings != NULL) {
        names_read(bindings, "</sasl-channel-binding>",
                   "<channel-binding type='", "'", a->bindings,
                   sizeof(a->bindings));
    }
}
