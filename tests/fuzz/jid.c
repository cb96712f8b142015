/* jid.c - what was prepared is prepared: an address is its own parse, and the
 * sum of its parts; and escaping (XEP-0106) can be undone. */
#include <loquat/jid.h>

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum { PART_MAX = 1023 };

static bool same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void claim_part(const char *part)
{
    CLAIM(part == NULL || (*part != '\0' && strlen(part) <= PART_MAX));
}

static void claim_equal(const lq_jid *a, const lq_jid *b)
{
    CLAIM(a != NULL && b != NULL);
    CLAIM(lq_jid_equal(a, b) && lq_jid_equal(b, a) && lq_jid_equal_bare(a, b));
    CLAIM(same(lq_jid_text(a), lq_jid_text(b)));
    CLAIM(same(lq_jid_bare(a), lq_jid_bare(b)));
    CLAIM(same(lq_jid_local(a), lq_jid_local(b)));
    CLAIM(same(lq_jid_domain(a), lq_jid_domain(b)));
    CLAIM(same(lq_jid_resource(a), lq_jid_resource(b)));
}

/* The parts, put together, are the whole. */
static void claim_whole(const lq_jid *jid)
{
    static char text[3 * PART_MAX + 3];
    const char *local = lq_jid_local(jid), *resource = lq_jid_resource(jid);

    claim_part(local);
    claim_part(resource);
    claim_part(lq_jid_domain(jid));
    CLAIM(lq_jid_domain(jid) != NULL);
    text[0] = '\0';
    if (local != NULL) {
        strcat(strcat(text, local), "@");
    }
    strcat(text, lq_jid_domain(jid));
    CLAIM(same(text, lq_jid_bare(jid)));
    if (resource != NULL) {
        strcat(strcat(text, "/"), resource);
    }
    CLAIM(same(text, lq_jid_text(jid)));
}

static void claim_jid(const char *text)
{
    int why = 1;
    lq_jid *jid = lq_jid_parse(text, &why), *again, *made;

    CLAIM((jid != NULL) == (why == LQ_OK));
    CLAIM(lq_jid_problem(why) != NULL);
    if (jid == NULL) {
        return;
    }
    claim_whole(jid);
    again = lq_jid_parse(lq_jid_text(jid), NULL);
    claim_equal(jid, again);
    made = lq_jid_new(lq_jid_local(jid), lq_jid_domain(jid),
                      lq_jid_resource(jid), &why);
    claim_equal(jid, made);
    lq_jid_free(made);
    lq_jid_free(again);
    lq_jid_free(jid);
}

/* Cut off at each size, it is the beginning of the whole. */
static void claim_cut(int (*change)(const char *, char *, size_t),
                      const char *text, size_t room)
{
    int len = change(text, NULL, 0);
    char *whole, *cut;

    if (len < 0) {
        return;
    }
    whole = malloc((size_t)len + 1);
    CLAIM(change(text, whole, (size_t)len + 1) == len);
    CLAIM(strlen(whole) == (size_t)len);
    room = room % ((size_t)len + 1) + 1;
    cut = malloc(room);
    CLAIM(change(text, cut, room) == len);
    CLAIM(strlen(cut) < room && strncmp(whole, cut, strlen(cut)) == 0);
    free(cut);
    free(whole);
}

static void claim_escaping(const char *text)
{
    int len = lq_jid_escape(text, NULL, 0);
    char *escaped, *back;
    size_t size = strlen(text);

    if (len < 0) {
        CLAIM(text[0] == ' ' || (size > 0 && text[size - 1] == ' '));
        return;
    }
    escaped = malloc((size_t)len + 1);
    back = malloc(size + 1);
    CLAIM(lq_jid_escape(text, escaped, (size_t)len + 1) == len);
    CLAIM(strpbrk(escaped, " \"&'/:<>@") == NULL);
    CLAIM(lq_jid_unescape(escaped, back, size + 1) == (int)size);
    CLAIM(strcmp(back, text) == 0);
    free(back);
    free(escaped);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t room = fuzz_byte(&data, &size);
    char *text = calloc(1, size + 1);

    memcpy(text, data, size);
    claim_jid(text);
    claim_escaping(text);
    claim_cut(lq_jid_escape, text, room);
    claim_cut(lq_jid_unescape, text, room);
    free(text);
    return 0;
}
