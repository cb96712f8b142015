/* keylog.c - KEYLOG events: the secrets of a connection, for who looks into
 * one of his own.
 *
 * GnuTLS asks an environment variable where there is no function of ours, so
 * each session has one, which does nothing unless the program wants it.  A line
 * that does not fit into memory is left out. */
#include <string.h>

#include "base/memory.h"
#include "stream/stream.h"

typedef struct keylog {
    lq_note note;
    size_t len;
    char line[];
} keylog;

static void keylog_release(lq_note *note)
{
    keylog *k = LQ_OUTER(note, keylog, note);

    lq_wipe(k->line, k->len);
    lq_free(k);
}

static char *hex(char *at, const gnutls_datum_t *bytes)
{
    static const char digits[] = "0123456789abcdef";

    *at++ = ' ';
    for (unsigned i = 0; i < bytes->size; i++) {
        *at++ = digits[bytes->data[i] >> 4];
        *at++ = digits[bytes->data[i] & 15];
    }
    return at;
}

static void keylog_note(lq_tls *tls, const char *label,
                        const gnutls_datum_t *secret)
{
    const size_t label_len = strlen(label);
    gnutls_datum_t random = { NULL, 0 };
    keylog *k;
    size_t len;

    gnutls_session_get_random(tls->session, &random, NULL);
    len = label_len + 2 + 2 * ((size_t)random.size + secret->size);
    k = lq_calloc(1, sizeof(*k) + len + 1);
    if (k == NULL) {
        return;
    }
    k->len = len;
    memcpy(k->line, label, label_len);
    hex(hex(k->line + label_len, &random), secret);
    k->note.release = keylog_release;
    k->note.event = (lq_event){ .type = LQ_EVENT_KEYLOG, .detail = k };
    lq_stream_note(tls->stream, &k->note);
}

int lq_keylog(gnutls_session_t session, const char *label,
              const gnutls_datum_t *secret)
{
    lq_tls *tls = gnutls_session_get_ptr(session);

    if (tls->stream->config.keylog) {
        keylog_note(tls, label, secret);
    }
    return 0;
}

void lq_keylog_resumed(lq_tls *tls)
{
    gnutls_datum_t secret = { NULL, 0 };

    if (tls->stream->config.keylog &&
        gnutls_protocol_get_version(tls->session) == GNUTLS_TLS1_2) {
        gnutls_session_get_master_secret(tls->session, &secret);
        keylog_note(tls, "CLIENT_RANDOM", &secret);
    }
}

const char *lq_event_keylog(const lq_event *event)
{
    const keylog *k = event->type == LQ_EVENT_KEYLOG ? event->detail : NULL;

    return k == NULL ? NULL : k->line;
}
