/* answer.c - replies to IQs, each exactly once (RFC 6120, 8.2.3).
 *
 * An IQ is answered either while it is being handled (the router knows it) or
 * later, as an open question.  Answers pass the high-water mark, up to a
 * reserve; a peer that fills that too without reading loses the connection. */
#include "stream/stream.h"

/* B is complete.  It is freed. */
static int answer_write(lq_stream *stream, lq_builder *b)
{
    int rv = LQ_OK;

    if (stream->ending || stream->closed_by_us || stream->transport == 0) {
        rv = LQ_E_STATE;
    } else if (lq_stream_waiting(stream) >=
               LQ_OUTBOX_HIGH + LQ_OUTBOX_RESERVE) {
        rv = lq_stream_fail(
            stream, &(lq_fault){ LQ_LAYER_STREAM, LQ_E_POLICY,
                                 "policy-violation", NULL,
                                 "The server asks and does not read answers.",
                                 .tell = true });
    } else {
        rv = lq_stream_write_element(stream, lq_buffer_bytes(&b->buffer),
                                     lq_buffer_len(&b->buffer));
    }
    lq_builder_free(b);
    return rv;
}

/* Close the book on the IQ that B answers.  False if it is closed already. */
static bool answer_settles(lq_stream *stream, const lq_builder *b)
{
    lq_question *question;

    if (b->question == 0) {
        if (stream->router.iq != b->answers) {
            return false;
        }
        stream->router.iq = NULL;
        return true;
    }
    question = lq_question_get(stream, b->question);
    if (question == NULL) {
        return false;
    }
    lq_question_close(stream, question);
    return true;
}

int lq_stream_answer(lq_stream *stream, lq_builder *b)
{
    int rv;

    if (b == NULL) {
        return LQ_E_NOMEM;
    }
    rv = lq_builder_finish(b);
    if (rv == LQ_OK && b->answers == NULL) {
        rv = LQ_E_ARGUMENT;
    }
    if (rv == LQ_OK && !answer_settles(stream, b)) {
        rv = LQ_E_STATE;
    }
    if (rv < 0) {
        lq_builder_free(b);
        return rv;
    }
    rv = answer_write(stream, b);
    if (!stream->hooked) {
        lq_stream_leave(stream);
    }
    return rv;
}

lq_builder *lq_build_result(lq_stream *stream, const lq_stanza *iq)
{
    return lq_builder_new_result(stream->context, iq);
}

lq_builder *lq_build_answer(lq_stream *stream, lq_id id)
{
    const lq_question *question = lq_question_get(stream, id);
    bool open = question != NULL && question->kind == LQ_QUESTION_IQ;
    lq_builder *b = lq_builder_new_result(stream->context,
                                          open ? question->iq : NULL);

    if (b != NULL) {
        b->question = id;
        b->error = open ? LQ_OK : LQ_E_STATE;
    }
    return b;
}

int lq_question_refuse(lq_stream *stream, lq_id id, int condition,
                       const char *text)
{
    const lq_question *question = lq_question_get(stream, id);
    lq_builder *b;

    if (question == NULL || question->kind != LQ_QUESTION_IQ) {
        return LQ_E_STATE;
    }
    b = lq_builder_new_error(stream->context, question->iq, condition, text);
    if (b != NULL) {
        b->question = id;
    }
    return lq_stream_answer(stream, b);
}

int lq_stream_refuse(lq_stream *stream, lq_id id, int condition,
                     const char *text)
{
    if (condition < LQ_STANZA_BAD_REQUEST ||
        condition > LQ_STANZA_UNEXPECTED_REQUEST) {
        return LQ_E_ARGUMENT;
    }
    return lq_question_refuse(stream, id, condition, text);
}

int lq_stream_reply_error(lq_stream *stream, const lq_stanza *iq, int condition)
{
    lq_builder *b =
        lq_builder_new_error(stream->context, iq, condition, NULL);
    int rv = lq_stream_answer(stream, b);

    /* An IQ that cannot be answered must not be forgotten in silence. */
    return rv == LQ_E_NOMEM ? lq_stream_no_memory(stream) : rv;
}
