/* words.c - see words.h. */
#define _POSIX_C_SOURCE 200809L

#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/base64.h"

/* ---- words ---- */

const char *words_get(const words *w, const char *name)
{
    for (int i = 0; i < w->count; i++) {
        if (strcmp(w->names[i], name) == 0) {
            return w->values[i];
        }
    }
    return NULL;
}

void words_set(words *w, const char *name, const char *value)
{
    int i = 0;

    while (i < w->count && strcmp(w->names[i], name) != 0) {
        i++;
    }
    if (i == WORDS_MAX) {
        return;
    }
    if (i < w->count) {
        free(w->values[i]);
    } else {
        w->names[w->count++] = strdup(name);
    }
    w->values[i] = strdup(value);
}

void words_clear(words *w)
{
    while (w->count > 0) {
        w->count--;
        free(w->names[w->count]);
        free(w->values[w->count]);
    }
}

/* ---- what braces hold ---- */

static void compute_base64(words *w, const octets *argument, octets *out)
{
    char *base64 = base64_write(argument->bytes, argument->len);

    (void)w;
    octets_add(out, base64, strlen(base64));
    free(base64);
}

static void compute_repeat(words *w, const octets *argument, octets *out)
{
    char *what;
    long count = strtol(argument->bytes, &what, 10);

    (void)w;
    what += *what == ' ';
    while (count-- > 0) {
        octets_add(out, what, strlen(what));
    }
}

static void compute_first(words *w, const octets *argument, octets *out)
{
    octets plain = { .len = 0 };

    sasl_server_first(&w->sasl, argument->bytes, &plain);
    compute_base64(w, &plain, out);
    octets_clear(&plain);
}

static void compute_final(words *w, const octets *argument, octets *out)
{
    octets plain = { .len = 0 };

    (void)argument;
    octets_print(&plain, "%s", w->sasl.scram.server_final);
    compute_base64(w, &plain, out);
    octets_clear(&plain);
}

static void compute_nonce(words *w, const octets *argument, octets *out)
{
    (void)argument;
    octets_print(out, "%s", scram_client_nonce(&w->sasl.scram));
}

static void compute_fast(words *w, const octets *argument, octets *out)
{
    (void)argument;
    octets_print(out, "%s", w->sasl.ht.answer);
}

static const struct {
    const char *name;
    void (*compute)(words *w, const octets *argument, octets *out);
} computed[] = {
    { "base64", compute_base64 },      { "repeat", compute_repeat },
    { "server-first", compute_first }, { "server-final", compute_final },
    { "client-nonce", compute_nonce }, { "fast-final", compute_fast },
};

/* The brace that closes the one at OPEN, or NULL. */
static const char *brace_end(const char *open)
{
    int depth = 0;

    for (const char *at = open; *at != '\0'; at++) {
        depth += *at == '{' ? 1 : *at == '}' ? -1 : 0;
        if (depth == 0) {
            return at;
        }
    }
    return NULL;
}

/* INSIDE, a name and perhaps an argument; both are expanded already. */
static bool brace_compute(words *w, const char *inside, octets *out)
{
    size_t len = strcspn(inside, " ");
    const char *value = words_get(w, inside);
    octets argument = { .len = 0 };

    if (value != NULL) {
        octets_add(out, value, strlen(value));
        return true;
    }
    if (w->row != NULL && strcmp(inside, "row") == 0) {
        char *unknown = words_expand(w, w->row, out);

        free(unknown);
        return unknown == NULL;
    }
    for (size_t i = 0; i < sizeof(computed) / sizeof(computed[0]); i++) {
        if (strlen(computed[i].name) == len &&
            strncmp(inside, computed[i].name, len) == 0) {
            octets_print(&argument, "%s", inside + len + (inside[len] == ' '));
            computed[i].compute(w, &argument, out);
            octets_clear(&argument);
            return true;
        }
    }
    return false;
}

static char *brace_expand(words *w, const char *open, const char *end,
                          octets *out)
{
    char *source = strndup(open + 1, (size_t)(end - open - 1));
    octets inside = { .len = 0 };
    char *unknown = words_expand(w, source, &inside);

    if (unknown == NULL && !brace_compute(w, inside.bytes, out)) {
        unknown = strdup(inside.bytes);
    }
    octets_clear(&inside);
    free(source);
    return unknown;
}

/* The byte behind the backslash at AT; *LEN characters say it. */
static char escape(const char *at, size_t *len)
{
    static const char names[] = "ntr\\", bytes[] = "\n\t\r\\";
    const char *name = at[1] == '\0' ? NULL : strchr(names, at[1]);
    char hex[3] = "";

    *len = 2;
    if (name != NULL) {
        return bytes[name - names];
    }
    *len = 4;
    snprintf(hex, sizeof(hex), "%.2s", at + 2);
    return (char)strtol(hex, NULL, 16);
}

char *words_expand(words *w, const char *source, octets *out)
{
    octets_add(out, "", 0);
    while (*source != '\0') {
        size_t plain = strcspn(source, "{\\"), len = 0;
        const char *end = NULL;

        octets_add(out, source, plain);
        source += plain;
        if (*source == '\\') {
            char byte = escape(source, &len);

            octets_add(out, &byte, 1);
        } else if (*source == '{' && (end = brace_end(source)) != NULL) {
            char *unknown = brace_expand(w, source, end, out);

            if (unknown != NULL) {
                return unknown;
            }
            len = (size_t)(end - source + 1);
        } else if (*source == '{') {
            return strdup(source);
        }
        source += len;
    }
    return NULL;
}
