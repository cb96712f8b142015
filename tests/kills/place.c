/* place.c - see place.h. */
#include "place.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

lq_config *place_config(const place *where, const char *user,
                        const char *resource)
{
    char jid[128], password[64];
    lq_config *config;

    snprintf(jid, sizeof(jid), "%s@" PLACE_DOMAIN, user);
    snprintf(password, sizeof(password), "secret-%s", user);
    config = lq_config_new(jid);
    if (config == NULL || lq_config_set_password(config, password) < 0 ||
        lq_config_set_resource(config, resource) < 0 ||
        lq_config_set_host(config, where->host, atoi(where->port),
                           LQ_TRANSPORT_TLS) < 0 ||
        lq_config_add_ca_file(config, where->ca) < 0 ||
        lq_config_set_reconnect(config, 300, 2000) < 0) {
        abort();
    }
    return config;
}

lq_id place_send(lq_stream *stream, const char *to, int64_t number)
{
    lq_builder *b = lq_build_message(stream, LQ_NORMAL, to);
    char body[32];

    snprintf(body, sizeof(body), "%" PRId64, number);
    lq_build_child(b, "body", NULL, body);
    return lq_stream_send(stream, b);
}

int64_t place_number(const lq_stanza *message)
{
    const char *body = lq_message_body(message, NULL);
    int64_t number = body == NULL ? 0 : strtoll(body, NULL, 10);

    if (lq_stanza_type(message) == LQ_ERROR) {
        return 0;
    }
    return number > 0 ? number : -1;
}
