/* ticket.c - sending, and the fate of what was sent; see ticket.h.
 *
 *     held -> (online) -> open deliveries, in order of sending
 *                      -> requests, by the id that the reply will bear
 *
 * Without stream management the server tells by its replies how far it has
 * read: the reply to a request acknowledges every delivery sent before it.  Now
 * and then it is pinged for that alone. */
#include "stream/ticket.h"

#include <assert.h>
#include <string.h>

#include "base/address.h"
#include "base/datetime.h"
#include "base/memory.h"
#include "stream/stream.h"

enum {
    WIRE_LEN = LQ_WIRE_ID_SIZE - 1,
    ASK_BYTES = 64 * 1024, /* to ask about how far the server has read */
};

/* ---- one ticket ---- */

static void ticket_release(lq_note *note)
{
    lq_ticket *ticket = LQ_OUTER(note, lq_ticket, note);

    if (!ticket->request) {
        lq_journal_touch(ticket->stream); /* the program has it */
    }
    lq_ticket_free(ticket);
}

/* A reply that has arrived beats its deadline: while frames wait, the request
 * is only set aside. */
static void ticket_fire(lq_stream *stream, lq_timer *timer)
{
    lq_ticket *ticket = LQ_OUTER(timer, lq_ticket, timer);

    lq_link_remove(&ticket->place);
    lq_list_append(&stream->tickets.expired, &ticket->place);
    stream->changed = true;
    if (lq_inbox_is_empty(&stream->inbox)) {
        lq_tickets_expire(stream);
    }
}

lq_ticket *lq_ticket_new(lq_context *context, const char *to)
{
    lq_pool *pool = lq_context_tickets(context);
    lq_ticket *ticket = pool == NULL ? NULL : lq_pool_take(pool);

    if (ticket == NULL) {
        return NULL;
    }
    *ticket = (lq_ticket){ .pool = pool };
    if (lq_context_wire_id(context, ticket->wire) < 0 ||
        lq_replace(&ticket->to, to) < 0) {
        lq_ticket_free(ticket);
        return NULL;
    }
    ticket->note.release = ticket_release;
    ticket->timer.fire = ticket_fire;
    return ticket;
}

void lq_ticket_free(lq_ticket *ticket)
{
    if (ticket != NULL) {
        if (ticket->stream != NULL) {
            lq_ids_remove(&ticket->stream->ids, &ticket->live);
        }
        lq_free(ticket->to);
        lq_pool_give(ticket->pool, ticket);
    }
}

static lq_ticket *ticket_first(const lq_list *list)
{
    return list->first == NULL ? NULL : LQ_OUTER(list->first, lq_ticket, place);
}

void lq_tickets_init(lq_tickets *tickets, const lq_hash_key *key)
{
    lq_table_init(&tickets->requests, key);
    lq_list_init(&tickets->held);
    lq_list_init(&tickets->open);
    lq_list_init(&tickets->fresh);
    lq_list_init(&tickets->expired);
}

/* ---- how a ticket ends ---- */

/* It is held no longer. */
static void ticket_let_go(lq_ticket *ticket)
{
    ticket->stream->tickets.held_bytes -= ticket->held->len;
    lq_free(ticket->held);
    ticket->held = NULL;
}

/* Out of all books. */
static void ticket_leave(lq_ticket *ticket)
{
    lq_stream *stream = ticket->stream;

    lq_link_remove(&ticket->place);
    lq_link_remove(&ticket->fresh);
    lq_timer_set(stream, &ticket->timer, LQ_NEVER);
    if (stream->tickets.asking == ticket) {
        stream->tickets.asking = NULL;
    }
    if (ticket->request) {
        lq_table_remove(&stream->tickets.requests, ticket->wire, WIRE_LEN);
    }
    if (ticket->held != NULL) {
        lq_journal_unheld(stream, ticket);
        ticket_let_go(ticket);
    }
}

/* In exactly one event, unless nobody wants to know. */
static void ticket_end(lq_ticket *ticket, int error, const lq_stanza *stanza)
{
    lq_stream *stream = ticket->stream;

    ticket_leave(ticket);
    if (ticket->silent) {
        lq_ticket_free(ticket);
        return;
    }
    ticket->note.event = (lq_event){
        .type = ticket->request ? LQ_EVENT_REPLY : LQ_EVENT_DELIVERY,
        .error = error,
        .id = ticket->live.id,
        .stanza = stanza == NULL ? NULL : lq_stanza_ref(stanza),
        .detail = ticket->owner,
    };
    lq_stream_note(stream, &ticket->note);
}

int lq_event_delivery(const lq_event *event)
{
    if (event->type != LQ_EVENT_DELIVERY || event->error == LQ_E_LOST) {
        return LQ_DELIVERY_UNKNOWN;
    }
    return event->error == LQ_OK ? LQ_DELIVERY_ACKED : LQ_DELIVERY_FAILED;
}

void lq_tickets_expire(lq_stream *stream)
{
    lq_ticket *ticket;

    while ((ticket = ticket_first(&stream->tickets.expired)) != NULL) {
        ticket_end(ticket, LQ_E_TIMEOUT, NULL);
    }
    lq_tickets_room(stream);
}

void lq_tickets_disown(lq_stream *stream, const struct lq_slot *owner)
{
    lq_ticket *ticket;
    size_t cursor = 0;

    while ((ticket = lq_table_next(&stream->tickets.requests, &cursor)) !=
           NULL) {
        if (ticket->owner == owner) {
            ticket->owner = NULL;
            ticket->silent = true;
        }
    }
}

void lq_tickets_arm(lq_stream *stream)
{
    lq_link *link;

    while ((link = stream->tickets.fresh.first) != NULL) {
        lq_ticket *ticket = LQ_OUTER(link, lq_ticket, fresh);

        lq_link_remove(link);
        /* Cannot fail: it is set already, counted from the last entry. */
        lq_timer_set(stream, &ticket->timer,
                     lq_time_after(stream->now, ticket->timeout));
    }
}

/* The server has read it: that is the end of a delivery, but not of a
 * request. */
static void ticket_read(lq_ticket *ticket)
{
    if (ticket->request) {
        lq_link_remove(&ticket->place);
    } else {
        ticket_end(ticket, LQ_OK, NULL);
    }
}

/* The server has read whatever we sent before POSITION. */
static void tickets_acknowledge(lq_tickets *tickets, uint64_t position)
{
    lq_ticket *ticket;

    while ((ticket = ticket_first(&tickets->open)) != NULL &&
           ticket->start < position) {
        ticket_read(ticket);
    }
}

void lq_tickets_acked(lq_stream *stream, uint64_t number)
{
    lq_ticket *ticket;

    while ((ticket = ticket_first(&stream->tickets.open)) != NULL &&
           ticket->number <= number) {
        ticket_read(ticket);
    }
}

void lq_tickets_unmanaged(lq_stream *stream)
{
    const uint64_t unsent = lq_unacked_unsent(&stream->sm->out);

    for (lq_link *l = stream->tickets.open.first; l != NULL; l = l->next) {
        lq_ticket *ticket = LQ_OUTER(l, lq_ticket, place);

        if (ticket->number >= unsent) { /* it did not and will not leave */
            ticket->start = lq_outbox_position(&stream->outbox);
        }
        ticket->number = 0;
    }
}

void lq_tickets_all_read(lq_stream *stream)
{
    const lq_sm *sm = stream->sm;

    if (sm == NULL) {
        tickets_acknowledge(&stream->tickets, stream->outbox.begun);
    } else {
        lq_tickets_acked(stream, stream->transport == 0
                                     ? sm->out.left
                                     : lq_unacked_unsent(&sm->out) - 1);
    }
}

void lq_tickets_unsent(lq_stream *stream)
{
    for (lq_link *l = stream->tickets.open.first; l != NULL; l = l->next) {
        lq_ticket *ticket = LQ_OUTER(l, lq_ticket, place);

        ticket->unsent = stream->sm != NULL
                             ? ticket->number > stream->sm->out.left
                             : ticket->start >= stream->outbox.begun;
    }
}

static int ticket_fate(const lq_ticket *ticket)
{
    return ticket->unsent && !ticket->request ? LQ_E_STATE : LQ_E_LOST;
}

void lq_tickets_lost(lq_stream *stream)
{
    lq_ticket *ticket;
    size_t cursor = 0;

    while ((ticket = ticket_first(&stream->tickets.open)) != NULL) {
        ticket_end(ticket, ticket_fate(ticket), NULL);
    }
    while ((ticket = lq_table_next(&stream->tickets.requests, &cursor)) !=
           NULL) {
        if (ticket->held == NULL) {
            ticket_end(ticket, LQ_E_LOST, NULL);
        }
    }
    lq_tickets_room(stream);
}

void lq_tickets_drop(lq_stream *stream)
{
    lq_ticket *ticket;

    lq_tickets_expire(stream);
    while ((ticket = ticket_first(&stream->tickets.held)) != NULL) {
        ticket_end(ticket, LQ_E_STATE, NULL);
    }
    lq_tickets_room(stream); /* all of it */
}

void lq_tickets_clear(lq_stream *stream)
{
    lq_tickets *tickets = &stream->tickets;
    lq_ticket *ticket;
    size_t cursor = 0;

    while ((ticket = ticket_first(&tickets->held)) != NULL ||
           (ticket = ticket_first(&tickets->open)) != NULL ||
           (ticket = lq_table_next(&tickets->requests, &cursor)) != NULL) {
        ticket_leave(ticket);
        lq_ticket_free(ticket);
    }
    lq_table_clear(&tickets->requests);
}

/* Keep it, of BYTES, until there is a session.  LQ_OK or LQ_E_NOMEM. */
static int ticket_hold(lq_ticket *ticket, const char *bytes, size_t len)
{
    lq_tickets *tickets = &ticket->stream->tickets;
    lq_held *held = lq_malloc(sizeof(*held) + len);

    if (held == NULL) {
        return LQ_E_NOMEM;
    }
    held->len = (uint32_t)len;
    memcpy(held->bytes, bytes, len);
    ticket->held = held;
    lq_link_remove(&ticket->place);
    lq_list_append(&tickets->held, &ticket->place);
    tickets->held_bytes += held->len;
    return LQ_OK;
}

/* ---- another process ---- */

/* A new ticket that was ID there.  LQ_OK, with *MADE NULL if the number is
 * taken: that is damage. */
static int ticket_again(lq_stream *stream, lq_id id, lq_ticket **made)
{
    lq_ticket *ticket = lq_ticket_new(stream->context, NULL);
    int rv;

    *made = NULL;
    if (ticket == NULL) {
        return LQ_E_NOMEM;
    }
    ticket->stream = stream;
    rv = lq_ids_put(&stream->ids, &ticket->live, LQ_LIVE_TICKET, id);
    if (rv < 0) {
        lq_ticket_free(ticket);
        return rv == LQ_E_STATE ? LQ_OK : rv;
    }
    *made = ticket;
    return LQ_OK;
}

int lq_ticket_ended(lq_stream *stream, lq_id id, int error)
{
    lq_ticket *ticket;
    int rv = ticket_again(stream, id, &ticket);

    if (ticket != NULL) {
        ticket_end(ticket, error, NULL);
    }
    return rv;
}

void lq_tickets_untold(lq_stream *stream)
{
    lq_link *next;

    for (lq_link *l = stream->notes.first; l != NULL; l = next) {
        lq_note *note = LQ_OUTER(l, lq_note, place);

        next = l->next;
        if (note->event.type == LQ_EVENT_DELIVERY) {
            lq_link_remove(l);
            lq_note_pass(note);
        }
    }
}

int lq_ticket_restore(lq_stream *stream, const lq_restored *what)
{
    lq_ticket *ticket;
    int rv = ticket_again(stream, what->id, &ticket);

    if (ticket == NULL) {
        return rv;
    }
    ticket->silent = what->silent;
    ticket->momentary = what->momentary;
    ticket->number = what->number;
    if (what->held) {
        rv = ticket_hold(ticket, what->bytes, what->len);
    } else {
        lq_list_append(&stream->tickets.open, &ticket->place);
    }
    if (rv < 0) {
        lq_ticket_free(ticket);
    }
    return rv;
}

static void ticket_forget(lq_ticket *ticket)
{
    ticket_leave(ticket);
    lq_ticket_free(ticket);
}

void lq_ticket_unheld(lq_stream *stream, lq_id id)
{
    lq_live *live = lq_ids_get(&stream->ids, id, LQ_LIVE_TICKET);
    lq_ticket *ticket = live == NULL ? NULL : LQ_OUTER(live, lq_ticket, live);

    if (ticket != NULL && ticket->note.event.type == 0) { /* else it waits */
        ticket_forget(ticket);
    }
}

void lq_tickets_restored(lq_stream *stream, uint64_t number)
{
    lq_ticket *ticket;

    while ((ticket = ticket_first(&stream->tickets.open)) != NULL &&
           ticket->number <= number) {
        ticket_forget(ticket);
    }
}

/* ---- another session ---- */

/* BYTES as they are to be sent anew: a message with the delay (XEP-0203), if it
 * has none of the last time, and from whoever we are then. */
static int renew_bytes(lq_buffer *out, const char *bytes,
                       const lq_unacked_head *head)
{
    const lq_stanza *old = lq_stanza_parse(bytes, head->len);
    const lq_element *root = lq_stanza_root(old), *node;
    const char *name, *xmlns, *value;
    char stamp[LQ_DATETIME_SIZE] = "";
    lq_writer writer;
    int rv;

    if (old == NULL) {
        return LQ_E_NOMEM;
    }
    lq_writer_init(&writer, out, LQ_NS_CLIENT);
    lq_write_open(&writer, lq_element_name(root), LQ_NS_CLIENT);
    for (int i = 0; (name = lq_element_attr_at(root, i, &xmlns, &value)); i++) {
        if (xmlns[0] != '\0') {
            lq_write_attr_ns(&writer, name, xmlns, value);
        } else if (strcmp(name, "from") != 0) {
            lq_write_attr(&writer, name, value);
        }
    }
    for (node = lq_element_first_node(root); node != NULL;
         node = lq_element_next_node(node)) {
        lq_write_copy(&writer, node);
    }
    if (lq_element_is(root, "message", NULL) && head->stamp != LQ_NEVER &&
        lq_element_child(root, "delay", "urn:xmpp:delay") == NULL) {
        lq_datetime_format(stamp, head->stamp);
    }
    if (stamp[0] != '\0') {
        lq_write_open(&writer, "delay", "urn:xmpp:delay");
        lq_write_attr(&writer, "stamp", stamp);
        lq_write_close(&writer);
    }
    lq_write_close(&writer);
    rv = lq_writer_end(&writer);
    lq_stanza_unref(old);
    return rv;
}

/* Hold TICKET for the new session, if what it stands for means something
 * there: the modules and we ask anew for what they need. */
static int ticket_renew(lq_ticket *ticket, const char *bytes,
                        const lq_unacked_head *head)
{
    lq_buffer out;
    int rv;

    if (ticket->momentary ||
        (ticket->request && (ticket->owner != NULL || ticket->silent))) {
        return LQ_E_STATE;
    }
    lq_buffer_init(&out, LQ_BUILDER_MAX);
    rv = renew_bytes(&out, bytes, head);
    rv = rv < 0
             ? rv
             : ticket_hold(ticket, lq_buffer_bytes(&out), lq_buffer_len(&out));
    lq_buffer_clear(&out);
    if (rv == LQ_OK) {
        ticket->number = 0;
    }
    return rv;
}

/* Append all of FROM to TO. */
static void tickets_move(lq_list *to, lq_list *from)
{
    lq_link *link;

    while ((link = from->first) != NULL) {
        lq_link_remove(link);
        lq_list_append(to, link);
    }
}

void lq_tickets_renew(lq_stream *stream, const lq_unacked *out, bool known)
{
    lq_tickets *tickets = &stream->tickets;
    uint64_t number = out->acked;
    lq_unacked_head head;
    const char *bytes;
    lq_ticket *ticket;
    lq_list later;
    size_t offset = 0;

    lq_list_init(&later);
    tickets_move(&later, &tickets->held);
    while ((bytes = lq_unacked_next(out, &offset, &head)) != NULL) {
        bool missing = ++number > out->left || known;

        ticket = ticket_first(&tickets->open);
        if (ticket != NULL && ticket->number == number) {
            int rv = missing ? ticket_renew(ticket, bytes, &head) : LQ_E_LOST;

            if (rv < 0) {
                ticket_end(ticket, ticket->request ? LQ_E_LOST : rv, NULL);
            }
        }
    }
    lq_tickets_lost(stream); /* requests that were read and not answered */
    tickets_move(&tickets->held, &later);
}

/* ---- replies ---- */

/* RFC 6120, 8.1.2.1 and 10.3.3: what we asked of our own account may come from
 * it, from the server, or from nobody at all; anything else only from whom it
 * was asked. */
static bool ticket_may_answer(const lq_ticket *ticket, const char *from)
{
    const lq_stream *stream = ticket->stream;
    const char *to = ticket->to;
    const char *domain = lq_jid_domain(stream->self);

    if (to == NULL || lq_address_equal(to, lq_stream_account(stream))) {
        return lq_stream_is_own(stream, from) || lq_address_equal(from, domain);
    }
    if (from == NULL) {
        return lq_stream_is_own(stream, to) || lq_address_equal(to, domain);
    }
    return lq_address_equal(from, to);
}

bool lq_tickets_reply(lq_stream *stream, const lq_stanza *stanza)
{
    const char *id = lq_stanza_id(stanza);
    lq_ticket *ticket;

    if (id == NULL) {
        return false;
    }
    ticket = lq_table_get(&stream->tickets.requests, id, strlen(id));
    if (ticket == NULL || ticket->held != NULL ||
        !ticket_may_answer(ticket, lq_stanza_from(stanza))) {
        return false;
    }
    if (ticket->number == 0) {
        tickets_acknowledge(&stream->tickets, ticket->start);
        lq_tickets_room(stream);
    }
    ticket_end(ticket, lq_stanza_type(stanza) == LQ_ERROR ? LQ_E_STANZA : LQ_OK,
               stanza);
    return true;
}

/* ---- sending ---- */

size_t lq_stream_waiting(const lq_stream *stream)
{
    const lq_outbox *outbox = &stream->outbox;

    return stream->tickets.held_bytes + lq_buffer_len(&outbox->text) +
           lq_buffer_len(&outbox->wire) + lq_buffer_len(&outbox->block);
}

/* Bytes that were sent and are not known to have been read. */
static size_t tickets_unread(const lq_stream *stream)
{
    const lq_ticket *first = ticket_first(&stream->tickets.open);

    return first == NULL
               ? 0
               : (size_t)(lq_outbox_position(&stream->outbox) - first->start);
}

size_t lq_stream_unacked(const lq_stream *stream)
{
    return stream->sm == NULL ? tickets_unread(stream)
                              : lq_buffer_len(&stream->sm->out.kept);
}

/* One question at a time, and it waits for as long as the connection lives: on
 * a narrow path the answer comes late, and it is the only way out of being
 * full. */
void lq_tickets_ask(lq_stream *stream)
{
    lq_tickets *tickets = &stream->tickets;
    lq_live *live;

    if (stream->sm != NULL || !stream->flowing || tickets->asking != NULL ||
        tickets_unread(stream) < ASK_BYTES) {
        return;
    }
    live = lq_ids_get(&stream->ids, lq_liveness_ping(stream), LQ_LIVE_TICKET);
    if (live != NULL) {
        tickets->asking = LQ_OUTER(live, lq_ticket, live);
        tickets->asking->timeout = LQ_NEVER;
        lq_timer_set(stream, &tickets->asking->timer, LQ_NEVER);
    }
}

void lq_tickets_room(lq_stream *stream)
{
    /* Half empty, so that one event pays for many stanzas. */
    if (stream->tickets.wants_room &&
        lq_stream_waiting(stream) <= LQ_OUTBOX_HIGH / 2 &&
        lq_stream_unacked(stream) <= LQ_UNACKED_HIGH / 2) {
        stream->tickets.wants_room = false;
        stream->has_room = true;
        stream->changed = true;
    }
}

/* Presence that tells where we are says nothing later (RFC 6121, 4). */
static bool ticket_is_momentary(const lq_builder *b)
{
    return b->kind == LQ_PRESENCE &&
           (b->type == LQ_ANY || b->type == LQ_AVAILABLE ||
            b->type == LQ_UNAVAILABLE || b->type == LQ_PROBE);
}

/* Pings of our own pass the high-water mark: what they ask lowers it. */
static int ticket_check(lq_stream *stream, lq_builder *b, bool request,
                        bool ping)
{
    bool alive = stream->state == LQ_STATE_WAITING ||
                 stream->state == LQ_STATE_NEGOTIATING ||
                 stream->state == LQ_STATE_ONLINE;
    int rv = lq_builder_finish(b);

    if (rv < 0) {
        return rv;
    }
    if (b->ticket == NULL || request != (b->kind == LQ_IQ)) {
        return LQ_E_ARGUMENT;
    }
    if (!alive || stream->stopping ||
        (!stream->flowing && ticket_is_momentary(b))) {
        return LQ_E_STATE;
    }
    rv = stream->flowing ? lq_limits_check(stream, lq_buffer_len(&b->buffer))
                         : LQ_OK;
    if (rv < 0) {
        return rv;
    }
    if (lq_stream_room(stream) == 0 && !stream->greeting && !ping) {
        stream->tickets.wants_room = true;
        return LQ_E_FULL;
    }
    return LQ_OK;
}

/* Into the outbox; the ticket is on its own from here. */
static int ticket_write(lq_ticket *ticket, const char *bytes, size_t len)
{
    lq_stream *stream = ticket->stream;
    uint64_t start = lq_outbox_position(&stream->outbox);
    int rv = lq_sm_send(stream, bytes, len, ticket);

    if (rv == LQ_OK) {
        ticket->start = start;
        lq_link_remove(&ticket->place);
        lq_list_append(&stream->tickets.open, &ticket->place);
    }
    return rv;
}

static int ticket_enter(lq_ticket *ticket, lq_builder *b)
{
    lq_stream *stream = ticket->stream;
    lq_tickets *tickets = &stream->tickets;

    if (lq_ids_add(&stream->ids, &ticket->live, LQ_LIVE_TICKET) < 0) {
        return LQ_E_NOMEM;
    }
    if (ticket->request) {
        if (lq_table_set(&tickets->requests, ticket->wire, WIRE_LEN, ticket) <
                0 ||
            lq_timer_set(stream, &ticket->timer,
                         lq_time_after(stream->now, ticket->timeout)) < 0) {
            return LQ_E_NOMEM;
        }
        lq_list_append(&tickets->fresh, &ticket->fresh);
        stream->retimed = true;
    }
    if (stream->flowing) {
        return ticket_write(ticket, lq_buffer_bytes(&b->buffer),
                            lq_buffer_len(&b->buffer));
    }
    if (ticket_hold(ticket, lq_buffer_bytes(&b->buffer),
                    lq_buffer_len(&b->buffer)) < 0) {
        return LQ_E_NOMEM;
    }
    lq_journal_held(stream, ticket);
    return LQ_OK;
}

static lq_id ticket_take(lq_stream *stream, lq_builder *b)
{
    lq_ticket *ticket = b->ticket;
    lq_id id;

    b->ticket = NULL;
    ticket->stream = stream;
    ticket->momentary = ticket_is_momentary(b);
    if (ticket_enter(ticket, b) < 0) {
        ticket_leave(ticket);
        lq_ticket_free(ticket);
        lq_builder_free(b);
        return LQ_E_NOMEM;
    }
    id = ticket->live.id;
    lq_builder_free(b);
    stream->changed = true;
    if (!stream->hooked) {
        lq_stream_leave(stream);
    }
    return id;
}

lq_id lq_ticket_send(lq_stream *stream, lq_builder *b, bool silent)
{
    int rv;

    if (b == NULL) {
        return LQ_E_NOMEM;
    }
    rv = ticket_check(stream, b, false, false);
    if (rv < 0) {
        lq_builder_free(b);
        return rv;
    }
    b->ticket->silent = silent;
    return ticket_take(stream, b);
}

lq_id lq_stream_send(lq_stream *stream, lq_builder *b)
{
    return lq_ticket_send(stream, b, false);
}

lq_id lq_ticket_request(lq_stream *stream, lq_builder *b, struct lq_slot *owner,
                        lq_time timeout, bool silent)
{
    int rv;

    if (b == NULL) {
        return LQ_E_NOMEM;
    }
    rv = ticket_check(stream, b, true, silent);
    if (rv < 0) {
        lq_builder_free(b);
        return rv;
    }
    b->ticket->request = true;
    b->ticket->owner = owner;
    b->ticket->silent = silent;
    b->ticket->timeout =
        timeout > 0 ? timeout : stream->config.timeouts[LQ_TIMEOUT_REQUEST];
    return ticket_take(stream, b);
}

lq_id lq_stream_request(lq_stream *stream, lq_builder *b)
{
    return lq_ticket_request(stream, b, NULL, 0, false);
}

int lq_tickets_flow(lq_stream *stream)
{
    lq_ticket *ticket;

    while ((ticket = ticket_first(&stream->tickets.held)) != NULL) {
        const lq_held *held = ticket->held;

        assert(held != NULL);
        if (lq_limits_check(stream, held->len) < 0) {
            ticket_end(ticket, LQ_E_LARGE, NULL);
            continue;
        }
        if (ticket_write(ticket, held->bytes, held->len) < 0) {
            return lq_stream_no_memory(stream);
        }
        if (!lq_sm_may_last(stream)) { /* else it says so itself */
            lq_journal_unheld(stream, ticket);
        }
        ticket_let_go(ticket);
    }
    return LQ_OK;
}
