/* script.c - see script.h. */
#define _POSIX_C_SOURCE 200809L

#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void problem(script *s, const char *where, const char *why)
{
    if (s->problem[0] == '\0') {
        snprintf(s->problem, sizeof(s->problem), "%s: %s", where, why);
    }
}

static void add_step(script *s, const char *where, const char *verb,
                     const char *text)
{
    step *last = s->step_count == 0 ? NULL : &s->steps[s->step_count - 1];

    if (last != NULL && strcmp(verb, "S") == 0 &&
        strcmp(last->verb, "S") == 0) { /* what follows is sent with it */
        last->text = realloc(last->text, strlen(last->text) + strlen(text) + 1);
        strcat(last->text, text);
        return;
    }
    if (s->step_count == SCRIPT_STEPS) {
        problem(s, where, "too many lines");
        return;
    }
    last = &s->steps[s->step_count++];
    snprintf(last->verb, sizeof(last->verb), "%s", verb);
    snprintf(last->where, sizeof(last->where), "%s", where);
    last->text = strdup(text);
}

static void add_setting(script *s, const char *where, const char *name,
                        const char *value)
{
    setting *new = &s->settings[s->setting_count];

    if (s->setting_count == SCRIPT_SETTINGS) {
        problem(s, where, "too many settings");
        return;
    }
    s->setting_count++;
    snprintf(new->name, sizeof(new->name), "%s", name);
    new->value = strdup(value);
}

static void add_row(script *s, const char *where, const char *text)
{
    if (s->row_count == SCRIPT_ROWS) {
        problem(s, where, "too many rows");
        return;
    }
    s->rows[s->row_count++] = strdup(text);
}

static void read_file(script *s, const char *path, const char *used_as);

/* USE: another file's lines, from the same folder. */
static void use(script *s, const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');
    char other[512];

    snprintf(other, sizeof(other), "%.*s%s",
             slash == NULL ? 0 : (int)(slash - path + 1), path, name);
    read_file(s, other, name);
}

static bool is_verb(const char *word)
{
    static const char *const verbs[] = { "S", "C", "E", "W", "T", "P", "TLS" };

    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(word, verbs[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void read_line(script *s, const char *path, const char *where,
                      char *line)
{
    char *colon = strchr(line, ':'), *text;

    line[strcspn(line, "\n")] = '\0';
    if (line[0] == '#' || line[0] == '\0') {
        return;
    }
    if (colon == NULL) {
        problem(s, where, "no colon");
        return;
    }
    *colon = '\0';
    text = colon + 1 + (colon[1] == ' ');
    if (is_verb(line)) {
        add_step(s, where, line, text);
    } else if (strcmp(line, "USE") == 0) {
        use(s, path, text);
    } else if (strcmp(line, "row") == 0) {
        add_row(s, where, text);
    } else {
        add_setting(s, where, line, text);
    }
}

static void read_file(script *s, const char *path, const char *used_as)
{
    FILE *file = fopen(path, "r");
    char *line = NULL, where[64];
    size_t size = 0;
    int number = 0;

    if (file == NULL) {
        problem(s, path, "cannot be read");
        return;
    }
    while (getline(&line, &size, file) >= 0) {
        number++;
        snprintf(where, sizeof(where), "line %d%s%s", number,
                 used_as == NULL ? "" : " of ", used_as == NULL ? "" : used_as);
        read_line(s, path, where, line);
    }
    free(line);
    fclose(file);
}

script *script_read(const char *path)
{
    script *s = calloc(1, sizeof(*s));
    const char *slash = strrchr(path, '/');

    snprintf(s->name, sizeof(s->name), "%s", slash == NULL ? path : slash + 1);
    s->name[strcspn(s->name, ".")] = '\0';
    read_file(s, path, NULL);
    if (s->step_count == 0) {
        problem(s, path, "nothing is said");
    }
    return s;
}

void script_free(script *s)
{
    for (int i = 0; i < s->step_count; i++) {
        free(s->steps[i].text);
    }
    for (int i = 0; i < s->setting_count; i++) {
        free(s->settings[i].value);
    }
    for (int i = 0; i < s->row_count; i++) {
        free(s->rows[i]);
    }
    free(s);
}

const char *script_setting(const script *s, const char *name,
                           const char *otherwise)
{
    for (int i = s->setting_count - 1; i >= 0; i--) {
        if (strcmp(s->settings[i].name, name) == 0) {
            return s->settings[i].value;
        }
    }
    return otherwise;
}
