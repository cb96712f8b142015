/* question.h - what only the program can answer; see loquat/event.h, QUERY. */
#ifndef LQ_QUESTION_H
#define LQ_QUESTION_H

#include "stream/event.h"
#include "stream/ids.h"
#include "stream/timer.h"

typedef struct lq_question {
    lq_live live;
    lq_note note;
    lq_timer timer;
    lq_link place; /* among the stream's open ones */
    lq_stream *stream;
    int kind;            /* LQ_QUESTION_* */
    bool told;           /* its event has passed */
    const lq_stanza *iq; /* a reference */
    char *fingerprint, *pin, *distrust;
} lq_question;

/* Ask.  The id, LQ_E_NOMEM, or LQ_E_FULL if too many are open.  IQ, FINGERPRINT
 * and DISTRUST as the kind needs them. */
lq_id lq_question_ask(lq_stream *stream, int kind, const lq_stanza *iq,
                      const char *fingerprint, const char *distrust);

/* The pin of the key that ID asks about.  LQ_OK or LQ_E_NOMEM. */
int lq_question_set_pin(lq_stream *stream, lq_id id, const char *pin);

/* The open question ID, or NULL. */
lq_question *lq_question_get(lq_stream *stream, lq_id id);

/* The open question of KIND, or NULL. */
lq_question *lq_question_of(lq_stream *stream, int kind);

/* It is answered, or cannot be any more. */
void lq_question_close(lq_stream *stream, lq_question *question);

/* The connection is gone: close them all. */
void lq_questions_drop(lq_stream *stream);

#endif
