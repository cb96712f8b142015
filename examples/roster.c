/* roster.c - the contact list, who is there, and what changes it.
 *
 *     roster [options] JID
 *     roster [options] [--add JID | --remove JID | --approve JID] JID
 *
 * Whatever is asked for, the list is printed as it is a second later, when the
 * server's pushes and the contacts' presences have come. */
#include "session.h"

enum { MOMENT = 1000 };

static session s;
static lq_roster *roster;
static lq_presence *presence;
static const char *added, *removed, *approved; /* JIDs, or NULL */
static lq_time until = LQ_NEVER;               /* when the list is printed */
static int status;                             /* to exit with */

static void print_part(const char *before, const char *text, const char *after)
{
    if (text != NULL) {
        fputs(before, stdout);
        print_text(stdout, text);
        fputs(after, stdout);
    }
}

static void print_item(const lq_roster_item *item)
{
    static const char *const subscriptions[] = { "none", "to", "from", "both" };
    const char *jid = lq_roster_item_jid(item), *group;
    const lq_resource *best = lq_presence_best(presence, jid);
    int i;

    printf("%-32s %s%s, %s", jid,
           subscriptions[lq_roster_item_subscription(item)],
           lq_roster_item_is_pending(item) ? " (asked)" : "",
           lq_show_name(lq_resource_show(best)));
    print_part(" \"", lq_resource_status(best, NULL), "\"");
    print_part(", called ", lq_roster_item_name(item), "");
    for (i = 0; (group = lq_roster_item_group(item, i)) != NULL; i++) {
        print_part(i == 0 ? ", in " : " and ", group, "");
    }
    putchar('\n');
}

static void print_roster(void)
{
    const lq_roster_item *item = NULL;
    const char *jid;
    int i;

    while ((item = lq_roster_next(roster, item)) != NULL) {
        print_item(item);
    }
    for (i = 0; (jid = lq_roster_request(roster, i)) != NULL; i++) {
        printf("%-32s asks to see your presence\n", jid);
    }
}

static void check(const char *jid, lq_id id)
{
    if (id < 0) {
        fprintf(stderr, "%s: %s\n", jid, lq_error_name(id));
        status = 1;
    }
}

static void change(void)
{
    if (added != NULL && lq_roster_item_of(roster, added) == NULL) {
        check(added, lq_roster_set(roster, added, NULL));
    }
    if (added != NULL) {
        check(added, lq_roster_subscribe(roster, added, NULL));
    }
    if (removed != NULL) {
        check(removed, lq_roster_remove(roster, removed));
    }
    if (approved != NULL) {
        check(approved, lq_roster_approve(roster, approved));
    }
}

static void handle(const lq_event *event)
{
    switch (event->type) {
    case LQ_EVENT_ROSTER_LOADED:
        change();
        until = session_after(&s, MOMENT);
        break;
    case LQ_EVENT_REPLY:
        if (event->error == LQ_E_STANZA) {
            fprintf(stderr, "The server says %s.\n",
                    lq_stanza_error_name(lq_stanza_error(event->stanza)));
            status = 1;
        }
        break;
    case LQ_EVENT_OFFLINE:
        print_failure(lq_event_failure(event));
        status = event->error == 0 ? status : 1;
        break;
    case LQ_EVENT_TRACE:
        print_trace(event);
        break;
    }
}

static void run(void)
{
    const lq_event *event;

    do {
        event = session_event(&s, until, -1);
        if (event == NULL) {
            print_roster();
            until = LQ_NEVER;
            session_stop(&s);
        } else {
            handle(event);
        }
    } while (event == NULL || event->type != LQ_EVENT_CLOSED);
}

int main(int argc, char **argv)
{
    options o;

    options_take(&o, &argc, argv);
    added = option_value("--add", &argc, argv);
    removed = option_value("--remove", &argc, argv);
    approved = option_value("--approve", &argc, argv);
    if (!usage_is_right(argc, argv, 1,
                        "roster [options] [--add JID] [--remove JID] "
                        "[--approve JID] JID")) {
        return 2;
    }
    if (session_open(&s, &o, argv[1], false) &&
        (roster = lq_roster_attach(s.stream)) != NULL &&
        (presence = lq_presence_attach(s.stream)) != NULL &&
        session_start(&s)) {
        run();
    } else {
        status = 1;
    }
    session_close(&s);
    return status;
}
