/* common.h - what all examples share: options, the password, and printing. */
#ifndef EXAMPLES_COMMON_H
#define EXAMPLES_COMMON_H

#include <loquat/loquat.h>

#include <stdbool.h>
#include <stdio.h>

typedef struct options {
    char host[256]; /* "": look the domain up */
    int port;
    bool tls, trace;
    const char *ca; /* or NULL */
} options;

/* Take the common options out of ARGV; what they leave is the program's. */
void options_take(options *o, int *argc, char **argv);

/* TEXT as a number, -1 if it is none from 0 to MOST. */
int number_parse(const char *text, int most);

/* The value of the program's own option NAME, which is taken out of ARGV; NULL
 * if it is not there. */
const char *option_value(const char *name, int *argc, char **argv);

/* Whether ARGV has COUNT arguments besides the program's name and no option is
 * left.  If not, TEXT and the common options have been printed. */
bool usage_is_right(int argc, char **argv, int count, const char *text);

/* A config for the account JID, the password in it; the caller's to free.
 * NULL if memory ran out, or there is no password or port, which it has said.
 */
lq_config *options_config(const options *o, const char *jid);

/* Print what somebody else wrote to OUT.  What could move a terminal's cursor,
 * or pass for a line of ours, becomes harmless. */
void print_text(FILE *out, const char *text);

/* Print a line "WHO: TEXT"; only the text if WHO is NULL. */
void print_said(const char *who, const char *text);

/* Print to standard error why FAILURE (may be NULL) happened. */
void print_failure(const lq_failure *failure);

/* Print what a TRACE event holds to standard error, indented, and in colour on
 * a terminal. */
void print_trace(const lq_event *event);

#endif
