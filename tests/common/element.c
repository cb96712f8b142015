/* element.c - see element.h. */
#include "element.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Where the tag at TEXT ends, behind its '>'; NULL: not yet. */
static const char *tag_end(const char *text)
{
    char quote = '\0';

    for (; *text != '\0'; text++) {
        if (quote != '\0') {
            quote = *text == quote ? '\0' : quote;
        } else if (*text == '\'' || *text == '"') {
            quote = *text;
        } else if (*text == '>') {
            return text + 1;
        }
    }
    return NULL;
}

size_t element_len(const char *text)
{
    const char *at = text;
    int depth = 0;

    while (isspace((unsigned char)*at)) {
        at++;
    }
    if (at > text) {
        return (size_t)(at - text);
    }
    while ((at = strchr(at, '<')) != NULL) {
        const char *end = tag_end(at);

        if (end == NULL) {
            return 0;
        }
        depth += at[1] == '/' ? -1 : end[-2] == '/' ? 0 : 1;
        if (depth <= 0 || starts(at, "<?") || starts(at, "<stream:stream")) {
            return (size_t)(end - text);
        }
        at = end;
    }
    return 0;
}

void element_name(const char *element, char *name, size_t size)
{
    size_t sign = element[0] == '<' && strchr("?/", element[1]) != NULL;
    size_t len =
        *element == '<' ? sign + strcspn(element + 1 + sign, " \t\r\n>?/") : 0;

    snprintf(name, size, "%.*s", (int)len, element + 1);
}

bool element_attr(const char *element, const char *name, char *value,
                  size_t size)
{
    const char *end = tag_end(element), *at = element;
    size_t len = strlen(name);

    value[0] = '\0';
    while ((at = strpbrk(at, " \t\r\n'\"")) != NULL && at < end) {
        if (*at == '\'' || *at == '"') { /* behind another's value */
            at = strchr(at + 1, *at) + 1;
        } else if (strncmp(++at, name, len) == 0 && at[len] == '=') {
            const char quote[] = { at[len + 1], '\0' };

            at += len + 2;
            snprintf(value, size, "%.*s", (int)strcspn(at, quote), at);
            return true;
        }
    }
    return false;
}

const char *element_child(const char *element, const char *name)
{
    const char *end = element + element_len(element);
    size_t len = strlen(name);

    while ((element = strchr(element + 1, '<')) != NULL && element < end) {
        if (strncmp(element + 1, name, len) == 0 &&
            strchr(" \t\r\n>/", element[1 + len]) != NULL) {
            return element;
        }
    }
    return NULL;
}

void element_text(const char *element, char *text, size_t size)
{
    const char *at = tag_end(element);
    bool none = at == NULL || at[-2] == '/';

    snprintf(text, size, "%.*s", none ? 0 : (int)strcspn(at, "<"),
             none ? "" : at);
}
