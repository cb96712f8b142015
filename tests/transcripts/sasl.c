/* sasl.c - see sasl.h. */
#include "sasl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/element.h"
#include "words.h"

void sasl_begin(sasl *s, const char *jid, const char *password)
{
    *s = (sasl){ .password = password };
    snprintf(s->user, sizeof(s->user), "%.*s", (int)strcspn(jid, "@"), jid);
}

void sasl_set_tls(sasl *s, const tls_server *tls)
{
    s->scram.bindings = (binding_set){ .count = 0 };
    s->tls_version[0] = '\0';
    if (tls != NULL && tls_server_is_established(tls)) {
        tls_server_bindings(tls, &s->scram.bindings);
        snprintf(s->tls_version, sizeof(s->tls_version), "%s",
                 tls_server_is_1_3(tls) ? "0304" : "0303");
    }
}

/* ---- what the client says ---- */

static const char *check_first(sasl *s, const words *w, const char *piece)
{
    binding_set bindings = s->scram.bindings;
    char mechanism[64];

    s->is_sasl2 = strncmp(piece, "<authenticate", 13) == 0;
    s->scram = (scram){ .password = s->password,
                        .user = s->user,
                        .bindings = bindings };
    s->scram.offers_plus =
        strstr(s->announced.mechanisms[s->is_sasl2], "-PLUS ") != NULL;
    element_attr(piece, "mechanism", mechanism, sizeof(mechanism));
    return scram_client_first(&s->scram, mechanism,
                              words_get(w, "client-first"));
}

/* The token is what is said, or a word that has been captured. */
static const char *check_fast(sasl *s, const words *w, const char *at,
                              const char *piece)
{
    char mechanism[64], name[64];
    const char *token = strchr(at, ' ') + 1, *known;

    snprintf(name, sizeof(name), "%.*s", (int)strcspn(at + 1, "}"), at + 1);
    snprintf(s->fast_token, sizeof(s->fast_token), "%.*s",
             (int)strcspn(token, "}"), token);
    known = words_get(w, s->fast_token);
    if (known != NULL) {
        snprintf(s->fast_token, sizeof(s->fast_token), "%s", known);
    }
    s->ht = (ht){ .token = s->fast_token,
                  .user = s->user,
                  .bindings = s->scram.bindings };
    s->is_sasl2 = true;
    element_attr(piece, "mechanism", mechanism, sizeof(mechanism));
    return ht_client(&s->ht, mechanism, words_get(w, name));
}

const char *sasl_check(sasl *s, const words *w, const char *pattern,
                       const char *piece)
{
    const char *fast = strstr(pattern, "{fast-initial ");

    if (strstr(pattern, "{client-first}") != NULL) {
        return check_first(s, w, piece);
    }
    if (strstr(pattern, "{client-final}") != NULL) {
        return scram_client_final(&s->scram, words_get(w, "client-final"));
    }
    return fast == NULL ? NULL : check_fast(s, w, fast, piece);
}

/* ---- what the server says ---- */

/* Attribute h, for what was announced or, behind "=", for LISTS. */
static void hash_add(sasl *s, const char *lists, char *tail, size_t size)
{
    const announced *a = &s->announced;
    char copy[512], hash[SCRAM_HASH_MAX], *bindings;
    size_t len = strlen(tail);

    if (lists[0] == '\0') {
        scram_hash(&s->scram, a->mechanisms[s->is_sasl2],
                   a->has_bindings ? a->bindings : NULL, hash);
    } else {
        snprintf(copy, sizeof(copy), "%s", lists + 1);
        for (char *c = copy; *c != '\0'; c++) {
            *c = *c == ',' ? ' ' : *c;
        }
        bindings = strchr(copy, '/');
        if (bindings != NULL) {
            *bindings++ = '\0';
        }
        scram_hash(&s->scram, copy, bindings, hash);
    }
    snprintf(tail + len, size - len, ",h=%s", hash);
}

/* Attribute t: what stands in VERSION, or the connection's. */
static void version_add(const sasl *s, const char *version, char *tail,
                        size_t size)
{
    size_t len = strlen(tail);

    snprintf(tail + len, size - len, ",t=%s",
             version == NULL ? s->tls_version : version);
}

void sasl_server_first(sasl *s, const char *options, octets *out)
{
    char copy[SCRAM_MAX], tail[512] = "", *word;
    const char *iterations = "4096";

    snprintf(copy, sizeof(copy), "%s", options);
    for (word = strtok(copy, " "); word != NULL; word = strtok(NULL, " ")) {
        if (word[0] == 'h' && strchr("=", word[1]) != NULL) {
            hash_add(s, word + 1, tail, sizeof(tail));
        } else if (strcmp(word, "t") == 0) {
            version_add(s, strtok(NULL, " "), tail, sizeof(tail));
        } else {
            iterations = word;
        }
    }
    scram_answer(&s->scram, "3rfcNHYJY1ZVvWVs7j", SCRAM_SALT, iterations, tail);
    octets_print(out, "%s", s->scram.server_first);
}
