/* send.c - one message from the command line; standard input is its body.
 *
 *     echo "Good night, good night!" | send [options] FROM TO
 *     echo "What's in a name?" | send --wait 10 FROM TO
 *
 * With --wait an answer is waited for, so many seconds, and printed.  The exit
 * status is 0 only if the server has taken the message. */
#include "session.h"

static session s;
static const char *to;
static lq_time wait = 0;         /* ms for an answer */
static lq_time until = LQ_NEVER; /* when to stop; not before we are online */
static lq_id id;                 /* of the message */
static bool taken;

/* All of standard input but the last line's end. */
static bool read_body(char *body, size_t size)
{
    size_t len = fread(body, 1, size, stdin);
    bool fits = len > 0 && len < size;

    if (!fits) {
        fprintf(stderr,
                len == 0 ? "There is no message on standard input.\n"
                         : "The message is longer than %zu bytes.\n",
                size - 1);
    }
    len -= fits && body[len - 1] == '\n';
    body[fits ? len : 0] = '\0';
    return fits;
}

static bool is_from(const char *jid, const lq_stanza *message)
{
    lq_jid *wanted = lq_jid_parse(jid, NULL);
    lq_jid *sender = lq_jid_parse(lq_stanza_sender(message), NULL);
    bool same =
        wanted != NULL && sender != NULL && lq_jid_equal_bare(wanted, sender);

    lq_jid_free(wanted);
    lq_jid_free(sender);
    return same;
}

/* The answer, or the message itself, which came back as an error. */
static void take(const lq_stanza *message)
{
    const char *body = lq_message_body(message, NULL);

    if (!is_from(to, message)) {
        return;
    }
    if (lq_stanza_type(message) == LQ_ERROR) {
        fprintf(stderr, "%s: %s\n", to,
                lq_stanza_error_name(lq_stanza_error(message)));
        until = session_after(&s, 0);
    } else if (body != NULL && wait > 0) {
        print_said(NULL, body);
        until = session_after(&s, 0);
    }
}

static void handle(const lq_event *event)
{
    switch (event->type) {
    case LQ_EVENT_ONLINE: /* the message leaves now */
        until = session_after(&s, wait);
        break;
    case LQ_EVENT_MESSAGE:
        take(event->stanza);
        break;
    case LQ_EVENT_DELIVERY:
        taken = taken || (event->id == id &&
                          lq_event_delivery(event) == LQ_DELIVERY_ACKED);
        break;
    case LQ_EVENT_OFFLINE:
        print_failure(lq_event_failure(event));
        break;
    case LQ_EVENT_TRACE:
        print_trace(event);
        break;
    }
}

/* Until CLOSED.  The orderly end of the stream, which is asked for as soon as
 * there is nothing to wait for, shows that the server has read everything. */
static void run(void)
{
    const lq_event *event;

    do {
        event = session_event(&s, until, -1);
        if (event == NULL) {
            until = LQ_NEVER;
            session_stop(&s);
        } else {
            handle(event);
        }
    } while (event == NULL || event->type != LQ_EVENT_CLOSED);
}

int main(int argc, char **argv)
{
    static char body[65536];
    const char *seconds;
    lq_messages *messages;
    options o;

    options_take(&o, &argc, argv);
    seconds = option_value("--wait", &argc, argv);
    if (!usage_is_right(argc, argv, 2,
                        "send [options] [--wait SECONDS] FROM TO <BODY")) {
        return 2;
    }
    to = argv[2];
    wait = seconds == NULL ? 0 : 1000 * (lq_time)number_parse(seconds, 86400);
    if (wait < 0) {
        fputs("--wait: seconds, up to a day.\n", stderr);
        return 2;
    }
    if (read_body(body, sizeof(body)) && session_open(&s, &o, argv[1], false) &&
        (messages = lq_messages_attach(s.stream)) != NULL &&
        (wait == 0 || lq_presence_attach(s.stream) != NULL) &&
        session_start(&s)) {
        id = lq_messages_send(messages, to, body);
        run();
    }
    if (!taken) {
        fputs("The server did not take the message.\n", stderr);
    }
    session_close(&s);
    return taken ? 0 : 1;
}
