/* take.c - events out.
 *
 * What waits is told in order: first the notes, then the frames of the inbox,
 * one at a time, each parsed and routed; when both are used up, what could
 * not be said before: expired requests, and the end of a connection.  Hooks
 * and handlers run here and nowhere else. */
#include <string.h>

#include "base/memory.h"
#include "stream/sm.h"
#include "stream/stream.h"

int lq_stream_parse(lq_stream *stream, const char *bytes, size_t len,
                    lq_stanza **stanza)
{
    lq_inbox *inbox = &stream->inbox;
    lq_parser *parser = inbox->parser != NULL
                            ? inbox->parser
                            : lq_context_parser(stream->context);

    if (parser == NULL) {
        return LQ_E_MEMORY;
    }
    return lq_parser_element(parser, bytes, len, inbox->lang, stanza);
}

/* The event that was returned last has passed. */
static void take_pass(lq_stream *stream)
{
    lq_note *current = stream->current;

    stream->current = NULL;
    if (current != NULL) {
        lq_note_pass(current);
    }
    if (!stream->surfacing) {
        lq_stanza_unref(stream->event.stanza);
        stream->event.stanza = NULL;
    }
}

/* Whether everybody knows the session already; they do then. */
static bool take_resumed(lq_stream *stream)
{
    static const char yes = 'y';
    bool resumed = stream->negotiation.resumed && stream->sm->greeted;

    if (stream->sm != NULL) {
        stream->sm->greeted = true;
    }
    stream->connection->online.event.detail = resumed ? &yes : NULL;
    return resumed;
}

bool lq_event_resumed(const lq_event *event)
{
    return event->type == LQ_EVENT_ONLINE && event->detail != NULL;
}

static void take_online(lq_stream *stream, const lq_note *note)
{
    if (note != &stream->connection->online ||
        stream->state != LQ_STATE_ONLINE || stream->ending) {
        return; /* it was lost again before anybody looked */
    }
    stream->flowing = true;
    lq_modules_online(stream, take_resumed(stream));
    if (stream->sm != NULL) {
        stream->sm->inherited = false;
    }
    lq_stream_flow(stream);
    if (!stream->ending) {
        lq_activity_tell(stream);
    }
    lq_features_fold(&stream->negotiation.features);
}

/* What a note means for the modules.  False: it is theirs alone. */
static bool take_prepare(lq_stream *stream, lq_note *note)
{
    const lq_event *event = &note->event;
    bool surfaces = true;

    stream->hooked = true;
    if (event->type == LQ_EVENT_ONLINE) {
        take_online(stream, note);
    } else if (event->type == LQ_EVENT_OFFLINE) {
        lq_modules_offline(stream);
    } else if (event->type == LQ_EVENT_REPLY && event->detail != NULL) {
        lq_module_reply(event);
        surfaces = false;
    }
    stream->hooked = false;
    return surfaces;
}

/* A message or presence that nobody took. */
static void take_surface(lq_stream *stream, const lq_stanza *stanza)
{
    stream->event = (lq_event){
        .type = lq_stanza_kind(stanza) == LQ_MESSAGE ? LQ_EVENT_MESSAGE
                                                     : LQ_EVENT_PRESENCE,
        .stanza = lq_stanza_ref(stanza),
    };
    stream->surfacing = true;
}

/* RFC 6120, 8.1.2.1: without a "from" it is our own account's.  The stanza may
 * outlive the stream. */
static bool take_sender(lq_stream *stream, lq_stanza *stanza)
{
    if (stanza->from == NULL) {
        const char *account = lq_stream_account(stream);

        stanza->sender =
            lq_arena_text(&stanza->arena, account, strlen(account));
        return stanza->sender != NULL;
    }
    return true;
}

/* What is no stanza, and not known here, is not ours to understand. */
static void take_nonza(lq_stream *stream, const lq_element *root)
{
    if (lq_element_is(root, "error", LQ_NS_STREAMS)) {
        lq_inbox_drop(&stream->inbox); /* nothing can follow it */
        lq_stream_error(stream, root);
    } else if (lq_element_is(root, NULL, LQ_NS_SM)) {
        lq_sm_receive(stream, root);
    } else if (lq_element_is(root, "features", LQ_NS_STREAMS)) {
        lq_stream_unexpected(stream); /* it begins what it has ended */
    }
}

/* There was no memory for what a stanza asks of us.  It is not handled then,
 * and neither is what follows: when the session is resumed they come again. */
static bool take_was_too_much(const lq_stream *stream)
{
    return stream->starved && lq_sm_is_resumable(stream);
}

static void take_stanza(lq_stream *stream, lq_stanza *stanza)
{
    int rv;

    if (!take_sender(stream, stanza)) {
        lq_inbox_drop(&stream->inbox);
        lq_stream_no_memory(stream);
        return;
    }
    if (stream->sm != NULL && !lq_sm_taking(stream->sm)) {
        return;
    }
    stream->starved = false;
    stream->hooked = true;
    rv = lq_router_route(stream, stanza);
    stream->hooked = false;
    if (take_was_too_much(stream)) {
        stream->sm->taking = false;
        lq_inbox_drop(&stream->inbox);
    } else if (rv == LQ_PASS) {
        take_surface(stream, stanza);
    }
}

static void take_frame(lq_stream *stream)
{
    size_t len = 0;
    const char *bytes = lq_inbox_first(&stream->inbox, &len);
    bool was_full = lq_inbox_is_full(&stream->inbox);
    lq_stanza *stanza = NULL;
    int rv = lq_stream_parse(stream, bytes, len, &stanza);

    lq_inbox_shift(&stream->inbox);
    stream->changed |= was_full; /* the driver may go on reading */
    if (rv < 0) {
        lq_inbox_drop(&stream->inbox);
        lq_stream_malformed(stream, rv);
        return;
    }
    if (stanza->kind == LQ_NONZA) {
        take_nonza(stream, stanza->root);
    } else {
        take_stanza(stream, stanza);
    }
    lq_stanza_unref(stanza);
}

static bool take_is_over(const lq_stream *stream)
{
    return stream->transport == 0 && stream->ending &&
           lq_inbox_is_empty(&stream->inbox);
}

/* SAVE waits until the stanza that is being told is handled, so that this is
 * stored together with what was sent on it; CLOSED until nothing else is left.
 */
static bool take_is_late(const lq_stream *stream, const lq_note *note)
{
    bool is_save = stream->journal != NULL && note == &stream->journal->note;

    return note->event.type == LQ_EVENT_CLOSED ||
           (is_save && stream->sm != NULL && stream->sm->taking);
}

/* The oldest note that is not too early, or NULL. */
static lq_note *take_note(lq_stream *stream)
{
    bool told = stream->sm == NULL || !stream->sm->taking;
    lq_link *l = stream->notes.first;

    while (l != NULL && take_is_late(stream, LQ_OUTER(l, lq_note, place))) {
        l = l->next; /* two of them at the most */
    }
    if (l == NULL && told) {
        l = stream->notes.first;
    }
    if (l == NULL) {
        return NULL;
    }
    lq_link_remove(l);
    return LQ_OUTER(l, lq_note, place);
}

static const lq_event *take_next(lq_stream *stream)
{
    static const lq_event room = { .type = LQ_EVENT_ROOM };
    lq_note *note;

    for (;;) {
        if (stream->modules.due) {
            stream->hooked = true;
            lq_modules_due(stream);
            stream->hooked = false;
        }
        if (stream->has_room) {
            stream->has_room = false;
            return &room; /* before CLOSED, which is the last */
        }
        note = take_note(stream);
        if (note != NULL) {
            if (take_prepare(stream, note)) {
                stream->current = note;
                return &note->event;
            }
            lq_note_pass(note);
            continue;
        }
        if (stream->surfacing) {
            stream->surfacing = false;
            return &stream->event; /* behind what its handlers emitted */
        }
        if (stream->sm != NULL && stream->sm->taking) {
            lq_sm_handled(stream); /* nothing of it is left */
            continue;
        }
        if (!lq_inbox_is_empty(&stream->inbox)) {
            take_frame(stream);
        } else if (stream->tickets.expired.first != NULL) {
            lq_tickets_expire(stream);
        } else if (take_is_over(stream)) {
            lq_stream_conclude(stream);
        } else {
            return NULL;
        }
    }
}

/* Programs ask after each read, and mostly in vain. */
static bool take_is_idle(const lq_stream *stream)
{
    return stream->notes.first == NULL && lq_inbox_is_empty(&stream->inbox) &&
           stream->event.stanza == NULL && stream->current == NULL &&
           stream->tickets.expired.first == NULL && !stream->modules.due &&
           !stream->has_room && !stream->ending;
}

const lq_event *lq_stream_event(lq_stream *stream)
{
    const lq_event *event;

    if (stream->hooked || take_is_idle(stream)) {
        return NULL;
    }
    take_pass(stream);
    lq_features_forget_tree(&stream->negotiation.features);
    event = take_next(stream);
    lq_stream_leave(stream);
    return event;
}
