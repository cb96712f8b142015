/* echo.c - a bot that lets everybody see it and says what it is told.
 *
 *     echo [options] JID
 *
 * It runs until it is interrupted, and finds its way back when the connection
 * is lost. */
#define _GNU_SOURCE

#include "session.h"

#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>

static session s;
static lq_roster *roster;
static lq_messages *messages;

static bool attach(void)
{
    lq_presence *presence = lq_presence_attach(s.stream);
    lq_version *version = lq_version_attach(s.stream);

    roster = lq_roster_attach(s.stream);
    messages = lq_messages_attach(s.stream);
    return presence != NULL && version != NULL && roster != NULL &&
           messages != NULL && lq_disco_attach(s.stream) != NULL &&
           lq_ping_attach(s.stream) != NULL &&
           lq_presence_set_status(presence, NULL, "Talk to me") >= 0 &&
           lq_version_set(version, "Loquat echo", NULL, NULL) >= 0;
}

static bool is_own(const char *jid)
{
    const char *account = lq_stream_account(s.stream);
    size_t len = strlen(account);

    return strncmp(jid, account, len) == 0 && strchr("/", jid[len]) != NULL;
}

static void answer(const lq_stanza *message)
{
    const char *body = lq_message_body(message, NULL);
    const char *sender = lq_stanza_sender(message);

    if (lq_stanza_type(message) == LQ_CHAT && body != NULL && !is_own(sender)) {
        print_said(sender, body);
        lq_messages_send(messages, sender, body);
    }
}

/* Whoever asks may see us, and we ask back. */
static void befriend(const char *jid)
{
    lq_roster_approve(roster, jid);
    lq_roster_subscribe(roster, jid, NULL);
}

static void handle(const lq_event *event)
{
    switch (event->type) {
    case LQ_EVENT_ONLINE:
        printf("online as %s, %s, %s\n", lq_stream_jid(s.stream),
               lq_stream_security(s.stream, LQ_SECURITY_PROTOCOL),
               lq_stream_security(s.stream, LQ_SECURITY_MECHANISM));
        fflush(stdout);
        break;
    case LQ_EVENT_ROSTER_REQUEST:
        befriend(lq_stanza_sender(event->stanza));
        break;
    case LQ_EVENT_MESSAGE:
        answer(event->stanza);
        break;
    case LQ_EVENT_OFFLINE:
        print_failure(lq_event_failure(event));
        break;
    case LQ_EVENT_TRACE:
        print_trace(event);
        break;
    }
}

/* A descriptor that becomes readable when we are asked to end. */
static int open_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Until CLOSED: we were asked to end, or trying again would be of no use. */
static int run(void)
{
    int signals = open_signals();
    const lq_event *event;

    for (;;) {
        event = session_event(&s, LQ_NEVER, signals);
        if (event == NULL) {
            signals = -1;
            session_stop(&s);
            continue;
        }
        handle(event);
        if (event->type == LQ_EVENT_CLOSED) {
            return event->error == 0 ? 0 : 1;
        }
    }
}

int main(int argc, char **argv)
{
    options o;
    int status = 1;

    options_take(&o, &argc, argv);
    if (!usage_is_right(argc, argv, 1, "echo [options] JID")) {
        return 2;
    }
    if (session_open(&s, &o, argv[1], true) && attach() && session_start(&s)) {
        status = run();
    }
    session_close(&s);
    return status;
}
