/* console.c - type stanzas or text, watch the traffic.
 *
 *     console [options] JID
 *
 * A line that begins with `<` is a stanza, any other is the JID of somebody
 * and what to tell him:
 *
 *     <iq type='get' to='example.com'><ping xmlns='urn:xmpp:ping'/></iq>
 *     romeo@example.com Wherefore art thou?
 *
 * The end of input is the end.  All traffic is shown, secrets masked. */
#include "session.h"

#include <string.h>
#include <unistd.h>

static session s;
static bool online;

static lq_builder *begin_stanza(const lq_stanza *stanza)
{
    int type = lq_stanza_type(stanza);
    const char *to = lq_stanza_to(stanza);

    switch (lq_stanza_kind(stanza)) {
    case LQ_MESSAGE:
        return lq_build_message(s.stream, type, to);
    case LQ_PRESENCE:
        return lq_build_presence(s.stream, type, to);
    case LQ_IQ:
        return lq_build_iq(s.stream, type, to);
    }
    return NULL;
}

/* The library writes the root, with an id of its own; what is in it is
 * copied. */
static int send_stanza(const char *text)
{
    const lq_stanza *stanza = lq_stanza_parse(text, strlen(text));
    const lq_element *child;
    lq_builder *b;
    int rv;

    if (stanza == NULL || lq_stanza_kind(stanza) == LQ_NONZA) {
        lq_stanza_unref(stanza);
        return LQ_E_ARGUMENT;
    }
    b = begin_stanza(stanza);
    for (child = lq_element_child(lq_stanza_root(stanza), NULL, NULL);
         child != NULL; child = lq_element_next(child, NULL, NULL)) {
        lq_build_copy(b, child);
    }
    rv = lq_stanza_kind(stanza) == LQ_IQ ? lq_stream_request(s.stream, b)
                                         : lq_stream_send(s.stream, b);
    lq_stanza_unref(stanza);
    return rv;
}

static int send_text(char *line)
{
    char *text = strchr(line, ' ');
    lq_builder *b;

    if (text == NULL) {
        return LQ_E_ARGUMENT;
    }
    *text++ = '\0';
    b = lq_build_message(s.stream, LQ_CHAT, line);
    lq_build_child(b, "body", NULL, text);
    return lq_stream_send(s.stream, b);
}

static void take_line(char *line)
{
    int rv;

    line[strcspn(line, "\n")] = '\0';
    if (line[0] == '\0') {
        return;
    }
    rv = line[0] == '<' ? send_stanza(line) : send_text(line);
    if (rv < 0) {
        fprintf(stderr, "not sent: %s\n", lq_error_name(rv));
    }
}

static void handle(const lq_event *event)
{
    switch (event->type) {
    case LQ_EVENT_ONLINE:
        online = true;
        break;
    case LQ_EVENT_OFFLINE:
        online = false;
        print_failure(lq_event_failure(event));
        break;
    case LQ_EVENT_TRACE:
        print_trace(event);
        break;
    }
}

/* Input is read while online, a line at a time: standard input is without a
 * buffer, so that poll() knows of every line. */
static int run(void)
{
    static char line[65536];
    const lq_event *event;
    bool ended = false;

    for (;;) {
        event =
            session_event(&s, LQ_NEVER, online && !ended ? STDIN_FILENO : -1);
        if (event != NULL) {
            handle(event);
            if (event->type == LQ_EVENT_CLOSED) {
                return event->error == 0 ? 0 : 1;
            }
        } else if (fgets(line, sizeof(line), stdin) != NULL) {
            take_line(line);
        } else {
            ended = true;
            session_stop(&s);
        }
    }
}

int main(int argc, char **argv)
{
    options o;
    int status = 1;

    options_take(&o, &argc, argv);
    if (!usage_is_right(argc, argv, 1, "console [options] JID")) {
        return 2;
    }
    o.trace = true;
    setvbuf(stdin, NULL, _IONBF, 0);
    if (session_open(&s, &o, argv[1], true) &&
        lq_presence_attach(s.stream) != NULL &&
        lq_disco_attach(s.stream) != NULL && lq_ping_attach(s.stream) != NULL &&
        session_start(&s)) {
        status = run();
    }
    session_close(&s);
    return status;
}
