/* common.c - options, the password, and lines of text. */
#define _GNU_SOURCE

#include "common.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const char common_usage[] =
    "  --host HOST[:PORT]  connect there instead of asking DNS\n"
    "  --tls               that host speaks TLS from the first byte\n"
    "  --ca FILE           trust these certification authorities only\n"
    "  --trace             show the traffic\n"
    "The password is taken from LQ_PASSWORD, or asked for.\n";

/* Take COUNT arguments out of ARGV, from INDEX on. */
static void argv_remove(int *argc, char **argv, int index, int count)
{
    *argc -= count;
    for (; index <= *argc; index++) {
        argv[index] = argv[index + count]; /* with the NULL at the end */
    }
}

static bool option_flag(const char *name, int *argc, char **argv)
{
    int i;

    for (i = 1; i < *argc; i++) {
        if (strcmp(argv[i], name) == 0) {
            argv_remove(argc, argv, i, 1);
            return true;
        }
    }
    return false;
}

const char *option_value(const char *name, int *argc, char **argv)
{
    const char *value = NULL;
    int i;

    for (i = 1; i < *argc - 1; i++) {
        if (strcmp(argv[i], name) == 0) {
            value = argv[i + 1];
            argv_remove(argc, argv, i, 2);
            return value;
        }
    }
    return NULL;
}

int number_parse(const char *text, int most)
{
    char *end;
    long number = strtol(text, &end, 10);

    return end > text && *end == '\0' && number >= 0 && number <= most
               ? (int)number
               : -1;
}

/* HOST, HOST:PORT, [IPv6], [IPv6]:PORT or IPv6. */
static void options_host(options *o, const char *text)
{
    const char *first = strchr(text, ':'), *last = strrchr(text, ':');
    const char *bracket = strchr(text, ']');
    size_t len = strlen(text);

    if (text[0] == '[' && bracket != NULL) {
        len = (size_t)(bracket - ++text);
        last = bracket[1] == ':' ? bracket + 1 : NULL;
    } else if (first != last) {
        last = NULL; /* more than one colon: an address */
    } else if (last != NULL) {
        len = (size_t)(last - text);
    }
    snprintf(o->host, sizeof(o->host), "%.*s", (int)len, text);
    o->port = last != NULL ? number_parse(last + 1, 65535) : 0;
}

void options_take(options *o, int *argc, char **argv)
{
    const char *host;

    *o = (options){ .port = 0 };
    o->tls = option_flag("--tls", argc, argv);
    o->trace = option_flag("--trace", argc, argv);
    o->ca = option_value("--ca", argc, argv);
    host = option_value("--host", argc, argv);
    if (host != NULL) {
        options_host(o, host);
    }
    if (o->port == 0) {
        o->port = o->tls ? 5223 : 5222;
    }
}

bool usage_is_right(int argc, char **argv, int count, const char *text)
{
    bool right = argc == count + 1;
    int i;

    for (i = 1; i < argc; i++) {
        right = right && strncmp(argv[i], "--", 2) != 0;
    }
    if (!right) {
        fprintf(stderr, "usage: %s\n%s", text, common_usage);
    }
    return right;
}

/* ---- the password ---- */

/* Ask on the terminal, even if standard input is something else, and without
 * showing what is typed. */
static bool password_ask(const char *jid, char *password, size_t size)
{
    struct termios shown, hidden;
    FILE *terminal = fopen("/dev/tty", "r+");
    bool given = false;

    if (terminal == NULL) {
        return false;
    }
    if (tcgetattr(fileno(terminal), &shown) == 0) {
        hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        fprintf(terminal, "Password of %s: ", jid);
        fflush(terminal);
        tcsetattr(fileno(terminal), TCSAFLUSH, &hidden);
        given = fgets(password, (int)size, terminal) != NULL;
        tcsetattr(fileno(terminal), TCSAFLUSH, &shown);
        fputs("\n", terminal);
    }
    fclose(terminal);
    password[given ? strcspn(password, "\n") : 0] = '\0';
    return given;
}

static int password_set(lq_config *config, const char *jid)
{
    const char *given = getenv("LQ_PASSWORD");
    char typed[1024] = "";
    int rv;

    if (given == NULL && !password_ask(jid, typed, sizeof(typed))) {
        fputs("No password: set LQ_PASSWORD.\n", stderr);
        return LQ_E_ARGUMENT;
    }
    rv = lq_config_set_password(config, given != NULL ? given : typed);
    explicit_bzero(typed, sizeof(typed));
    return rv;
}

lq_config *options_config(const options *o, const char *jid)
{
    lq_config *config = lq_config_new(jid);
    int rv = config == NULL ? LQ_E_NOMEM : password_set(config, jid);

    if (rv >= 0 && o->ca != NULL) {
        rv = lq_config_add_ca_file(config, o->ca);
    }
    if (rv >= 0 && o->host[0] != '\0') {
        rv = lq_config_set_host(config, o->host, o->port,
                                o->tls ? LQ_TRANSPORT_TLS
                                       : LQ_TRANSPORT_STARTTLS);
        if (rv == LQ_E_ARGUMENT) {
            fputs("--host: no host, or no port.\n", stderr);
        }
    }
    if (rv < 0) {
        lq_config_free(config);
        return NULL;
    }
    return config;
}

/* ---- printing ---- */

/* A line break is followed by an indent; C0 and C1 controls become '?'. */
void print_text(FILE *out, const char *text)
{
    const unsigned char *p;

    for (p = (const unsigned char *)text; *p != '\0'; p++) {
        if (*p == '\n') {
            fputs("\n    ", out);
        } else if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0) {
            fputc('?', out);
            p++;
        } else {
            fputc((*p < 0x20 && *p != '\t') || *p == 0x7f ? '?' : *p, out);
        }
    }
}

void print_said(const char *who, const char *text)
{
    if (who != NULL) {
        printf("%.*s: ", (int)strcspn(who, "/"), who);
    }
    print_text(stdout, text);
    putchar('\n');
    fflush(stdout);
}

void print_failure(const lq_failure *failure)
{
    const char *text = lq_failure_text(failure);

    if (failure == NULL) {
        return;
    }
    fprintf(stderr, "%s\n", lq_failure_message(failure));
    if (text != NULL && strstr(lq_failure_message(failure), text) == NULL) {
        fputs("    ", stderr);
        print_text(stderr, text);
        fputc('\n', stderr);
    }
}
