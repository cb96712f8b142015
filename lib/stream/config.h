/* config.h - see loquat/config.h. */
#ifndef LQ_CONFIG_H
#define LQ_CONFIG_H

#include <loquat/config.h>
#include <loquat/stream.h>

#include "base/buffer.h"
#include "sasl/mechanism.h"

enum { LQ_TIMEOUTS = 6, LQ_CA_MAX = 16 * 1024 * 1024 };

/* Bytes that are wiped, or NULL. */
typedef struct lq_kept {
    char *bytes;
    size_t len;
} lq_kept;

/* What few configs have. */
typedef struct lq_extras {
    char *token;
    char *agent_id, *software, *device;
    lq_kept saved, session; /* lq_config_set_saved() */
} lq_extras;

/* What GnuTLS's credentials are loaded from, unless it is the system's
 * authorities alone; nobody needs it after that. */
typedef struct lq_source {
    lq_buffer ca;  /* PEM texts, one behind the other */
    char *ca_file; /* paths, each ended by a newline */

    /* our certificate: a text in PEM, or names of files */
    char *certificate, *key;
    char *password; /* of the key, or NULL */
    char *pem;
    size_t pem_len;
} lq_source;

/* Of these keys (their SHA-256) the server must have one. */
typedef struct lq_pins {
    size_t count;
    unsigned char keys[][32];
} lq_pins;

struct lq_config {
    char *jid;
    char *password;
    char *resource;
    char *lang;
    char *host;
    lq_extras *extras;             /* NULL: nothing of that was set */
    lq_source *source;             /* NULL: none */
    lq_pins *pins;                 /* NULL: none */
    uint16_t port;                 /* of .host */
    uint8_t transport;             /* LQ_TRANSPORT_* */
    bool ask_trust : 1;            /* about certificates */
    bool keylog : 1;               /* TLS secrets are events */
    bool early : 1;                /* log in with TLS early data */
    bool saves : 1;                /* the program keeps what was learnt */
    bool saves_session : 1;        /* ... and the session */
    bool durable : 1;              /* ... and nothing leaves before it has */
    int32_t timeouts[LQ_TIMEOUTS]; /* ms, or LQ_NEVER */
    int32_t reconnect_first, reconnect_last;
    uint32_t max_stanza;
    lq_mechanism_set mechanisms; /* allowed ones */
    int32_t iterations;
};

/* Its extras, or empty ones. */
const lq_extras *lq_config_extras(const lq_config *config);

/* What was saved is not needed any more. */
void lq_config_forget_saved(lq_config *config);

/* A copy in TO, which is zeroed.  LQ_OK, or LQ_E_NOMEM with nothing owned. */
int lq_config_copy(lq_config *to, const lq_config *from);
void lq_config_clear(lq_config *config);

/* Its source has served. */
void lq_config_forget_source(lq_config *config);

#endif
