/* saved.h - what was learnt about an account, in bytes that outlive the
 * process: lq_stream_save(), lq_config_set_saved().
 *
 *     "LQA1", records, SHA-256 of both
 *     record: tag, length (four bytes, lowest first), value
 *
 * The digest is against damage.  Against forgery there is nothing: who can
 * write these bytes could as well write the program's own settings. */
#ifndef LQ_SAVED_H
#define LQ_SAVED_H

#include "base/buffer.h"
#include "stream/event.h"

enum { LQ_SAVED_MAX = 1024 * 1024 };

/* Of a stream whose program keeps such bytes. */
typedef struct lq_saver {
    lq_note note;    /* they have changed */
    lq_buffer bytes; /* as they were asked for last */
    bool given;      /* since output was withheld for them */
} lq_saver;

lq_saver *lq_saver_new(void); /* NULL when memory runs out */
void lq_saver_free(lq_saver *saver);

/* What STREAM knows has changed: tell the program, if it wants to hear. */
void lq_saver_touch(lq_stream *stream);

/* Whether BYTES are whole, and of ACCOUNT (a bare JID).  LQ_OK, LQ_E_ARGUMENT,
 * LQ_E_NOMEM. */
int lq_saved_check(const void *bytes, size_t len, const char *account);

/* STREAM learns what BYTES say, which were checked.  What cannot be used is
 * passed over.  LQ_OK or LQ_E_NOMEM. */
int lq_saved_read(lq_stream *stream, const void *bytes, size_t len);

#endif
