/* session.c - what was kept of a session can be anything: it is refused, or
 * taken up; and what is then to be kept is as good, and stays as it is.
 *
 * The first byte tells how the session goes on, the second what the server says
 * about it, the third how much the server has.  Then the records follow, each
 * up to a byte 30, which are put behind those that say whose they are, with
 * their lengths and sums; or what was kept is taken as it is.  Behind a byte 29
 * stands what the server says when it has logged the stream in (talk.h).
 *
 * Claims: a session is resumed by its name and count, and what the server lacks
 * of it is sent as it was; each delivery of the process that was ends once;
 * records say the same as the whole that they were appended to; and in the end
 * each delivery of ours has ended, or is the next process's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/table.h"
#include "fuzz.h"
#include "server.h"
#include "stream/record.h"

#define ACCOUNT "romeo@example.net"

enum { SUM = 8, END_OF_RECORD = 30, END_OF_RECORDS = 29, STANZAS = 24 };

/* Of the first byte. */
enum { RAW = 1, SASL2 = 2, DURABLE = 4, SUSPENDED = 8, PRESENT = 16 };

typedef struct blob {
    unsigned char *bytes;
    size_t len;
} blob;

static void blob_put(blob *b, const void *bytes, size_t len)
{
    unsigned char *grown = realloc(b->bytes, b->len + len + 1);

    if (grown == NULL) {
        abort();
    }
    b->bytes = grown;
    if (len > 0) {
        memcpy(b->bytes + b->len, bytes, len);
    }
    b->len += len;
}

static void blob_clear(blob *b)
{
    free(b->bytes);
    *b = (blob){ NULL, 0 };
}

static void put_number(blob *b, uint64_t number, int size)
{
    for (int i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)(number >> 8 * i);

        blob_put(b, &byte, 1);
    }
}

static void put_record(blob *b, unsigned tag, const void *value, size_t len)
{
    static const lq_hash_key nobody = { 0 };
    size_t start = b->len;

    put_number(b, tag, 1);
    put_number(b, len, 4);
    blob_put(b, value, len);
    put_number(b,
               lq_hash(&nobody, (const char *)b->bytes + start, b->len - start),
               SUM);
}

static blob made_of(unsigned how, const uint8_t *data, size_t size)
{
    blob b = { NULL, 0 };
    int tag = 0;

    if ((how & RAW) != 0) {
        blob_put(&b, data, size);
        return b;
    }
    blob_put(&b, "LQS1", 4);
    put_record(&b, 'a', ACCOUNT, strlen(ACCOUNT));
    while (size > 0) {
        const uint8_t *end = memchr(data, END_OF_RECORD, size);
        size_t len = end == NULL ? size : (size_t)(end - data);

        if (len > 0) {
            tag = data[0];
            put_record(&b, data[0], data + 1, len - 1);
        }
        len += end == NULL ? 0 : 1;
        data += len;
        size -= len;
    }
    if (tag != 'c' && tag != 'e') {
        put_record(&b, 'c', "", 0); /* what is before it is read */
    }
    return b;
}

/* ---- what was kept, as it is written by us ---- */

typedef struct kept {
    bool session; /* there is one to resume */
    uint64_t acked, handled;
    const char *id;
    bool sound; /* all stanzas are */
    int sent, count;
    struct {
        int tag;
        lq_id id;
        bool silent;
        const char *bytes;
        size_t len;
    } list[STANZAS];
} kept;

static uint64_t number(lq_value *v, int size)
{
    uint64_t n = 0;

    CLAIM(lq_value_number(v, size, &n));
    return n;
}

static void read_session(kept *k, int tag, lq_value *v)
{
    k->session = tag == 's';
    k->acked = number(v, 8);
    number(v, 8);
    number(v, 8);
    k->handled = number(v, 8);
    number(v, 4);
    k->id = lq_value_text(v);
    CLAIM(k->id != NULL && (k->id[0] != '\0') == k->session);
}

static bool is_sound(const char *bytes, size_t len)
{
    const lq_stanza *stanza = lq_stanza_parse(bytes, len);
    bool sound = stanza != NULL && lq_stanza_kind(stanza) != LQ_NONZA;

    lq_stanza_unref(stanza);
    return sound;
}

/* False: there are more than can be followed. */
static bool read_entry(kept *k, int tag, lq_value *v)
{
    int at = k->count++;

    if (at == STANZAS) {
        return false;
    }
    k->list[at].tag = tag;
    k->list[at].id = (lq_id)number(v, 4);
    k->list[at].silent = tag != 'e' && (number(v, 1) & 1) != 0;
    number(v, tag == 'e' ? 4 : 8);
    k->list[at].bytes = (const char *)v->bytes;
    k->list[at].len = v->len;
    k->sent += tag == 'o' ? 1 : 0;
    k->sound &= tag == 'e' || is_sound((const char *)v->bytes, v->len);
    for (int i = 0; i < at; i++) {
        CLAIM(k->list[i].id != k->list[at].id || k->list[at].id == 0);
    }
    return true;
}

static bool read_kept(kept *k, const blob *b)
{
    lq_value rest = { b->bytes + 4, b->len - 4 }, v;

    *k = (kept){ .sound = true };
    while (rest.len > 0) {
        int tag = lq_record_take(&rest, &v);

        number(&rest, SUM);
        switch (tag) {
        case 's':
        case 'n':
            read_session(k, tag, &v);
            break;
        case 'o':
        case 'h':
        case 'e':
            if (!read_entry(k, tag, &v)) {
                return false;
            }
            break;
        default:
            CLAIM(tag == 'a' || tag == 'c');
            break;
        }
    }
    return true;
}

/* Of a session, but for the features: those of a connection that resumes it are
 * as good. */
static size_t weight(int tag, const lq_value *v)
{
    lq_value rest = *v;

    if (tag != 's') {
        return v->len;
    }
    for (int i = 0; i < 36; i++) { /* the counters */
        number(&rest, 1);
    }
    for (int i = 0; i < 3; i++) {
        CLAIM(lq_value_text(&rest) != NULL);
    }
    return v->len - rest.len;
}

static bool means_same(const blob *a, const blob *b)
{
    lq_value x = { a->bytes + 4, a->len - 4 }, y = { b->bytes + 4, b->len - 4 };
    lq_value v, w;

    while (x.len > 0 && y.len > 0) {
        int tag = lq_record_take(&x, &v);
        size_t len = weight(tag, &v);

        if (lq_record_take(&y, &w) != tag || weight(tag, &w) != len ||
            memcmp(v.bytes, w.bytes, len) != 0) {
            return false;
        }
        number(&x, SUM);
        number(&y, SUM);
    }
    return x.len == y.len;
}

static bool is_kept(const kept *k, lq_id id)
{
    for (int i = 0; i < k->count; i++) {
        if (k->list[i].id == id) {
            return true;
        }
    }
    return false;
}

/* ---- a process ---- */

static lq_config *config_of(unsigned how, const blob *from)
{
    lq_config *config = lq_config_new(ACCOUNT);
    int rv;

    lq_config_set_password(config, "Wherefore");
    lq_config_set_mechanisms(config, "PLAIN");
    lq_config_set_durable(config, (how & DURABLE) != 0);
    rv = lq_config_set_saved(config, LQ_SAVED_SESSION, from->bytes, from->len);
    CLAIM(rv == LQ_OK || rv == LQ_E_ARGUMENT);
    if (rv < 0) {
        lq_config_free(config);
        return NULL;
    }
    return config;
}

/* What a process would keep that was given FROM; .bytes is NULL if it was
 * refused. */
static blob learn(unsigned how, const blob *from)
{
    lq_config *config = config_of(how, from);
    blob made = { NULL, 0 };
    lq_context *context;
    lq_stream *stream;
    const void *bytes;
    size_t len = 0;

    if (config == NULL) {
        return made;
    }
    context = lq_context_new();
    stream = lq_stream_new(context, config);
    CLAIM(stream != NULL);
    CLAIM(lq_stream_start(stream, 1) == LQ_OK);
    bytes = lq_stream_save(stream, LQ_SAVED_SESSION, &len);
    CLAIM(bytes != NULL && len > 0);
    blob_put(&made, bytes, len);
    lq_stream_free(stream);
    lq_config_free(config);
    lq_context_free(context);
    return made;
}

static void claim_learnt(unsigned how, const blob *from, const blob *is)
{
    blob again = learn(how, from);

    CLAIM(again.bytes != NULL && means_same(&again, is));
    blob_clear(&again);
}

/* ---- the session goes on ---- */

static struct {
    unsigned how;
    blob store, said;
} with;

static void said(talk *t, const char *bytes, size_t len)
{
    (void)t;
    blob_put(&with.said, bytes, len);
}

static void store(talk *t, int which)
{
    size_t len;
    const void *bytes = lq_stream_save(t->stream, which, &len);

    if (bytes == NULL) {
        CLAIM(which == LQ_SAVED_RECORDS);
        return;
    }
    with.store.len = which == LQ_SAVED_SESSION ? 0 : with.store.len;
    blob_put(&with.store, bytes, len);
    CLAIM(lq_stream_saved(t->stream, t->now, which) == LQ_OK);
}

static void told(talk *t, const lq_event *event)
{
    if (event->type == LQ_EVENT_SAVE) {
        store(t, event->id);
    }
    lq_stream_serial(t->stream);
    lq_stream_server_feature(t->stream, "sm", "urn:xmpp:sm:3");
}

static void act_message(talk *t)
{
    lq_builder *b = lq_build_message(t->stream, LQ_CHAT, "juliet@example.com");

    lq_build_child(b, "body", NULL, "My ears have not yet drunk");
    talk_asked(t, lq_stream_send(t->stream, b));
}

static void act_request(talk *t)
{
    int before = t->count;

    talk_asked(t, lq_stream_request(t->stream, lq_build_iq(t->stream, LQ_GET,
                                                           "example.net")));
    if (t->count > before) {
        t->asked[before].request = true;
    }
}

/* What was stored, records and all, is what would be stored now. */
static void act_check(talk *t)
{
    blob records = { NULL, 0 }, whole = { NULL, 0 };
    const void *bytes;
    size_t len;

    bytes = lq_stream_save(t->stream, LQ_SAVED_RECORDS, &len);
    if (bytes != NULL) {
        blob_put(&records, with.store.bytes, with.store.len);
        blob_put(&records, bytes, len);
    }
    bytes = lq_stream_save(t->stream, LQ_SAVED_SESSION, &len);
    CLAIM(bytes != NULL);
    blob_put(&whole, bytes, len);
    claim_learnt(with.how, &whole, &whole);
    if (records.bytes != NULL) {
        claim_learnt(with.how, &records, &whole);
    }
    blob_clear(&records);
    blob_clear(&whole);
    store(t, LQ_SAVED_SESSION);
}

static void act_inactive(talk *t)
{
    lq_stream_set_active(t->stream, t->now, false);
}

static void act_directed(talk *t)
{
    lq_builder *b =
        lq_build_presence(t->stream, LQ_AVAILABLE, "juliet@example.com");

    talk_asked(t, lq_stream_send(t->stream, b));
}

static void (*const acts[])(talk *t) = {
    act_message, act_check, act_request, act_inactive, act_directed,
};

static void act(talk *t, unsigned what) { acts[what % LQ_COUNT(acts)](t); }

/* ---- claims about the whole ---- */

/* Whether DELIVERY of ID is still to come. */
static bool waits_for(const talk *t, lq_id id)
{
    for (int i = 0; i < t->count; i++) {
        if (t->asked[i].id == id && !t->asked[i].request &&
            !t->asked[i].ended) {
            return true;
        }
    }
    return false;
}

/* Behind <resume/> stands, in one piece, what the server lacks. */
static void claim_resent(const kept *k, int has)
{
    blob lacking = { NULL, 0 };
    bool found = false;

    for (int i = 0; i < k->count; i++) {
        if (k->list[i].tag == 'o' && has-- <= 0) {
            blob_put(&lacking, k->list[i].bytes, k->list[i].len);
        }
    }
    for (size_t at = 0; !found && at + lacking.len <= with.said.len; at++) {
        found = lacking.len == 0 ||
                memcmp(with.said.bytes + at, lacking.bytes, lacking.len) == 0;
    }
    CLAIM(found);
    blob_clear(&lacking);
}

static void claim_resumed(const talk *t, const kept *k)
{
    unsigned long h = (unsigned long)(uint32_t)k->handled;

    CLAIM(strcmp(t->previd, k->session ? k->id : "") == 0);
    CLAIM(!k->session || strtoul(t->h, NULL, 10) == h);
}

/* Whatever the server has said of the session, it has all of it now. */
static void claim_ended(talk *t, const kept *k)
{
    char text[96];

    for (int i = 0; i < 4; i++) { /* what is stored in between may leave */
        talk_take_events(t);
        talk_say(t, " ");
    }
    snprintf(text, sizeof(text), "<a xmlns='urn:xmpp:sm:3' h='%lu'/>",
             (unsigned long)t->heard);
    talk_say(t, text);
    talk_take_events(t);
    for (int i = 0; i < k->count; i++) {
        CLAIM(!waits_for(t, k->list[i].id));
    }
}

/* What has not ended is in what was stored, and nothing else is. */
static void claim_handed_over(talk *t)
{
    blob made = learn(with.how, &with.store);
    kept k;

    CLAIM(made.bytes != NULL);
    if (read_kept(&k, &made)) {
        for (int i = 0; i < t->count; i++) {
            CLAIM(t->asked[i].request || t->asked[i].ended ||
                  is_kept(&k, t->asked[i].id));
        }
        for (int i = 0; i < k.count; i++) {
            CLAIM(k.list[i].id == 0 || k.list[i].silent ||
                  waits_for(t, k.list[i].id));
        }
    }
    for (int i = 0; i < t->count; i++) {
        t->asked[i].ended = true;
    }
    blob_clear(&made);
}

static const char features[] =
    "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm "
    "xmlns='urn:xmpp:sm:3'/><csi xmlns='urn:xmpp:csi:0'/>";

static void begin(talk *t, const blob *from, const kept *k, unsigned server)
{
    talk_begin(t, config_of(with.how, from));
    t->features = features;
    t->sasl2 = (with.how & SASL2) != 0;
    t->resumes = (int)(server % 3);
    t->pieces = server / 3;
    t->act = act;
    t->told = told;
    t->said = said;
    t->unsound = !k->sound;
    for (int i = 0; i < k->count; i++) {
        if (k->list[i].id != 0 && !k->list[i].silent) {
            talk_asked(t, k->list[i].id);
        }
    }
    if ((with.how & PRESENT) != 0) {
        lq_presence_attach(t->stream);
    }
}

static void go_on(const blob *from, const kept *k, unsigned server, int has,
                  const uint8_t *data, size_t size)
{
    static talk t;

    begin(&t, from, k, server);
    t.heard = (uint32_t)(k->acked + (uint64_t)has);
    talk_start(&t);
    CLAIM(lq_stream_state(t.stream) == LQ_STATE_ONLINE);
    claim_resumed(&t, k);
    if (k->session && t.resumes == TALK_RESUMES) {
        claim_resent(k, has);
    }
    if (k->sound) {
        claim_ended(&t, k);
    }
    talk_hear(&t, data, size);
    if ((with.how & SUSPENDED) != 0 &&
        lq_stream_suspend(t.stream, t.now) == LQ_OK) {
        talk_run_out(&t);
        claim_handed_over(&t);
    }
    talk_end(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned server, has;
    const uint8_t *end;
    blob from, made;
    size_t len;
    kept k;

    random_seed(1);
    with.how = fuzz_byte(&data, &size);
    server = fuzz_byte(&data, &size);
    has = fuzz_byte(&data, &size);
    end = size == 0 ? NULL : memchr(data, END_OF_RECORDS, size);
    len = end == NULL ? size : (size_t)(end - data);
    from = made_of(with.how, data, len);
    made = learn(with.how, &from);
    if (made.bytes != NULL) {
        claim_learnt(with.how, &made, &made);
        if (read_kept(&k, &made)) {
            len += end == NULL ? 0 : 1;
            go_on(&made, &k, server, (int)has % (k.sent + 1), data + len,
                  size - len);
        }
    }
    blob_clear(&with.store);
    blob_clear(&with.said);
    blob_clear(&made);
    blob_clear(&from);
    return 0;
}
