/* login.c - log in and say how it went, a line for each time.
 *
 *     login [OPTION...] JID HOST PORT CAFILE
 *
 *     online TLS1.3 SCRAM-SHA-256-PLUS tls-exporter SASL new 153 ms
 *     refused SASL LQ_E_AUTH not-authorized: The server does not ...
 *
 * "-" stands for what there is not.  The time is from the wish to connect to
 * ONLINE.  The status is 0 if it was online each time.  LQ_PASSWORD has the
 * password; without it none is given. */
#include <loquat/loquat.h>
#include <loquat/net.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIMEOUT = 20000, PAUSE = 100 };

static const char usage[] =
    "usage: login [OPTION...] JID HOST PORT CAFILE\n"
    "  --tls                TLS at once instead of STARTTLS\n"
    "  --mechanisms NAMES   only these\n"
    "  --certificate BASE   a client's, in BASE.pem and BASE.key\n"
    "  --token TOKEN        for OAUTHBEARER\n"
    "  --pin PIN            of the server's key\n"
    "  --saved FILE         what was learnt, taken from there and put there\n"
    "  --times N            N logins, one after the other, by one stream\n"
    "  --trace              the traffic goes to standard error\n";

typedef struct login {
    const char *jid, *host, *ca, *mechanisms, *certificate, *token, *pin,
        *saved, *times;
    int port;
    bool tls, trace;
    lq_context *context;
    lq_net *net;
    lq_stream *stream;
} login;

/* ---- options ---- */

/* Take ARGV[*at], and its value if it has one. */
static bool take_option(login *l, char **argv, int *at)
{
    const struct {
        const char *name, **value;
    } options[] = {
        { "--mechanisms", &l->mechanisms },
        { "--certificate", &l->certificate },
        { "--token", &l->token },
        { "--pin", &l->pin },
        { "--saved", &l->saved },
        { "--times", &l->times },
    };
    const char *name = argv[*at];

    if (strcmp(name, "--tls") == 0) {
        return l->tls = true;
    }
    if (strcmp(name, "--trace") == 0) {
        return l->trace = true;
    }
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (strcmp(name, options[i].name) == 0 && argv[*at + 1] != NULL) {
            *options[i].value = argv[++*at];
            return true;
        }
    }
    return false;
}

static bool take_options(login *l, char **argv)
{
    int at = 1;

    for (; argv[at] != NULL && argv[at][0] == '-'; at++) {
        if (!take_option(l, argv, &at)) {
            return false;
        }
    }
    for (int i = 0; i < 4; i++) {
        if (argv[at + i] == NULL) {
            return false;
        }
    }
    l->jid = argv[at];
    l->host = argv[at + 1];
    l->port = atoi(argv[at + 2]);
    l->ca = argv[at + 3];
    return argv[at + 4] == NULL;
}

/* ---- the stream ---- */

static int set_certificate(lq_config *config, const char *base)
{
    char certificate[512], key[512];

    snprintf(certificate, sizeof(certificate), "%s.pem", base);
    snprintf(key, sizeof(key), "%s.key", base);
    return lq_config_set_certificate(config, certificate, key, NULL);
}

/* A file that is not there is a client that knows nothing; what the library
 * refuses, it has said. */
static void set_saved(const login *l, lq_config *config)
{
    static char data[65536];
    FILE *file = fopen(l->saved, "rb");
    size_t len = file == NULL ? 0 : fread(data, 1, sizeof(data), file);

    if (lq_config_set_saved(config, LQ_SAVED_ACCOUNT, data, len) < 0) {
        printf("refused what was saved\n");
    }
    if (file != NULL) {
        fclose(file);
    }
}

static bool save(const login *l)
{
    size_t len = 0;
    const void *data = lq_stream_save(l->stream, LQ_SAVED_ACCOUNT, &len);
    FILE *file = data == NULL ? NULL : fopen(l->saved, "wb");

    return file != NULL &&
           (fwrite(data, 1, len, file) == len) & (fclose(file) == 0);
}

static bool configure(const login *l, lq_config *config)
{
    return lq_config_set_password(config, getenv("LQ_PASSWORD")) == LQ_OK &&
           lq_config_set_host(config, l->host, l->port,
                              l->tls ? LQ_TRANSPORT_TLS
                                     : LQ_TRANSPORT_STARTTLS) == LQ_OK &&
           lq_config_add_ca_file(config, l->ca) == LQ_OK &&
           lq_config_set_timeout(config, LQ_TIMEOUT_CONNECT, TIMEOUT) ==
               LQ_OK &&
           lq_config_set_timeout(config, LQ_TIMEOUT_QUESTION, 1) == LQ_OK &&
           lq_config_set_reconnect(config, LQ_NEVER, LQ_NEVER) == LQ_OK &&
           (l->mechanisms == NULL ||
            lq_config_set_mechanisms(config, l->mechanisms) == LQ_OK) &&
           (l->token == NULL ||
            lq_config_set_token(config, l->token) == LQ_OK) &&
           (l->pin == NULL || lq_config_add_pin(config, l->pin) == LQ_OK) &&
           (l->certificate == NULL ||
            set_certificate(config, l->certificate) == LQ_OK);
}

static bool login_open(login *l)
{
    lq_config *config = lq_config_new(l->jid);

    if (config != NULL && l->saved != NULL) {
        set_saved(l, config);
    }
    if (config != NULL && configure(l, config)) {
        l->context = lq_context_new();
        l->net = l->context == NULL ? NULL : lq_net_new(l->context);
        l->stream = l->net == NULL ? NULL : lq_stream_new(l->context, config);
    }
    lq_config_free(config);
    if (l->stream == NULL || lq_net_add(l->net, l->stream) < 0) {
        return false;
    }
    lq_stream_trace(l->stream, l->trace);
    return true;
}

static void login_close(login *l)
{
    lq_net_free(l->net);
    lq_stream_free(l->stream);
    lq_context_free(l->context);
}

static void print_trace(const lq_event *event)
{
    bool sent;
    const char *text = lq_event_trace(event, &sent);

    fprintf(stderr, "%s %s\n", sent ? ">" : "<", text);
}

/* The next event of TYPE, or CLOSED. */
static const lq_event *await(login *l, int type)
{
    const lq_event *event;

    while ((event = lq_net_event(l->net, NULL)) != NULL) {
        if (event->type == LQ_EVENT_TRACE) {
            print_trace(event);
        } else if (event->type == type || event->type == LQ_EVENT_CLOSED) {
            return event;
        }
    }
    return NULL;
}

/* ---- what is said ---- */

static const char *or_dash(const char *text)
{
    return text == NULL || text[0] == '\0' ? "-" : text;
}

static void print_online(const login *l, lq_time took)
{
    static const int what[] = { LQ_SECURITY_PROTOCOL, LQ_SECURITY_MECHANISM,
                                LQ_SECURITY_BINDING, LQ_SECURITY_PROFILE,
                                LQ_SECURITY_SESSION };

    printf("online");
    for (size_t i = 0; i < sizeof(what) / sizeof(what[0]); i++) {
        printf(" %s", or_dash(lq_stream_security(l->stream, what[i])));
    }
    printf(" %d ms\n", (int)took);
}

static void print_refused(const lq_failure *failure)
{
    static const char *const layers[] = { "-",    "NET",    "TLS",
                                          "SASL", "XML",    "STREAM",
                                          "BIND", "MEMORY", "CONFIG" };

    printf("refused %s %s %s: %s\n", layers[lq_failure_layer(failure)],
           lq_error_name(lq_failure_code(failure)),
           or_dash(lq_failure_condition(failure)),
           or_dash(lq_failure_message(failure)));
}

/* Log in and out again. */
static bool login_once(login *l)
{
    lq_time began = lq_net_now(l->net);
    const lq_event *event;

    if (lq_stream_start(l->stream, began) < 0) {
        print_refused(lq_stream_failure(l->stream));
        return false;
    }
    event = await(l, LQ_EVENT_ONLINE);
    if (event == NULL || event->type != LQ_EVENT_ONLINE) {
        print_refused(event == NULL ? NULL : lq_event_failure(event));
        return false;
    }
    print_online(l, lq_net_now(l->net) - began);
    lq_stream_stop(l->stream, lq_net_now(l->net));
    await(l, LQ_EVENT_CLOSED);
    return l->saved == NULL || save(l);
}

/* jabberd2 may refuse a connection that races another's end. */
static void pause_a_little(const login *l)
{
    lq_time until = lq_net_now(l->net) + PAUSE;
    lq_time left;

    while ((left = until - lq_net_now(l->net)) > 0) {
        lq_net_dispatch(l->net, (int)left);
    }
}

int main(int argc, char **argv)
{
    login l = { .times = "1" };
    bool well;

    if (argc == 0 || !take_options(&l, argv)) {
        fputs(usage, stderr);
        return 2;
    }
    well = login_open(&l);
    for (int i = 0; well && i < atoi(l.times); i++) {
        if (i > 0) {
            pause_a_little(&l);
        }
        well = login_once(&l);
        fflush(stdout);
    }
    login_close(&l);
    return well ? 0 : 1;
}
