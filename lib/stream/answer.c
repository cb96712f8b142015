/* answer.c - replies to IQs, each exactly once (RFC 6120, 8.2.3).
 *
 * An IQ is answered either while it is being handled (the router knows it) or
 * later, as an open question.  Answers pass the high-water mark, up to a
 * reserve; a peer that fills that too without reading loses the connection. */
#include "stream/stream.h"

/* Whether B answers an IQ that is still open. */
static bool answer_is_awaited(lq_stream *stream, const lq_builder *b)
{
    if (b->question == 0) {
        return b->answers != NULL && stream->router.iq == b->answers;
    }
    return lq_question_get(stream, b->question) != NULL;
}

static void answer_settle(lq_stream *stream, const lq_builder *b)
{
    if (b->question == 0) {
        stream->router.iq = NULL;
    } else {
        lq_question_close(stream, lq_question_get(stream, b->question));
    }
}

static int answer_flood(lq_stream *stream)
{
    return lq_stream_fail(
        stream, &(lq_fault){ LQ_LAYER_STREAM, LQ_E_POLICY, "policy-violation",
                             NULL, "The server asks and does not read answers.",
                             .tell = true });
}

/* Now, or when the session is resumed. */
static bool answer_has_way(const lq_stream *stream)
{
    bool open = !stream->ending && !stream->closed_by_us &&
                stream->transport != 0 && stream->negotiation.through;

    return open || (lq_sm_may_last(stream) &&
                    (!stream->stopping || stream->suspending));
}

static int answer_write(lq_stream *stream, const lq_builder *b)
{
    size_t len = lq_buffer_len(&b->buffer);

    if (!answer_has_way(stream)) {
        return LQ_E_STATE;
    }
    if (lq_stream_room(stream) == 0) {
        stream->outbox.reserve += len;
        if (stream->outbox.reserve > LQ_OUTBOX_RESERVE) {
            return answer_flood(stream);
        }
    }
    return lq_sm_send(stream, lq_buffer_bytes(&b->buffer), len, NULL);
}

/* The book is closed once the answer is written, so that one that failed for
 * want of memory can be made again. */
static int answer_give(lq_stream *stream, lq_builder *b)
{
    int rv = lq_builder_finish(b);

    if (rv < 0) {
        return rv;
    }
    if (b->answers == NULL) {
        return LQ_E_ARGUMENT;
    }
    if (!answer_is_awaited(stream, b)) {
        return LQ_E_STATE;
    }
    rv = answer_write(stream, b);
    if (rv != LQ_E_NOMEM) {
        answer_settle(stream, b);
    }
    return rv;
}

int lq_stream_answer(lq_stream *stream, lq_builder *b)
{
    int rv;

    if (b == NULL) {
        return LQ_E_NOMEM;
    }
    rv = answer_give(stream, b);
    lq_builder_free(b);
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
    lq_builder *b =
        lq_builder_new_result(stream->context, open ? question->iq : NULL);

    if (b != NULL) {
        b->question = id;
        b->error = open ? LQ_OK : LQ_E_STATE;
    }
    return b;
}

int lq_stream_refuse(lq_stream *stream, lq_id id, int condition,
                     const char *text)
{
    const lq_question *question = lq_question_get(stream, id);
    lq_builder *b;

    if (condition < LQ_STANZA_BAD_REQUEST ||
        condition > LQ_STANZA_UNEXPECTED_REQUEST) {
        return LQ_E_ARGUMENT;
    }
    if (question == NULL || question->kind != LQ_QUESTION_IQ) {
        return LQ_E_STATE;
    }
    b = lq_builder_new_error(stream->context, question->iq, condition, text);
    if (b != NULL) {
        b->question = id;
    }
    return lq_stream_answer(stream, b);
}

/* An IQ that cannot be answered must not be forgotten in silence. */
static int answer_must(lq_stream *stream, lq_builder *b)
{
    int rv = lq_stream_answer(stream, b);

    return rv == LQ_E_NOMEM ? lq_stream_no_memory(stream) : rv;
}

int lq_stream_reply_error(lq_stream *stream, const lq_stanza *iq, int condition)
{
    return answer_must(
        stream, lq_builder_new_error(stream->context, iq, condition, NULL));
}

int lq_stream_reply_result(lq_stream *stream, const lq_stanza *iq)
{
    return answer_must(stream, lq_builder_new_result(stream->context, iq));
}
