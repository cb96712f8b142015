/* announced.h - which mechanisms and channel bindings the server announced:
 * what attribute h of SCRAM is computed from (XEP-0474). */
#ifndef TESTS_ANNOUNCED_H
#define TESTS_ANNOUNCED_H

#include <stdbool.h>

/* Names with a blank behind each. */
typedef struct announced {
    char mechanisms[2][512]; /* of SASL 1; of SASL 2, those of FAST not */
    char bindings[256];
    bool has_bindings; /* the list was there, if only an empty one */
} announced;

/* XML is what the server sends; features in it replace those before. */
void announced_read(announced *a, const char *xml);

#endif
