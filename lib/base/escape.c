/* escape.c - XEP-0106: characters that no localpart may hold, as "\hh".
 *
 * A backslash is escaped only where it would else be read as the beginning of
 * an escape; every other one stays as it is (4.3 of the XEP; its table of
 * examples, older than that rule, escapes some more). */
#include <limits.h>
#include <string.h>

#include <loquat/jid.h>

#include "array.h"

static const struct {
    char plain;
    const char *escaped;
} escapes[] = {
    { ' ', "\\20" }, { '"', "\\22" },  { '&', "\\26" }, { '\'', "\\27" },
    { '/', "\\2f" }, { ':', "\\3a" },  { '<', "\\3c" }, { '>', "\\3e" },
    { '@', "\\40" }, { '\\', "\\5c" },
};

#define ESCAPE_LEN 3

/* A text that is cut off at its size, but counted in whole. */
typedef struct output {
    char *buffer;
    size_t size;
    size_t len;
} output;

static void output_add(output *out, const char *text, size_t len)
{
    if (out->len < out->size) {
        size_t room = out->size - out->len;

        memcpy(out->buffer + out->len, text, len < room ? len : room);
    }
    out->len += len;
}

static int output_end(const output *out)
{
    if (out->size > 0) {
        out->buffer[out->len < out->size ? out->len : out->size - 1] = '\0';
    }
    return out->len > INT_MAX ? LQ_E_ARGUMENT : (int)out->len;
}

/* The plain character that the escape at the start of TEXT means, or NULL. */
static const char *escape_read(const char *text)
{
    for (size_t i = 0; i < LQ_COUNT(escapes); i++) {
        if (strncmp(text, escapes[i].escaped, ESCAPE_LEN) == 0) {
            return &escapes[i].plain;
        }
    }
    return NULL;
}

/* What the first character of TEXT must be written as, or NULL. */
static const char *escape_for(const char *text)
{
    if (*text == '\\' && escape_read(text) == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < LQ_COUNT(escapes); i++) {
        if (*text == escapes[i].plain) {
            return escapes[i].escaped;
        }
    }
    return NULL;
}

static bool text_has_outer_space(const char *text)
{
    size_t len = strlen(text);

    return len > 0 && (text[0] == ' ' || text[len - 1] == ' ');
}

int lq_jid_escape(const char *text, char *buffer, size_t size)
{
    output out = { .buffer = buffer, .size = size };

    if (text == NULL || text_has_outer_space(text)) {
        return LQ_E_ARGUMENT;
    }
    for (; *text != '\0'; text++) {
        const char *escaped = escape_for(text);

        output_add(&out, escaped != NULL ? escaped : text,
                   escaped != NULL ? ESCAPE_LEN : 1);
    }
    return output_end(&out);
}

int lq_jid_unescape(const char *text, char *buffer, size_t size)
{
    output out = { .buffer = buffer, .size = size };

    if (text == NULL || text_has_outer_space(text)) {
        return LQ_E_ARGUMENT;
    }
    while (*text != '\0') {
        const char *plain = escape_read(text);

        if (plain == NULL ||
            (*plain == ' ' && (out.len == 0 || text[ESCAPE_LEN] == '\0'))) {
            output_add(&out, text++, 1);
        } else {
            output_add(&out, plain, 1);
            text += ESCAPE_LEN;
        }
    }
    return output_end(&out);
}
