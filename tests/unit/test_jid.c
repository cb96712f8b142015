/* test_jid.c - XMPP addresses: RFC 7622, XEP-0106, and comparing them. */
#include <loquat/jid.h>

#include <string.h>

#include "base/address.h"
#include "base/array.h"
#include "base/domain.h"
#include "base/memory.h"
#include "suite.h"

typedef struct row {
    const char *text;
    const char *prepared; /* NULL: no JID */
} row;

static void check(const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int why = 42;
        lq_jid *jid = lq_jid_parse(rows[i].text, &why);

        ck_assert_msg((jid != NULL) == (rows[i].prepared != NULL), "\"%s\": %s",
                      rows[i].text, lq_jid_problem(why));
        ck_assert_int_eq(why == LQ_OK, jid != NULL);
        if (jid != NULL) {
            ck_assert_str_eq(lq_jid_text(jid), rows[i].prepared);
        }
        lq_jid_free(jid);
    }
    ck_assert_uint_eq(memory_blocks(), 0);
}

/* RFC 7622, 3.5, table 1; the number of a row is the example's. */
static const row valid[] = {
    { "juliet@example.com", "juliet@example.com" },
    { "juliet@example.com/foo", "juliet@example.com/foo" },
    { "juliet@example.com/foo bar", "juliet@example.com/foo bar" },
    { "juliet@example.com/foo@bar", "juliet@example.com/foo@bar" },
    { "foo\\20bar@example.com", "foo\\20bar@example.com" },
    { "fussball@example.com", "fussball@example.com" },
    { "fußball@example.com", "fußball@example.com" },
    { "π@example.com", "π@example.com" },
    { "Σ@example.com/foo", "σ@example.com/foo" },
    { "σ@example.com/foo", "σ@example.com/foo" },
    { "ς@example.com/foo", "ς@example.com/foo" },
    { "king@example.com/♚", "king@example.com/♚" },
    { "example.com", "example.com" },
    { "example.com/foobar", "example.com/foobar" },
    { "a.example.com/b@example.net", "a.example.com/b@example.net" },
};

START_TEST(valid_examples_of_rfc_7622_are_jids)
{
    check(valid, LQ_COUNT(valid));
}
END_TEST

/* Table 2, less the one with a space before the resource: no rule forbids
 * that, and OpaqueString allows it. */
static const row invalid[] = {
    { "\"juliet\"@example.com", NULL },
    { "foo bar@example.com", NULL },
    { "@example.com/", NULL },
    { "henryⅣ@example.com", NULL },
    { "♚@example.com", NULL },
    { "juliet@", NULL },
    { "/foobar", NULL },
};

START_TEST(invalid_examples_of_rfc_7622_are_none)
{
    check(invalid, LQ_COUNT(invalid));
}
END_TEST

static const row localparts[] = {
    { "JULIET@example.com", "juliet@example.com" },
    { "ÄÖ@example.com", "äö@example.com" },
    { "ｊｕｌｉｅｔ＠example.com", NULL }, /* then all of it is the domain */
    { "ｊｕｌｉｅｔ@example.com", "juliet@example.com" },
    { "a＠b@example.com", NULL }, /* forbidden after mapping too */
    { "a／b@example.com", NULL },
    { "e\u0301@example.com", "é@example.com" },
    { "אבג@example.com", "אבג@example.com" },
    { "אaב@example.com", NULL },
    { "l·l@example.com", "l·l@example.com" },
    { "a·a@example.com", NULL },
    { "a\u200Db@example.com", NULL },
    { "a&b@example.com", NULL },
    { "a'b@example.com", NULL },
    { "a:b@example.com", NULL },
    { "a<b@example.com", NULL },
    { "a>b@example.com", NULL },
    { "é&b@example.com", NULL },
    { "é\"b@example.com", NULL },
    { "a\x7F@example.com", NULL },
    { "a\t@example.com", NULL },
    { "!#$%()*+,-.;=?[\\]^_`{|}~@example.com",
      "!#$%()*+,-.;=?[\\]^_`{|}~@example.com" },
    { "\xFF@example.com", NULL },
    { "a\xC3@example.com", NULL },
};

START_TEST(localpart_is_a_case_mapped_username)
{
    check(localparts, LQ_COUNT(localparts));
}
END_TEST

static const row domains[] = {
    { "Example.COM", "example.com" },
    { "example.com.", "example.com" },
    { "example.com./a", "example.com/a" },
    { "example.com..", NULL },
    { ".", NULL },
    { "", NULL },
    { ".example.com", NULL },
    { "a..b", NULL },
    { "localhost", "localhost" },
    { "xmpp_server", "xmpp_server" },
    { "a-b.c--d", "a-b.c--d" },
    { "-a.com", NULL },
    { "a-.com", NULL },
    { "a b.com", NULL },
    { "a\nb.com", NULL },
    { "a@b@c", NULL },
    { "exa'mple.com", NULL },
    { "<example.com>", NULL },
    { "bücher.example", "bücher.example" },
    { "BÜCHER.example", "bücher.example" },
    { "bu\u0308cher.example", "bücher.example" },
    { "xn--bcher-kva.example", "bücher.example" },
    { "XN--BCHER-KVA.Example.", "bücher.example" },
    { "ｅｘａｍｐｌｅ．com", "example.com" },
    { "例え。jp", "例え.jp" },
    { "faß.example", "faß.example" }, /* not transitional */
    { "xn--fa-hia.example", "faß.example" },
    { "אב1.example", "אב1.example" },
    { "1אב.example", NULL },
    { "☃.example", NULL },
    { "xn--n3h.example", NULL },
    { "xn--a-r8a.example", NULL }, /* "˛" is no letter, but is mapped */
    { "xn--.example", NULL },
    { "xn--a.example", NULL },
    { "xn--example-.com", NULL },
    { "ä b.example", NULL },
    { "ä=b.example", NULL },
    { "a＠ä.example", NULL },
    { "ä..example", NULL },
    { "ä\xFF.example", NULL },
    { "\xC0\x80.example", NULL },
};

START_TEST(domainpart_is_an_internationalised_name)
{
    check(domains, LQ_COUNT(domains));
}
END_TEST

static const row literals[] = {
    { "a@192.0.2.1/b", "a@192.0.2.1/b" },
    { "[2001:db8::1]", "[2001:db8::1]" },
    { "[2001:DB8::A]", "[2001:db8::a]" },
    { "a@[::1]/b", "a@[::1]/b" },
    { "[::]", "[::]" },
    { "[1::]", "[1::]" },
    { "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]" },
    { "[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7::]" },
    { "[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]" },
    { "[1:2:3:4:5:6:192.0.2.1]", "[1:2:3:4:5:6:192.0.2.1]" },
    { "[]", NULL },
    { "[", NULL },
    { "[::1", NULL },
    { "::1", NULL },
    { "[1:2:3:4:5:6:7]", NULL },
    { "[1:2:3:4:5:6:7:8:9]", NULL },
    { "[1:2:3:4:5:6:7:8::]", NULL },
    { "[1::2::3]", NULL },
    { "[:::]", NULL },
    { "[:1]", NULL },
    { "[1:]", NULL },
    { "[12345::]", NULL },
    { "[g::]", NULL },
    { "[192.0.2.1]", NULL },
    { "[::192.0.2.256]", NULL },
    { "[::192.0.2]", NULL },
    { "[::192.0.2.01]", NULL },
    { "[::192.0.2.]", NULL },
    { "[192.0.2.1::]", NULL },
    { "[::1%eth0]", NULL },
    { "[::1].", "[::1]" },
};

START_TEST(domainpart_may_be_an_address_literal)
{
    check(literals, LQ_COUNT(literals));
}
END_TEST

static const row resources[] = {
    { "a/b/c", "a/b/c" },
    { "a//", "a//" },
    { "a/@", "a/@" },
    { "a/ b ", "a/ b " },
    { "a/Balcony", "a/Balcony" },
    { "a/b\u00A0c", "a/b c" },
    { "a/e\u0301", "a/é" },
    { "a/Ａ", "a/Ａ" },
    { "a/", NULL },
    { "a/b\n", NULL },
    { "a/\u00AD", NULL },
    { "a/\xFF", NULL },
    { "a/\xED\xA0\x80", NULL },
};

START_TEST(resourcepart_is_an_opaque_string)
{
    check(resources, LQ_COUNT(resources));
}
END_TEST

static const struct {
    const char *text;
    const char *bare, *local, *domain, *resource;
} parts[] = {
    { "A@B.c/D", "a@b.c", "a", "b.c", "D" },
    { "A@B.c", "a@b.c", "a", "b.c", NULL },
    { "B.c/D", "b.c", NULL, "b.c", "D" },
    { "B.c", "b.c", NULL, "b.c", NULL },
    { "Ä@Ö.c/Ü", "ä@ö.c", "ä", "ö.c", "Ü" },
};

static void check_text(const char *actual, const char *expected)
{
    if (expected == NULL) {
        ck_assert_ptr_null(actual);
    } else {
        ck_assert_str_eq(actual, expected);
    }
}

START_TEST(jid_knows_its_parts)
{
    for (size_t i = 0; i < LQ_COUNT(parts); i++) {
        lq_jid *jid = lq_jid_parse(parts[i].text, NULL);

        check_text(lq_jid_bare(jid), parts[i].bare);
        check_text(lq_jid_local(jid), parts[i].local);
        check_text(lq_jid_domain(jid), parts[i].domain);
        check_text(lq_jid_resource(jid), parts[i].resource);
        lq_jid_free(jid);
    }
}
END_TEST

START_TEST(ascii_costs_one_allocation)
{
    lq_jid *jid;

    memory_fail(2, true);
    jid = lq_jid_parse("Juliet@Example.com./balcony", NULL);
    ck_assert_ptr_nonnull(jid);
    ck_assert(!memory_failed());
    ck_assert_uint_eq(memory_blocks(), 1);
    lq_jid_free(jid);
    ck_assert_uint_eq(memory_blocks(), 0);
}
END_TEST

START_TEST(parts_make_the_same_jid)
{
    lq_jid *whole = lq_jid_parse("juliet@example.com/bal@cony/", NULL);
    lq_jid *made = lq_jid_new("Juliet", "example.com.", "bal@cony/", NULL);

    ck_assert(lq_jid_equal(whole, made));
    lq_jid_free(whole);
    lq_jid_free(made);
}
END_TEST

START_TEST(parts_cannot_smuggle_separators)
{
    static const char *const wrong[][3] = {
        { "a@b", "c", NULL },  { "a/b", "c", NULL }, { "", "c", NULL },
        { "a", "b@c", NULL },  { "a", "b/c", NULL }, { "a", "", NULL },
        { "a", NULL, NULL },   { "a", "b", "" },     { NULL, NULL, NULL },
        { NULL, "b/c", NULL },
    };

    for (size_t i = 0; i < LQ_COUNT(wrong); i++) {
        ck_assert_ptr_null(
            lq_jid_new(wrong[i][0], wrong[i][1], wrong[i][2], NULL));
    }
    ck_assert_ptr_null(lq_jid_parse(NULL, NULL));
    lq_jid_free(NULL);
}
END_TEST

/* COUNT times UNIT as the part WHICH of a JID (0 local, 1 domain, 2 resource);
 * returns whether it is one. */
static bool length_is_fine(int which, const char *unit, size_t count)
{
    static char text[20000];
    lq_jid *jid;
    int why;

    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        memcpy(text + i * strlen(unit), unit, strlen(unit) + 1);
    }
    jid = which == 0   ? lq_jid_new(text, "b", NULL, &why)
          : which == 1 ? lq_jid_new(NULL, text, NULL, &why)
                       : lq_jid_new(NULL, "b", text, &why);
    if (jid == NULL) {
        ck_assert_ptr_nonnull(strstr(lq_jid_problem(why), "longer"));
    }
    lq_jid_free(jid);
    return jid != NULL;
}

static const struct {
    int which;
    const char *unit;
    size_t most; /* as many are fine, and one more is not */
} lengths[] = {
    { 0, "a", 1023 },      { 2, "a", 1023 }, { 0, "ж", 511 },   { 2, "ж", 511 },
    { 0, "漢", 341 },      { 2, "漢", 341 }, { 0, "ａ", 1023 }, /* three bytes
                                                                   become one */
    { 2, "e\u0301", 511 }, /* three become two */
};

START_TEST(part_has_1023_bytes_at_most_when_prepared)
{
    for (size_t i = 0; i < LQ_COUNT(lengths); i++) {
        ck_assert(
            length_is_fine(lengths[i].which, lengths[i].unit, lengths[i].most));
        ck_assert(!length_is_fine(lengths[i].which, lengths[i].unit,
                                  lengths[i].most + 1));
        ck_assert(!length_is_fine(lengths[i].which, lengths[i].unit, 5000));
    }
}
END_TEST

/* "a.a.a ... a", of LEN bytes, LEN odd; the last label longer by MORE. */
static void domain_make(char *text, size_t len, size_t more)
{
    for (size_t i = 0; i < len; i++) {
        text[i] = i % 2 ? '.' : 'a';
    }
    memset(text + len, 'a', more);
    text[len + more] = '\0';
}

START_TEST(domain_has_1023_bytes_at_most)
{
    char text[2000];
    lq_jid *jid;
    int why;

    domain_make(text, 1023, 0);
    jid = lq_jid_parse(text, NULL);
    ck_assert_ptr_nonnull(jid);
    lq_jid_free(jid);
    domain_make(text, 1023, 1);
    ck_assert_ptr_null(lq_jid_parse(text, &why));
    ck_assert_str_eq(lq_jid_problem(why),
                     "the domainpart is longer than 1023 bytes");
}
END_TEST

START_TEST(label_has_63_bytes_at_most)
{
    char text[100];
    lq_jid *jid;

    domain_make(text, 3, 62);
    jid = lq_jid_parse(text, NULL);
    ck_assert_ptr_nonnull(jid);
    lq_jid_free(jid);
    domain_make(text, 3, 63);
    ck_assert_ptr_null(lq_jid_parse(text, NULL));
}
END_TEST

static const struct {
    const char *text, *problem;
} problems[] = {
    { "@b", "the localpart is empty" },
    { "a@", "the domainpart is empty" },
    { "b/", "the resourcepart is empty" },
    { "a\xFF@b", "the localpart is not UTF-8" },
    { "a@b\xFF", "the domainpart is not UTF-8" },
    { "b/\xFF", "the resourcepart is not UTF-8" },
    { "a b@c", "the localpart holds a character that is not allowed there" },
    { "a@b c", "the domainpart is neither a domain name nor an IP address" },
    { "b/\n", "the resourcepart holds a character that is not allowed there" },
};

START_TEST(problem_names_the_part_and_the_reason)
{
    for (size_t i = 0; i < LQ_COUNT(problems); i++) {
        int why;

        ck_assert_ptr_null(lq_jid_parse(problems[i].text, &why));
        ck_assert_str_eq(lq_jid_problem(why), problems[i].problem);
    }
    ck_assert_str_eq(lq_jid_problem(LQ_E_NOMEM), "out of memory");
    ck_assert_str_eq(lq_jid_problem(LQ_OK), "no problem");
    ck_assert_ptr_nonnull(lq_jid_problem(12345));
    ck_assert_ptr_nonnull(lq_jid_problem(-12345));
}
END_TEST

START_TEST(preparing_twice_changes_nothing)
{
    const row *const tables[] = { valid, localparts, domains, resources };
    const size_t counts[] = { LQ_COUNT(valid), LQ_COUNT(localparts),
                              LQ_COUNT(domains), LQ_COUNT(resources) };

    for (size_t i = 0; i < LQ_COUNT(tables); i++) {
        for (size_t k = 0; k < counts[i]; k++) {
            if (tables[i][k].prepared != NULL) {
                row again = { tables[i][k].prepared, tables[i][k].prepared };

                check(&again, 1);
            }
        }
    }
}
END_TEST

/* What any bytes at all may do: be refused, or be a JID that is stable. */
START_TEST(no_byte_crashes)
{
    for (int first = 1; first < 256; first++) {
        for (int second = 1; second < 256; second++) {
            char text[] = { (char)first, (char)second, '@',
                            (char)first, (char)second, '/',
                            (char)first, (char)second, '\0' };
            lq_jid *jid = lq_jid_parse(text, NULL);

            if (jid != NULL) {
                ck_assert(lq_address_equal(text, lq_jid_text(jid)));
            }
            lq_jid_free(jid);
        }
    }
    ck_assert_uint_eq(memory_blocks(), 0);
}
END_TEST

/* XEP-0106, 5.1, and the exceptions of 4.3. */
static const struct {
    const char *plain, *escaped;
} escapes[] = {
    { "", "" },
    { "space cadet", "space\\20cadet" },
    { "call me \"ishmael\"", "call\\20me\\20\\22ishmael\\22" },
    { "at&t guy", "at\\26t\\20guy" },
    { "d'artagnan", "d\\27artagnan" },
    { "/.fanboy", "\\2f.fanboy" },
    { "::foo::", "\\3a\\3afoo\\3a\\3a" },
    { "<foo>", "\\3cfoo\\3e" },
    { "user@host", "user\\40host" },
    { "c:\\5commas", "c\\3a\\5c5commas" },
    { "\\3and\\2is\\5cool", "\\5c3and\\2is\\5c5cool" },
    { "\\2plus\\2is\\4", "\\2plus\\2is\\4" },
    { "foo\\bar", "foo\\bar" },
    { "foob\\41r", "foob\\41r" },
    { "here's_a_wild_&_/cr%zy/_address_for:<wv>(\"IMPS\")",
      "here\\27s_a_wild_\\26_\\2fcr%zy\\2f_address_for\\3a\\3cwv\\3e(\\22IMPS"
      "\\22)" },
    { "CN=D'Artagnan Saint-Andr\\E9,O=Example & Company",
      "CN=D\\27Artagnan\\20Saint-Andr\\E9,O=Example\\20\\26\\20Company" },
    { "tréville@musketeers.lit", "tréville\\40musketeers.lit" },
    { "\\", "\\" },
    { "\\2", "\\2" },
};

START_TEST(localpart_is_escaped_and_unescaped)
{
    for (size_t i = 0; i < LQ_COUNT(escapes); i++) {
        const char *plain = escapes[i].plain, *escaped = escapes[i].escaped;
        char text[200];

        ck_assert_int_eq(lq_jid_escape(plain, text, sizeof(text)),
                         (int)strlen(escaped));
        ck_assert_str_eq(text, escaped);
        ck_assert_int_eq(lq_jid_unescape(escaped, text, sizeof(text)),
                         (int)strlen(plain));
        ck_assert_str_eq(text, plain);
    }
}
END_TEST

/* XEP-0106, 5.1, where its table escapes more than its rules ask for. */
static const struct {
    const char *escaped, *plain;
} unescapes[] = {
    { "c\\3a\\5cnet", "c:\\net" },
    { "c\\3a\\5c\\5cnet", "c:\\\\net" },
    { "c\\3a\\5ccool\\20stuff", "c:\\cool stuff" },
    { "\\2F", "\\2F" },   /* case is significant */
    { "\\20a", "\\20a" }, /* no escaped text begins or ends so */
    { "a\\20", "a\\20" },
    { "\\20", "\\20" },
    { "a\\20b", "a b" },
    { "\\5c", "\\" },
};

START_TEST(only_escapes_are_unescaped)
{
    for (size_t i = 0; i < LQ_COUNT(unescapes); i++) {
        char text[200];

        ck_assert_int_ge(
            lq_jid_unescape(unescapes[i].escaped, text, sizeof(text)), 0);
        ck_assert_str_eq(text, unescapes[i].plain);
    }
}
END_TEST

START_TEST(outer_spaces_cannot_be_escaped)
{
    static const char *const texts[] = { " a", "a ", " " };
    char text[10];

    for (size_t i = 0; i < LQ_COUNT(texts); i++) {
        ck_assert_int_eq(lq_jid_escape(texts[i], text, sizeof(text)),
                         LQ_E_ARGUMENT);
        ck_assert_int_eq(lq_jid_unescape(texts[i], text, sizeof(text)),
                         LQ_E_ARGUMENT);
    }
    ck_assert_int_eq(lq_jid_escape(NULL, NULL, 0), LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_jid_unescape(NULL, NULL, 0), LQ_E_ARGUMENT);
}
END_TEST

START_TEST(small_buffer_cuts_off_and_tells_the_length)
{
    char text[] = "xxxxxxxx";

    ck_assert_int_eq(lq_jid_escape("a@b", NULL, 0), 5);
    ck_assert_int_eq(lq_jid_escape("a@b", text, 1), 5);
    ck_assert_str_eq(text, "");
    ck_assert_int_eq(lq_jid_escape("a@b", text, 3), 5);
    ck_assert_str_eq(text, "a\\");
    ck_assert_int_eq(lq_jid_escape("a@b", text, 6), 5);
    ck_assert_str_eq(text, "a\\40b");
    ck_assert_int_eq(lq_jid_unescape("a\\40b", text, 2), 3);
    ck_assert_str_eq(text, "a");
}
END_TEST

static const struct {
    const char *a, *b;
    bool same, same_bare;
} comparisons[] = {
    { "a@b/c", "a@b/c", true, true },
    { "a@b/c", "a@b/C", false, true },
    { "a@b/c", "a@b", false, true },
    { "A@B/c", "a@b/c", true, true },
    { "a@b.", "a@b", true, true },
    { "b/a@b", "b", false, true },
    { "a@b", "b", false, false },
    { "a@b", "a@bc", false, false },
    { "a@bücher.example", "a@xn--bcher-kva.example", true, true },
    { "é@b/e\u0301", "e\u0301@b/é", true, true },
    { "ＡＢ@b", "ab@b/c", false, true },
    { "fußball@b", "fussball@b", false, false },
    { "a@b/", "a@b", false, false }, /* no JID, so only its own bytes */
    { "a@b/", "a@b/", true, true },
    { "\xFF", "\xFF", true, true },
    { "\xFF", "\xFE", false, false },
    { "a b@c", "A b@c", false, false },
    { "", "", true, true },
    { NULL, NULL, true, true },
    { NULL, "", false, false },
    { "a@b", NULL, false, false },
};

START_TEST(addresses_equal_if_their_jids_do)
{
    for (size_t i = 0; i < LQ_COUNT(comparisons); i++) {
        const char *a = comparisons[i].a, *b = comparisons[i].b;

        ck_assert_msg(
            lq_address_equal(a, b) == comparisons[i].same &&
                lq_address_equal(b, a) == comparisons[i].same &&
                lq_address_equal_bare(a, b) == comparisons[i].same_bare &&
                lq_address_equal_bare(b, a) == comparisons[i].same_bare,
            "row %zu: \"%s\" and \"%s\"", i, a, b);
    }
    ck_assert_uint_eq(memory_blocks(), 0);
}
END_TEST

static const struct {
    const char *text;
    bool canonical;
    size_t bare_len;
} canonicals[] = {
    { "a@b/C", true, 3 },     { "b", true, 1 },
    { "b/A/b@c", true, 1 },   { "A@b", false, 3 },
    { "a@B", false, 3 },      { "a@b.", false, 4 },
    { "a@b/", false, 3 },     { "@b", false, 2 },
    { "a@", false, 2 },       { "", false, 0 },
    { "é@b", false, 4 },      { "b/é", false, 1 },
    { "a b@c", false, 5 },    { "a@xn--bcher-kva", false, 15 },
    { "a@[::1]/b", true, 7 }, { "a@[::A]", false, 7 },
    { "a@b\n", false, 4 },    { "a@b/\x7F", false, 3 },
};

START_TEST(canonical_is_what_preparing_would_not_change)
{
    for (size_t i = 0; i < LQ_COUNT(canonicals); i++) {
        const char *text = canonicals[i].text;

        ck_assert_msg(lq_address_is_canonical(text) == canonicals[i].canonical,
                      "\"%s\"", text);
        ck_assert_uint_eq(lq_address_bare_len(text), canonicals[i].bare_len);
    }
}
END_TEST

START_TEST(canonical_addresses_are_compared_without_memory)
{
    memory_fail(1, true);
    ck_assert(!lq_address_equal("a@b/c", "a@b/d"));
    ck_assert(lq_address_equal_bare("a@b/c", "a@b/d"));
    ck_assert(lq_address_equal("\xFF", "\xFF"));
    ck_assert(!memory_failed());
    ck_assert(!lq_address_equal("A@b", "a@b"));
    ck_assert(memory_failed());
}
END_TEST

static void jid_scenario(void)
{
    int why;
    lq_jid *jid = lq_jid_parse("Éé@Bücher.example/ü\u00A0x", &why);

    ck_assert_int_eq(why, jid == NULL ? LQ_E_NOMEM : LQ_OK);
    lq_jid_free(jid);
    lq_jid_free(lq_jid_new("a", "b", "c", NULL));
    lq_address_equal_bare("É@b", "é@b");
}

START_TEST(jid_survives_any_failing_allocation)
{
    memory_torture(jid_scenario);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        valid_examples_of_rfc_7622_are_jids,
        invalid_examples_of_rfc_7622_are_none,
        localpart_is_a_case_mapped_username,
        domainpart_is_an_internationalised_name,
        domainpart_may_be_an_address_literal,
        resourcepart_is_an_opaque_string,
        jid_knows_its_parts,
        ascii_costs_one_allocation,
        parts_make_the_same_jid,
        parts_cannot_smuggle_separators,
        part_has_1023_bytes_at_most_when_prepared,
        domain_has_1023_bytes_at_most,
        label_has_63_bytes_at_most,
        problem_names_the_part_and_the_reason,
        preparing_twice_changes_nothing,
        no_byte_crashes,
        localpart_is_escaped_and_unescaped,
        only_escapes_are_unescaped,
        outer_spaces_cannot_be_escaped,
        small_buffer_cuts_off_and_tells_the_length,
        addresses_equal_if_their_jids_do,
        canonical_is_what_preparing_would_not_change,
        canonical_addresses_are_compared_without_memory,
        jid_survives_any_failing_allocation,
        NULL,
    };

    return suite_main("jid", tests);
}
