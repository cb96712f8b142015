/* copy.c - texts that are kept, and secrets that are not: what memory.h
 * promises on this side of the door. */
#include "memory.h"

#include <stdint.h>
#include <string.h>

#include <loquat/base.h>

/* Called through a volatile pointer, whose target no compiler may assume. */
static void *(*const volatile overwrite)(void *, int, size_t) = memset;

char *lq_strdup(const char *text)
{
    return text == NULL ? NULL : lq_strndup(text, strlen(text));
}

char *lq_strndup(const char *text, size_t len)
{
    char *copy;

    if (text == NULL || len == SIZE_MAX) {
        return NULL;
    }
    copy = lq_malloc(len + 1);
    if (copy != NULL) {
        memcpy(copy, text, len);
        copy[len] = '\0';
    }
    return copy;
}

void lq_wipe(void *memory, size_t len)
{
    if (len > 0) {
        overwrite(memory, 0, len);
    }
}

void lq_free_secret(char *text)
{
    if (text != NULL) {
        lq_wipe(text, strlen(text));
        lq_free(text);
    }
}

int lq_replace(char **slot, const char *text)
{
    char *copy = lq_strdup(text);

    if (copy == NULL && text != NULL) {
        return LQ_E_NOMEM;
    }
    lq_free(*slot);
    *slot = copy;
    return LQ_OK;
}
