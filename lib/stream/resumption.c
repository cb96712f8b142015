/* resumption.c - see resumption.h.
 *
 * Only what was verified is kept, with the time; what the program vouched for
 * once has to be asked about again.  The format for other processes is ours:
 * a word that names it, then numbers with the highest byte first, then the two
 * parts, then a hash of all that; nothing may be missing or left over.  GnuTLS
 * does not look at sessions as closely as it should, so those that were damaged
 * must not reach it. */
#include "stream/resumption.h"

#include <gnutls/crypto.h>
#include <string.h>

#include "base/array.h"
#include "base/memory.h"
#include "stream/stream.h"

enum {
    PART_MAX = 64 * 1024, /* of a session, or a chain */
    LENGTH = 3,           /* bytes before each certificate */
    MAGIC = 4,
    HEAD = MAGIC + 3 + 8 + 3 * 4,
    SEAL = 32, /* SHA-256 */
};

#define TIME_MAX (INT64_MAX / 1000) /* what fits into milliseconds */

static const char magic[] = "LqR1";

void lq_resumption_free(lq_resumption *resumption)
{
    if (resumption != NULL) {
        lq_wipe(resumption->bytes, resumption->session_len);
        lq_free(resumption);
    }
}

/* ---- the chain ---- */

static uint64_t number_of(const unsigned char *bytes, size_t count)
{
    uint64_t value = 0;

    for (size_t i = 0; i < count; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

static void number_put(unsigned char *bytes, size_t count, uint64_t value)
{
    for (size_t i = count; i-- > 0; value >>= 8) {
        bytes[i] = (unsigned char)value;
    }
}

/* The certificate at *AT, which moves on; empty at the end, or if it is cut
 * off. */
static gnutls_datum_t chain_next(const unsigned char **at,
                                 const unsigned char *end)
{
    gnutls_datum_t found = { NULL, 0 };
    size_t len;

    if (end - *at < LENGTH) {
        return found;
    }
    len = (size_t)number_of(*at, LENGTH);
    if (len == 0 || len > (size_t)(end - *at - LENGTH)) {
        return found;
    }
    found.data = (unsigned char *)*at + LENGTH;
    found.size = (unsigned)len;
    *at += LENGTH + len;
    return found;
}

static bool chain_is_whole(const unsigned char *at, size_t len)
{
    const unsigned char *end = at + len;
    int count = 0;

    while (chain_next(&at, end).data != NULL) {
        count++;
    }
    return at == end && count > 0 && count <= LQ_CHAIN_MAX;
}

gnutls_datum_t lq_resumption_certificate(const lq_resumption *resumption,
                                         unsigned n)
{
    const unsigned char *at = resumption->bytes + resumption->session_len;
    const unsigned char *end = at + resumption->chain_len;
    gnutls_datum_t found = chain_next(&at, end);

    while (found.data != NULL && n-- > 0) {
        found = chain_next(&at, end);
    }
    return found;
}

int lq_resumption_end_point(const lq_resumption *resumption, lq_buffer *out)
{
    const gnutls_datum_t leaf = lq_resumption_certificate(resumption, 0);

    return lq_end_point(&leaf, resumption->standing.hash, out);
}

/* ---- making one ---- */

static lq_resumption *resumption_alloc(size_t session_len, size_t chain_len)
{
    lq_resumption *made;

    if (session_len == 0 || session_len > PART_MAX || chain_len > PART_MAX) {
        return NULL;
    }
    made = lq_calloc(1, sizeof(*made) + session_len + chain_len);
    if (made != NULL) {
        made->session_len = (uint32_t)session_len;
        made->chain_len = (uint32_t)chain_len;
    }
    return made;
}

static size_t chain_len(const gnutls_datum_t *chain, unsigned count)
{
    size_t len = 0;

    for (unsigned i = 0; i < count; i++) {
        len += LENGTH + chain[i].size;
    }
    return len;
}

static void chain_copy(unsigned char *to, const gnutls_datum_t *chain,
                       unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        number_put(to, LENGTH, chain[i].size);
        memcpy(to + LENGTH, chain[i].data, chain[i].size);
        to += LENGTH + chain[i].size;
    }
}

static lq_resumption *resumption_of(const lq_tls *tls,
                                    const gnutls_datum_t *session)
{
    unsigned count = 0;
    const gnutls_datum_t *chain =
        gnutls_certificate_get_peers(tls->session, &count);
    lq_resumption *made;

    if (chain == NULL || count == 0 || count > LQ_CHAIN_MAX) {
        return NULL;
    }
    made = resumption_alloc(session->size, chain_len(chain, count));
    if (made != NULL) {
        memcpy(made->bytes, session->data, session->size);
        chain_copy(made->bytes + session->size, chain, count);
        made->standing = tls->standing;
        made->transport = tls->transport;
        made->gave = tls->gave;
    }
    return made;
}

/* In TLS 1.2 a ticket may be used again (RFC 5077); in 1.3 GnuTLS would wait
 * for a new one. */
static bool session_has_ticket(const lq_tls *tls)
{
    return (gnutls_session_get_flags(tls->session) &
            GNUTLS_SFLAGS_SESSION_TICKET) != 0 ||
           (lq_tls_is_resumed(tls) && lq_tls_version(tls) == 0x0303);
}

static bool session_is_resumable(const lq_tls *tls)
{
    const lq_standing *s = &tls->standing;

    return tls->established &&
           (s->basis == LQ_BASIS_CHAIN || s->basis == LQ_BASIS_KEY) &&
           s->verified_on != LQ_NEVER && session_has_ticket(tls);
}

lq_resumption *lq_resumption_new(const lq_tls *tls)
{
    gnutls_datum_t session = { NULL, 0 };
    lq_resumption *made = NULL;

    if (!session_is_resumable(tls) ||
        gnutls_session_get_data2(tls->session, &session) < 0) {
        return NULL;
    }
    if (session.data != NULL) {
        made = resumption_of(tls, &session);
        lq_wipe(session.data, session.size);
    }
    gnutls_free(session.data);
    return made;
}

/* ---- for other processes ---- */

int lq_resumption_write(const lq_resumption *resumption, lq_buffer *out)
{
    const size_t parts = resumption->session_len + resumption->chain_len;
    const size_t len = HEAD + parts + SEAL;
    unsigned char *head = (unsigned char *)lq_buffer_reserve(out, len);
    unsigned char *at = head;

    if (head == NULL) {
        return len > out->limit - lq_buffer_len(out) ? LQ_E_FULL : LQ_E_NOMEM;
    }
    memcpy(at, magic, MAGIC);
    at += MAGIC;
    *at++ = (unsigned char)resumption->standing.basis;
    *at++ = (unsigned char)resumption->transport;
    *at++ = resumption->gave;
    number_put(at, 8, (uint64_t)resumption->standing.verified_on);
    number_put(at + 8, 4, resumption->standing.age);
    number_put(at + 12, 4, resumption->session_len);
    number_put(at + 16, 4, resumption->chain_len);
    memcpy(head + HEAD, resumption->bytes, parts);
    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, head, HEAD + parts,
                         head + HEAD + parts) < 0) {
        return LQ_E_NOMEM;
    }
    lq_buffer_commit(out, len);
    return LQ_OK;
}

/* The numbers of the head, if each is one that we would write. */
static bool head_read(lq_resumption *to, const unsigned char *head)
{
    const unsigned char *at = head + MAGIC;
    const uint64_t on = number_of(at + 3, 8);

    to->standing.basis = at[0];
    to->standing.hash = LQ_HASH_UNSEEN;
    to->standing.verified_at = LQ_NEVER;
    to->standing.verified_on = (int64_t)(on & INT64_MAX);
    to->standing.age = (uint32_t)number_of(at + 11, 4);
    to->transport = at[1];
    to->gave = at[2] == 1;
    return (at[0] == LQ_BASIS_CHAIN || at[0] == LQ_BASIS_KEY) &&
           (at[1] == LQ_TRANSPORT_STARTTLS || at[1] == LQ_TRANSPORT_TLS) &&
           at[2] <= 1 && on < TIME_MAX;
}

static bool seal_is_whole(const unsigned char *bytes, size_t len)
{
    unsigned char seal[SEAL];

    return gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes, len, seal) >= 0 &&
           memcmp(bytes + len, seal, SEAL) == 0;
}

lq_resumption *lq_resumption_read(const void *bytes, size_t len)
{
    const unsigned char *head = bytes;
    uint64_t session_len, chain;
    lq_resumption *made;

    if (len < HEAD + SEAL || memcmp(head, magic, MAGIC) != 0 ||
        !seal_is_whole(head, len - SEAL)) {
        return NULL;
    }
    len -= SEAL;
    session_len = number_of(head + HEAD - 8, 4);
    chain = number_of(head + HEAD - 4, 4);
    if (session_len > PART_MAX || chain > PART_MAX ||
        len - HEAD != session_len + chain ||
        !chain_is_whole(head + HEAD + session_len, (size_t)chain)) {
        return NULL;
    }
    made = resumption_alloc((size_t)session_len, (size_t)chain);
    if (made != NULL && !head_read(made, head)) {
        lq_free(made);
        return NULL;
    }
    if (made != NULL) {
        memcpy(made->bytes, head + HEAD, len - HEAD);
    }
    return made;
}
