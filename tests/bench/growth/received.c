/* received.c - what arrives n times over, or is n long. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "growth.h"

enum { PIECE_MAX = 160, STANZA_MAX = 9 * 1024 * 1024 };

static void configure(trial *t)
{
    if (lq_config_set_max_stanza(t->desk.config, STANZA_MAX) < 0) {
        bench_die("no such limit");
    }
}

static void add(trial *t, const char *text)
{
    size_t len = strlen(text);

    memcpy(t->text + t->len, text, len);
    t->len += len;
}

static void add_times(trial *t, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++) {
        add(t, text);
    }
}

/* BEGIN, n times PIECE, END. */
static void write_text(trial *t, const char *begin, const char *piece,
                       const char *end)
{
    trial_text(t, (t->n + 2) * PIECE_MAX);
    add(t, begin);
    add_times(t, piece, t->n);
    add(t, end);
}

static void one_work(void *argument)
{
    trial *t = argument;

    trial_receive(t, t->stream, 1);
}

static void stanzas_work(void *argument)
{
    trial *t = argument;

    trial_receive(t, t->stream, t->n);
}

/* ---- the texts ---- */

static void stanzas_prepare(trial *t)
{
    write_text(t, "", "<message from='r@example.net/x'/>", "");
}

static void children_prepare(trial *t)
{
    write_text(t, "<message>", "<x/>", "</message>");
}

static void grandchildren_prepare(trial *t)
{
    write_text(t, "<message>", "<x a='b'><y>z</y></x>", "</message>");
}

static void attributes_prepare(trial *t)
{
    char piece[PIECE_MAX];

    trial_text(t, (t->n + 2) * PIECE_MAX);
    add(t, "<message><x");
    for (size_t i = 0; i < t->n; i++) {
        sprintf(piece, " a%zu='b'", i);
        add(t, piece);
    }
    add(t, "/></message>");
}

static void depth_prepare(trial *t)
{
    write_text(t, "<message>", "<x>", "");
    add_times(t, "</x>", t->n);
    add(t, "</message>");
}

static void text_prepare(trial *t)
{
    write_text(t, "<message><body>", "x", "</body></message>");
}

static void value_prepare(trial *t)
{
    write_text(t, "<message><x a='", ">", "'/></message>");
}

static void references_prepare(trial *t)
{
    write_text(t, "<message><body>", "x&amp;", "</body></message>");
}

static void sections_prepare(trial *t)
{
    write_text(t, "<message><body>", "x<![CDATA[y]]>", "</body></message>");
}

static void pieces_prepare(trial *t)
{
    write_text(t, "<message><body>", "x<y/>", "</body></message>");
}

/* Who asks for the text gets the pieces joined. */
static void take_text(const lq_event *event, void *argument)
{
    trial *t = argument;
    const char *body = lq_message_body(event->stanza, NULL);

    if (body == NULL || strlen(body) != t->n) {
        bench_die("not all of the text is there");
    }
    t->events++;
}

static void pieces_work(void *argument)
{
    trial *t = argument;

    t->events = 0;
    desk_receive_for(&t->desk, t->stream, t->text, t->len, take_text, t);
    if (t->events != 1) {
        bench_die("the message did not come");
    }
}

/* ---- a roster ---- */

/* Another stream each time: it is loaded once. */
static void roster_arrange(trial *t)
{
    char id[23], piece[PIECE_MAX];

    lq_stream_free(t->stream);
    t->stream = desk_stream(&t->desk);
    desk_login(&t->desk, t->stream);
    if (lq_roster_attach(t->stream) == NULL) {
        bench_die("out of memory");
    }
    trial_hear_id(t, id);
    trial_text(t, (t->n + 2) * PIECE_MAX);
    t->len = (size_t)sprintf(t->text,
                             "<iq type='result' id='%s'>"
                             "<query xmlns='jabber:iq:roster'>",
                             id);
    for (size_t i = 0; i < t->n; i++) {
        sprintf(piece,
                "<item jid='user%zu@example.net' name='Number %zu' "
                "subscription='both'><group>Friends</group></item>",
                i, i);
        add(t, piece);
    }
    add(t, "</query></iq>");
}

/* ---- features of somebody else ---- */

static void feature_prepare(trial *t)
{
    char piece[PIECE_MAX];

    trial_text(t, (t->n + 2) * PIECE_MAX);
    add(t, "<iq type='result' id='a'>"
           "<query xmlns='http://jabber.org/protocol/disco#info'>");
    for (size_t i = 0; i < t->n; i++) {
        sprintf(piece, "<feature var='urn:example:%zu'/>", i);
        add(t, piece);
    }
    add(t, "</query></iq>");
}

static void feature_arrange(trial *t)
{
    t->own = (void *)lq_stanza_parse(t->text, t->len);
}

static void feature_work(void *argument)
{
    trial *t = argument;
    char name[32];

    sprintf(name, "urn:example:%zu", t->n - 1);
    if (!lq_disco_has(t->own, name)) {
        bench_die("a feature is missing");
    }
    lq_stanza_unref(t->own);
    t->own = NULL;
}

const operation received[] = {
    { "stanzas", "n messages in a row", NULL, NULL, stanzas_prepare, NULL,
      stanzas_work, NULL },
    { "children", "n empty children of a message", NULL, NULL, children_prepare,
      NULL, one_work, NULL },
    { "grandchildren", "n children with a child, an attribute and a text",
      configure, NULL, grandchildren_prepare, NULL, one_work, NULL },
    { "attributes", "n attributes of one element", NULL, NULL,
      attributes_prepare, NULL, one_work, NULL },
    { "depth", "n elements inside each other", NULL, NULL, depth_prepare, NULL,
      one_work, NULL },
    { "text", "n bytes of text", configure, NULL, text_prepare, NULL, one_work,
      NULL },
    { "value", "an attribute of n bytes, all of them '>'", configure, NULL,
      value_prepare, NULL, one_work, NULL },
    { "references", "a text with n references", configure, NULL,
      references_prepare, NULL, one_work, NULL },
    { "sections", "a text with n CDATA sections", configure, NULL,
      sections_prepare, NULL, one_work, NULL },
    { "pieces", "n pieces of text between elements, joined", configure, NULL,
      pieces_prepare, NULL, pieces_work, NULL },
    { "roster-load", "a roster of n items", configure, NULL, NULL,
      roster_arrange, one_work, NULL },
    { "feature", "one of n features of an answer", NULL, NULL, feature_prepare,
      feature_arrange, feature_work, NULL },
    { 0 },
};
