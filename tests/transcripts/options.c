/* options.c - see options.h. */
#include "options.h"

#include <stdlib.h>
#include <string.h>

static int set_password(lq_config *config, const char *value)
{
    return lq_config_set_password(config,
                                  strcmp(value, "none") == 0 ? NULL : value);
}

static int set_max_stanza(lq_config *config, const char *value)
{
    return lq_config_set_max_stanza(config, (size_t)atoi(value));
}

static int set_agent(lq_config *config, const char *value)
{
    return lq_config_set_agent(config, NULL, value, NULL);
}

static int set_iterations(lq_config *config, const char *value)
{
    return lq_config_set_iterations(config, atoi(value));
}

static int set_reconnect(lq_config *config, const char *value)
{
    return strcmp(value, "no") != 0
               ? LQ_OK
               : lq_config_set_reconnect(config, LQ_NEVER, LQ_NEVER);
}

/* Nothing yet; see P: renew. */
static int set_saved(lq_config *config, const char *value)
{
    return strcmp(value, "yes") != 0
               ? LQ_OK
               : lq_config_set_saved(config, LQ_SAVED_ACCOUNT, NULL, 0);
}

/* Set in this order; OTHERWISE if a transcript says nothing, unless NULL. */
static const struct option {
    const char *name;
    const char *otherwise;
    int (*set)(lq_config *config, const char *value);
} options[] = {
    { "password", "r0m30myr0m30", set_password },
    { "token", NULL, lq_config_set_token },
    { "mechanisms", NULL, lq_config_set_mechanisms },
    { "iterations", NULL, set_iterations },
    { "agent", NULL, set_agent },
    { "resource", NULL, lq_config_set_resource },
    { "max-stanza", NULL, set_max_stanza },
    { "reconnect", NULL, set_reconnect },
    { "saved", NULL, set_saved },
};

/* What play.c itself asks for. */
static const char *const others[] = { "account", "transport", "certificate",
                                      "tls-version" };

static bool is_known(const char *name)
{
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (strcmp(name, options[i].name) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (strcmp(name, others[i]) == 0) {
            return true;
        }
    }
    return false;
}

const char *options_unknown(const script *s)
{
    for (int i = 0; i < s->setting_count; i++) {
        if (!is_known(s->settings[i].name)) {
            return s->settings[i].name;
        }
    }
    return NULL;
}

lq_config *options_config(const script *s)
{
    lq_config *config =
        lq_config_new(script_setting(s, "account", "juliet@example.com"));

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        const struct option *o = &options[i];
        const char *value = script_setting(s, o->name, o->otherwise);

        if (value != NULL && o->set(config, value) < 0) {
            lq_config_free(config);
            return NULL;
        }
    }
    return config;
}
