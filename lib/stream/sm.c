/* sm.c - see sm.h. */
#include "stream/sm.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "stream/inline.h"
#include "stream/saying.h"
#include "stream/stream.h"

enum {
    TELL_EACH = 64, /* stanzas of theirs, without being asked */
    ID_MAX = 4096,  /* XEP-0198, 3: 4,000 bytes */
    LOCATION_MAX = 512,
};

static lq_sm *sm_new(void)
{
    lq_sm *sm = lq_calloc(1, sizeof(*sm));

    if (sm != NULL) {
        lq_unacked_init(&sm->out);
    }
    return sm;
}

void lq_sm_free(lq_sm *sm)
{
    if (sm != NULL) {
        lq_unacked_clear(&sm->out);
        lq_features_clear(&sm->features);
        lq_free(sm->id);
        lq_free(sm->location);
        lq_free(sm);
    }
}

bool lq_sm_is_resumable(const lq_stream *stream)
{
    return stream->sm != NULL && stream->sm->id != NULL;
}

bool lq_sm_may_last(const lq_stream *stream)
{
    return lq_sm_is_resumable(stream) ||
           (stream->sm != NULL && !stream->sm->enabled);
}

/* ---- what goes wrong ---- */

static int sm_fault(lq_stream *stream, const char *condition,
                    const char *message)
{
    return lq_stream_fail(stream, &(lq_fault){ LQ_LAYER_STREAM, LQ_E_PROTOCOL,
                                               condition, NULL, message,
                                               .tell = true });
}

static int sm_out_of_turn(lq_stream *stream)
{
    return sm_fault(stream, "unsupported-stanza-type",
                    "The server sent a word of stream management out of "
                    "turn.");
}

/* XEP-0198, 4: more than was sent.  What it says is worth nothing then, so that
 * the session is not to be resumed either. */
static int sm_too_high(lq_stream *stream, uint32_t h)
{
    lq_sm *sm = stream->sm;
    char text[192];

    snprintf(text, sizeof(text),
             "<handled-count-too-high xmlns='" LQ_NS_SM
             "' h='%lu' send-count='%lu'/>",
             (unsigned long)h, (unsigned long)(uint32_t)sm->out.last);
    lq_replace(&sm->id, NULL);
    return lq_stream_fail(
        stream,
        &(lq_fault){ LQ_LAYER_STREAM, LQ_E_PROTOCOL, "undefined-condition",
                     NULL, "The server acknowledged more than we sent.",
                     .detail = text, .tell = true });
}

/* The attribute "h", XEP-0198, 4.  False if it is none. */
static bool sm_h(const lq_element *element, uint32_t *h)
{
    const char *text = lq_element_attr(element, "h");
    long number;

    if (text == NULL || !lq_text_number(text, 0, UINT32_MAX, &number)) {
        return false;
    }
    *h = (uint32_t)number;
    return true;
}

/* ---- acknowledgements ---- */

/* The server has handled H. */
static int sm_acked(lq_stream *stream, uint32_t h)
{
    if (!lq_unacked_ack(&stream->sm->out, h)) {
        return sm_too_high(stream, h);
    }
    lq_tickets_acked(stream, stream->sm->out.acked);
    lq_tickets_room(stream);
    lq_journal_touch(stream);
    return LQ_OK;
}

static int receive_a(lq_stream *stream, const lq_element *a)
{
    uint32_t h;

    if (!stream->sm->enabled) {
        return sm_out_of_turn(stream);
    }
    if (!sm_h(a, &h)) {
        return sm_fault(stream, "bad-format",
                        "The server acknowledged without a count.");
    }
    stream->sm->asking = false;
    stream->changed = true; /* there may be more to ask about */
    return sm_acked(stream, h);
}

static int sm_say(lq_stream *stream, const char *name, const uint64_t *h)
{
    char text[96];

    if (h == NULL) {
        snprintf(text, sizeof(text), "<%s xmlns='" LQ_NS_SM "'/>", name);
    } else {
        snprintf(text, sizeof(text), "<%s xmlns='" LQ_NS_SM "' h='%lu'/>", name,
                 (unsigned long)(uint32_t)*h);
    }
    return lq_stream_write_element(stream, text, strlen(text));
}

/* Whether the server can be told anything. */
static bool sm_can_speak(const lq_stream *stream)
{
    return stream->sm != NULL && stream->sm->enabled &&
           stream->transport != 0 && stream->negotiation.through &&
           !stream->ending && !stream->closed_by_us;
}

/* Who asks and does not read is not answered more often than it reads. */
static void sm_tell(lq_stream *stream)
{
    lq_sm *sm = stream->sm;
    uint64_t handled;

    if (sm_can_speak(stream) && lq_stream_waiting(stream) < LQ_OUTBOX_HIGH) {
        handled = lq_journal_tellable(stream);
        if (sm_say(stream, "a", &handled) == LQ_OK) {
            sm->told = handled;
            sm->owing = false;
        }
    }
}

static int receive_r(lq_stream *stream)
{
    if (!stream->sm->enabled) {
        return sm_out_of_turn(stream);
    }
    stream->sm->owing = true;
    sm_tell(stream);
    return LQ_OK;
}

void lq_sm_tell(lq_stream *stream)
{
    if (stream->sm != NULL && stream->sm->told != lq_journal_tellable(stream)) {
        sm_tell(stream);
    }
}

void lq_sm_handled(lq_stream *stream)
{
    lq_sm *sm = stream->sm;

    sm->taking = false;
    sm->handled++;
    if (lq_journal_tellable(stream) - sm->told >= TELL_EACH) {
        lq_sm_tell(stream);
    }
    if (stream->state == LQ_STATE_CLOSING) {
        stream->changed = true; /* the closing tag may have waited for it */
    }
    lq_journal_touch(stream);
}

int64_t lq_stream_serial(const lq_stream *stream)
{
    const lq_sm *sm = stream->sm;

    if (sm == NULL || !sm->taking || stream->journal == NULL) {
        return 0;
    }
    return (int64_t)(stream->journal->serials + sm->handled + 1);
}

/* ---- sending ---- */

/* Send what is kept, up to the stanza LAST.  LQ_OK or LQ_E_NOMEM: then the rest
 * follows later. */
static int sm_flush_to(lq_stream *stream, uint64_t last)
{
    lq_unacked *out = &stream->sm->out;
    lq_unacked_head head;
    size_t offset = out->sent;
    const char *bytes;
    int rv = LQ_OK;

    while (rv == LQ_OK && lq_unacked_unsent(out) <= last &&
           (bytes = lq_unacked_next(out, &offset, &head)) != NULL) {
        uint64_t position = lq_outbox_position(&stream->outbox);

        rv = lq_stream_write_element(stream, bytes, head.len);
        if (rv == LQ_OK) {
            lq_unacked_sent(out, bytes, &head, position);
        }
    }
    return rv;
}

/* Whether the server cannot be told yet of all that has come: it would keep the
 * rest for the next session, where nobody knows it again. */
static bool sm_owes(const lq_stream *stream)
{
    const lq_sm *sm = stream->sm;

    return sm->enabled && (sm->taking || !lq_inbox_is_empty(&stream->inbox) ||
                           lq_journal_tellable(stream) != sm->handled);
}

bool lq_sm_is_behind(const lq_stream *stream)
{
    const lq_sm *sm = stream->sm;

    return sm != NULL && stream->negotiation.through &&
           (lq_unacked_unsent(&sm->out) <= sm->out.last || sm_owes(stream));
}

static bool sm_has_way(const lq_stream *stream)
{
    return stream->negotiation.through && stream->transport != 0 &&
           !stream->ending && !stream->closed_by_us;
}

static void sm_flush(lq_stream *stream)
{
    if (stream->sm != NULL && sm_has_way(stream)) {
        sm_flush_to(stream, lq_journal_sendable(stream));
        if (!lq_sm_is_behind(stream)) {
            lq_stream_caught_up(stream);
        }
    }
}

int lq_sm_send(lq_stream *stream, const char *bytes, size_t len,
               struct lq_ticket *ticket)
{
    lq_sm *sm = stream->sm;
    lq_unacked_head head = { .len = (uint32_t)len,
                             .position = LQ_POSITION_NONE };
    int rv;

    if (sm == NULL) {
        return lq_stream_write_element(stream, bytes, len);
    }
    head.stamp = lq_stream_unix_ms(stream);
    rv = lq_unacked_add(&sm->out, &head, bytes);
    if (rv < 0) {
        return rv;
    }
    rv = lq_journal_sent(stream, &head, bytes, ticket);
    if (rv < 0) {
        lq_unacked_pop(&sm->out, head.len);
        return rv;
    }
    if (ticket != NULL) {
        ticket->number = sm->out.last;
    }
    sm_flush(stream); /* or with the next output */
    return LQ_OK;
}

void lq_sm_stored(lq_stream *stream)
{
    if (stream->sm != NULL) {
        sm_flush(stream);
        if (lq_journal_tellable(stream) - stream->sm->told >= TELL_EACH) {
            lq_sm_tell(stream);
        }
        stream->changed = true;
    }
}

void lq_sm_ask(lq_stream *stream)
{
    lq_sm *sm = stream->sm;
    uint64_t sent;

    if (sm == NULL) {
        return;
    }
    sm_flush(stream);
    if (sm->owing) {
        sm_tell(stream);
    }
    sent = lq_unacked_unsent(&sm->out) - 1;
    if (sm_can_speak(stream) && !sm->asking && sent > sm->asked &&
        sent > sm->out.acked && sm_say(stream, "r", NULL) == LQ_OK) {
        sm->asking = true;
        sm->asked = sent;
        lq_liveness_probe(stream);
    }
}

/* ---- enabling ---- */

/* XEP-0198, 5: the id is needed to resume. */
static int enabled_learn(lq_stream *stream, const lq_element *enabled)
{
    lq_sm *sm = stream->sm;
    const char *id = lq_element_attr(enabled, "id");
    const char *resume = lq_element_attr(enabled, "resume");
    const char *location = lq_element_attr(enabled, "location");

    sm->enabled = true;
    if (id == NULL || id[0] == '\0' || strlen(id) > ID_MAX ||
        !(lq_text_equal(resume, "true") || lq_text_equal(resume, "1"))) {
        return LQ_OK;
    }
    if (location != NULL && strlen(location) > LOCATION_MAX) {
        location = NULL;
    }
    return lq_replace(&sm->id, id) < 0 ||
                   lq_replace(&sm->location, location) < 0
               ? lq_stream_no_memory(stream)
               : LQ_OK;
}

static int sm_enabled(lq_stream *stream, const lq_element *enabled)
{
    int rv = enabled_learn(stream, enabled);

    lq_journal_renew(stream);
    return rv;
}

/* The server does without. */
static int sm_disabled(lq_stream *stream)
{
    int rv =
        sm_has_way(stream) ? sm_flush_to(stream, stream->sm->out.last) : LQ_OK;

    lq_tickets_unmanaged(stream);
    lq_sm_free(stream->sm);
    stream->sm = NULL;
    lq_journal_renew(stream);
    if (rv < 0) {
        return lq_stream_no_memory(stream);
    }
    lq_stream_caught_up(stream);
    return LQ_OK;
}

int lq_sm_receive(lq_stream *stream, const lq_element *element)
{
    lq_sm *sm = stream->sm;

    if (sm == NULL) {
        return sm_out_of_turn(stream);
    }
    if (lq_element_is(element, "a", NULL)) {
        return receive_a(stream, element);
    }
    if (lq_element_is(element, "r", NULL)) {
        return receive_r(stream);
    }
    if (sm->enabled) {
        return sm_out_of_turn(stream);
    }
    if (lq_element_is(element, "enabled", NULL)) {
        stream->changed = true;
        return sm_enabled(stream, element);
    }
    if (lq_element_is(element, "failed", NULL)) {
        return sm_disabled(stream);
    }
    return sm_out_of_turn(stream);
}

static int enable_begin(lq_stream *stream, const lq_element *offer)
{
    static const char enable[] = "<enable xmlns='" LQ_NS_SM "' resume='true'/>";

    lq_sm_renewed(stream);
    if (stream->negotiation.resumed || stream->sm != NULL || offer == NULL) {
        return LQ_ROW_SKIP;
    }
    stream->sm = sm_new();
    return stream->sm == NULL ||
                   lq_stream_write_element(stream, enable, strlen(enable)) < 0
               ? lq_stream_no_memory(stream)
               : LQ_ROW_SKIP;
}

/* It never waits. */
const lq_row lq_row_enable = {
    "sm", LQ_NS_SM, enable_begin, NULL, NULL, NULL,
};

void lq_sm_write_enable(lq_stream *stream, lq_writer *writer)
{
    if (lq_inline_has(stream->known.inlines, LQ_NS_SM)) {
        lq_write_open(writer, "enable", LQ_NS_SM);
        lq_write_attr(writer, "resume", "true");
        lq_write_close(writer);
    }
}

/* ---- resuming ---- */

/* The old session is over; the server has handled H of it, if it is KNOWN. */
static void sm_over(lq_stream *stream, bool known, uint32_t h)
{
    lq_sm *sm = stream->sm;

    known = known && lq_unacked_ack(&sm->out, h);
    if (stream->journal != NULL) {
        stream->journal->serials += sm->handled;
    }
    lq_tickets_acked(stream, sm->out.acked);
    stream->sm = NULL;
    lq_tickets_renew(stream, &sm->out, known);
    lq_questions_drop(stream);
    lq_sm_free(sm);
    lq_tickets_room(stream);
    lq_journal_renew(stream);
}

void lq_sm_renewed(lq_stream *stream)
{
    if (!stream->negotiation.resumed && stream->negotiation.old_session) {
        stream->negotiation.old_session = false;
        sm_over(stream, false, 0);
    }
}

/* An answer to <resume/>, here or in <success/>. */
static int sm_resumed(lq_stream *stream, const lq_element *resumed)
{
    lq_sm *sm = stream->sm;
    uint32_t h;
    int rv;

    if (!lq_text_equal(lq_element_attr(resumed, "previd"), sm->id) ||
        !sm_h(resumed, &h)) {
        lq_replace(&sm->id, NULL);
        return sm_fault(stream, "undefined-condition",
                        "The server resumed another session than ours.");
    }
    rv = sm_acked(stream, h);
    if (rv < 0) {
        return rv;
    }
    sm->asking = sm->owing = false;
    sm->asked = sm->out.acked;
    sm->repeats = sm->handled - sm->told;
    stream->negotiation.old_session = false;
    stream->negotiation.resumed = stream->negotiation.bound = true;
    if (lq_features_are_none(&stream->negotiation.features)) {
        stream->negotiation.features = sm->features;
        sm->features = (lq_features){ .tree = NULL };
    }
    return LQ_OK;
}

static void sm_failed(lq_stream *stream, const lq_element *failed)
{
    uint32_t h = 0;
    bool known = sm_h(failed, &h);

    stream->negotiation.old_session = false;
    sm_over(stream, known, h);
}

/* Of <resume/>, which is open. */
static void resume_attrs(const lq_stream *stream, lq_writer *writer)
{
    lq_sm *sm = stream->sm;
    char h[16];

    sm->told = lq_journal_tellable(stream); /* whatever is stored meanwhile */
    snprintf(h, sizeof(h), "%lu", (unsigned long)(uint32_t)sm->told);
    lq_write_attr(writer, "previd", sm->id);
    lq_write_attr(writer, "h", h);
}

void lq_sm_write_resume(const lq_stream *stream, lq_writer *writer)
{
    lq_write_open(writer, "resume", LQ_NS_SM);
    resume_attrs(stream, writer);
    lq_write_close(writer);
}

static bool resume_is_due(const lq_stream *stream)
{
    return stream->negotiation.sasl.authenticated &&
           stream->negotiation.old_session;
}

static int resume_ahead(lq_stream *stream)
{
    lq_saying say;

    if (!resume_is_due(stream)) {
        return LQ_ROW_SKIP;
    }
    lq_saying_begin(&say, "resume", LQ_NS_SM);
    resume_attrs(stream, &say.writer);
    return lq_saying_end(&say, stream) < 0 ? lq_stream_no_memory(stream)
                                           : LQ_ROW_WAIT;
}

static int resume_offered(lq_stream *stream, const lq_element *offer)
{
    if (offer == NULL) { /* it is another server that stands there now */
        lq_sm_renewed(stream);
        return LQ_ROW_SKIP;
    }
    return LQ_ROW_WAIT;
}

static int resume_begin(lq_stream *stream, const lq_element *offer)
{
    if (!resume_is_due(stream) || offer == NULL) {
        lq_sm_renewed(stream);
        return LQ_ROW_SKIP;
    }
    return resume_ahead(stream);
}

static int resume_reply(lq_stream *stream, const lq_element *element)
{
    int rv;

    if (lq_element_is(element, "resumed", LQ_NS_SM)) {
        rv = sm_resumed(stream, element);
        return rv < 0 ? rv : LQ_ROW_SKIP;
    }
    if (lq_element_is(element, "failed", LQ_NS_SM)) {
        sm_failed(stream, element);
        return LQ_ROW_SKIP;
    }
    return lq_stream_unexpected(stream);
}

const lq_row lq_row_resume = {
    "sm", LQ_NS_SM, resume_begin, resume_reply, resume_ahead, resume_offered,
};

/* Inside SASL 2 the server resumes, or else binds and enables. */
int lq_sm_succeeded(lq_stream *stream, const lq_element *success)
{
    const lq_element *bound = lq_element_child(success, "bound", LQ_NS_BIND2);
    const lq_element *enabled = lq_element_child(bound, "enabled", LQ_NS_SM);
    const lq_element *resumed = lq_element_child(success, "resumed", LQ_NS_SM);
    const lq_element *failed = lq_element_child(success, "failed", LQ_NS_SM);

    if (resumed != NULL) {
        if (!stream->negotiation.old_session || bound != NULL) {
            return sm_out_of_turn(stream);
        }
        /* Those of before the login; no others follow. */
        lq_features_clear(&stream->negotiation.features);
        return sm_resumed(stream, resumed);
    }
    if (failed != NULL && stream->negotiation.old_session) {
        sm_failed(stream, failed);
    }
    if (bound != NULL) {
        lq_sm_renewed(stream);
    }
    if (enabled == NULL) {
        return LQ_OK;
    }
    if (stream->sm != NULL) {
        return sm_out_of_turn(stream);
    }
    stream->sm = sm_new();
    return stream->sm == NULL ? lq_stream_no_memory(stream)
                              : sm_enabled(stream, enabled);
}

/* ---- of another process ---- */

static int replace_if_any(char **slot, const char *text)
{
    return lq_replace(slot, text[0] == '\0' ? NULL : text);
}

int lq_sm_restore(lq_stream *stream, const lq_sm_past *past)
{
    lq_sm *sm = sm_new();

    if (sm == NULL) {
        return LQ_E_NOMEM;
    }
    sm->enabled = sm->inherited = true;
    sm->handled = past->handled;
    sm->out.acked = sm->out.left = sm->out.last = past->acked;
    if (replace_if_any(&sm->id, past->id) < 0 ||
        replace_if_any(&sm->location, past->location) < 0 ||
        replace_if_any(&sm->features.text, past->features) < 0) {
        lq_sm_free(sm);
        return LQ_E_NOMEM;
    }
    stream->sm = sm;
    return LQ_OK;
}

/* ---- the end ---- */

void lq_sm_lost(lq_stream *stream)
{
    lq_sm *sm = stream->sm;

    if (sm == NULL || !stream->negotiation.through) {
        return;
    }
    lq_unacked_lost(&sm->out, stream->outbox.begun);
    lq_features_clear(&sm->features);
    sm->features = stream->negotiation.features;
    stream->negotiation.features = (lq_features){ .tree = NULL };
}
