/* jid.c - see loquat/jid.h.
 *
 * A JID is one allocation: the struct and behind it the whole text, which ends
 * with the resource; then the bare text, which ends with the domainpart, if
 * the whole is not bare already; then the localpart.  Parts that are plain
 * ASCII are copied there from where they stand, so that parsing the usual
 * address allocates nothing else. */
#include <loquat/jid.h>

#include <string.h>

#include "memory.h"
#include "part.h"
#include "text.h"

struct lq_jid {
    const char *text;
    const char *bare;
    const char *local;    /* or NULL */
    const char *resource; /* or NULL */
    const char *domain;
    char memory[];
};

static const char *const problems[LQ_PARTS][LQ_PART_REASONS] = {
    [LQ_PART_LOCAL] = {
        "the localpart is empty",
        "the localpart is longer than 1023 bytes",
        "the localpart is not UTF-8",
        "the localpart holds a character that is not allowed there",
    },
    [LQ_PART_DOMAIN] = {
        "the domainpart is empty",
        "the domainpart is longer than 1023 bytes",
        "the domainpart is not UTF-8",
        "the domainpart is neither a domain name nor an IP address",
    },
    [LQ_PART_RESOURCE] = {
        "the resourcepart is empty",
        "the resourcepart is longer than 1023 bytes",
        "the resourcepart is not UTF-8",
        "the resourcepart holds a character that is not allowed there",
    },
};

static char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Append the part WHICH to what ends at END; returns the new end. */
static char *put_part(char *end, const lq_part parts[LQ_PARTS], int which)
{
    const lq_part *part = &parts[which];

    for (size_t i = 0; i < part->len; i++) {
        *end++ =
            lq_part_folds(which) ? ascii_lower(part->text[i]) : part->text[i];
    }
    return end;
}

static char *put_char(char *end, char c)
{
    *end = c;
    return end + 1;
}

/* [localpart@]domainpart; *DOMAIN is where the latter begins. */
static char *put_bare(char *end, const lq_part parts[LQ_PARTS],
                      const char **domain)
{
    if (parts[LQ_PART_LOCAL].text != NULL) {
        end = put_char(put_part(end, parts, LQ_PART_LOCAL), '@');
    }
    *domain = end;
    return put_part(end, parts, LQ_PART_DOMAIN);
}

/* The size of all texts with their separators and terminators: at most, since
 * what is missing counts too. */
static size_t parts_size(const lq_part parts[LQ_PARTS])
{
    return parts[LQ_PART_LOCAL].len * 3 + parts[LQ_PART_DOMAIN].len * 2 +
           parts[LQ_PART_RESOURCE].len + sizeof("@/") + sizeof("@") +
           sizeof("");
}

/* A JID of prepared parts. */
static lq_jid *jid_make(const lq_part parts[LQ_PARTS])
{
    lq_jid *jid = lq_malloc(sizeof(*jid) + parts_size(parts));
    char *end;

    if (jid == NULL) {
        return NULL;
    }
    *jid = (lq_jid){ .text = jid->memory, .bare = jid->memory };
    end = put_bare(jid->memory, parts, &jid->domain);
    if (parts[LQ_PART_RESOURCE].text != NULL) {
        jid->resource = end = put_char(end, '/');
        end = put_char(put_part(end, parts, LQ_PART_RESOURCE), '\0');
        jid->bare = end;
        end = put_bare(end, parts, &jid->domain);
    }
    end = put_char(end, '\0');
    if (parts[LQ_PART_LOCAL].text != NULL) {
        jid->local = end;
        put_char(put_part(end, parts, LQ_PART_LOCAL), '\0');
    }
    return jid;
}

static lq_jid *jid_prepare(lq_part parts[LQ_PARTS], int *why)
{
    lq_buffer memory[LQ_PARTS] = { { .data = NULL } };
    lq_jid *jid = NULL;
    int rv = LQ_OK;

    for (int i = 0; i < LQ_PARTS && rv == LQ_OK; i++) {
        if (parts[i].text != NULL) {
            rv = lq_part_prepare(&parts[i], i, &memory[i]);
        }
    }
    if (rv == LQ_OK) {
        jid = jid_make(parts);
        rv = jid == NULL ? LQ_E_NOMEM : LQ_OK;
    }
    for (int i = 0; i < LQ_PARTS; i++) {
        lq_buffer_clear(&memory[i]);
    }
    if (why != NULL) {
        *why = rv;
    }
    return jid;
}

lq_jid *lq_jid_parse(const char *text, int *why)
{
    lq_part parts[LQ_PARTS];

    lq_part_split(parts, text != NULL ? text : "");
    return jid_prepare(parts, why);
}

static lq_part part_of(const char *text)
{
    return (lq_part){ text, text != NULL ? strlen(text) : 0 };
}

lq_jid *lq_jid_new(const char *local, const char *domain, const char *resource,
                   int *why)
{
    lq_part parts[LQ_PARTS] = {
        [LQ_PART_LOCAL] = part_of(local),
        [LQ_PART_DOMAIN] = part_of(domain != NULL ? domain : ""),
        [LQ_PART_RESOURCE] = part_of(resource),
    };

    return jid_prepare(parts, why);
}

void lq_jid_free(lq_jid *jid) { lq_free(jid); }

const char *lq_jid_problem(int why)
{
    for (int which = 0; which < LQ_PARTS; which++) {
        for (int reason = 0; reason < LQ_PART_REASONS; reason++) {
            if (why == lq_part_problem(which, reason)) {
                return problems[which][reason];
            }
        }
    }
    return why == LQ_E_NOMEM ? "out of memory" : "no problem";
}

const char *lq_jid_text(const lq_jid *jid) { return jid->text; }

const char *lq_jid_bare(const lq_jid *jid) { return jid->bare; }

const char *lq_jid_local(const lq_jid *jid) { return jid->local; }

const char *lq_jid_domain(const lq_jid *jid) { return jid->domain; }

const char *lq_jid_resource(const lq_jid *jid) { return jid->resource; }

bool lq_jid_equal(const lq_jid *a, const lq_jid *b)
{
    return lq_text_equal(a->text, b->text);
}

bool lq_jid_equal_bare(const lq_jid *a, const lq_jid *b)
{
    return lq_text_equal(a->bare, b->bare);
}
