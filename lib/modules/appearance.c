/* appearance.c - see appearance.h. */
#include "appearance.h"

#include <stdio.h>

#include "base/memory.h"
#include "base/text.h"

#define NS_XML "http://www.w3.org/XML/1998/namespace"

/* What a person should read about us, in one language. */
struct lq_status {
    struct lq_status *next;
    char *lang; /* NULL: the stream's */
    char *text;
};

typedef struct lq_status status;

static void build_status(lq_builder *b, const status *s)
{
    lq_build_open(b, "status", NULL);
    lq_build_attr_ns(b, "lang", NS_XML, s->lang);
    lq_build_text(b, s->text);
    lq_build_close(b);
}

lq_builder *lq_appearance_build(const lq_appearance *own, lq_stream *stream,
                                const char *to, int show)
{
    int type = show == LQ_SHOW_OFFLINE ? LQ_UNAVAILABLE : LQ_AVAILABLE;
    lq_builder *b = lq_build_presence(stream, type, to);
    char priority[8];

    if (show != LQ_SHOW_OFFLINE && show != LQ_SHOW_ONLINE) {
        lq_build_child(b, "show", NULL, lq_show_name(show));
    }
    for (const status *s = own->statuses; s != NULL; s = s->next) {
        build_status(b, s);
    }
    if (show != LQ_SHOW_OFFLINE && own->priority != 0) {
        snprintf(priority, sizeof(priority), "%d", own->priority);
        lq_build_child(b, "priority", NULL, priority);
    }
    return b;
}

static void status_free(status *s)
{
    if (s != NULL) {
        lq_free(s->lang);
        lq_free(s->text);
        lq_free(s);
    }
}

static status *status_new(const char *lang, const char *text)
{
    status *s = lq_calloc(1, sizeof(*s));

    if (s == NULL || lq_replace(&s->lang, lang) < 0 ||
        lq_replace(&s->text, text) < 0) {
        status_free(s);
        return NULL;
    }
    return s;
}

void lq_appearance_clear(lq_appearance *own)
{
    while (own->statuses != NULL) {
        status *s = own->statuses;

        own->statuses = s->next;
        status_free(s);
    }
}

int lq_appearance_set_status(lq_appearance *own, const char *lang,
                             const char *text)
{
    status **place = &own->statuses;
    status *fresh = NULL;
    status *old;

    /* else the presence that it goes into could never be sent */
    if (!lq_text_is_xml(lang) || !lq_text_is_xml(text)) {
        return LQ_E_ARGUMENT;
    }
    if (text != NULL && (fresh = status_new(lang, text)) == NULL) {
        return LQ_E_NOMEM;
    }
    while (*place != NULL && !lq_text_equal((*place)->lang, lang)) {
        place = &(*place)->next;
    }
    old = *place;
    if (fresh != NULL) {
        fresh->next = old != NULL ? old->next : NULL;
        *place = fresh;
    } else if (old != NULL) {
        *place = old->next;
    }
    status_free(old);
    return LQ_OK;
}
