/* test_sasl.c - one run of one mechanism, without a stream around it.
 *
 * What others published comes out byte for byte; what a server must not say is
 * a row each.  Where LQ_CORPORA names a folder with scram.jsonl, its talks as
 * well. */
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <loquat/base.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/base64.h"
#include "../common/ht.h"
#include "base/array.h"
#include "sasl/exchange.h"
#include "sasl/password.h"
#include "sasl/scram.h"
#include "suite.h"

#define NONCE "fyko+d2lbbFgONRv9qkxdawL"
#define SALT  "QSXCR+Q6sek8bf92"

/* ---- helpers ---- */

static Gsasl *gsasl;
static lq_exchange *x; /* NULL: memory did not suffice */
static lq_scram_keys *keys;
static lq_login who;
static lq_buffer said; /* by the last step */
static char problem[256];

/* Who can do all: a test takes away what it is about. */
static lq_login anybody(void)
{
    return (lq_login){
        .name = "user",
        .account = "user@example.org",
        .domain = "example.org",
        .password = "pencil",
        .token = "s3cr3t",
        .keys = &keys,
        .iterations = LQ_SCRAM_ITERATIONS_MAX,
        .nonce = NONCE,
        .flag = 'n',
        .binding = LQ_BINDING_NONE,
    };
}

/* Begin MECHANISM for .who. */
static void begin(const char *mechanism)
{
    const lq_mechanism *m = lq_mechanism_of(mechanism);
    int rv;

    ck_assert_ptr_nonnull(m);
    x = NULL;
    problem[0] = '\0';
    lq_buffer_init(&said, 64 * 1024);
    rv = lq_exchange_new(&gsasl, m, &who, &x);
    CLAIM(rv == LQ_OK);
    ck_assert(rv == LQ_OK ? x != NULL : rv == LQ_E_NOMEM && x == NULL);
}

static void begin_as(const char *mechanism)
{
    who = anybody();
    begin(mechanism);
}

static void end(void)
{
    lq_exchange_free(x);
    lq_buffer_wipe(&said);
    lq_scram_keys_free(keys);
    keys = NULL;
    if (gsasl != NULL) {
        gsasl_done(gsasl);
        gsasl = NULL;
    }
}

/* The server says LEN bytes, which are no text. */
static int step_bytes(const void *bytes, size_t len)
{
    int rv = LQ_E_NOMEM;

    lq_buffer_clear(&said);
    if (x != NULL) {
        rv = lq_exchange_step(x, bytes, len, &said);
        snprintf(problem, sizeof(problem), "%s", lq_exchange_problem(x));
        ck_assert(lq_exchange_is_done(x) == (rv == LQ_STEP_DONE));
    }
    return rv;
}

/* NULL: nothing yet. */
static int step(const char *text)
{
    return step_bytes(text, text == NULL ? 0 : strlen(text));
}

static bool said_is(const char *text)
{
    bool is = lq_buffer_len(&said) == strlen(text) &&
              memcmp(lq_buffer_bytes(&said), text, strlen(text)) == 0;

    ck_assert_msg(is || memory_is_tortured(), "said   %.*s\n  not  %s",
                  (int)lq_buffer_len(&said), is ? "" : lq_buffer_bytes(&said),
                  text);
    return is;
}

/* ---- SCRAM as published ---- */

#define XEP_0474_OFFER                                                         \
    "SCRAM-SHA-1\x1eSCRAM-SHA-1-PLUS\x1ftls-exporter\x1etls-server-end-point"

typedef struct talk {
    const char *mechanism, *name, *password, *nonce;
    const char *client_first, *server_first, *client_final, *server_final;
    char flag;
    int binding;
    const char *channel;
    const char *offered;
} talk;

static const talk talks[] = {
    /* RFC 5802, section 5 */
    { "SCRAM-SHA-1", "user", "pencil", NONCE, "n,,n=user,r=" NONCE,
      "r=" NONCE "3rfcNHYJY1ZVvWVs7j,s=" SALT ",i=4096",
      "c=biws,r=" NONCE "3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
      "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", 'n', LQ_BINDING_NONE, NULL, NULL },
    /* RFC 7677, section 3 */
    { "SCRAM-SHA-256", "user", "pencil", "rOprNGfwEbeRWgbNEkqO",
      "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
      "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
      "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
      "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", 'n', LQ_BINDING_NONE,
      NULL, NULL },
    /* XEP-0515, section 4.3 */
    { "SCRAM-SHA-1-PLUS", "user", "pencil",
      "12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6",
      "p=tls-exporter,,n=user,r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6",
      "r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6a09117a6-ac50-4f2f-93f1-"
      "93799c2bddf6,s=" SALT ",i=4096,h=G6k/rBLDqgOhRRaCuuatSDFkJ08=,t=0304",
      "c=cD10bHMtZXhwb3J0ZXIsLFRISVMgSVMgRkFLRSBDQiBEQVRB,"
      "r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6a09117a6-ac50-4f2f-93f1-"
      "93799c2bddf6,p=KHUfN8dSy1K95crT4D5y1ItLJfs=",
      "v=3w34ZIMVRkx2f2Ozb3/ecRPVdv4=", 'p', LQ_BINDING_EXPORTER,
      "THIS IS FAKE CB DATA", XEP_0474_OFFER },
};

static void talk_begin(const talk *t)
{
    who = anybody();
    who.name = t->name;
    who.password = t->password;
    who.nonce = t->nonce;
    who.flag = t->flag;
    who.binding = t->binding;
    who.channel = t->channel;
    who.channel_len = t->channel == NULL ? 0 : strlen(t->channel);
    who.offered = t->offered;
    who.offered_len = t->offered == NULL ? 0 : strlen(t->offered);
    who.tls_version = t->offered == NULL ? NULL : "0304";
    who.must_confirm = t->offered != NULL;
    begin(t->mechanism);
}

static void talk_take(const talk *t)
{
    talk_begin(t);
    CLAIM_IS(step(NULL), LQ_STEP_MORE);
    said_is(t->client_first);
    CLAIM_IS(step(t->server_first), LQ_STEP_MORE);
    said_is(t->client_final);
    CLAIM_IS(step(t->server_final), LQ_STEP_DONE);
    CLAIM(lq_buffer_len(&said) == 0);
    CLAIM(lq_exchange_is_confirmed(x) == (t->offered != NULL));
}

START_TEST(published_talks_come_out_byte_for_byte)
{
    for (size_t i = 0; i < LQ_COUNT(talks); i++) {
        talk_take(&talks[i]);
        CLAIM_IS(step(""), LQ_E_ARGUMENT); /* there is nothing more to say */
        end();
    }
}
END_TEST

START_TEST(nonce_is_another_each_time)
{
    char first[200] = "", second[200] = "";

    for (int i = 0; i < 2; i++) {
        who = anybody();
        who.nonce = NULL;
        begin("SCRAM-SHA-256");
        CLAIM_IS(step(NULL), LQ_STEP_MORE);
        if (lq_buffer_len(&said) > 0) {
            snprintf(i == 0 ? first : second, 200, "%.*s",
                     (int)lq_buffer_len(&said), lq_buffer_bytes(&said));
        }
        end();
    }
    CLAIM(strlen(first) == strlen("n,,n=user,r=") + 24);
    CLAIM(strcmp(first, second) != 0);
}
END_TEST

START_TEST(names_are_escaped)
{
    who = anybody();
    who.name = "=us,er=2C";
    begin("SCRAM-SHA-1");
    CLAIM_IS(step(NULL), LQ_STEP_MORE);
    said_is("n,,n==3Dus=2Cer=3D2C,r=" NONCE);
    end();
}
END_TEST

/* ---- the corpus ---- */

/* The string NAME of the object on LINE, which has no escapes in it; "" for
 * null. */
static void member(const char *line, const char *name, char *value, size_t size)
{
    char key[32];
    const char *p;

    snprintf(key, sizeof(key), "\"%s\": ", name);
    p = strstr(line, key);
    ck_assert_ptr_nonnull(p);
    p += strlen(key);
    snprintf(value, size, "%.*s", (int)(*p == '"' ? strcspn(p + 1, "\"") : 0),
             p + 1);
    ck_assert_ptr_null(strchr(value, '\\'));
}

/* Some show what a client must not take. */
static bool is_good(const char *line, const char *nonce, const char *server)
{
    const char *count = strstr(server, ",i=");

    return count != NULL && atol(count + 3) >= LQ_SCRAM_ITERATIONS_MIN &&
           strncmp(server + 2, nonce, strlen(nonce)) == 0 &&
           strstr(line, "authzid") == NULL;
}

static bool line_take(const char *line)
{
    char mechanism[64], name[64], password[64], nonce[64], type[32], hex[200];
    char channel[100], said_by[4][512];
    size_t len = 0;
    bool good;
    unsigned byte;

    member(line, "mechanism", mechanism, sizeof(mechanism));
    member(line, "username", name, sizeof(name));
    member(line, "password", password, sizeof(password));
    member(line, "cnonce", nonce, sizeof(nonce));
    member(line, "cb_type", type, sizeof(type));
    member(line, "cb_data_hex", hex, sizeof(hex));
    member(line, "client_first", said_by[0], sizeof(said_by[0]));
    member(line, "server_first", said_by[1], sizeof(said_by[1]));
    member(line, "client_final", said_by[2], sizeof(said_by[2]));
    member(line, "server_final", said_by[3], sizeof(said_by[3]));
    for (; sscanf(hex + 2 * len, "%2x", &byte) == 1; len++) {
        channel[len] = (char)byte;
    }
    good = is_good(line, nonce, said_by[1]);
    who = anybody();
    who.name = name;
    who.password = password;
    who.nonce = nonce;
    who.flag = said_by[0][0];
    who.binding = lq_binding_of(type);
    who.channel = channel;
    who.channel_len = len;
    begin(mechanism);
    ck_assert_int_eq(step(NULL), LQ_STEP_MORE);
    if (good) {
        said_is(said_by[0]);
        ck_assert_int_eq(step(said_by[1]), LQ_STEP_MORE);
        said_is(said_by[2]);
        ck_assert_int_eq(step(said_by[3]), LQ_STEP_DONE);
    } else {
        ck_assert_int_eq(step(said_by[1]), LQ_E_ARGUMENT);
    }
    end();
    return good;
}

START_TEST(talks_of_the_corpus_come_out_byte_for_byte)
{
    char path[1000], line[8192];
    int good = 0, bad = 0;
    FILE *file;

    if (memory_is_tortured()) {
        return;
    }
    snprintf(path, sizeof(path), "%s/scram.jsonl", getenv("LQ_CORPORA"));
    file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s", path);
    while (fgets(line, sizeof(line), file) != NULL) {
        if (line_take(line)) {
            good++;
        } else {
            bad++;
        }
    }
    fclose(file);
    ck_assert_int_gt(good, 5);
    ck_assert_int_gt(bad, 0);
}
END_TEST

/* ---- what a server must not begin with ---- */

enum { BAD, FINE };

typedef struct first_row {
    const char *text;
    int fine;
    const char *word; /* of what is said about it; NULL: anything */
} first_row;

#define R      "r=" NONCE "srv"
#define S      ",s=" SALT
#define I(i)   ",i=" i
#define REST   S I("4096")
#define COUNT  "iteration"
#define EXTEND "nonce"

static const first_row first_rows[] = {
    /* the count: RFC 5802, 5.1, and what is safe */
    { R S I("4096"), FINE, NULL },
    { R S I("4097"), FINE, NULL },
    { R S I("200000"), FINE, NULL },
    { R S I("200001"), BAD, COUNT },
    { R S I("0"), BAD, COUNT },
    { R S I("1"), BAD, COUNT },
    { R S I("4095"), BAD, COUNT },
    { R S I("-4096"), BAD, COUNT },
    { R S I("2147483647"), BAD, COUNT },
    { R S I("2147483648"), BAD, COUNT },
    { R S I("4294967296"), BAD, COUNT },
    { R S I("4294971392"), BAD, COUNT }, /* 2^32 + 4096 */
    { R S I("18446744073709555712"), BAD, COUNT },
    { R S I("1e9"), BAD, COUNT },
    { R S I("+4096"), BAD, COUNT },
    { R S I(" 4096"), BAD, COUNT },
    { R S I("4096 "), BAD, COUNT },
    { R S I("4096.0"), BAD, COUNT },
    { R S I("0x1000"), BAD, COUNT },
    { R S I("04096"), BAD, COUNT }, /* posit-number has no such zero */
    { R S I(""), BAD, COUNT },
    { R S I(",x=y"), BAD, COUNT },
    /* the nonce */
    { "r=" NONCE "s" REST, FINE, NULL },
    { "r=" NONCE REST, BAD, EXTEND },
    { "r=" REST, BAD, EXTEND },
    { "r=fyko+d2lbbFgONRv9qkxdawlsrv" REST, BAD, EXTEND },
    { "r=x" NONCE "srv" REST, BAD, EXTEND },
    { "r=srv" NONCE REST, BAD, EXTEND },
    { "r=fyko+d2lbbFgONRv9qkxdaw" REST, BAD, EXTEND },
    { "r=" NONCE "s v" REST, BAD, EXTEND },
    { "r=" NONCE "s\tv" REST, BAD, EXTEND },
    { "r=" NONCE "s\x7f" REST, BAD, EXTEND },
    { "r=" NONCE "s\xc3\xa4" REST, BAD, EXTEND },
    { "r=" NONCE "s,v" REST, BAD, NULL }, /* that ends it */
    { "r=" NONCE "s=v" REST, FINE, NULL },
    /* the salt */
    { R ",s=AA==" I("4096"), FINE, NULL },
    { R ",s=" I("4096"), BAD, "salt" },
    { R ",s=====" I("4096"), BAD, "salt" },
    { R ",s=QSXCR" I("4096"), BAD, "salt" },
    { R ",s=QSX*" I("4096"), BAD, "salt" },
    { R ",s=QR==" I("4096"), BAD, "salt" }, /* bits that are not used */
    { R ",s=QSXC R+Q" I("4096"), BAD, "salt" },
    { R ",s=QSXCR_Q6" I("4096"), BAD, "salt" },
    /* the order */
    { "", BAD, NULL },
    { "r", BAD, NULL },
    { "r=", BAD, NULL },
    { R, BAD, NULL },
    { R S, BAD, NULL },
    { R I("4096") S, BAD, NULL },
    { R I("4096"), BAD, NULL },
    { "s=" SALT "," R I("4096"), BAD, NULL },
    { "x=y," R REST, BAD, NULL },
    { "R=" NONCE "srv" REST, BAD, NULL },
    { R ",S=" SALT I("4096"), BAD, NULL },
    { "," R REST, BAD, NULL },
    { R "," S I("4096"), BAD, NULL },
    { "e=other-error", BAD, NULL },
    { "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", BAD, NULL },
    { "n,," R REST, BAD, NULL },
    /* what nobody may pass over, wherever it stands: RFC 5802, 5.1 */
    { "m=x," R REST, BAD, NULL },
    { R ",m=x" S I("4096"), BAD, NULL },
    { R REST ",m=x", BAD, NULL },
    { R REST ",x=y,m=", BAD, NULL },
    /* twice */
    { R REST "," R, BAD, NULL },
    { R REST S, BAD, NULL },
    { R REST I("4096"), BAD, NULL },
    { R REST ",t=0304,t=0304", BAD, NULL },
    { R REST ",h=AAAA,h=AAAA", BAD, NULL },
    { R REST ",h=,h=", BAD, NULL },
    /* what is unknown passes, if it is what the grammar allows */
    { R REST ",x=y", FINE, NULL },
    { R REST ",x=y,z=a=b=c", FINE, NULL },
    { R REST ",X=1,x=2,x=3", FINE, NULL },
    { R REST ",x=\xc3\xa4", FINE, NULL },
    { R REST ",t=0303", FINE, NULL }, /* there is nothing to compare */
    { R REST ",h=AAAA", FINE, NULL },
    { R REST ",", BAD, NULL },
    { R REST ",x", BAD, NULL },
    { R REST ",x=y,", BAD, NULL },
    { R REST ",,x=y", BAD, NULL },
    { R REST ",xy=z", BAD, NULL },
    { R REST ",=x", BAD, NULL },
    { R REST ",==x", BAD, NULL },
    { R REST ",,=x", BAD, NULL },
    { R REST ",1=x", BAD, NULL },
    { R REST ",\xc3=x", BAD, NULL },
};

/* As far as the server's first message. */
static void begin_scram(const char *mechanism)
{
    begin_as(mechanism);
    CLAIM_IS(step(NULL), LQ_STEP_MORE);
}

static void expect_refusal(const first_row *row, int rv)
{
    ck_assert_msg(rv == LQ_E_ARGUMENT || memory_is_tortured(),
                  "\"%.200s\" is taken: %d", row->text, rv);
    ck_assert_msg(lq_buffer_len(&said) == 0 || memory_is_tortured(),
                  "\"%s\": something is said", row->text);
    ck_assert_msg(row->word == NULL || strstr(problem, row->word) != NULL ||
                      memory_is_tortured(),
                  "\"%s\": %s", row->text, problem);
}

START_TEST(first_message_of_the_server_is_as_the_rfc_has_it)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(first_rows)); i++) {
        const first_row *row = &first_rows[i];
        int rv;

        begin_scram("SCRAM-SHA-1");
        rv = step(row->text);
        if (row->fine) {
            ck_assert_msg(rv == LQ_STEP_MORE || memory_is_tortured(),
                          "\"%s\" is refused: %s", row->text, problem);
        } else {
            expect_refusal(row, rv);
            CLAIM(keys == NULL); /* and no time was spent on it */
            CLAIM_IS(step("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="), LQ_E_ARGUMENT);
        }
        end();
    }
}
END_TEST

START_TEST(a_nul_ends_nothing)
{
    static const struct {
        char text[200];
        size_t len;
    } rows[] = {
#define NUL_ROW(text) { text, sizeof(text) - 1 }
        NUL_ROW(R S I("4096\0")),
        NUL_ROW(R S I("4096\0009")),
        NUL_ROW("r=" NONCE "s\0v" REST),
        NUL_ROW(R ",s=" SALT "\0" I("4096")),
        NUL_ROW(R REST "\0"),
        NUL_ROW(R REST ",\0=x"),
        NUL_ROW(R REST ",h=AAAA\0,h=AAAA"),
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        begin_scram("SCRAM-SHA-1");
        ck_assert_msg(step_bytes(rows[i].text, rows[i].len) == LQ_E_ARGUMENT ||
                          memory_is_tortured(),
                      "row %zu", i);
        CLAIM(lq_buffer_len(&said) == 0);
        end();
    }
}
END_TEST

/* BEFORE, LEN times A, AFTER; to be freed. */
static char *long_text(const char *before, size_t len, const char *after)
{
    char *text = malloc(strlen(before) + len + strlen(after) + 1);

    strcpy(text, before);
    memset(text + strlen(before), 'A', len);
    strcpy(text + strlen(before) + len, after);
    return text;
}

typedef struct long_row {
    const char *before;
    size_t len;
    const char *after;
    int fine;
} long_row;

enum { MESSAGE_MAX = 8 * 1024 };

static const long_row long_rows[] = {
    { "r=" NONCE, 1025 - sizeof(NONCE), REST, FINE },
    { "r=" NONCE, 1026 - sizeof(NONCE), REST, BAD },
    { R ",s=", 1364, "AA==" I("4096"), FINE }, /* 1,024 bytes */
    { R ",s=", 1364, "AAA=" I("4096"), BAD },
    { R REST ",x=", MESSAGE_MAX + 1 - sizeof(R REST ",x="), "", FINE },
    { R REST ",x=", MESSAGE_MAX + 2 - sizeof(R REST ",x="), "", BAD },
    { R ",s=", 60000, I("4096"), BAD },
};

START_TEST(first_message_of_the_server_has_its_limits)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(long_rows)); i++) {
        const long_row *row = &long_rows[i];
        char *text = long_text(row->before, row->len, row->after);

        begin_scram("SCRAM-SHA-256");
        ck_assert_msg(step(text) ==
                              (row->fine ? LQ_STEP_MORE : LQ_E_ARGUMENT) ||
                          memory_is_tortured(),
                      "row %zu: %s", i, problem);
        end();
        free(text);
    }
}
END_TEST

START_TEST(ceiling_of_iterations_is_the_programs)
{
    static const struct {
        long most;
        const char *text;
        int fine;
    } rows[] = {
        { 4096, R S I("4096"), FINE },
        { 4096, R S I("4097"), BAD },
        { 200001, R S I("200001"), FINE },
        { 10000000, R S I("10000001"), BAD },
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        who = anybody();
        who.iterations = rows[i].most;
        begin("SCRAM-SHA-1");
        CLAIM_IS(step(NULL), LQ_STEP_MORE);
        CLAIM_IS(step(rows[i].text),
                 rows[i].fine ? LQ_STEP_MORE : LQ_E_ARGUMENT);
        end();
    }
}
END_TEST

/* ---- what the server says it has offered ---- */

#define H ",h=G6k/rBLDqgOhRRaCuuatSDFkJ08="

typedef struct offer_row {
    const char *offered, *version;
    bool must;
    const char *tail;
    int fine;
    bool confirmed;
    const char *word;
} offer_row;

static const offer_row offer_rows[] = {
    { XEP_0474_OFFER, "0304", false, "", FINE, false, NULL },
    { XEP_0474_OFFER, "0304", false, H, FINE, true, NULL },
    { XEP_0474_OFFER, "0304", true, H, FINE, true, NULL },
    { XEP_0474_OFFER, "0304", true, ",x=y" H ",z=a", FINE, true, NULL },
    { XEP_0474_OFFER, "0304", true, "", BAD, false, "prove" },
    { XEP_0474_OFFER, "0304", true, ",t=0304", BAD, false, "prove" },
    { XEP_0474_OFFER, "0304", true, ",H=G6k/rBLDqgOhRRaCuuatSDFkJ08=", BAD,
      false, "prove" },
    { NULL, NULL, true, H, BAD, false, "prove" },
    { NULL, NULL, false, H, FINE, false, NULL },
    { XEP_0474_OFFER, "0304", false, ",h=", BAD, false, "other ways" },
    { XEP_0474_OFFER, "0304", false, ",h=G6k/rBLDqgOhRRaCuuatSDFkJ08", BAD,
      false, "other ways" },
    { XEP_0474_OFFER, "0304", false, H "=", BAD, false, "other ways" },
    { XEP_0474_OFFER, "0304", false, ",h=g6k/rBLDqgOhRRaCuuatSDFkJ08=", BAD,
      false, "other ways" },
    { XEP_0474_OFFER "\x1e", "0304", false, H, BAD, false, "other ways" },
    { "SCRAM-SHA-1\x1eSCRAM-SHA-1-PLUS", "0304", false, H, BAD, false,
      "other ways" },
    { "SCRAM-SHA-1", "0304", true, H, BAD, false, "other ways" },
    { XEP_0474_OFFER, "0304", false, ",t=0304", FINE, false, NULL },
    { XEP_0474_OFFER, "0304", false, H ",t=0304", FINE, true, NULL },
    { XEP_0474_OFFER, "0304", false, ",t=0304" H, FINE, true, NULL },
    { XEP_0474_OFFER, "0304", false, ",t=0303", BAD, false, "version" },
    { XEP_0474_OFFER, "0303", false, ",t=0304", BAD, false, "version" },
    { XEP_0474_OFFER, "0304", false, ",t=", BAD, false, "version" },
    { XEP_0474_OFFER, "0304", false, ",t=304", BAD, false, "version" },
    { XEP_0474_OFFER, "0304", false, ",t=03040", BAD, false, "version" },
    { XEP_0474_OFFER, "0304", true, ",t=0303" H, BAD, false, "version" },
    { NULL, NULL, false, ",t=0303", FINE, false, NULL },
};

START_TEST(server_confirms_what_was_seen_or_is_not_believed)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(offer_rows)); i++) {
        const offer_row *row = &offer_rows[i];
        char text[512];

        who = anybody();
        who.offered = row->offered;
        who.offered_len = row->offered == NULL ? 0 : strlen(row->offered);
        who.tls_version = row->version;
        who.must_confirm = row->must;
        begin("SCRAM-SHA-1");
        CLAIM_IS(step(NULL), LQ_STEP_MORE);
        snprintf(text, sizeof(text), R REST "%s", row->tail);
        ck_assert_msg(step(text) ==
                              (row->fine ? LQ_STEP_MORE : LQ_E_ARGUMENT) ||
                          memory_is_tortured(),
                      "row %zu: %s", i, problem);
        CLAIM(row->word == NULL || strstr(problem, row->word) != NULL);
        CLAIM(!row->fine || lq_exchange_is_confirmed(x) == row->confirmed);
        CLAIM(row->fine || (keys == NULL && lq_buffer_len(&said) == 0));
        end();
    }
}
END_TEST

START_TEST(what_was_offered_is_hashed_by_the_mechanisms_own_hash)
{
    static const char *const rows[] = { "SCRAM-SHA-1", "SCRAM-SHA-256",
                                        "SCRAM-SHA-512-PLUS" };
    lq_buffer hash;

    for (size_t i = 0; i < LQ_COUNT(rows); i++) {
        const lq_mechanism *m = lq_mechanism_of(rows[i]);
        unsigned char digest[64];
        char *base64;
        int rv;

        lq_buffer_init(&hash, 256);
        rv = lq_scram_offer_hash(m->mac, XEP_0474_OFFER, strlen(XEP_0474_OFFER),
                                 &hash);
        gnutls_hash_fast((gnutls_digest_algorithm_t)m->mac, XEP_0474_OFFER,
                         strlen(XEP_0474_OFFER), digest);
        base64 = base64_write(digest, gnutls_hmac_get_len(m->mac));
        CLAIM(rv == LQ_OK && lq_buffer_len(&hash) == strlen(base64) &&
              memcmp(lq_buffer_bytes(&hash), base64, strlen(base64)) == 0);
        free(base64);
        lq_buffer_clear(&hash);
    }
}
END_TEST

/* ---- what a server must not end with ---- */

#define V "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="

static const first_row final_rows[] = {
    { V, FINE, NULL },
    { V ",x=y", FINE, NULL },
    { V ",x=y,z=", FINE, NULL },
    { "", BAD, NULL },
    { "v", BAD, NULL },
    { "v=", BAD, NULL },
    { "v=rmF9pqV8S7suAoZWja4dJRkFsKR=", BAD, NULL },
    { "v=smF9pqV8S7suAoZWja4dJRkFsKQ=", BAD, NULL },
    { "v=rmF9pqV8S7suAoZWja4dJRkFsKQ", BAD, NULL },
    { "v=rmF9pqV8S7suAoZWja4dJRkFsA==", BAD, NULL },
    { "v=rmF9pqV8S7suAoZWja4dJRkFsKQA", BAD, NULL },
    { "v=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", BAD, NULL }, /* our own proof */
    { "V=rmF9pqV8S7suAoZWja4dJRkFsKQ=", BAD, NULL },
    { " " V, BAD, NULL },
    { "x=y," V, BAD, NULL },
    { V " ", BAD, NULL },
    { V ",", BAD, NULL },
    { V ",,", BAD, NULL },
    { V ",x", BAD, NULL },
    { V ",x=y,", BAD, NULL },
    { V ",,=x", BAD, NULL },
    { V ",1=x", BAD, NULL },
    { V "x", BAD, NULL },
    { V ",m=x", BAD, NULL },
    { V ",x=y,m=x", BAD, NULL },
    { V "," V, BAD, NULL },
    { V ",e=other-error", BAD, NULL },
    { "e=invalid-proof", BAD, "error" },
    { "e=", BAD, "error" },
    { "e=other-error," V, BAD, "error" },
};

START_TEST(server_proves_itself_or_is_not_believed)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(final_rows)); i++) {
        const first_row *row = &final_rows[i];
        int rv;

        talk_begin(&talks[0]);
        CLAIM_IS(step(NULL), LQ_STEP_MORE);
        CLAIM_IS(step(talks[0].server_first), LQ_STEP_MORE);
        rv = step(row->text);
        if (row->fine) {
            ck_assert_msg(rv == LQ_STEP_DONE || memory_is_tortured(),
                          "\"%s\" is refused: %s", row->text, problem);
        } else {
            expect_refusal(row, rv);
        }
        end();
    }
}
END_TEST

START_TEST(signature_is_of_this_talk)
{
    /* as RFC 5802 has it, but for one more attribute */
    talk_begin(&talks[0]);
    CLAIM_IS(step(NULL), LQ_STEP_MORE);
    CLAIM_IS(step("r=" NONCE "3rfcNHYJY1ZVvWVs7j,s=" SALT ",i=4096,x=y"),
             LQ_STEP_MORE);
    CLAIM_IS(step(V), LQ_E_ARGUMENT);
    end();

    /* or for another password */
    talk_begin(&talks[0]);
    who.password = "Pencil";
    CLAIM_IS(step(NULL), LQ_STEP_MORE);
    CLAIM_IS(step(talks[0].server_first), LQ_STEP_MORE);
    CLAIM_IS(step(V), LQ_E_ARGUMENT);
    end();
}
END_TEST

START_TEST(signature_ahead_of_the_proof_is_none)
{
    begin_scram("SCRAM-SHA-1");
    CLAIM_IS(step(V), LQ_E_ARGUMENT);
    end();
}
END_TEST

/* ---- keys ---- */

START_TEST(same_salt_needs_the_password_no_more)
{
    const lq_scram_keys *first;

    talk_take(&talks[1]);
    first = keys;
    CLAIM(first != NULL);
    for (int i = 0; i < 2; i++) {
        lq_exchange_free(x);
        lq_buffer_clear(&said);
        who.password = i == 0 ? "pencil" : NULL;
        begin("SCRAM-SHA-256");
        CLAIM_IS(step(NULL), LQ_STEP_MORE);
        CLAIM_IS(step(talks[1].server_first), LQ_STEP_MORE);
        said_is(talks[1].client_final);
        CLAIM(keys == first); /* nothing was made again */
        CLAIM_IS(step(talks[1].server_final), LQ_STEP_DONE);
    }
    end();
}
END_TEST

/* Each differs from the first message of RFC 7677 in what the keys are made
 * of. */
static const struct key_row {
    const char *mechanism, *server_first;
    int preparation;
} key_rows[] = {
    { "SCRAM-SHA-256", "s=W22ZaJ0SNY7soEsUEjb6gA==,i=4096", 0 },
    { "SCRAM-SHA-256", "s=W22ZaJ0SNY7soEsUEjb6,i=4096", 0 },
    { "SCRAM-SHA-256", "s=W22ZaJ0SNY7soEsUEjb6gQAA,i=4096", 0 },
    { "SCRAM-SHA-256", "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4097", 0 },
    { "SCRAM-SHA-512", "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", 0 },
    { "SCRAM-SHA-1", "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", 0 },
    { "SCRAM-SHA-256", "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
      LQ_PREPARE_SASLPREP },
};

START_TEST(another_salt_needs_the_password)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(key_rows)); i++) {
        const lq_scram_keys *first;
        char text[200];

        talk_take(&talks[1]);
        first = keys;
        lq_exchange_free(x);
        lq_buffer_clear(&said);
        who.password = NULL;
        who.preparation = key_rows[i].preparation;
        begin(key_rows[i].mechanism);
        snprintf(text, sizeof(text), "r=%ssrv,%s", talks[1].nonce,
                 key_rows[i].server_first);
        CLAIM_IS(step(NULL), LQ_STEP_MORE);
        CLAIM_IS(step(text), LQ_E_STATE);
        CLAIM(keys == first && lq_buffer_len(&said) == 0);
        who.password = "pencil"; /* it was asked for */
        CLAIM_IS(step(text), LQ_STEP_MORE);
        end();
    }
}
END_TEST

START_TEST(keys_are_what_the_rfc_makes)
{
    /* computed by Python's hashlib for RFC 7677's example */
    static const unsigned char client[] = { 0xa6, 0x0f, 0xc9, 0x23,
                                            0xd6, 0x7e, 0x86, 0x44 };
    static const unsigned char server[] = { 0xc1, 0xf3, 0xcb, 0xc1,
                                            0xc1, 0x3a, 0x9d, 0x35 };

    talk_take(&talks[1]);
    CLAIM(memcmp(lq_client_key(keys), client, sizeof(client)) == 0);
    CLAIM(memcmp(lq_server_key(keys), server, sizeof(server)) == 0);
    CLAIM(!keys->kept);
    end();
}
END_TEST

static const talk *const key_talks[] = { &talks[0], &talks[1] };

static bool same_keys(const lq_scram_keys *a, const lq_scram_keys *b)
{
    return a->mac == b->mac && a->iterations == b->iterations &&
           a->salt_len == b->salt_len && a->size == b->size &&
           a->preparation == b->preparation &&
           memcmp(a->bytes, b->bytes, 2u * a->size + a->salt_len) == 0;
}

START_TEST(keys_outlive_the_process)
{
    for (size_t i = 0; i < LQ_COUNT(key_talks); i++) {
        lq_scram_keys *read = NULL;
        lq_buffer bytes;
        int rv = LQ_E_NOMEM;

        talk_take(key_talks[i]);
        lq_buffer_init(&bytes, 4096);
        if (keys != NULL) {
            rv = lq_scram_keys_write(keys, &bytes);
            CLAIM(rv == LQ_OK);
        }
        if (rv == LQ_OK) {
            read = lq_scram_keys_read(lq_buffer_bytes(&bytes),
                                      lq_buffer_len(&bytes));
            CLAIM(read != NULL && same_keys(read, keys) && read->kept);
        }
        lq_scram_keys_free(read);
        lq_buffer_clear(&bytes);
        end();
    }
}
END_TEST

/* Cut off in the salt it is a shorter salt: what keeps it tells its length. */
START_TEST(keys_that_are_cut_off_are_none)
{
    enum { HEAD = 6 };
    lq_buffer bytes;

    talk_take(&talks[0]);
    lq_buffer_init(&bytes, 4096);
    if (keys != NULL && lq_scram_keys_write(keys, &bytes) == LQ_OK) {
        size_t whole = lq_buffer_len(&bytes);
        size_t least = HEAD + 2u * keys->size;

        for (size_t len = 0; len < whole; len++) {
            char *cut = malloc(len + 1);
            lq_scram_keys *read;

            memcpy(cut, lq_buffer_bytes(&bytes), len);
            read = lq_scram_keys_read(cut, len);
            ck_assert(read == NULL || (len > least && !same_keys(read, keys)));
            lq_scram_keys_free(read);
            free(cut);
        }
    }
    lq_buffer_clear(&bytes);
    end();
}
END_TEST

START_TEST(bytes_that_are_no_keys_are_refused)
{
    unsigned char bytes[6 + 2 * 64 + 1025] = { 0 };

    ck_assert_ptr_null(lq_scram_keys_read(bytes, 0));
    bytes[0] = 3; /* there are three hashes */
    ck_assert_ptr_null(lq_scram_keys_read(bytes, sizeof(bytes)));
    bytes[0] = 255;
    ck_assert_ptr_null(lq_scram_keys_read(bytes, sizeof(bytes)));
    bytes[0] = 2;
    bytes[1] = 2; /* and two preparations */
    ck_assert_ptr_null(lq_scram_keys_read(bytes, 200));
    bytes[1] = 0;
    ck_assert_ptr_null(lq_scram_keys_read(bytes, sizeof(bytes)));
    ck_assert_ptr_null(lq_scram_keys_read(bytes, 6 + 2 * 64));
    for (size_t i = 0; i < 2; i++) {
        lq_scram_keys *read =
            lq_scram_keys_read(bytes, i == 0 ? sizeof(bytes) - 1 : 135);

        CLAIM(read != NULL && read->salt_len == (i == 0 ? 1024 : 1));
        lq_scram_keys_free(read);
    }
}
END_TEST

/* ---- passwords ---- */

static const struct password_row {
    const char *password, *opaque, *saslprep;
} password_rows[] = {
    { "pencil", "pencil", "pencil" },
    { "", "", "" },
    { "a b", "a b", "a b" },
    { "pass\xe3\x80\x80word", "pass word", "pass word" }, /* U+3000 */
    { "e\xcc\x81", "\xc3\xa9", "\xc3\xa9" },
    { "\xc2\xaa", "\xc2\xaa", "a" },          /* RFC 4013, 3 */
    { "\xe2\x85\xa8", "\xe2\x85\xa8", "IX" }, /* U+2168 */
    { "\xef\xac\x81", "\xef\xac\x81", "fi" }, /* U+FB01 */
    { "I\xc2\xadX", "I\xc2\xadX", "IX" },     /* OpaqueString has none */
    { "a\x01"
      "b",
      "a\x01"
      "b",
      "a\x01"
      "b" },                                               /* neither has */
    { "\xc3", "\xc3", "\xc3" },                            /* no UTF-8 */
    { "e\xcc\x81\x01", "e\xcc\x81\x01", "e\xcc\x81\x01" }, /* as it is */
    { "\xf0\x9f\x92\xa9", "\xf0\x9f\x92\xa9", "\xf0\x9f\x92\xa9" },
};

static void expect_prepared(const char *password, int preparation,
                            const char *want)
{
    lq_buffer out;
    int rv;

    lq_buffer_init(&out, 1024);
    lq_buffer_append(&out, "x", 1); /* it is appended */
    rv = lq_password_prepare(&out, password, preparation);
    ck_assert_msg(
        memory_is_tortured() ||
            (rv == LQ_OK && lq_buffer_len(&out) == 1 + strlen(want) &&
             memcmp(lq_buffer_bytes(&out) + 1, want, strlen(want)) == 0),
        "%s, %d", password, preparation);
    lq_buffer_wipe(&out);
}

START_TEST(passwords_have_two_forms)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(password_rows)); i++) {
        const struct password_row *row = &password_rows[i];
        bool differ = strcmp(row->opaque, row->saslprep) != 0;

        expect_prepared(row->password, LQ_PREPARE_OPAQUE, row->opaque);
        expect_prepared(row->password, LQ_PREPARE_SASLPREP, row->saslprep);
        CLAIM(lq_password_is_ambiguous(row->password) == differ);
    }
}
END_TEST

START_TEST(password_is_proved_in_the_form_that_is_asked_for)
{
    for (int form = LQ_PREPARE_OPAQUE; form <= LQ_PREPARE_SASLPREP; form++) {
        char *first;

        who = anybody();
        who.password = "\xe2\x85\xa8";
        who.preparation = form;
        begin("SCRAM-SHA-1");
        step(NULL);
        CLAIM_IS(step(R REST), LQ_STEP_MORE);
        first = calloc(1, lq_buffer_len(&said) + 1);
        if (lq_buffer_len(&said) > 0) {
            memcpy(first, lq_buffer_bytes(&said), lq_buffer_len(&said));
        }
        end();
        who = anybody();
        who.password = "IX";
        begin("SCRAM-SHA-1");
        step(NULL);
        CLAIM_IS(step(R REST), LQ_STEP_MORE);
        CLAIM((lq_buffer_len(&said) == strlen(first) &&
               memcmp(lq_buffer_bytes(&said), first, strlen(first)) == 0) ==
              (form == LQ_PREPARE_SASLPREP));
        end();
        free(first);
    }
}
END_TEST

START_TEST(password_may_be_empty)
{
    who = anybody();
    who.password = "";
    begin("SCRAM-SHA-256");
    CLAIM_IS(step(NULL), LQ_STEP_MORE);
    CLAIM_IS(step(R REST), LQ_STEP_MORE);
    end();
}
END_TEST

/* ---- HT ---- */

static const struct ht_row {
    const char *mechanism, *type, *channel;
} ht_rows[] = {
    { "HT-SHA-256-NONE", NULL, NULL },
    { "HT-SHA-256-EXPR", "tls-exporter", "0123456789abcdef0123456789abcdef" },
    { "HT-SHA-256-ENDP", "tls-server-end-point", "end point" },
    { "HT-SHA-256-UNIQ", "tls-unique", "unique bytes" },
    { "HT-SHA-512-NONE", NULL, NULL },
    { "HT-SHA-512-EXPR", "tls-exporter", "x" },
    { "HT-SHA-512-ENDP", "tls-server-end-point", "end point" },
    { "HT-SHA-512-UNIQ", "tls-unique", "unique bytes" },
};

static void begin_ht(const struct ht_row *row)
{
    who = anybody();
    who.name = "romeo";
    who.channel = row->channel;
    who.channel_len = row->channel == NULL ? 0 : strlen(row->channel);
    begin(row->mechanism);
    CLAIM_IS(step(NULL), LQ_STEP_MORE);
}

/* What a server that knows TOKEN says to what was said; NULL: it is wrong. */
static char *ht_server(const struct ht_row *row, const char *token, size_t *len)
{
    ht h = { .token = token, .user = "romeo" };
    char *base64 = base64_write(lq_buffer_bytes(&said), lq_buffer_len(&said));
    const char *wrong;

    if (row->type != NULL) {
        binding_put(&h.bindings, row->type, row->channel, strlen(row->channel));
    }
    wrong = ht_client(&h, row->mechanism, base64);
    free(base64);
    return wrong == NULL ? base64_read(h.answer, len) : NULL;
}

START_TEST(tokens_prove_both_sides)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(ht_rows)); i++) {
        size_t len = 0;
        char *answer;

        begin_ht(&ht_rows[i]);
        CLAIM(ht_server(&ht_rows[i], "S3cr3t", &len) == NULL);
        answer = ht_server(&ht_rows[i], "s3cr3t", &len);
        CLAIM(answer != NULL);
        CLAIM_IS(step_bytes(answer == NULL ? "" : answer, len), LQ_STEP_DONE);
        CLAIM(lq_buffer_len(&said) == 0);
        free(answer);
        end();
    }
}
END_TEST

/* Each damages the right answer of LEN bytes, in room for more. */
static size_t damage(char *answer, size_t len, int how)
{
    switch (how) {
    case 0:
        return 0;
    case 1:
        return len - 1;
    case 2:
        answer[len] = '\0';
        return len + 1;
    case 3:
        answer[0] = (char)(answer[0] ^ 1);
        return len;
    case 4:
        answer[len - 1] = (char)(answer[len - 1] ^ 0x80);
        return len;
    default: /* what we said comes back */
        memcpy(answer, lq_buffer_bytes(&said) + sizeof("romeo"), len);
        return len;
    }
}

START_TEST(server_without_the_token_is_not_believed)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(ht_rows)); i++) {
        for (int how = 0; how < 6; how++) {
            char bytes[128] = "";
            size_t len = 0;
            char *answer;

            begin_ht(&ht_rows[i]);
            answer = ht_server(&ht_rows[i], "s3cr3t", &len);
            if (answer != NULL) {
                memcpy(bytes, answer, len);
                len = damage(bytes, len, how);
                CLAIM_IS(step_bytes(bytes, len), LQ_E_ARGUMENT);
                CLAIM(strstr(problem, "token") != NULL);
            }
            free(answer);
            end();
        }
    }
}
END_TEST

/* ---- OAUTHBEARER ---- */

START_TEST(oauth_tells_account_and_token)
{
    who = anybody();
    who.account = "a=b,c@example.com";
    who.token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";
    begin("OAUTHBEARER");
    CLAIM_IS(step(NULL), LQ_STEP_DONE);
    said_is("n,a=a=3Db=2Cc@example.com,\x01"
            "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01");
    end();
}
END_TEST

START_TEST(oauth_refusal_comes_in_two_parts)
{
    begin_as("OAUTHBEARER");
    CLAIM_IS(step(NULL), LQ_STEP_DONE);
    CLAIM_IS(step("{\"status\":\"invalid_token\"}"), LQ_STEP_MORE);
    said_is("\x01");
    CLAIM(x == NULL || !lq_exchange_is_done(x)); /* success would be a lie */
    CLAIM_IS(step("{}"), LQ_E_ARGUMENT);
    end();
}
END_TEST

/* ---- those of libgsasl ---- */

static bool said_bytes(const char *bytes, size_t len)
{
    return lq_buffer_len(&said) == len &&
           memcmp(lq_buffer_bytes(&said), bytes, len) == 0;
}

START_TEST(plain_is_name_and_password)
{
    begin_as("PLAIN");
    CLAIM_IS(step(NULL), LQ_STEP_DONE);
    CLAIM(said_bytes("\0user\0pencil", 12));
    end();

    who = anybody();
    who.password = NULL;
    begin("PLAIN");
    CLAIM_IS(step(NULL), LQ_E_STATE);
    CLAIM(lq_buffer_len(&said) == 0);
    end();
}
END_TEST

START_TEST(external_is_the_account)
{
    begin_as("EXTERNAL");
    CLAIM_IS(step(NULL), LQ_STEP_DONE);
    CLAIM(said_bytes("user@example.org", 16));
    end();

    who = anybody();
    who.account = NULL; /* as the certificate has it */
    begin("EXTERNAL");
    CLAIM_IS(step(NULL), LQ_STEP_DONE);
    CLAIM(lq_buffer_len(&said) == 0);
    end();
}
END_TEST

START_TEST(anonymous_is_nothing)
{
    who = anybody();
    who.name = who.password = who.account = NULL;
    begin("ANONYMOUS");
    CLAIM_IS(step(NULL), LQ_STEP_DONE);
    CLAIM(lq_buffer_len(&said) == 0);
    end();
}
END_TEST

/* That is no lack of memory, which would be tried again for ever. */
START_TEST(what_is_too_long_to_be_said_cannot_be_said)
{
    static const char *const mechanisms[] = { "OAUTHBEARER", "PLAIN" };
    char *secret = long_text("", 70000, "");

    for (size_t i = 0; i < LQ_COUNT(mechanisms); i++) {
        who = anybody();
        who.token = who.password = secret;
        begin(mechanisms[i]);
        CLAIM_IS(step(NULL), LQ_E_ARGUMENT);
        end();
    }
    free(secret);
}
END_TEST

/* The value of KEY of a digest-response, without its quotes. */
static void directive(const char *text, const char *key, char *value)
{
    char start[32];
    const char *at;
    size_t len;

    snprintf(start, sizeof(start), "%s=", key);
    at = strstr(text, start);
    while (at != NULL && at > text && at[-1] != ',' && at[-1] != ' ') {
        at = strstr(at + 1, start); /* nonce, cnonce */
    }
    *value = '\0';
    if (at != NULL) {
        at += strlen(start);
        at += *at == '"';
        len = strcspn(at, "\",");
        memcpy(value, at, len);
        value[len] = '\0';
    }
}

static void md5(const void *bytes, size_t len, char hex[33],
                unsigned char raw[16])
{
    unsigned char digest[16];

    gnutls_hash_fast(GNUTLS_DIG_MD5, bytes, len, digest);
    for (size_t i = 0; i < 16; i++) {
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }
    if (raw != NULL) {
        memcpy(raw, digest, 16);
    }
}

#define DIGEST_NONCE "OA6MG9tEQGm2hh"
#define REALM        "elwood.innosoft.com"

/* RFC 2831, 2.1.2.1: what A2 begins with is "AUTHENTICATE" or nothing. */
static void digest_response(const char *response, const char *password,
                            const char *verb, char hex[33])
{
    char cnonce[128], nc[32], qop[32], uri[128], text[512], ha1[33], ha2[33];
    unsigned char first[16];
    int len;

    directive(response, "cnonce", cnonce);
    directive(response, "nc", nc);
    directive(response, "qop", qop);
    directive(response, "digest-uri", uri);
    len = snprintf(text, sizeof(text), "user:" REALM ":%s", password);
    md5(text, (size_t)len, ha1, first);
    memcpy(text, first, 16);
    len = 16 + snprintf(text + 16, sizeof(text) - 16, ":" DIGEST_NONCE ":%s",
                        cnonce);
    md5(text, (size_t)len, ha1, NULL);
    len = snprintf(text, sizeof(text), "%s:%s", verb, uri);
    md5(text, (size_t)len, ha2, NULL);
    len = snprintf(text, sizeof(text), "%s:" DIGEST_NONCE ":%s:%s:%s:%s", ha1,
                   nc, cnonce, qop, ha2);
    md5(text, (size_t)len, hex, NULL);
}

/* As far as our response, which is written to TEXT. */
static void digest_begin(char text[1024])
{
    begin_as("DIGEST-MD5");
    CLAIM_IS(step("realm=\"" REALM "\",nonce=\"" DIGEST_NONCE "\",qop=\"auth\","
                  "algorithm=md5-sess,charset=utf-8"),
             LQ_STEP_MORE);
    snprintf(text, 1024, "%.*s", (int)lq_buffer_len(&said),
             lq_buffer_len(&said) == 0 ? "" : lq_buffer_bytes(&said));
}

START_TEST(digest_proves_both_sides)
{
    for (int honest = 0; honest < 2; honest++) {
        char text[1024], value[128], want[33], answer[64];

        digest_begin(text);
        directive(text, "response", value);
        digest_response(text, "pencil", "AUTHENTICATE", want);
        CLAIM(strcmp(value, want) == 0);
        directive(text, "digest-uri", value);
        CLAIM(strcmp(value, "xmpp/example.org") == 0);
        digest_response(text, honest ? "pencil" : "Pencil", "", want);
        snprintf(answer, sizeof(answer), "rspauth=%s", want);
        CLAIM_IS(step(answer), honest ? LQ_STEP_DONE : LQ_E_ARGUMENT);
        end();
    }
}
END_TEST

/* ---- the table ---- */

START_TEST(each_mechanism_is_known_by_its_name_only)
{
    static const char *const strangers[] = {
        "",
        "SCRAM-SHA-256-PLU",
        "SCRAM-SHA-256-PLUSS",
        "scram-sha-256",
        "SCRAM-SHA-224",
        "LOQUAT",
        "CRAM-MD5",
        " PLAIN",
        "X-OAUTH2",
    };
    lq_mechanism_set all = 0;

    for (const lq_mechanism *m = lq_mechanisms; m->name != NULL; m++) {
        ck_assert(lq_mechanism_of(m->name) == m);
        ck_assert((all & lq_mechanism_bit(m)) == 0);
        all |= lq_mechanism_bit(m);
        ck_assert(lq_mechanism_best(lq_mechanism_bit(m)) == m);
    }
    for (size_t i = 0; i < LQ_COUNT(strangers); i++) {
        ck_assert_ptr_null(lq_mechanism_of(strangers[i]));
    }
    ck_assert_ptr_null(lq_mechanism_best(0));
    ck_assert_ptr_null(lq_mechanism_best(~all));
    ck_assert(lq_mechanism_best(all) == lq_mechanisms);
}
END_TEST

START_TEST(each_mechanism_can_be_begun_and_left)
{
    for (const lq_mechanism *m = lq_mechanisms; m->name != NULL; m++) {
        who = anybody();
        who.channel = "x";
        who.channel_len = 1;
        who.flag = m->plus ? 'p' : 'n';
        who.binding = m->plus ? LQ_BINDING_UNIQUE : LQ_BINDING_NONE;
        begin(m->name);
        if (m->family != LQ_SASL_DIGEST) {
            int rv = step(NULL);

            CLAIM(rv ==
                  (lq_mechanism_is_mutual(m) ? LQ_STEP_MORE : LQ_STEP_DONE));
        }
        end();
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        published_talks_come_out_byte_for_byte,
        nonce_is_another_each_time,
        names_are_escaped,
        first_message_of_the_server_is_as_the_rfc_has_it,
        a_nul_ends_nothing,
        first_message_of_the_server_has_its_limits,
        ceiling_of_iterations_is_the_programs,
        server_confirms_what_was_seen_or_is_not_believed,
        what_was_offered_is_hashed_by_the_mechanisms_own_hash,
        server_proves_itself_or_is_not_believed,
        signature_is_of_this_talk,
        signature_ahead_of_the_proof_is_none,
        same_salt_needs_the_password_no_more,
        another_salt_needs_the_password,
        keys_are_what_the_rfc_makes,
        keys_outlive_the_process,
        keys_that_are_cut_off_are_none,
        bytes_that_are_no_keys_are_refused,
        passwords_have_two_forms,
        password_is_proved_in_the_form_that_is_asked_for,
        password_may_be_empty,
        tokens_prove_both_sides,
        server_without_the_token_is_not_believed,
        oauth_tells_account_and_token,
        oauth_refusal_comes_in_two_parts,
        plain_is_name_and_password,
        external_is_the_account,
        anonymous_is_nothing,
        what_is_too_long_to_be_said_cannot_be_said,
        digest_proves_both_sides,
        each_mechanism_is_known_by_its_name_only,
        each_mechanism_can_be_begun_and_left,
        getenv("LQ_CORPORA") == NULL
            ? NULL
            : talks_of_the_corpus_come_out_byte_for_byte,
        NULL,
    };

    return suite_main_tortured("sasl", tests);
}
