/* saved.c - see saved.h. */
#include "stream/saved.h"

#include <gnutls/crypto.h>
#include <string.h>

#include "base/array.h"
#include "base/memory.h"
#include "base/text.h"
#include "sasl/password.h"
#include "sasl/scram.h"
#include "stream/record.h"
#include "stream/stream.h"
#include "stream/verify.h"

static const char magic[] = "LQA1";

enum { MAGIC = 4, DIGEST = 32 };

/* ---- records ---- */

static char *text_of(const lq_value *v)
{
    return lq_strndup((const char *)v->bytes, v->len);
}

/* Append what STREAM has of it, or nothing. */
typedef int record_write(lq_stream *stream, lq_buffer *out);

/* Take it in: LQ_OK, also for what makes no sense; LQ_E_NOMEM. */
typedef int record_read(lq_stream *stream, const lq_value *v);

static int write_account(lq_stream *stream, lq_buffer *out)
{
    const char *account = lq_jid_bare(stream->self);

    return lq_buffer_append(out, account, strlen(account));
}

static int read_account(lq_stream *stream, const lq_value *v)
{
    (void)stream, (void)v; /* it was compared */
    return LQ_OK;
}

/* pins, older_tls, preparation */
enum { FLAGS = 3 };

static int write_flags(lq_stream *stream, lq_buffer *out)
{
    const lq_known *known = &stream->known;
    const unsigned char flags[FLAGS] = { known->pins, known->older_tls,
                                         known->preparation };

    return lq_buffer_append(out, flags, FLAGS);
}

static int read_flags(lq_stream *stream, const lq_value *v)
{
    lq_known *known = &stream->known;

    if (v->len == FLAGS) {
        known->pins = v->bytes[0];
        known->older_tls = v->bytes[1] == 1;
        known->preparation = v->bytes[2] == LQ_PREPARE_SASLPREP
                                 ? LQ_PREPARE_SASLPREP
                                 : LQ_PREPARE_OPAQUE;
    }
    return LQ_OK;
}

/* Bits are by our table of mechanisms: another table, another magic. */
enum { OFFER = 3 * 4 + 3 };

enum {
    ANNOUNCES = 1,
    BIND = 2,
    EARLY = 4,
    UPGRADE_256 = 8,
    UPGRADE_512 = 16,
    RESUME = 32,
};

static int write_offer(lq_stream *stream, lq_buffer *out)
{
    const lq_offer *o = &stream->known.offer;
    unsigned flags =
        (o->announces ? ANNOUNCES : 0) | (o->bind ? BIND : 0) |
        (o->early ? EARLY : 0) | (o->upgrade_256 ? UPGRADE_256 : 0) |
        (o->upgrade_512 ? UPGRADE_512 : 0) | (o->resume ? RESUME : 0);
    int rv = LQ_OK;

    if (!stream->known.has_offer) {
        return LQ_OK;
    }
    rv = lq_put_number(out, o->mechanisms[LQ_SASL1], 4);
    rv = rv < 0 ? rv : lq_put_number(out, o->mechanisms[LQ_SASL2], 4);
    rv = rv < 0 ? rv : lq_put_number(out, o->fast, 4);
    rv = rv < 0 ? rv : lq_put_number(out, o->bindings, 1);
    rv = rv < 0 ? rv : lq_put_number(out, flags, 1);
    return rv < 0 ? rv : lq_put_number(out, o->plus, 1);
}

/* As it would be read from features: tokens are no mechanisms like others. */
static int read_offer(lq_stream *stream, const lq_value *v)
{
    const lq_mechanism_set tokens = lq_mechanisms_of(LQ_SASL_HT);
    lq_offer *o = &stream->known.offer;
    unsigned flags;

    if (v->len != OFFER) {
        return LQ_OK;
    }
    flags = v->bytes[13];
    *o = (lq_offer){
        .mechanisms = { (lq_mechanism_set)lq_get_number(v->bytes, 4) & ~tokens,
                        (lq_mechanism_set)lq_get_number(v->bytes + 4, 4) &
                            ~tokens },
        .fast = (lq_mechanism_set)lq_get_number(v->bytes + 8, 4) & tokens,
        .bindings = v->bytes[12],
        .announces = (flags & ANNOUNCES) != 0,
        .bind = (flags & BIND) != 0,
        .early = (flags & EARLY) != 0,
        .upgrade_256 = (flags & UPGRADE_256) != 0,
        .upgrade_512 = (flags & UPGRADE_512) != 0,
        .resume = (flags & RESUME) != 0,
        .plus = v->bytes[14],
    };
    stream->known.has_offer = true;
    return LQ_OK;
}

static int write_text(const char *text, lq_buffer *out)
{
    return text == NULL ? LQ_OK : lq_buffer_append(out, text, strlen(text));
}

static int read_text(char **slot, const lq_value *v)
{
    char *text;

    if (!lq_utf8_valid_xml((const char *)v->bytes, v->len)) {
        return LQ_OK; /* it could not be sent */
    }
    text = text_of(v);
    if (text == NULL) {
        return LQ_E_NOMEM;
    }
    lq_free(*slot);
    *slot = text;
    return LQ_OK;
}

static int write_version(lq_stream *stream, lq_buffer *out)
{
    return write_text(stream->known.version, out);
}

static int read_version(lq_stream *stream, const lq_value *v)
{
    return read_text(&stream->known.version, v);
}

static int write_inlines(lq_stream *stream, lq_buffer *out)
{
    return write_text(stream->known.inlines, out);
}

static int read_inlines(lq_stream *stream, const lq_value *v)
{
    return read_text(&stream->known.inlines, v);
}

static int write_agent(lq_stream *stream, lq_buffer *out)
{
    return write_text(stream->known.agent, out);
}

static int read_agent(lq_stream *stream, const lq_value *v)
{
    return v->len == LQ_UUID_SIZE - 1 ? read_text(&stream->known.agent, v)
                                      : LQ_OK;
}

static int write_keys(lq_stream *stream, lq_buffer *out)
{
    return stream->known.keys == NULL
               ? LQ_OK
               : lq_scram_keys_write(stream->known.keys, out);
}

static int read_keys(lq_stream *stream, const lq_value *v)
{
    lq_scram_keys *keys = lq_scram_keys_read(v->bytes, v->len);

    if (keys != NULL) {
        lq_scram_keys_free(stream->known.keys);
        stream->known.keys = keys;
    }
    return LQ_OK; /* without, they are made again */
}

/* expiry, count, whether it is used once more only, the mechanism's name and
 * NUL, the token */
enum { TOKEN = 8 + 4 + 1 };

static int write_token(lq_stream *stream, lq_buffer *out)
{
    const lq_token *token = stream->known.token;
    int rv;

    if (token == NULL) {
        return LQ_OK;
    }
    rv = lq_put_number(out, (uint64_t)token->expires, 8);
    rv = rv < 0 ? rv : lq_put_number(out, token->count, 4);
    rv = rv < 0 ? rv : lq_put_number(out, token->last, 1);
    rv = rv < 0 ? rv
                : lq_buffer_append(out, token->mechanism->name,
                                   strlen(token->mechanism->name) + 1);
    return rv < 0 ? rv : write_text(token->text, out);
}

static int read_token(lq_stream *stream, const lq_value *v)
{
    const char *name = (const char *)v->bytes + TOKEN;
    const char *end =
        v->len <= TOKEN ? NULL : memchr(name, '\0', v->len - TOKEN);
    const lq_mechanism *m = end == NULL ? NULL : lq_mechanism_of(name);
    lq_token *token;
    size_t len;
    char *text;

    if (m == NULL || m->family != LQ_SASL_HT) {
        return LQ_OK;
    }
    len = v->len - (size_t)(end + 1 - (const char *)v->bytes);
    if (len == 0 || memchr(end + 1, '\0', len) != NULL) {
        return LQ_OK; /* no text */
    }
    text = lq_strndup(end + 1, len);
    token = text == NULL
                ? NULL
                : lq_token_new(text, m, (int64_t)lq_get_number(v->bytes, 8));
    lq_free_secret(text);
    if (token == NULL) {
        return LQ_E_NOMEM;
    }
    token->count = (uint32_t)lq_get_number(v->bytes + 8, 4);
    token->last = v->bytes[12] == 1;
    lq_known_set_token(&stream->known, token);
    return LQ_OK;
}

/* Of this connection, or of the last one. */
static int write_session(lq_stream *stream, lq_buffer *out)
{
    const lq_tls *tls = stream->outbox.tls;
    lq_resumption *now = tls == NULL ? NULL : lq_resumption_new(tls);
    const lq_resumption *kept = now != NULL ? now : lq_tls_kept(stream);
    int rv = kept == NULL ? LQ_OK : lq_resumption_write(kept, out);

    lq_resumption_free(now);
    return rv;
}

static int read_session(lq_stream *stream, const lq_value *v)
{
    lq_resumption *kept = lq_resumption_read(v->bytes, v->len);

    if (kept != NULL) {
        lq_resumption_free(stream->resumption);
        stream->resumption = kept;
    }
    return LQ_OK; /* without, the next handshake is a full one */
}

static int write_trusted(lq_stream *stream, lq_buffer *out)
{
    const unsigned char *key = lq_trusted_key(stream);

    return key == NULL ? LQ_OK : lq_buffer_append(out, key, LQ_KEY_SIZE);
}

static int read_trusted(lq_stream *stream, const lq_value *v)
{
    return v->len == LQ_KEY_SIZE ? lq_set_trusted_key(stream, v->bytes) : LQ_OK;
}

typedef struct record {
    unsigned char tag;
    record_write *write;
    record_read *read;
} record;

enum { ACCOUNT = 'a' };

static const record records[] = {
    { ACCOUNT, write_account, read_account },
    { 'f', write_flags, read_flags },
    { 'o', write_offer, read_offer },
    { 'b', write_inlines, read_inlines },
    { 'v', write_version, read_version },
    { 'i', write_agent, read_agent },
    { 'k', write_keys, read_keys },
    { 't', write_token, read_token },
    { 's', write_session, read_session },
    { 'p', write_trusted, read_trusted },
};

/* ---- writing ---- */

static int append_record(lq_stream *stream, const record *r, lq_buffer *out)
{
    lq_buffer bytes;
    int rv;

    lq_buffer_init(&bytes, LQ_SAVED_MAX);
    rv = r->write(stream, &bytes);
    if (rv == LQ_OK && lq_buffer_len(&bytes) > 0) {
        rv = lq_record_head(out, r->tag, lq_buffer_len(&bytes));
        rv = rv < 0 ? rv
                    : lq_buffer_append(out, lq_buffer_bytes(&bytes),
                                       lq_buffer_len(&bytes));
    }
    lq_buffer_wipe(&bytes);
    return rv;
}

static int append_digest(lq_buffer *out)
{
    unsigned char digest[DIGEST];

    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, lq_buffer_bytes(out),
                         lq_buffer_len(out), digest) < 0) {
        return LQ_E_NOMEM;
    }
    return lq_buffer_append(out, digest, DIGEST);
}

static int saved_write(lq_stream *stream, lq_buffer *out)
{
    int rv = lq_buffer_append(out, magic, MAGIC);

    for (size_t i = 0; i < LQ_COUNT(records) && rv == LQ_OK; i++) {
        rv = append_record(stream, &records[i], out);
    }
    return rv < 0 ? rv : append_digest(out);
}

/* ---- reading ---- */

/* What is between the magic and the digest, which is right; else .bytes is
 * NULL. */
static lq_value saved_records(const void *bytes, size_t len)
{
    unsigned char digest[DIGEST];
    const unsigned char *b = bytes;
    lq_value none = { NULL, 0 };

    if (len < MAGIC + DIGEST || memcmp(b, magic, MAGIC) != 0 ||
        gnutls_hash_fast(GNUTLS_DIG_SHA256, b, len - DIGEST, digest) < 0 ||
        memcmp(digest, b + len - DIGEST, DIGEST) != 0) {
        return none;
    }
    return (lq_value){ b + MAGIC, len - MAGIC - DIGEST };
}

int lq_saved_check(const void *bytes, size_t len, const char *account)
{
    lq_value rest = saved_records(bytes, len), v;
    bool ours = false;

    if (rest.bytes == NULL) {
        return LQ_E_ARGUMENT;
    }
    while (rest.len > 0) {
        int tag = lq_record_take(&rest, &v);

        if (tag < 0) {
            return LQ_E_ARGUMENT;
        }
        ours |= tag == ACCOUNT && v.len == strlen(account) &&
                memcmp(v.bytes, account, v.len) == 0;
    }
    return ours ? LQ_OK : LQ_E_ARGUMENT;
}

int lq_saved_read(lq_stream *stream, const void *bytes, size_t len)
{
    lq_value rest = saved_records(bytes, len), v;
    int rv = rest.bytes == NULL ? LQ_E_NOMEM : LQ_OK; /* they were whole */

    while (rest.len > 0 && rv == LQ_OK) {
        int tag = lq_record_take(&rest, &v);

        for (size_t i = 0; i < LQ_COUNT(records) && rv == LQ_OK; i++) {
            if (records[i].tag == tag) {
                rv = records[i].read(stream, &v);
            }
        }
    }
    return rv;
}

/* ---- for the program ---- */

lq_saver *lq_saver_new(void)
{
    lq_saver *saver = lq_calloc(1, sizeof(*saver));

    if (saver != NULL) {
        lq_buffer_init(&saver->bytes, LQ_SAVED_MAX);
        saver->note.event =
            (lq_event){ .type = LQ_EVENT_SAVE, .id = LQ_SAVED_ACCOUNT };
    }
    return saver;
}

void lq_saver_free(lq_saver *saver)
{
    if (saver != NULL) {
        lq_buffer_wipe(&saver->bytes);
        lq_free(saver);
    }
}

void lq_saver_touch(lq_stream *stream)
{
    if (stream->saver != NULL) {
        lq_stream_note(stream, &stream->saver->note);
    }
}

const void *lq_stream_save(lq_stream *stream, int which, size_t *len)
{
    lq_saver *saver = stream->saver;

    *len = 0;
    if (stream->state == LQ_STATE_IDLE) {
        return NULL; /* what was saved may have been read in half */
    }
    if (which != LQ_SAVED_ACCOUNT) {
        return lq_journal_give(stream, which, len);
    }
    if (saver == NULL) {
        return NULL;
    }
    lq_buffer_wipe(&saver->bytes);
    if (saved_write(stream, &saver->bytes) < 0) {
        lq_buffer_wipe(&saver->bytes);
        return NULL;
    }
    saver->given = true;
    *len = lq_buffer_len(&saver->bytes);
    return lq_buffer_bytes(&saver->bytes);
}

static void saved_forget(lq_stream *stream, int what)
{
    lq_token *token = stream->known.token;

    if (what == LQ_FORGET_PINS) {
        stream->known.pins = 0;
    } else if (what == LQ_FORGET_TOKEN && token != NULL) {
        token->last = true;
    } else if (what == LQ_FORGET_ALL) {
        lq_known_clear(&stream->known);
        lq_tls_forget(stream);
        lq_set_trusted_key(stream, NULL);
    }
    lq_saver_touch(stream);
}

int lq_stream_forget(lq_stream *stream, int what)
{
    int rv = LQ_E_STATE;

    if (what < LQ_FORGET_PINS || what > LQ_FORGET_TOKEN) {
        return LQ_E_ARGUMENT;
    }
    if (!lq_stream_enter(stream, LQ_NEVER)) {
        return LQ_E_BUSY;
    }
    if (stream->negotiation.sasl.attempt == NULL) {
        saved_forget(stream, what);
        rv = LQ_OK;
    }
    lq_stream_leave(stream);
    return rv;
}
