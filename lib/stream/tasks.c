/* tasks.c - see tasks.h.
 *
 * What is handed over equals the password for whoever stores it, so it goes
 * only to a server that a channel binding has shown to be at the other end,
 * and only for a hash that is stronger than the one that we logged in by. */
#include "stream/tasks.h"

#include <string.h>

#include "base/array.h"
#include "base/memory.h"
#include "base/text.h"
#include "sasl/saslname.h"
#include "sasl/scram.h"

#define NS_UPGRADE_DATA "urn:xmpp:scram-upgrade:0"

typedef struct upgrade {
    const char *task;
    gnutls_mac_algorithm_t mac;
    unsigned char bit;
} upgrade;

static const upgrade upgrades[] = {
    { "UPGR-SCRAM-SHA-512", GNUTLS_MAC_SHA512, 1 },
    { "UPGR-SCRAM-SHA-256", GNUTLS_MAC_SHA256, 2 },
};

/* ---- asking ---- */

static bool is_offered(const lq_offer *offer, const upgrade *u)
{
    return u->mac == GNUTLS_MAC_SHA512 ? offer->upgrade_512
                                       : offer->upgrade_256;
}

static bool is_wanted(const lq_stream *stream, const upgrade *u)
{
    const lq_choice *choice = &stream->negotiation.sasl.attempt->choice;
    const char *plain = u->task + strlen("UPGR-");
    const lq_mechanism *m = lq_mechanism_of(plain);

    return choice->flag == 'p' && stream->config.password != NULL &&
           is_offered(&stream->known.offer, u) &&
           (stream->config.mechanisms & lq_mechanism_bit(m)) != 0 &&
           gnutls_hmac_get_len(u->mac) >
               gnutls_hmac_get_len(choice->mechanism->mac);
}

int lq_tasks_write(lq_stream *stream, lq_saying *say)
{
    lq_attempt *attempt = stream->negotiation.sasl.attempt;

    for (size_t i = 0; i < LQ_COUNT(upgrades); i++) {
        const upgrade *u = &upgrades[i];

        if (is_wanted(stream, u)) {
            attempt->upgrades |= u->bit;
            lq_saying_child(say, "upgrade", LQ_NS_UPGRADE, u->task);
        }
    }
    return LQ_OK;
}

/* ---- choosing ---- */

static const upgrade *task_find(const lq_attempt *attempt, const char *name)
{
    for (size_t i = 0; i < LQ_COUNT(upgrades); i++) {
        if ((attempt->upgrades & upgrades[i].bit) != 0 &&
            strcmp(upgrades[i].task, name) == 0) {
            return &upgrades[i];
        }
    }
    return NULL;
}

/* None of the tasks is for us: tell which they are. */
static int task_none(lq_stream *stream, const lq_element *tasks)
{
    const lq_element *task = lq_element_child(tasks, "task", LQ_NS_SASL2);
    lq_buffer names;
    int rv;

    lq_buffer_init(&names, 1024);
    for (; task != NULL; task = lq_element_next(task, "task", LQ_NS_SASL2)) {
        lq_text_append(&names, lq_element_text(task));
        lq_text_append(&names, " ");
    }
    rv = lq_buffer_append(&names, "", 1);
    lq_sasl_say(stream, "abort", LQ_NS_SASL2, NULL);
    rv = lq_stream_fail(
        stream, &(lq_fault){ LQ_LAYER_SASL, LQ_E_AUTH, NULL,
                             rv < 0 ? NULL : lq_buffer_bytes(&names),
                             "The server wants more than the password, and "
                             "nothing that we can do.",
                             .final = true });
    lq_buffer_clear(&names);
    return rv;
}

static int task_begin(lq_stream *stream, const upgrade *u)
{
    lq_saying say;

    lq_saying_begin(&say, "next", LQ_NS_SASL2);
    lq_write_attr(&say.writer, "task", u->task);
    return lq_saying_end(&say, stream) < 0 ? lq_stream_no_memory(stream)
                                           : LQ_ROW_WAIT;
}

int lq_tasks_next(lq_stream *stream, const lq_element *element)
{
    lq_attempt *attempt = stream->negotiation.sasl.attempt;
    const lq_element *tasks = lq_element_child(element, "tasks", LQ_NS_SASL2);
    const lq_element *task = lq_element_child(tasks, "task", LQ_NS_SASL2);

    for (; task != NULL; task = lq_element_next(task, "task", LQ_NS_SASL2)) {
        const upgrade *u = task_find(attempt, lq_element_text(task));

        if (u != NULL) {
            attempt->upgrades &= (unsigned char)~u->bit; /* once */
            attempt->upgrading = u->mac;
            return task_begin(stream, u);
        }
    }
    return task_none(stream, tasks);
}

/* ---- upgrading ---- */

/* <task-data><hash>base64</hash></task-data> */
static int task_answer(lq_stream *stream, const unsigned char *hash,
                       size_t size)
{
    lq_saying say;

    lq_saying_begin(&say, "task-data", LQ_NS_SASL2);
    lq_write_open(&say.writer, "hash", NS_UPGRADE_DATA);
    lq_saying_base64(&say, hash, size);
    lq_write_close(&say.writer);
    return lq_saying_end(&say, stream);
}

/* SaltedPassword, as the server's salt and count want it. */
static int task_hash(lq_stream *stream, const char *salt_text, long iterations)
{
    lq_salting how = { .mac = stream->negotiation.sasl.attempt->upgrading,
                       .iterations = (unsigned)iterations,
                       .preparation = stream->known.preparation };
    unsigned char hash[LQ_DIGEST_MAX];
    lq_buffer salt;
    int rv;

    lq_buffer_init(&salt, LQ_SALT_MAX);
    rv = lq_base64_decode(&salt, salt_text, strlen(salt_text));
    how.salt = lq_buffer_bytes(&salt);
    how.salt_len = lq_buffer_len(&salt);
    if (rv == LQ_OK && how.salt_len > 0) {
        rv = lq_scram_salted(&how, stream->config.password, hash);
        rv = rv < 0 ? rv
                    : task_answer(stream, hash, gnutls_hmac_get_len(how.mac));
        lq_wipe(hash, sizeof(hash));
        rv = rv < 0 ? lq_stream_no_memory(stream) : LQ_ROW_WAIT;
    } else {
        rv = lq_sasl_distrust(stream, "The server sent what is no SCRAM salt.");
    }
    lq_buffer_clear(&salt);
    return rv;
}

int lq_tasks_data(lq_stream *stream, const lq_element *element)
{
    lq_attempt *attempt = stream->negotiation.sasl.attempt;
    const lq_element *salt = lq_element_child(element, "salt", NS_UPGRADE_DATA);
    const char *count = lq_element_attr(salt, "iterations");
    long iterations;
    int rv;

    if (attempt->upgrading == GNUTLS_MAC_UNKNOWN || salt == NULL ||
        stream->config.password == NULL) {
        return lq_stream_unexpected(stream);
    }
    if (count == NULL ||
        !lq_text_number(count, LQ_SCRAM_ITERATIONS_MIN,
                        stream->config.iterations, &iterations)) {
        return lq_sasl_distrust(stream, "The server wants an iteration count "
                                        "that is too low to be safe, or too "
                                        "high to be meant well.");
    }
    rv = task_hash(stream, lq_element_text(salt), iterations);
    attempt->upgrading = GNUTLS_MAC_UNKNOWN;
    return rv;
}
