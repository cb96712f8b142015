/* question.c - see question.h.
 *
 * A question is open until it is answered, lapses, or loses its connection;
 * the object lives until its event has passed as well. */
#include "stream/question.h"

#include "base/memory.h"
#include "stream/stream.h"

enum { QUESTIONS_MAX = 100 }; /* open at once: each keeps a stanza */

static void question_free(lq_question *question)
{
    lq_ids_remove(&question->stream->ids, &question->live);
    lq_stanza_unref(question->iq);
    lq_free(question->fingerprint);
    lq_free(question->pin);
    lq_free(question->distrust);
    lq_free(question);
}

static void question_release(lq_note *note)
{
    lq_question *question = LQ_OUTER(note, lq_question, note);

    question->told = true;
    if (question->place.list == NULL) {
        question_free(question);
    }
}

void lq_question_close(lq_stream *stream, lq_question *question)
{
    lq_timer_set(stream, &question->timer, LQ_NEVER);
    lq_link_remove(&question->place);
    if (question->told) {
        question_free(question);
    }
}

/* Nobody answered: refuse. */
static void question_fire(lq_stream *stream, lq_timer *timer)
{
    lq_question *question = LQ_OUTER(timer, lq_question, timer);
    lq_id id = question->live.id;

    switch (question->kind) {
    case LQ_QUESTION_CERTIFICATE:
        lq_question_close(stream, question);
        lq_tls_answered(stream, LQ_TRUST_NO);
        break;
    case LQ_QUESTION_PASSWORD:
        lq_question_close(stream, question);
        lq_sasl_answered(stream);
        break;
    default:
        if (lq_stream_refuse(stream, id, LQ_STANZA_SERVICE_UNAVAILABLE, NULL) ==
            LQ_E_NOMEM) {
            lq_stream_no_memory(stream);
        }
    }
}

static lq_question *question_new(lq_stream *stream, int kind,
                                 const lq_stanza *iq, const char *fingerprint,
                                 const char *distrust)
{
    lq_question *question = lq_calloc(1, sizeof(*question));

    if (question == NULL) {
        return NULL;
    }
    question->stream = stream;
    question->kind = kind;
    question->iq = iq == NULL ? NULL : lq_stanza_ref(iq);
    question->timer.fire = question_fire;
    question->note.release = question_release;
    if (lq_replace(&question->fingerprint, fingerprint) < 0 ||
        lq_replace(&question->distrust, distrust) < 0 ||
        lq_ids_add(&stream->ids, &question->live, LQ_LIVE_QUESTION) < 0 ||
        lq_timer_set(
            stream, &question->timer,
            lq_time_after(stream->now,
                          stream->config.timeouts[LQ_TIMEOUT_QUESTION])) < 0) {
        question_free(question);
        return NULL;
    }
    return question;
}

static int questions_count(const lq_stream *stream)
{
    int count = 0;

    for (lq_link *l = stream->questions.first; l != NULL; l = l->next) {
        count++;
    }
    return count;
}

lq_id lq_question_ask(lq_stream *stream, int kind, const lq_stanza *iq,
                      const char *fingerprint, const char *distrust)
{
    lq_question *question;

    if (questions_count(stream) >= QUESTIONS_MAX) {
        return LQ_E_FULL;
    }
    question = question_new(stream, kind, iq, fingerprint, distrust);
    if (question == NULL) {
        return LQ_E_NOMEM;
    }
    question->note.event = (lq_event){
        .type = LQ_EVENT_QUERY,
        .id = question->live.id,
        .stanza = iq == NULL ? NULL : lq_stanza_ref(iq),
        .detail = question,
    };
    lq_list_append(&stream->questions, &question->place);
    lq_stream_note(stream, &question->note);
    return question->live.id;
}

lq_question *lq_question_get(lq_stream *stream, lq_id id)
{
    lq_live *live = lq_ids_get(&stream->ids, id, LQ_LIVE_QUESTION);
    lq_question *question =
        live == NULL ? NULL : LQ_OUTER(live, lq_question, live);

    return question != NULL && question->place.list != NULL ? question : NULL;
}

int lq_question_set_pin(lq_stream *stream, lq_id id, const char *pin)
{
    return lq_replace(&lq_question_get(stream, id)->pin, pin);
}

lq_question *lq_question_of(lq_stream *stream, int kind)
{
    for (lq_link *l = stream->questions.first; l != NULL; l = l->next) {
        lq_question *question = LQ_OUTER(l, lq_question, place);

        if (question->kind == kind) {
            return question;
        }
    }
    return NULL;
}

void lq_questions_drop(lq_stream *stream)
{
    bool lasting = lq_sm_may_last(stream);

    for (lq_link *l = stream->questions.first, *next; l != NULL; l = next) {
        lq_question *question = LQ_OUTER(l, lq_question, place);

        next = l->next;
        if (!lasting || question->kind != LQ_QUESTION_IQ) {
            lq_question_close(stream, question);
        }
    }
}

/* ---- what an event tells ---- */

static const lq_question *event_question(const lq_event *event)
{
    return event->type == LQ_EVENT_QUERY ? event->detail : NULL;
}

int lq_event_question(const lq_event *event)
{
    const lq_question *question = event_question(event);

    return question == NULL ? 0 : question->kind;
}

const char *lq_event_fingerprint(const lq_event *event)
{
    const lq_question *question = event_question(event);

    return question == NULL ? NULL : question->fingerprint;
}

const char *lq_event_pin(const lq_event *event)
{
    const lq_question *question = event_question(event);

    return question == NULL ? NULL : question->pin;
}

const char *lq_event_distrust(const lq_event *event)
{
    const lq_question *question = event_question(event);

    return question == NULL ? NULL : question->distrust;
}

/* ---- answers ---- */

int lq_stream_trust(lq_stream *stream, lq_time now, lq_id id, int trust)
{
    lq_question *question;
    int rv = LQ_E_STATE;

    if (trust < LQ_TRUST_NO || trust > LQ_TRUST_ALWAYS) {
        return LQ_E_ARGUMENT;
    }
    if (!lq_stream_enter(stream, now)) {
        return LQ_E_BUSY;
    }
    question = lq_question_get(stream, id);
    if (question != NULL && question->kind == LQ_QUESTION_CERTIFICATE) {
        lq_question_close(stream, question);
        lq_tls_answered(stream, trust);
        stream->changed = true;
        rv = LQ_OK;
    }
    lq_stream_leave(stream);
    return rv;
}

int lq_stream_set_password(lq_stream *stream, lq_time now, const char *password)
{
    lq_question *question;
    int rv;

    if (!lq_stream_enter(stream, now)) {
        return LQ_E_BUSY;
    }
    rv = lq_config_set_password(&stream->config, password);
    lq_known_forget_password(&stream->known);
    question = lq_question_of(stream, LQ_QUESTION_PASSWORD);
    if (rv == LQ_OK && question != NULL) {
        lq_question_close(stream, question);
        lq_sasl_answered(stream);
    }
    lq_stream_leave(stream);
    return rv;
}
