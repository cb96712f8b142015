/* config.c - see loquat/config.h. */
#include "stream/config.h"

#include <loquat/jid.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "sasl/scram.h"
#include "stream/journal.h"
#include "stream/saved.h"

enum {
    ITERATIONS_MAX = 10000000,
    PASSWORD_MAX = 4096, /* preparing it makes it no more than 11 times that */
    PIN_SIZE = 32,       /* of a SHA-256 */
    PINS_MAX = 1000,
    STANZA_MIN = 10000,           /* RFC 6120, 13.12 */
    STANZA_MAX = 9 * 1024 * 1024, /* libxml2 refuses a text of ten million */
};

static const int32_t default_timeouts[LQ_TIMEOUTS] = {
    [LQ_TIMEOUT_CONNECT] = 30000,   [LQ_TIMEOUT_REQUEST] = 60000,
    [LQ_TIMEOUT_QUESTION] = 300000, [LQ_TIMEOUT_IDLE] = 300000,
    [LQ_TIMEOUT_PING] = 20000,      [LQ_TIMEOUT_SPACE] = 120000,
};

/* Few set another, and each stream has a config. */
static char default_lang[] = "en";

static void lang_free(char *lang)
{
    if (lang != default_lang) {
        lq_free(lang);
    }
}

lq_config *lq_config_new(const char *jid)
{
    lq_config *config = lq_calloc(1, sizeof(*config));

    if (config == NULL) {
        return NULL;
    }
    memcpy(config->timeouts, default_timeouts, sizeof(default_timeouts));
    config->reconnect_first = 2000;
    config->reconnect_last = 300000;
    config->max_stanza = 1024 * 1024;
    config->iterations = LQ_SCRAM_ITERATIONS_MAX;
    config->mechanisms = ~lq_mechanisms_of(LQ_SASL_DIGEST);
    config->jid = lq_strdup(jid == NULL ? "" : jid);
    config->lang = default_lang;
    if (config->jid == NULL) {
        lq_config_free(config);
        return NULL;
    }
    return config;
}

/* ---- extras ---- */

const lq_extras *lq_config_extras(const lq_config *config)
{
    static const lq_extras none;

    return config->extras == NULL ? &none : config->extras;
}

static void kept_free(lq_kept *kept)
{
    if (kept->bytes != NULL) {
        lq_wipe(kept->bytes, kept->len);
        lq_free(kept->bytes);
        *kept = (lq_kept){ .len = 0 };
    }
}

void lq_config_forget_saved(lq_config *config)
{
    if (config->extras != NULL) {
        kept_free(&config->extras->saved);
        kept_free(&config->extras->session);
    }
}

/* LQ_OK or LQ_E_NOMEM. */
static int kept_set(lq_kept *kept, const char *bytes, size_t len)
{
    char *copy = len == 0 ? NULL : lq_malloc(len);

    if (len > 0 && copy == NULL) {
        return LQ_E_NOMEM;
    }
    kept_free(kept);
    if (copy != NULL) {
        memcpy(copy, bytes, len);
        *kept = (lq_kept){ copy, len };
    }
    return LQ_OK;
}

static void extras_free(lq_extras *extras)
{
    if (extras != NULL) {
        lq_free_secret(extras->token);
        lq_free(extras->agent_id);
        lq_free(extras->software);
        lq_free(extras->device);
        kept_free(&extras->saved);
        kept_free(&extras->session);
        lq_free(extras);
    }
}

/* NULL when memory runs out. */
static lq_extras *extras_make(lq_config *config)
{
    if (config->extras == NULL) {
        config->extras = lq_calloc(1, sizeof(*config->extras));
    }
    return config->extras;
}

static int extras_copy(lq_config *to, const lq_extras *from)
{
    lq_extras *extras;

    if (from == NULL) {
        return LQ_OK;
    }
    extras = extras_make(to);
    return extras == NULL || lq_replace(&extras->token, from->token) < 0 ||
                   lq_replace(&extras->agent_id, from->agent_id) < 0 ||
                   lq_replace(&extras->software, from->software) < 0 ||
                   lq_replace(&extras->device, from->device) < 0 ||
                   kept_set(&extras->saved, from->saved.bytes,
                            from->saved.len) < 0 ||
                   kept_set(&extras->session, from->session.bytes,
                            from->session.len) < 0
               ? LQ_E_NOMEM
               : LQ_OK;
}

/* ---- all ---- */

static void client_clear(lq_source *source)
{
    lq_replace(&source->certificate, NULL);
    lq_replace(&source->key, NULL);
    lq_free_secret(source->password);
    if (source->pem != NULL) {
        lq_wipe(source->pem, source->pem_len);
        lq_free(source->pem);
    }
    source->password = source->pem = NULL;
    source->pem_len = 0;
}

void lq_config_forget_source(lq_config *config)
{
    if (config->source != NULL) {
        client_clear(config->source);
        lq_buffer_clear(&config->source->ca);
        lq_free(config->source->ca_file);
        lq_free(config->source);
        config->source = NULL;
    }
}

void lq_config_clear(lq_config *config)
{
    lq_config_forget_source(config);
    lq_free(config->pins);
    lq_free(config->jid);
    lq_free_secret(config->password);
    extras_free(config->extras);
    lq_free(config->resource);
    lang_free(config->lang);
    lq_free(config->host);
}

void lq_config_free(lq_config *config)
{
    if (config != NULL) {
        lq_config_clear(config);
        lq_free(config);
    }
}

/* The source of CONFIG, made if there was none; NULL when memory runs out. */
static lq_source *config_source(lq_config *config)
{
    if (config->source == NULL) {
        config->source = lq_calloc(1, sizeof(*config->source));
        if (config->source != NULL) {
            lq_buffer_init(&config->source->ca, LQ_CA_MAX);
        }
    }
    return config->source;
}

/* Our certificate becomes that of FROM.  LQ_OK, or LQ_E_NOMEM with none. */
static int client_copy(lq_source *to, const lq_source *from)
{
    client_clear(to);
    if (from->pem_len > 0) {
        to->pem = lq_malloc(from->pem_len);
        if (to->pem == NULL) {
            return LQ_E_NOMEM;
        }
        memcpy(to->pem, from->pem, from->pem_len);
        to->pem_len = from->pem_len;
    }
    if (lq_replace(&to->certificate, from->certificate) < 0 ||
        lq_replace(&to->key, from->key) < 0 ||
        lq_replace(&to->password, from->password) < 0) {
        client_clear(to);
        return LQ_E_NOMEM;
    }
    return LQ_OK;
}

static int config_copy_source(lq_config *to, const lq_source *from)
{
    lq_source *source = from == NULL ? NULL : config_source(to);

    if (from == NULL) {
        return LQ_OK;
    }
    return source == NULL || client_copy(source, from) < 0 ||
                   lq_replace(&source->ca_file, from->ca_file) < 0 ||
                   lq_buffer_append(&source->ca, lq_buffer_bytes(&from->ca),
                                    lq_buffer_len(&from->ca)) < 0
               ? LQ_E_NOMEM
               : LQ_OK;
}

static size_t pins_size(size_t count)
{
    return sizeof(lq_pins) + count * PIN_SIZE;
}

static int config_copy_pins(lq_config *to, const lq_pins *from)
{
    if (from != NULL) {
        to->pins = lq_malloc(pins_size(from->count));
        if (to->pins == NULL) {
            return LQ_E_NOMEM;
        }
        memcpy(to->pins, from, pins_size(from->count));
    }
    return LQ_OK;
}

int lq_config_copy(lq_config *to, const lq_config *from)
{
    *to = *from;
    to->jid = to->password = to->resource = NULL;
    to->lang = default_lang;
    to->host = NULL;
    to->extras = NULL;
    to->source = NULL;
    to->pins = NULL;
    if (lq_replace(&to->jid, from->jid) < 0 ||
        lq_replace(&to->password, from->password) < 0 ||
        lq_replace(&to->resource, from->resource) < 0 ||
        lq_config_set_lang(to, from->lang) < 0 ||
        lq_replace(&to->host, from->host) < 0 ||
        extras_copy(to, from->extras) < 0 ||
        config_copy_source(to, from->source) < 0 ||
        config_copy_pins(to, from->pins) < 0) {
        lq_config_clear(to);
        return LQ_E_NOMEM;
    }
    return LQ_OK;
}

int lq_config_set_password(lq_config *config, const char *password)
{
    char *copy;

    if (password != NULL && (strlen(password) > PASSWORD_MAX ||
                             !lq_utf8_valid(password, strlen(password)))) {
        return LQ_E_ARGUMENT;
    }
    copy = lq_strdup(password);

    if (copy == NULL && password != NULL) {
        return LQ_E_NOMEM;
    }
    lq_free_secret(config->password);
    config->password = copy;
    return LQ_OK;
}

/* RFC 6750, 2.1: what a bearer token may be made of. */
static bool is_token(const char *text)
{
    size_t len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "abcdefghijklmnopqrstuvwxyz"
                              "0123456789-._~+/");

    len += len > 0 ? strspn(text + len, "=") : 0;
    return len > 0 && text[len] == '\0';
}

int lq_config_set_token(lq_config *config, const char *token)
{
    lq_extras *extras;
    char *copy;

    if (token != NULL && !is_token(token)) {
        return LQ_E_ARGUMENT;
    }
    extras = extras_make(config);
    copy = lq_strdup(token);
    if (extras == NULL || (token != NULL && copy == NULL)) {
        lq_free_secret(copy);
        return LQ_E_NOMEM;
    }
    lq_free_secret(extras->token);
    extras->token = copy;
    return LQ_OK;
}

/* The mechanism called by the first LEN bytes of NAME, or NULL. */
static const lq_mechanism *mechanism_named(const char *name, size_t len)
{
    char text[32];

    if (len >= sizeof(text)) {
        return NULL;
    }
    memcpy(text, name, len);
    text[len] = '\0';
    return lq_mechanism_of(text);
}

int lq_config_set_mechanisms(lq_config *config, const char *names)
{
    lq_mechanism_set set = 0;

    for (names += strspn(names, " "); *names != '\0';
         names += strspn(names, " ")) {
        size_t len = strcspn(names, " ");
        const lq_mechanism *m = mechanism_named(names, len);

        if (m == NULL) {
            return LQ_E_ARGUMENT;
        }
        set |= lq_mechanism_bit(m);
        names += len;
    }
    if (set == 0) {
        return LQ_E_ARGUMENT;
    }
    config->mechanisms = set;
    return LQ_OK;
}

int lq_config_set_iterations(lq_config *config, int most)
{
    if (most < LQ_SCRAM_ITERATIONS_MIN || most > ITERATIONS_MAX) {
        return LQ_E_ARGUMENT;
    }
    config->iterations = most;
    return LQ_OK;
}

/* xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx, RFC 9562, 5.4 */
static bool is_uuid4(const char *text)
{
    static const char form[] = "xxxxxxxx-xxxx-4xxx-xxxx-xxxxxxxxxxxx";

    for (size_t i = 0; i < strlen(form); i++) {
        bool right = form[i] == 'x'
                         ? text[i] != '\0' &&
                               strchr("0123456789abcdefABCDEF", text[i]) != NULL
                         : text[i] == form[i];

        if (!right) {
            return false;
        }
    }
    return text[strlen(form)] == '\0' && strchr("89abAB", text[19]) != NULL;
}

int lq_config_set_agent(lq_config *config, const char *id, const char *software,
                        const char *device)
{
    lq_extras made = { .token = NULL };
    lq_extras *extras;

    if ((id != NULL && !is_uuid4(id)) || !lq_text_is_xml(software) ||
        !lq_text_is_xml(device)) {
        return LQ_E_ARGUMENT;
    }
    extras = extras_make(config);
    if (extras == NULL || lq_replace(&made.agent_id, id) < 0 ||
        lq_replace(&made.software, software) < 0 ||
        lq_replace(&made.device, device) < 0) {
        lq_free(made.agent_id);
        lq_free(made.software);
        return LQ_E_NOMEM;
    }
    lq_free(extras->agent_id);
    lq_free(extras->software);
    lq_free(extras->device);
    extras->agent_id = made.agent_id;
    extras->software = made.software;
    extras->device = made.device;
    return LQ_OK;
}

/* Whether DATA was saved for CONFIG's account. */
static int saved_fits(const lq_config *config, int which, const void *data,
                      size_t len)
{
    int why = LQ_OK, rv;
    lq_jid *jid = lq_jid_parse(config->jid, &why);

    if (jid == NULL) {
        return why == LQ_E_NOMEM ? LQ_E_NOMEM : LQ_E_ARGUMENT;
    }
    rv = which == LQ_SAVED_ACCOUNT
             ? lq_saved_check(data, len, lq_jid_bare(jid))
             : lq_journal_check(data, len, lq_jid_bare(jid));
    lq_jid_free(jid);
    return rv;
}

int lq_config_set_saved(lq_config *config, int which, const void *data,
                        size_t len)
{
    bool account = which == LQ_SAVED_ACCOUNT;
    lq_extras *extras;
    lq_kept *kept;
    int rv;

    if (!account && which != LQ_SAVED_SESSION) {
        return LQ_E_ARGUMENT;
    }
    config->saves |= account;
    config->saves_session |= !account;
    if (len == 0 && config->extras == NULL) {
        return LQ_OK;
    }
    extras = extras_make(config);
    if (extras == NULL) {
        return LQ_E_NOMEM;
    }
    kept = account ? &extras->saved : &extras->session;
    kept_free(kept);
    rv = len == 0 ? LQ_OK : saved_fits(config, which, data, len);
    return rv < 0 ? rv : kept_set(kept, data, len);
}

void lq_config_set_durable(lq_config *config, bool durable)
{
    config->durable = durable;
}

int lq_config_set_resource(lq_config *config, const char *resource)
{
    if (!lq_text_is_xml(resource) ||
        (resource != NULL && resource[0] == '\0')) {
        return LQ_E_ARGUMENT;
    }
    return lq_replace(&config->resource, resource);
}

int lq_config_set_lang(lq_config *config, const char *lang)
{
    char *copy;

    if (lang == config->lang) {
        return LQ_OK;
    }
    if (!lq_text_is_xml(lang)) {
        return LQ_E_ARGUMENT;
    }
    copy = lq_strdup(lang);
    if (copy == NULL && lang != NULL) {
        return LQ_E_NOMEM;
    }
    lang_free(config->lang);
    config->lang = copy;
    return LQ_OK;
}

int lq_config_set_host(lq_config *config, const char *host, int port,
                       int transport)
{
    if (host != NULL && (host[0] == '\0' || port < 1 || port > 65535 ||
                         (transport != LQ_TRANSPORT_STARTTLS &&
                          transport != LQ_TRANSPORT_TLS))) {
        return LQ_E_ARGUMENT;
    }
    if (lq_replace(&config->host, host) < 0) {
        return LQ_E_NOMEM;
    }
    config->port = host == NULL ? 0 : (uint16_t)port;
    config->transport = (uint8_t)(host == NULL ? LQ_TRANSPORT_ANY : transport);
    return LQ_OK;
}

int lq_config_add_ca(lq_config *config, const void *pem, size_t len)
{
    lq_source *source = len == 0 ? NULL : config_source(config);
    size_t before;

    if (source == NULL) {
        return len == 0 ? LQ_E_ARGUMENT : LQ_E_NOMEM;
    }
    before = lq_buffer_len(&source->ca);
    if (lq_buffer_append(&source->ca, pem, len) < 0 ||
        lq_buffer_append(&source->ca, "\n", 1) < 0) {
        lq_buffer_truncate(&source->ca, before);
        return LQ_E_NOMEM;
    }
    return LQ_OK;
}

int lq_config_add_ca_file(lq_config *config, const char *path)
{
    size_t old, len = strlen(path);
    lq_source *source;
    char *paths;

    if (len == 0 || strchr(path, '\n') != NULL) {
        return LQ_E_ARGUMENT;
    }
    source = config_source(config);
    if (source == NULL) {
        return LQ_E_NOMEM;
    }
    old = source->ca_file == NULL ? 0 : strlen(source->ca_file);
    paths = lq_realloc(source->ca_file, old + len + 2);
    if (paths == NULL) {
        return LQ_E_NOMEM;
    }
    memcpy(paths + old, path, len);
    memcpy(paths + old + len, "\n", 2);
    source->ca_file = paths;
    return LQ_OK;
}

int lq_config_add_pin(lq_config *config, const char *pin)
{
    size_t count = config->pins == NULL ? 0 : config->pins->count;
    lq_pins *pins = NULL;
    lq_buffer key;
    int rv;

    lq_buffer_init(&key, PIN_SIZE);
    rv = lq_base64_decode(&key, pin, strlen(pin));
    if (rv != LQ_OK || lq_buffer_len(&key) != PIN_SIZE || count >= PINS_MAX) {
        lq_buffer_clear(&key);
        return rv == LQ_E_NOMEM ? rv : LQ_E_ARGUMENT;
    }
    pins = lq_realloc(config->pins, pins_size(count + 1));
    if (pins != NULL) {
        memcpy(pins->keys[count], lq_buffer_bytes(&key), PIN_SIZE);
        pins->count = count + 1;
        config->pins = pins;
    }
    lq_buffer_clear(&key);
    return pins == NULL ? LQ_E_NOMEM : LQ_OK;
}

/* Nothing changes when memory runs out. */
static int config_set_client(lq_config *config, const lq_source *client)
{
    lq_source copy = { .pem_len = 0 };
    lq_source *source = config_source(config);

    if (source == NULL || client_copy(&copy, client) < 0) {
        return LQ_E_NOMEM;
    }
    client_clear(source);
    source->certificate = copy.certificate;
    source->key = copy.key;
    source->password = copy.password;
    source->pem = copy.pem;
    source->pem_len = copy.pem_len;
    return LQ_OK;
}

int lq_config_set_certificate(lq_config *config, const char *certificate,
                              const char *key, const char *password)
{
    const lq_source client = {
        .certificate = (char *)certificate,
        .key = (char *)(key == NULL ? certificate : key),
        .password = (char *)password,
    };
    const lq_source none = { .pem_len = 0 };

    if (certificate == NULL) {
        return config_set_client(config, &none);
    }
    return client.certificate[0] == '\0' || client.key[0] == '\0'
               ? LQ_E_ARGUMENT
               : config_set_client(config, &client);
}

int lq_config_set_certificate_pem(lq_config *config, const void *pem,
                                  size_t len, const char *password)
{
    const lq_source client = {
        .pem = (char *)pem,
        .pem_len = len,
        .password = (char *)password,
    };

    if (pem == NULL) {
        return lq_config_set_certificate(config, NULL, NULL, NULL);
    }
    return len == 0 || len > LQ_CA_MAX ? LQ_E_ARGUMENT
                                       : config_set_client(config, &client);
}

void lq_config_set_keylog(lq_config *config, bool log) { config->keylog = log; }

void lq_config_set_ask_trust(lq_config *config, bool ask)
{
    config->ask_trust = ask;
}

void lq_config_set_early(lq_config *config, bool early)
{
    config->early = early;
}

static int32_t config_ms(lq_time ms)
{
    return ms < INT32_MAX ? (int32_t)ms : INT32_MAX;
}

int lq_config_set_timeout(lq_config *config, int which, lq_time ms)
{
    bool may_be_off = which == LQ_TIMEOUT_IDLE || which == LQ_TIMEOUT_SPACE;

    if (which < 0 || which >= LQ_TIMEOUTS ||
        (ms < 1 && !(may_be_off && ms == LQ_NEVER))) {
        return LQ_E_ARGUMENT;
    }
    config->timeouts[which] = config_ms(ms);
    return LQ_OK;
}

int lq_config_set_reconnect(lq_config *config, lq_time first, lq_time last)
{
    if (first != LQ_NEVER && (first < 1 || last < first)) {
        return LQ_E_ARGUMENT;
    }
    config->reconnect_first = config_ms(first);
    config->reconnect_last = config_ms(last);
    return LQ_OK;
}

int lq_config_set_max_stanza(lq_config *config, size_t bytes)
{
    if (bytes < STANZA_MIN || bytes > STANZA_MAX) {
        return LQ_E_ARGUMENT;
    }
    config->max_stanza = (uint32_t)bytes;
    return LQ_OK;
}
