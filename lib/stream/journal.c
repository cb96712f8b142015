/* journal.c - see journal.h. */
#include "stream/journal.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "stream/record.h"
#include "stream/sm.h"
#include "stream/stream.h"

static const char magic[] = "LQS1";

enum {
    MAGIC = 4,
    SUM = 8,
    JOURNAL_MAX = 64 * 1024 * 1024,
    COMPACT_MIN = 64 * 1024, /* bytes of records that are worth a new whole */
    COMPACT_TIMES = 4,       /* ... and how often the last whole's */
};

enum {
    ACCOUNT = 'a',  /* text */
    SESSION = 's',  /* acked 8, serials 8, counters, id, location, jid,
                       features */
    NONE = 'n',     /* serials 8, counters: there is no session */
    COUNTERS = 'c', /* acked 8, handled 8, last number of ours 4 */
    SENT = 'o',     /* ticket 4, flags 1, stamp 8, bytes */
    HELD = 'h',     /* ticket 4, flags 1, stamp 8, bytes */
    UNHELD = 'u',   /* ticket 4 */
    ENDED = 'e',    /* ticket 4, error 4: DELIVERY waits to be taken */
};

enum { SILENT = 1, MOMENTARY = 2 };

/* Nobody sends as many stanzas in a life. */
#define COUNT_MAX (UINT64_C(1) << 60)

#define SERIAL_MS_MAX (INT64_C(1) << 43) /* the year 2248 */

lq_journal *lq_journal_new(void)
{
    lq_journal *journal = lq_calloc(1, sizeof(*journal));

    if (journal != NULL) {
        lq_buffer_init(&journal->bytes, JOURNAL_MAX);
        lq_buffer_init(&journal->records, JOURNAL_MAX);
        journal->note.event =
            (lq_event){ .type = LQ_EVENT_SAVE, .id = LQ_SAVED_SESSION };
        journal->whole = true;
    }
    return journal;
}

void lq_journal_free(lq_journal *journal)
{
    if (journal != NULL) {
        lq_buffer_clear(&journal->bytes);
        lq_buffer_clear(&journal->records);
        lq_free(journal);
    }
}

/* ---- writing ---- */

/* Every record is followed by its sum, against damage. */
static uint64_t record_sum(const void *bytes, size_t len)
{
    static const lq_hash_key nobody = { 0 };

    return lq_hash(&nobody, bytes, len);
}

/* A record of two parts, either of which may be empty.  Nothing is left behind
 * if it fails. */
static int write_record(lq_buffer *out, int tag, const lq_buffer *head,
                        const void *tail, size_t tail_len)
{
    size_t start = lq_buffer_len(out), head_len = lq_buffer_len(head);
    int rv = lq_record_head(out, tag, head_len + tail_len);

    if (rv == LQ_OK && head_len > 0) {
        rv = lq_buffer_append(out, lq_buffer_bytes(head), head_len);
    }
    if (rv == LQ_OK && tail_len > 0) {
        rv = lq_buffer_append(out, tail, tail_len);
    }
    rv = rv < 0 ? rv
                : lq_put_number(out,
                                record_sum(lq_buffer_bytes(out) + start,
                                           lq_buffer_len(out) - start),
                                SUM);
    if (rv < 0) {
        lq_buffer_truncate(out, start);
    }
    return rv;
}

static int put_text(lq_buffer *out, const char *text)
{
    text = text == NULL ? "" : text;
    return lq_buffer_append(out, text, strlen(text) + 1);
}

static int put_counters(const lq_stream *stream, lq_buffer *out)
{
    const lq_sm *sm = stream->sm;
    int rv = lq_put_number(out, sm == NULL ? 0 : sm->out.acked, 8);

    rv = rv < 0 ? rv : lq_put_number(out, sm == NULL ? 0 : sm->handled, 8);
    return rv < 0 ? rv
                  : lq_put_number(out, (uint64_t)(uint32_t)stream->ids.last, 4);
}

static int write_counters(const lq_stream *stream, lq_buffer *out)
{
    lq_buffer value;
    int rv;

    lq_buffer_init(&value, 64);
    rv = put_counters(stream, &value);
    rv = rv < 0 ? rv : write_record(out, COUNTERS, &value, NULL, 0);
    lq_buffer_clear(&value);
    return rv;
}

/* What the server can do, which it does not say again when it resumes. */
static const char *features_text(const lq_stream *stream)
{
    return stream->negotiation.through && stream->transport != 0
               ? stream->negotiation.features.text
               : stream->sm->features.text;
}

static int write_session(const lq_stream *stream, lq_buffer *out)
{
    const lq_sm *sm = stream->sm;
    bool lasts = lq_sm_is_resumable(stream);
    lq_buffer value;
    int rv;

    lq_buffer_init(&value, 64 * 1024);
    rv = lq_put_number(&value, lasts ? sm->out.acked : 0, 8);
    rv = rv < 0 ? rv
                : lq_put_number(&value,
                                stream->journal->serials +
                                    (lasts || sm == NULL ? 0 : sm->handled),
                                8);
    rv = rv < 0 ? rv : put_counters(stream, &value);
    rv = rv < 0 ? rv : put_text(&value, lasts ? sm->id : NULL);
    rv = rv < 0 ? rv : put_text(&value, lasts ? sm->location : NULL);
    rv = rv < 0 ? rv : put_text(&value, lasts ? stream->jid : NULL);
    rv = rv < 0 ? rv : put_text(&value, lasts ? features_text(stream) : NULL);
    rv = rv < 0 ? rv
                : write_record(out, lasts ? SESSION : NONE, &value, NULL, 0);
    lq_buffer_clear(&value);
    return rv;
}

/* A stanza, SENT or HELD. */
static int write_stanza(lq_buffer *out, int tag, const lq_ticket *ticket,
                        int64_t stamp, const void *bytes, size_t len)
{
    bool told = ticket != NULL && !ticket->request;
    unsigned flags = told ? (ticket->silent ? SILENT : 0) |
                                (ticket->momentary ? MOMENTARY : 0)
                          : 0;
    lq_buffer value;
    int rv;

    lq_buffer_init(&value, 64);
    rv = lq_put_number(&value, told ? (uint32_t)ticket->live.id : 0, 4);
    rv = rv < 0 ? rv : lq_put_number(&value, flags, 1);
    rv = rv < 0 ? rv : lq_put_number(&value, (uint64_t)stamp, 8);
    rv = rv < 0 ? rv : write_record(out, tag, &value, bytes, len);
    lq_buffer_clear(&value);
    return rv;
}

/* Of a session that cannot be resumed, not yet perhaps, only what may not have
 * left before it was stored matters: it is sent in the next one. */
static bool is_kept(const lq_stream *stream, const lq_ticket *ticket)
{
    return lq_sm_is_resumable(stream) ||
           (!stream->sm->enabled && stream->config.durable && ticket != NULL &&
            !ticket->request);
}

/* What the server has not acknowledged. */
static int write_unacked(const lq_stream *stream, lq_buffer *out)
{
    const lq_sm *sm = stream->sm;
    const lq_link *l = stream->tickets.open.first;
    int tag = lq_sm_is_resumable(stream) ? SENT : HELD;
    uint64_t number = sm->out.acked;
    lq_unacked_head head;
    const char *bytes;
    size_t offset = 0;
    int rv = LQ_OK;

    while (rv == LQ_OK &&
           (bytes = lq_unacked_next(&sm->out, &offset, &head)) != NULL) {
        const lq_ticket *ticket =
            l == NULL ? NULL : LQ_OUTER(l, lq_ticket, place);

        if (ticket != NULL && ticket->number == ++number) {
            l = l->next;
        } else {
            ticket = NULL;
        }
        if (is_kept(stream, ticket)) {
            rv = write_stanza(out, tag, ticket, head.stamp, bytes, head.len);
        }
    }
    return rv;
}

static int write_held(lq_buffer *out, const lq_ticket *ticket)
{
    return ticket->request
               ? LQ_OK
               : write_stanza(out, HELD, ticket, LQ_NEVER, ticket->held->bytes,
                              ticket->held->len);
}

static int write_ended(lq_buffer *out, const lq_event *event)
{
    lq_buffer value;
    int rv;

    lq_buffer_init(&value, 16);
    rv = lq_put_number(&value, (uint32_t)event->id, 4);
    rv = rv < 0 ? rv : lq_put_number(&value, (uint32_t)-event->error, 4);
    rv = rv < 0 ? rv : write_record(out, ENDED, &value, NULL, 0);
    lq_buffer_clear(&value);
    return rv;
}

/* Fates that the program was not told yet. */
static int write_untold(const lq_stream *stream, lq_buffer *out)
{
    int rv = LQ_OK;

    for (lq_link *l = stream->notes.first; l != NULL && rv == LQ_OK;
         l = l->next) {
        const lq_event *event = &LQ_OUTER(l, lq_note, place)->event;

        if (event->type == LQ_EVENT_DELIVERY) {
            rv = write_ended(out, event);
        }
    }
    return rv;
}

static int write_whole(lq_stream *stream, lq_buffer *out)
{
    const char *account = lq_jid_bare(stream->self);
    const lq_sm *sm = stream->sm;
    lq_buffer none;
    int rv = lq_buffer_append(out, magic, MAGIC);

    lq_buffer_init(&none, 0);
    rv = rv < 0 ? rv
                : write_record(out, ACCOUNT, &none, account, strlen(account));
    rv = rv < 0 ? rv : write_session(stream, out);
    if (sm != NULL) {
        rv = rv < 0 ? rv : write_unacked(stream, out);
    }
    for (lq_link *l = stream->tickets.held.first; l != NULL && rv == LQ_OK;
         l = l->next) {
        rv = write_held(out, LQ_OUTER(l, lq_ticket, place));
    }
    rv = rv < 0 ? rv : write_counters(stream, out);
    return rv < 0 ? rv : write_untold(stream, out);
}

/* ---- what happens ---- */

void lq_journal_touch(lq_stream *stream)
{
    lq_journal *journal = stream->journal;

    if (journal != NULL) {
        if (journal->size > COMPACT_MIN &&
            journal->size > COMPACT_TIMES * journal->base) {
            journal->whole = true;
        }
        journal->note.event.id =
            journal->whole ? LQ_SAVED_SESSION : LQ_SAVED_RECORDS;
        lq_stream_note(stream, &journal->note);
    }
}

static void journal_anew(lq_stream *stream)
{
    stream->journal->whole = true;
    lq_buffer_clear(&stream->journal->records);
    lq_journal_touch(stream);
}

/* The stanzas of a new session have numbers that no process has given, whatever
 * those gave that were killed before they stored it: each millisecond has a
 * thousand of its own. */
static uint64_t serials_now(const lq_stream *stream, uint64_t serials)
{
    int64_t ms = lq_stream_unix_ms(stream);

    return ms > 0 && ms < SERIAL_MS_MAX && (uint64_t)ms * 1024 > serials
               ? (uint64_t)ms * 1024
               : serials;
}

void lq_journal_renew(lq_stream *stream)
{
    lq_journal *journal = stream->journal;

    if (journal != NULL) {
        journal->serials = serials_now(stream, journal->serials);
        journal->fits = false;
        memset(journal->given, 0, sizeof(journal->given));
        journal->stored = (lq_progress){ 0 };
        journal_anew(stream);
    }
}

int lq_journal_sent(lq_stream *stream, const lq_unacked_head *head,
                    const char *bytes, const lq_ticket *ticket)
{
    lq_journal *journal = stream->journal;

    if (journal == NULL) {
        return LQ_OK;
    }
    if (!journal->whole && is_kept(stream, ticket)) {
        int tag = lq_sm_is_resumable(stream) ? SENT : HELD;
        int rv = write_stanza(&journal->records, tag, ticket, head->stamp,
                              bytes, head->len);

        if (rv == LQ_E_FULL) {
            journal_anew(stream);
        } else if (rv < 0) {
            return rv;
        }
    }
    lq_journal_touch(stream);
    return LQ_OK;
}

void lq_journal_held(lq_stream *stream, const lq_ticket *ticket)
{
    lq_journal *journal = stream->journal;

    if (journal == NULL || ticket->request) {
        return;
    }
    if (!journal->whole && write_held(&journal->records, ticket) < 0) {
        journal_anew(stream);
    }
    lq_journal_touch(stream);
}

void lq_journal_unheld(lq_stream *stream, const lq_ticket *ticket)
{
    lq_journal *journal = stream->journal;
    lq_buffer value;

    if (journal == NULL || ticket->request) {
        return;
    }
    lq_buffer_init(&value, 16);
    if (!journal->whole &&
        (lq_put_number(&value, (uint32_t)ticket->live.id, 4) < 0 ||
         write_record(&journal->records, UNHELD, &value, NULL, 0) < 0)) {
        journal_anew(stream);
    }
    lq_buffer_clear(&value);
    lq_journal_touch(stream);
}

/* ---- how far ---- */

uint64_t lq_journal_sendable(const lq_stream *stream)
{
    const lq_sm *sm = stream->sm;

    if (stream->journal == NULL || !stream->config.durable ||
        (sm->enabled && sm->id == NULL)) {
        return sm->out.last;
    }
    return sm->enabled && stream->journal->fits ? stream->journal->stored.sent
                                                : sm->out.acked;
}

uint64_t lq_journal_tellable(const lq_stream *stream)
{
    const lq_sm *sm = stream->sm;

    if (stream->journal == NULL || !stream->config.durable || sm->id == NULL) {
        return sm->handled;
    }
    return stream->journal->fits ? stream->journal->stored.handled : 0;
}

/* ---- for the program ---- */

static int journal_write(lq_stream *stream, int which, lq_buffer *out)
{
    lq_journal *journal = stream->journal;
    int rv;

    if (which == LQ_SAVED_SESSION) {
        return write_whole(stream, out);
    }
    rv = lq_buffer_len(&journal->records) == 0
             ? LQ_OK
             : lq_buffer_append(out, lq_buffer_bytes(&journal->records),
                                lq_buffer_len(&journal->records));
    rv = rv < 0 ? rv : write_counters(stream, out);
    return rv < 0 ? rv : write_untold(stream, out);
}

static lq_progress journal_progress(const lq_stream *stream)
{
    const lq_sm *sm = stream->sm;
    lq_progress progress = { 0, 0 };

    if (sm != NULL) {
        progress.sent = sm->out.last;
        progress.handled = sm->handled;
    }
    return progress;
}

const void *lq_journal_give(lq_stream *stream, int which, size_t *len)
{
    lq_journal *journal = stream->journal;
    bool whole = which == LQ_SAVED_SESSION;

    *len = 0;
    if (journal == NULL ||
        (!whole && (which != LQ_SAVED_RECORDS || journal->whole))) {
        return NULL;
    }
    lq_buffer_clear(&journal->bytes);
    lq_features_fold(&stream->negotiation.features);
    if (journal_write(stream, which, &journal->bytes) < 0) {
        lq_buffer_clear(&journal->bytes);
        return NULL;
    }
    lq_buffer_clear(&journal->records);
    *len = lq_buffer_len(&journal->bytes);
    journal->whole = false;
    journal->fits = true;
    journal->base = whole ? *len : journal->base;
    journal->size = whole ? *len : journal->size + *len;
    journal->given[!whole] = journal_progress(stream);
    return lq_buffer_bytes(&journal->bytes);
}

/* The other may have been given later, and may be stored sooner. */
void lq_journal_stored(lq_stream *stream, int which)
{
    lq_journal *journal = stream->journal;

    if (journal != NULL && journal->fits) {
        const lq_progress *given = &journal->given[which != LQ_SAVED_SESSION];

        if (given->sent >= journal->stored.sent &&
            given->handled >= journal->stored.handled) {
            journal->stored = *given;
        }
        lq_buffer_clear(&journal->bytes);
        lq_sm_stored(stream);
    }
}

/* ---- reading ---- */

/* The next record that is whole, with the right sum; its tag, or -1. */
static int read_record(lq_value *rest, lq_value *v)
{
    const unsigned char *start = rest->bytes;
    lq_value after = *rest;
    int tag = lq_record_take(&after, v);
    uint64_t sum;

    if (tag < 0 || !lq_value_number(&after, SUM, &sum) ||
        sum != record_sum(start, (size_t)(v->bytes + v->len - start))) {
        return -1;
    }
    *rest = after;
    return tag;
}

/* What follows the magic and the account; .bytes is NULL if they are wrong. */
static lq_value journal_records(const void *bytes, size_t len,
                                const char *account)
{
    lq_value rest = { bytes, len }, v;

    if (len < MAGIC || memcmp(bytes, magic, MAGIC) != 0) {
        return (lq_value){ NULL, 0 };
    }
    rest.bytes += MAGIC;
    rest.len -= MAGIC;
    if (read_record(&rest, &v) != ACCOUNT || v.len != strlen(account) ||
        memcmp(v.bytes, account, v.len) != 0) {
        return (lq_value){ NULL, 0 };
    }
    return rest;
}

/* REST without what was given in one and stored in half: COUNTERS end it, and
 * the fates behind them. */
static lq_value journal_whole(lq_value rest)
{
    lq_value after = rest, v;
    bool ended = false;
    int tag;

    rest.len = 0;
    while ((tag = read_record(&after, &v)) >= 0) {
        ended = tag == COUNTERS || (ended && tag == ENDED);
        if (ended) {
            rest.len = (size_t)(after.bytes - rest.bytes);
        }
    }
    return rest;
}

int lq_journal_check(const void *bytes, size_t len, const char *account)
{
    lq_value rest = journal_records(bytes, len, account), v;
    int tag = rest.bytes == NULL ? -1 : read_record(&rest, &v);

    return tag == SESSION || tag == NONE ? LQ_OK : LQ_E_ARGUMENT;
}

static bool read_counters(lq_stream *stream, lq_value *v, uint64_t *acked,
                          uint64_t *handled)
{
    uint64_t last;

    if (!lq_value_number(v, 8, acked) || !lq_value_number(v, 8, handled) ||
        !lq_value_number(v, 4, &last) || *acked > COUNT_MAX ||
        *handled > COUNT_MAX || last > INT32_MAX) {
        return false;
    }
    stream->ids.last = (lq_id)last;
    return true;
}

/* Whether the session's name can be said, and who we are in it is somebody.
 * LQ_OK, LQ_E_ARGUMENT, or LQ_E_NOMEM. */
static int check_session(const lq_sm_past *past, const char *jid)
{
    int why = LQ_OK;
    lq_jid *parsed;

    if (past->features == NULL || past->id[0] == '\0' ||
        !lq_utf8_valid_xml(past->id, strlen(past->id))) {
        return LQ_E_ARGUMENT;
    }
    parsed = lq_jid_parse(jid, &why);
    if (parsed == NULL) {
        return why == LQ_E_NOMEM ? why : LQ_E_ARGUMENT;
    }
    lq_jid_free(parsed);
    return LQ_OK;
}

/* A session, or that there is none. */
static int read_session(lq_stream *stream, int tag, lq_value *v)
{
    uint64_t again, serials;
    lq_sm_past past;
    const char *jid;
    int rv;

    if (!lq_value_number(v, 8, &past.acked) ||
        !lq_value_number(v, 8, &serials) || serials > COUNT_MAX ||
        !read_counters(stream, v, &again, &past.handled) ||
        past.acked != again) {
        return LQ_OK;
    }
    stream->journal->serials = serials;
    past.id = lq_value_text(v);
    past.location = lq_value_text(v);
    jid = lq_value_text(v);
    past.features = lq_value_text(v);
    rv = tag == SESSION ? check_session(&past, jid) : LQ_E_ARGUMENT;
    if (rv < 0) {
        return rv == LQ_E_NOMEM ? rv : LQ_OK;
    }
    return lq_replace(&stream->jid, jid) < 0 ? LQ_E_NOMEM
                                             : lq_sm_restore(stream, &past);
}

static int read_progress(lq_stream *stream, lq_value *v)
{
    lq_sm *sm = stream->sm;
    uint64_t acked, handled;

    lq_tickets_untold(stream);
    if (!read_counters(stream, v, &acked, &handled) || sm == NULL ||
        acked < sm->out.acked || acked > sm->out.last) {
        return LQ_OK;
    }
    lq_unacked_ack(&sm->out, (uint32_t)acked);
    sm->handled = handled;
    lq_tickets_restored(stream, acked);
    return LQ_OK;
}

static int read_stanza(lq_stream *stream, int tag, lq_value *v)
{
    lq_restored what = { .held = tag == HELD };
    uint64_t id, flags, stamp;

    if (!lq_value_number(v, 4, &id) || !lq_value_number(v, 1, &flags) ||
        !lq_value_number(v, 8, &stamp) || id > INT32_MAX ||
        (!what.held && stream->sm == NULL)) {
        return LQ_OK;
    }
    what.id = (lq_id)id;
    what.silent = (flags & SILENT) != 0;
    what.momentary = (flags & MOMENTARY) != 0;
    what.bytes = (const char *)v->bytes;
    what.len = (uint32_t)v->len;
    if (!what.held) {
        lq_unacked_head head = { .position = LQ_POSITION_NONE,
                                 .stamp = (int64_t)stamp,
                                 .len = what.len };
        int rv = lq_unacked_add(&stream->sm->out, &head, what.bytes);

        if (rv < 0) {
            return rv;
        }
        stream->sm->out.left = what.number = stream->sm->out.last;
    }
    lq_ticket_unheld(stream, what.id);
    return what.id == 0 ? LQ_OK : lq_ticket_restore(stream, &what);
}

static int read_unheld(lq_stream *stream, lq_value *v)
{
    uint64_t id;

    if (lq_value_number(v, 4, &id) && id <= INT32_MAX) {
        lq_ticket_unheld(stream, (lq_id)id);
    }
    return LQ_OK;
}

static int read_ended(lq_stream *stream, lq_value *v)
{
    uint64_t id, error;

    if (!lq_value_number(v, 4, &id) || !lq_value_number(v, 4, &error) ||
        id == 0 || id > INT32_MAX || error > INT32_MAX) {
        return LQ_OK;
    }
    lq_ticket_unheld(stream, (lq_id)id);
    return lq_ticket_ended(stream, (lq_id)id, -(int)error);
}

static int read_one(lq_stream *stream, int tag, lq_value *v)
{
    switch (tag) {
    case SESSION:
    case NONE:
        return stream->sm == NULL ? read_session(stream, tag, v) : LQ_OK;
    case COUNTERS:
        return read_progress(stream, v);
    case SENT:
    case HELD:
        return read_stanza(stream, tag, v);
    case UNHELD:
        return read_unheld(stream, v);
    case ENDED:
        return read_ended(stream, v);
    default:
        return LQ_OK;
    }
}

/* So far everything is stored; but what follows is stored anew, behind nothing
 * that was written in half. */
static void journal_restored(lq_stream *stream)
{
    lq_journal *journal = stream->journal;

    journal->fits = true;
    journal->stored = journal_progress(stream);
    journal->given[0] = journal->given[1] = journal->stored;
}

int lq_journal_read(lq_stream *stream, const void *bytes, size_t len)
{
    lq_value rest = journal_records(bytes, len, lq_jid_bare(stream->self)), v;
    int rv = LQ_OK, tag;

    rest = rest.bytes == NULL ? rest : journal_whole(rest);
    while (rv == LQ_OK && rest.bytes != NULL &&
           (tag = read_record(&rest, &v)) >= 0) {
        rv = read_one(stream, tag, &v);
    }
    journal_restored(stream);
    if (rv < 0) { /* to be read once more */
        lq_tickets_untold(stream);
        lq_tickets_clear(stream);
        lq_sm_free(stream->sm);
        stream->sm = NULL;
    }
    return rv;
}
