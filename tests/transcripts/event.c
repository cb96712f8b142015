/* event.c - see event.h. */
#include "event.h"

#include <stdio.h>
#include <string.h>

/* ---- as words ---- */

static const char *const layer_names[] = {
    "NONE", "NET", "TLS", "SASL", "XML", "STREAM", "BIND", "MEMORY", "CONFIG",
};

static const char *type_name(int type)
{
    static const char *const names[] = {
        "NONE",     "ONLINE", "OFFLINE", "CLOSED",  "REPLY",
        "DELIVERY", "QUERY",  "CLAIMED", "MESSAGE", "PRESENCE",
    };

    return type > 0 && type < (int)(sizeof(names) / sizeof(names[0]))
               ? names[type]
               : "ANOTHER";
}

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

/* How it is secured, and as whom. */
static void describe_online(const lq_stream *s, char *out, size_t size)
{
    snprintf(out, size, "%s %s %s %s", or_empty(lq_stream_jid(s)),
             or_empty(lq_stream_security(s, LQ_SECURITY_PROTOCOL)),
             or_empty(lq_stream_security(s, LQ_SECURITY_MECHANISM)),
             or_empty(lq_stream_security(s, LQ_SECURITY_BINDING)));
}

static void describe_failure(const lq_failure *f, char *out, size_t size)
{
    if (f == NULL) {
        snprintf(out, size, "asked-for");
        return;
    }
    snprintf(
        out, size, "%s %s %s \"%s\" \"%s\"", layer_names[lq_failure_layer(f)],
        lq_error_name(lq_failure_code(f)), or_empty(lq_failure_condition(f)),
        lq_failure_message(f), or_empty(lq_failure_text(f)));
}

static void describe(const lq_stream *s, const lq_event *event, char *out,
                     size_t size)
{
    static const char *const questions[] = { "", "CERTIFICATE", "PASSWORD",
                                             "IQ" };

    out[0] = '\0';
    switch (event->type) {
    case LQ_EVENT_ONLINE:
        describe_online(s, out, size);
        break;
    case LQ_EVENT_OFFLINE:
    case LQ_EVENT_CLOSED:
        describe_failure(lq_event_failure(event), out, size);
        break;
    case LQ_EVENT_QUERY:
        snprintf(out, size, "%s", questions[lq_event_question(event)]);
        break;
    case LQ_EVENT_MESSAGE:
        snprintf(out, size, "%s \"%s\"", lq_stanza_sender(event->stanza),
                 or_empty(lq_message_body(event->stanza, NULL)));
        break;
    }
}

void event_tell(const lq_stream *stream, const lq_event *event, char *line,
                size_t size)
{
    char what[1900];

    describe(stream, event, what, sizeof(what));
    for (char *c = what; *c != '\0'; c++) {
        *c = *c == '\n' ? ' ' : *c;
    }
    snprintf(line, size, "%s %s", type_name(event->type), what);
}

/* ---- as expected ---- */

/* Take the next word off WANT: quoted, or up to a space.  False: none left. */
static bool next_word(const char **want, char *word, size_t size)
{
    size_t len;
    bool quoted;

    *want += strspn(*want, " ");
    quoted = **want == '"';
    *want += quoted;
    len = strcspn(*want, quoted ? "\"" : " ");
    if (len == 0) {
        return false;
    }
    snprintf(word, size, "%.*s", (int)len, *want);
    *want += len + (quoted && (*want)[len] == '"');
    return true;
}

/* Behind WORD in LINE, where it stands alone if WHOLE; or NULL. */
static const char *word_find(const char *line, const char *word, bool whole)
{
    size_t len = strlen(word);
    const char *at = line;

    while ((at = strstr(at, word)) != NULL) {
        bool begins = at == line || at[-1] == ' ';

        if (!whole || (begins && strchr(" ", at[len]) != NULL)) {
            return at + len;
        }
        at++;
    }
    return NULL;
}

/* Whether LINE has the words of WANT in their order. */
bool event_is(const char *line, const char *want)
{
    char word[256];

    for (;;) {
        bool quoted;

        want += strspn(want, " ");
        quoted = *want == '"';
        if (!next_word(&want, word, sizeof(word))) {
            return true;
        }
        line = word_find(line, word, !quoted);
        if (line == NULL) {
            return false;
        }
    }
}
