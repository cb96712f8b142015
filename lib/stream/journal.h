/* journal.h - a managed session in bytes that outlive the process:
 * lq_stream_save() of LQ_SAVED_SESSION and LQ_SAVED_RECORDS.
 *
 *     "LQS1", account, session, records...      each with a sum of 8 bytes
 *
 * The whole is given once; then only what has happened since, to be appended.
 * Both end with the counters.  Reading ends at the first record that is
 * damaged, and goes no further than the counters before it: what was given last
 * may have been written in half when the process ended, and a message must not
 * count as handled without the answer to it, nor the other way about. */
#ifndef LQ_JOURNAL_H
#define LQ_JOURNAL_H

#include "base/buffer.h"
#include "stream/event.h"
#include "stream/unacked.h"

struct lq_ticket;

/* How far: of the stanzas that we sent, of those that we handled. */
typedef struct lq_progress {
    uint64_t sent, handled;
} lq_progress;

typedef struct lq_journal {
    lq_note note;         /* there is something to be stored */
    lq_buffer bytes;      /* as they were given last */
    lq_buffer records;    /* since then */
    bool whole;           /* the next one is all anew */
    bool fits;            /* what was given last is about this session */
    size_t base, size;    /* bytes of the last whole, and with what followed */
    lq_progress given[2]; /* with SESSION, with RECORDS */
    lq_progress stored;
    uint64_t serials; /* of stanzas in the sessions before this one */
} lq_journal;

lq_journal *lq_journal_new(void); /* NULL when memory runs out */
void lq_journal_free(lq_journal *journal);

/* ---- what happens; all do nothing for a stream without a journal ---- */

/* Counters have moved on. */
void lq_journal_touch(lq_stream *stream);

/* It is another session now, or none. */
void lq_journal_renew(lq_stream *stream);

/* A stanza was accepted: to be sent in this session (TICKET may be NULL), or
 * held until there is one; the latter is so no longer.  The first returns LQ_OK
 * or LQ_E_NOMEM. */
int lq_journal_sent(lq_stream *stream, const lq_unacked_head *head,
                    const char *bytes, const struct lq_ticket *ticket);
void lq_journal_held(lq_stream *stream, const struct lq_ticket *ticket);
void lq_journal_unheld(lq_stream *stream, const struct lq_ticket *ticket);

/* ---- how far we may go ---- */

/* Up to which of our stanzas may leave; of how many of theirs the server may
 * be told. */
uint64_t lq_journal_sendable(const lq_stream *stream);
uint64_t lq_journal_tellable(const lq_stream *stream);

/* ---- for the program ---- */

const void *lq_journal_give(lq_stream *stream, int which, size_t *len);

/* What was given last of WHICH is stored. */
void lq_journal_stored(lq_stream *stream, int which);

/* As lq_saved_check() and lq_saved_read(). */
int lq_journal_check(const void *bytes, size_t len, const char *account);
int lq_journal_read(lq_stream *stream, const void *bytes, size_t len);

#endif
