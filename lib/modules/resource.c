/* resource.c - one resource's presence, as it last told it. */
#include "resource.h"

#include <limits.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "language.h"

/* Of the statuses as much is kept as fits: the rest of the memory is ours.
 * Languages have tags of 35 bytes at the most (RFC 5646, 4.4.1). */
enum { STATUSES_MAX = 8192, LANG_MAX = 64 };

static const char *const shows[] = { "offline", "xa",     "away",
                                     "dnd",     "online", "chat" };

enum { SHOWS = sizeof(shows) / sizeof(shows[0]) };

/* ---- from XML ---- */

static const char *child_text(const lq_stanza *stanza, const char *name)
{
    const lq_element *root = lq_stanza_root(stanza);

    return lq_element_text(
        lq_element_child(root, name, lq_element_xmlns(root)));
}

static int show_parse(const lq_stanza *stanza)
{
    const char *text = child_text(stanza, "show");

    if (lq_stanza_type(stanza) != LQ_AVAILABLE) {
        return LQ_SHOW_OFFLINE;
    }
    for (int i = LQ_SHOW_XA; i < SHOWS; i++) {
        if (lq_text_equal(text, shows[i])) {
            return i;
        }
    }
    return LQ_SHOW_ONLINE;
}

/* RFC 6121, 4.7.2.3: -128 to 127, 0 if it is not said. */
static int priority_parse(const lq_stanza *stanza)
{
    const char *text = child_text(stanza, "priority");
    long number;

    if (text == NULL || !lq_text_number(text, LONG_MIN, LONG_MAX, &number)) {
        return 0;
    }
    return (int)(number < -128 ? -128 : number > 127 ? 127 : number);
}

/* What is kept of LANG, which may be NULL. */
static const char *lang_kept(const char *lang)
{
    return lang == NULL || strlen(lang) > LANG_MAX ? "" : lang;
}

static void put_text(char **end, const char *text, size_t len)
{
    memcpy(*end, text, len);
    (*end)[len] = '\0';
    *end += len + 1;
}

/* Write down the statuses of STANZA at *END, or only count their bytes if that
 * is NULL. */
static size_t put_statuses(char **end, const lq_stanza *stanza)
{
    const lq_element *root = lq_stanza_root(stanza);
    const char *xmlns = lq_element_xmlns(root);
    size_t used = 0;

    for (const lq_element *e = lq_element_child(root, "status", xmlns);
         e != NULL; e = lq_element_next(e, "status", xmlns)) {
        const char *lang = lang_kept(lq_language_of(stanza, e));
        const char *text = lq_element_text(e);
        size_t lang_len = strlen(lang);
        size_t text_len = strlen(text);

        if (lang_len + text_len + 2 > STATUSES_MAX - used) {
            continue;
        }
        used += lang_len + text_len + 2;
        if (end != NULL) {
            put_text(end, lang, lang_len);
            put_text(end, text, text_len);
        }
    }
    return used;
}

lq_resource *lq_resource_new(const lq_stanza *stanza, const lq_prepared *who,
                             const char *jid, uint64_t order)
{
    const char *name = who->resource == NULL ? "" : who->resource;
    const char *lang = lang_kept(lq_stanza_lang(stanza));
    size_t texts = strlen(jid) + 1 + strlen(name) + 1 + strlen(lang) + 1;
    size_t size = sizeof(lq_resource) + texts + put_statuses(NULL, stanza);
    lq_resource *resource = lq_malloc(size);
    char *end;

    if (resource == NULL) {
        return NULL;
    }
    end = (char *)(resource + 1);
    *resource = (lq_resource){ .order = order,
                               .show = (int8_t)show_parse(stanza),
                               .priority = (int8_t)priority_parse(stanza),
                               .size = (unsigned)size };
    resource->jid = end;
    put_text(&end, jid, strlen(jid));
    resource->name = end;
    put_text(&end, name, strlen(name));
    resource->lang = end;
    put_text(&end, lang, strlen(lang));
    resource->statuses = end;
    put_statuses(&end, stanza);
    resource->statuses_end = end;
    return resource;
}

bool lq_resource_is_better(const lq_resource *a, const lq_resource *b)
{
    if (b == NULL || a->priority != b->priority) {
        return b == NULL || a->priority > b->priority;
    }
    if (a->show != b->show) {
        return a->show > b->show;
    }
    return a->order > b->order;
}

/* ---- for the program ---- */

const char *lq_resource_jid(const lq_resource *resource)
{
    return resource == NULL ? NULL : resource->jid;
}

int lq_resource_show(const lq_resource *resource)
{
    return resource == NULL ? LQ_SHOW_OFFLINE : resource->show;
}

int lq_resource_priority(const lq_resource *resource)
{
    return resource == NULL ? 0 : resource->priority;
}

const char *lq_resource_status(const lq_resource *resource, const char *lang)
{
    const char *best = NULL;
    const char *at;
    int best_fit = -1;

    if (resource == NULL) {
        return NULL;
    }
    for (at = resource->statuses; at < resource->statuses_end;) {
        int fit = lq_language_fit(at, lang, resource->lang);

        at += strlen(at) + 1;
        if (fit > best_fit) {
            best_fit = fit;
            best = at;
        }
        at += strlen(at) + 1;
    }
    return best;
}

const char *lq_show_name(int show)
{
    return show < 0 || show >= SHOWS ? "offline" : shows[show];
}
