/* play.c - play transcripts against a stream in memory.
 *
 *     play FILE...
 *
 * README.md says how a transcript is written.  Each is played three times, the
 * server's bytes delivered singly, in sevens and whole, and once more for each
 * of its rows.  Prints
 *
 *     ok NAME (bytewise)
 *     not ok NAME (bytewise): line 7: expected ..., got ...
 *
 * and ends with 0 if all went as written. */
#include <loquat/loquat.h>

#include <gnutls/gnutls.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/element.h"
#include "../common/tls_server.h"
#include "event.h"
#include "options.h"
#include "pattern.h"
#include "script.h"
#include "words.h"

#define DOMAIN "example.com"

static const struct chunking {
    const char *name;
    size_t size;
} chunkings[] = { { "bytewise", 1 }, { "sevens", 7 }, { "whole", SIZE_MAX } };

typedef struct play {
    const script *script;
    const step *step;
    size_t chunk;
    lq_context *context;
    lq_config *config;
    lq_stream *stream;
    lq_time now;
    int transport;
    int certificate;
    tls_server *tls;
    octets sent;   /* by the client, and not expected yet */
    octets events; /* one a line, not expected yet */
    words words;
    bool broken;
    char why[1024];
} play;

static bool broken(play *p, const char *format, ...)
{
    va_list arguments;
    int len;

    if (!p->broken) {
        p->broken = true;
        len = snprintf(p->why, sizeof(p->why),
                       "%s: ", p->step == NULL ? "at the end" : p->step->where);
        va_start(arguments, format);
        vsnprintf(p->why + len, sizeof(p->why) - (size_t)len, format,
                  arguments);
        va_end(arguments);
    }
    return false;
}

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

/* ---- events ---- */

/* A failure without a sentence is of no use to anybody. */
static void check_failure(play *p, const lq_event *event)
{
    const lq_failure *failure = lq_event_failure(event);

    if (failure != NULL && (lq_failure_message(failure)[0] == '\0' ||
                            lq_failure_code(failure) != event->error ||
                            lq_failure_layer(failure) == LQ_LAYER_NONE)) {
        broken(p, "the failure lacks a sentence, a layer or its code");
    }
}

static bool take_event(play *p)
{
    const lq_event *event = lq_stream_event(p->stream);
    char line[2048];

    if (event == NULL) {
        return false;
    }
    if (event->type == LQ_EVENT_SAVE) {
        return true; /* P: renew asks for it */
    }
    check_failure(p, event);
    event_tell(p->stream, event, line, sizeof(line));
    octets_add(&p->events, line, strlen(line));
    octets_add(&p->events, "\n", 1);
    return true;
}

/* ---- the wire ---- */

/* Take what the client has written. */
static void drain(play *p)
{
    const void *output;
    size_t len;

    while ((output = lq_stream_output(p->stream, &len)) != NULL) {
        if (p->tls != NULL) {
            tls_server_take(p->tls, output, len, &p->sent);
        } else {
            octets_add(&p->sent, output, len);
        }
        lq_stream_sent(p->stream, p->now, len);
    }
}

static void deliver(play *p, const char *bytes, size_t len)
{
    while (len > 0) {
        size_t piece = len < p->chunk ? len : p->chunk;
        int taken = lq_stream_recv(p->stream, p->now, bytes, piece);

        if (taken < 0) {
            return; /* nobody listens to the rest: the wish says so */
        }
        if (taken == 0 && !take_event(p)) {
            broken(p, "the stream takes no bytes and has no events");
            return;
        }
        bytes += taken;
        len -= (size_t)taken;
    }
}

/* Hand over what the TLS server has to say. */
static bool deliver_tls(play *p)
{
    octets *out = tls_server_output(p->tls);
    octets now = *out;

    *out = (octets){ .len = 0 };
    deliver(p, now.bytes, now.len);
    octets_clear(&now);
    return now.len > 0;
}

static void tls_shake(play *p)
{
    size_t said;

    do {
        drain(p);
        said = tls_server_output(p->tls)->len;
        deliver_tls(p);
    } while (said > 0);
    sasl_set_tls(&p->words.sasl, p->tls);
}

/* ---- steps ---- */

/* "Expand" without captures; NULL and broken if a word is missing. */
static bool expand(play *p, const char *source, octets *out)
{
    char *unknown = words_expand(&p->words, source, out);

    if (unknown != NULL) {
        broken(p, "there is no word {%s}", unknown);
        free(unknown);
        return false;
    }
    return true;
}

static bool connect(play *p)
{
    int rv;

    if (lq_stream_wish(p->stream) != LQ_WISH_CONNECT) {
        return broken(p, "expected the wish to connect");
    }
    octets_clear(&p->sent);
    octets_add(&p->sent, "", 0);
    rv = lq_stream_connected(p->stream, p->now, p->transport);
    return rv == LQ_OK || broken(p, "connected: %s", lq_error_name(rv));
}

/* S: what the server sends. */
static bool step_server(play *p)
{
    octets bytes = { .len = 0 };

    if (expand(p, p->step->text, &bytes)) {
        announced_read(&p->words.sasl.announced, bytes.bytes);
        drain(p);
        if (p->tls != NULL) {
            tls_server_send(p->tls, bytes.bytes, bytes.len);
            deliver_tls(p);
        } else {
            deliver(p, bytes.bytes, bytes.len);
        }
    }
    octets_clear(&bytes);
    return !p->broken;
}

/* What the client sent first, to be freed; NULL: nothing. */
static char *next_piece(play *p)
{
    size_t len;
    char *piece;

    drain(p);
    while ((len = element_len(p->sent.bytes)) > 0) {
        piece = calloc(1, len + 1);
        memcpy(piece, p->sent.bytes, len);
        octets_drop(&p->sent, len);
        if (strncmp(piece, "<?xml", 5) != 0) {
            return piece;
        }
        free(piece);
    }
    return NULL;
}

static void check_piece(play *p, const char *pattern, const char *piece)
{
    const char *why;

    if (!pattern_is_xml(pattern)) {
        broken(p, "no pattern: %s", pattern);
    } else if (piece == NULL) {
        broken(p, "expected %s, got nothing", pattern);
    } else if (!pattern_matches(&p->words, pattern, piece)) {
        broken(p, "expected %s, got %s", pattern, piece);
    } else {
        why = sasl_check(&p->words.sasl, &p->words, pattern, piece);
        if (why != NULL) {
            broken(p, "%s", why);
        }
    }
}

/* C: what the client must have sent.  "bytes" are any that are no XML, "blank"
 * is white space. */
static bool step_client(play *p)
{
    const char *pattern = p->step->text;
    char *piece = NULL;

    drain(p);
    if (strcmp(pattern, "bytes") == 0) {
        if (p->sent.len == 0 || p->sent.bytes[0] == '<') {
            broken(p, "expected bytes, got %s", p->sent.bytes);
        }
        octets_drop(&p->sent, p->sent.len);
        return !p->broken;
    }
    piece = next_piece(p);
    if (strcmp(pattern, "nothing") == 0) {
        if (piece != NULL) {
            broken(p, "expected nothing to be sent, got %s", piece);
        }
    } else if (strcmp(pattern, "blank") == 0) {
        if (piece == NULL || piece[strspn(piece, " ")] != '\0') {
            broken(p, "expected a blank, got %s", or_empty(piece));
        }
    } else {
        check_piece(p, pattern, piece);
    }
    free(piece);
    return !p->broken;
}

/* E: the event that must be next. */
static bool step_event(play *p)
{
    octets want = { .len = 0 }, line = { .len = 0 };
    bool nothing = strcmp(p->step->text, "nothing") == 0;
    size_t len;

    if (p->events.len == 0) {
        take_event(p);
    }
    len = p->events.len == 0 ? 0 : strcspn(p->events.bytes, "\n") + 1;
    octets_add(&line, p->events.bytes, len);
    if (len > 0) {
        octets_drop(&p->events, len);
        line.bytes[len - 1] = '\0';
    }
    if (!expand(p, p->step->text, &want)) {
        /* told */
    } else if (nothing ? len > 0 : len == 0) {
        broken(p, "expected the event %s, got %s", want.bytes,
               len == 0 ? "none" : line.bytes);
    } else if (!nothing && !event_is(line.bytes, want.bytes)) {
        broken(p, "expected the event %s, got %s", want.bytes, line.bytes);
    }
    octets_clear(&want);
    octets_clear(&line);
    return !p->broken;
}

static bool check_said_all(play *p)
{
    drain(p);
    return p->sent.len == strspn(or_empty(p->sent.bytes), " ") ||
           broken(p, "what was not expected was sent: %s", p->sent.bytes);
}

/* The transport is closed as a driver would. */
static bool hang_up(play *p, int error)
{
    int rv;

    if (!check_said_all(p)) {
        return false;
    }
    if (p->tls != NULL && error == LQ_OK && tls_server_is_established(p->tls) &&
        !tls_server_is_closed(p->tls) && tls_server_alert(p->tls) == NULL) {
        return broken(p, "TLS was not ended");
    }
    tls_server_free(p->tls);
    p->tls = NULL;
    sasl_set_tls(&p->words.sasl, NULL);
    rv = lq_stream_disconnected(p->stream, p->now, error);
    return rv == LQ_OK || broken(p, "disconnected: %s", lq_error_name(rv));
}

static bool check_target(play *p, const char *want)
{
    const char *host = lq_stream_target_host(p->stream);
    char have[300];

    if (host == NULL) {
        snprintf(have, sizeof(have), "%s", lq_stream_target_domain(p->stream));
    } else {
        snprintf(have, sizeof(have), "%s %d", host,
                 lq_stream_target_port(p->stream));
    }
    return want[0] == '\0' || strcmp(have, want) == 0 ||
           broken(p, "expected the target %s, got %s", want, have);
}

/* W: what the stream must wish for; the driver does it. */
static bool step_wish(play *p)
{
    static const char *const names[] = { "NOTHING", "CONNECT", "KEEP",
                                         "CLOSE" };
    int wish = lq_stream_wish(p->stream);
    octets want = { .len = 0 };
    bool fine = expand(p, p->step->text, &want);
    size_t len = fine ? strcspn(want.bytes, " ") : 0;

    if (!fine) {
        /* told */
    } else if (strncmp(want.bytes, "LOST", len) == 0) {
        fine = hang_up(p, LQ_E_NET);
    } else if (strlen(names[wish]) != len ||
               strncmp(want.bytes, names[wish], len) != 0) {
        fine =
            broken(p, "expected the wish %s, got %s", want.bytes, names[wish]);
    } else if (wish == LQ_WISH_CLOSE) {
        fine = hang_up(p, LQ_OK);
    } else if (wish == LQ_WISH_CONNECT) {
        fine = check_target(p, want.bytes + len + (want.bytes[len] == ' ')) &&
               connect(p);
    }
    octets_clear(&want);
    return fine;
}

/* T: so many milliseconds pass; the stream is ticked when it is due. */
static bool step_time(play *p)
{
    lq_time end = p->now + atoi(p->step->text);
    lq_time due;

    drain(p);
    while ((due = lq_stream_deadline(p->stream)) != LQ_NEVER && due <= end) {
        p->now = due > p->now ? due : p->now + 1;
        lq_stream_tick(p->stream, p->now);
        drain(p);
    }
    p->now = end > p->now ? end : p->now;
    lq_stream_tick(p->stream, p->now);
    return true;
}

/* A stream as the settings say, in place of the one before. */
static bool play_stream(play *p)
{
    size_t len = 0;
    const void *saved = p->stream == NULL
                            ? NULL
                            : lq_stream_save(p->stream, LQ_SAVED_ACCOUNT, &len);

    if (saved != NULL &&
        lq_config_set_saved(p->config, LQ_SAVED_ACCOUNT, saved, len) < 0) {
        return broken(p, "what was saved is refused");
    }
    lq_stream_free(p->stream);
    p->stream = lq_stream_new(p->context, p->config);
    return lq_stream_start(p->stream, p->now) == LQ_OK ||
           broken(p, "%s", lq_failure_message(lq_stream_failure(p->stream)));
}

/* P: what the program does. */
static bool step_program(play *p)
{
    const char *text = p->step->text;
    int rv = LQ_E_ARGUMENT;

    if (strcmp(text, "start") == 0) {
        rv = lq_stream_start(p->stream, p->now);
    } else if (strcmp(text, "stop") == 0) {
        rv = lq_stream_stop(p->stream, p->now);
    } else if (strncmp(text, "password ", 9) == 0) {
        rv = lq_stream_set_password(p->stream, p->now, text + 9);
    } else if (strcmp(text, "forget token") == 0) {
        rv = lq_stream_forget(p->stream, LQ_FORGET_TOKEN);
    } else if (strcmp(text, "renew") == 0) {
        return play_stream(p);
    }
    return rv >= 0 || broken(p, "%s: %s", text, lq_error_name(rv));
}

/* TLS: the server shakes hands, and how that ends. */
static bool step_tls(play *p)
{
    const char *want = p->step->text, *alert;
    bool version = strncmp(want, "1.", 2) == 0;

    if (p->sent.len > 0) {
        return broken(p, "before TLS was sent: %s", p->sent.bytes);
    }
    p->tls = tls_server_new(
        p->certificate,
        version ? want : script_setting(p->script, "tls-version", NULL));
    tls_shake(p);
    alert = tls_server_alert(p->tls);
    if (strcmp(want, "refused") == 0) {
        return (alert != NULL && p->sent.len == 0) ||
               broken(p, "the client did not refuse");
    }
    if (strcmp(want, "alpn") == 0 &&
        strcmp(tls_server_alpn(p->tls), "xmpp-client") != 0) {
        return broken(p, "the client asks for no protocol by ALPN");
    }
    return tls_server_is_established(p->tls) ||
           broken(p, "no handshake; the client's alert: %s", or_empty(alert));
}

static const struct {
    const char *verb;
    bool (*take)(play *p);
} verbs[] = {
    { "S", step_server }, { "C", step_client }, { "E", step_event },
    { "W", step_wish },   { "T", step_time },   { "P", step_program },
    { "TLS", step_tls },
};

static bool take_step(play *p)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(verbs[i].verb, p->step->verb) == 0) {
            return verbs[i].take(p);
        }
    }
    return broken(p, "no such verb");
}

/* ---- a play ---- */

static int named(const char *const *names, int count, const char *name)
{
    int i = 0;

    while (i < count && strcmp(names[i], name) != 0) {
        i++;
    }
    return i;
}

static bool play_config(play *p)
{
    const script *s = p->script;
    const char *account = script_setting(s, "account", "juliet@" DOMAIN);
    const char *password = script_setting(s, "password", "r0m30myr0m30");
    const char *pem = tls_server_pem(p->certificate);
    const char *unknown = options_unknown(s);

    if (unknown != NULL) {
        return broken(p, "there is no setting %s", unknown);
    }
    p->config = options_config(s);
    if (p->config == NULL) {
        return broken(p, "a setting has a value that is none");
    }
    sasl_begin(&p->words.sasl, account, password);
    return lq_config_add_ca(p->config, pem, strlen(pem)) == LQ_OK ||
           broken(p, "no authority");
}

static bool play_open(play *p)
{
    static const char *const transports[] = { "any", "starttls", "tls",
                                              "secure" };
    static const char *const certificates[] = { "good", "expired", "wrongname",
                                                "untrusted" };
    const script *s = p->script;

    p->transport =
        named(transports, 4, script_setting(s, "transport", "secure"));
    p->certificate =
        named(certificates, 4, script_setting(s, "certificate", "good"));
    if (p->transport == 4 || p->certificate == 4) {
        return broken(p, "no such transport or certificate");
    }
    p->context = lq_context_new();
    octets_add(&p->sent, "", 0);
    return play_config(p) && play_stream(p);
}

static void play_steps(play *p)
{
    const script *s = p->script;

    for (int i = 0; i < s->step_count; i++) {
        p->step = &s->steps[i];
        if (i == 0 && strcmp(p->step->verb, "W") != 0 && !connect(p)) {
            return;
        }
        if (!take_step(p)) {
            return;
        }
    }
    p->step = NULL;
    check_said_all(p);
    if (p->events.len > 0 || take_event(p)) {
        broken(p, "an event was left: %s", p->events.bytes);
    }
}

static void play_close(play *p)
{
    tls_server_free(p->tls);
    lq_stream_free(p->stream);
    lq_context_free(p->context);
    lq_config_free(p->config);
    octets_clear(&p->sent);
    octets_clear(&p->events);
    words_clear(&p->words);
}

/* Whether it went as written. */
static bool play_once(const script *s, const char *row,
                      const struct chunking *chunking)
{
    play p = { .script = s, .chunk = chunking->size, .words = { .row = row } };
    bool fine;

    if (play_open(&p)) {
        play_steps(&p);
    }
    fine = !p.broken;
    printf("%sok %s%s%s (%s)%s%s\n", fine ? "" : "not ", s->name,
           row == NULL ? "" : ", ", row == NULL ? "" : row, chunking->name,
           fine ? "" : ": ", p.why);
    play_close(&p);
    fflush(stdout);
    return fine;
}

static bool play_file(const char *path)
{
    script *s = script_read(path);
    int rows = s->row_count == 0 ? 1 : s->row_count;
    bool fine = s->problem[0] == '\0';

    if (!fine) {
        printf("not ok %s: %s\n", s->name, s->problem);
    }
    for (int row = 0; row < rows && s->problem[0] == '\0'; row++) {
        for (size_t i = 0; i < sizeof(chunkings) / sizeof(chunkings[0]); i++) {
            fine = play_once(s, s->row_count == 0 ? NULL : s->rows[row],
                             &chunkings[i]) &&
                   fine;
        }
    }
    script_free(s);
    return fine;
}

int main(int argc, char **argv)
{
    bool fine = tls_server_prepare(DOMAIN);

    for (int i = 1; i < argc; i++) {
        fine = play_file(argv[i]) && fine;
    }
    tls_server_clear();
    return fine ? 0 : 1;
}
