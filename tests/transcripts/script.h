/* script.h - a transcript as it stands in its file; see README.md. */
#ifndef TESTS_SCRIPT_H
#define TESTS_SCRIPT_H

#include <stdbool.h>

enum { SCRIPT_STEPS = 512, SCRIPT_ROWS = 64, SCRIPT_SETTINGS = 16 };

typedef struct step {
    char verb[8]; /* "S", "C", "E" ... */
    char *text;
    char where[64]; /* "line 7", "line 3 of login" */
} step;

typedef struct setting {
    char name[32];
    char *value;
} setting;

typedef struct script {
    char name[64];
    step steps[SCRIPT_STEPS];
    setting settings[SCRIPT_SETTINGS];
    char *rows[SCRIPT_ROWS];
    int step_count, setting_count, row_count;
    char problem[128]; /* why it cannot be played, or "" */
} script;

/* Read PATH and what it uses; never NULL.  The caller frees it. */
script *script_read(const char *path);
void script_free(script *s);

/* A setting's value, or OTHERWISE. */
const char *script_setting(const script *s, const char *name,
                           const char *otherwise);

#endif
