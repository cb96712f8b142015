/* test_scram_server.c - the tests' own server side of SCRAM and HT knows right
 * from wrong.
 *
 * What others than we have computed is taken, and whatever differs from it is
 * not.  Where LQ_CORPORA names a folder with scram.jsonl, its talks as well. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/base64.h"
#include "../common/ht.h"
#include "../common/scram.h"
#include "suite.h"

/* ---- SCRAM ---- */

typedef struct talk {
    const char *mechanism, *password;
    const char *client_first, *server_first, *client_final, *server_final;
    const char *binding; /* "type hexadecimal", NULL: none */
} talk;

static const talk talks[] = {
    /* RFC 5802, section 5 */
    { "SCRAM-SHA-1", "pencil", "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
      "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
      "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
      "p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
      "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", NULL },
    /* RFC 7677, section 3 */
    { "SCRAM-SHA-256", "pencil", "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
      "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
      "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
      "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", NULL },
    /* XEP-0474, section 5.3: the binding is the text THIS IS FAKE CB DATA */
    { "SCRAM-SHA-1-PLUS", "pencil",
      "p=tls-exporter,,n=user,r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6",
      "r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6"
      "a09117a6-ac50-4f2f-93f1-93799c2bddf6,"
      "s=QSXCR+Q6sek8bf92,i=4096,h=G6k/rBLDqgOhRRaCuuatSDFkJ08=",
      "c=cD10bHMtZXhwb3J0ZXIsLFRISVMgSVMgRkFLRSBDQiBEQVRB,"
      "r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6"
      "a09117a6-ac50-4f2f-93f1-93799c2bddf6,"
      "x=19C6532F-1CF4-4A27-A18D-DC9CEA41BBB3,p=M/SIDjT+dfcxUh89jZEypRvFxB4=",
      "v=MQrMPvv7yv4x4Cq4W4Ih25EqS2c=",
      "tls-exporter 544849532049532046414b452043422044415441" },
    /* XEP-0515, section 4.3 */
    { "SCRAM-SHA-1-PLUS", "pencil",
      "p=tls-exporter,,n=user,r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6",
      "r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6"
      "a09117a6-ac50-4f2f-93f1-93799c2bddf6,"
      "s=QSXCR+Q6sek8bf92,i=4096,h=G6k/rBLDqgOhRRaCuuatSDFkJ08=,t=0304",
      "c=cD10bHMtZXhwb3J0ZXIsLFRISVMgSVMgRkFLRSBDQiBEQVRB,"
      "r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6"
      "a09117a6-ac50-4f2f-93f1-93799c2bddf6,p=KHUfN8dSy1K95crT4D5y1ItLJfs=",
      "v=3w34ZIMVRkx2f2Ozb3/ecRPVdv4=",
      "tls-exporter 544849532049532046414b452043422044415441" },
};

static const char *in_base64(const char *text)
{
    static char out[SCRAM_MAX * 2];
    char *base64 = base64_write(text, strlen(text));

    snprintf(out, sizeof(out), "%s", base64);
    free(base64);
    return out;
}

/* Pairs of digits; what is left over is dropped. */
static size_t hex_read(const char *hex, unsigned char *bytes, size_t size)
{
    size_t len = 0;
    unsigned byte;

    while (len < size && strlen(hex) >= 2 && sscanf(hex, "%2x", &byte) == 1) {
        bytes[len++] = (unsigned char)byte;
        hex += 2;
    }
    return len;
}

static void bindings_read(binding_set *b, const char *text)
{
    unsigned char bytes[BINDING_SIZE];
    char type[32];
    size_t len = strcspn(text, " ");

    snprintf(type, sizeof(type), "%.*s", (int)len, text);
    binding_put(b, type, bytes, hex_read(text + len + 1, bytes, BINDING_SIZE));
}

/* Take T; what was wrong with it. */
static const char *talk_take(const talk *t, scram *s)
{
    const char *why;

    *s = (scram){ .password = t->password, .weak_nonce_ok = true };
    if (t->binding != NULL) {
        bindings_read(&s->bindings, t->binding);
    }
    why = scram_client_first(s, t->mechanism, in_base64(t->client_first));
    if (why == NULL) {
        scram_set_server_first(s, t->server_first);
        why = scram_client_final(s, in_base64(t->client_final));
    }
    return why;
}

static void ck_talk(const talk *t)
{
    scram s;
    const char *why = talk_take(t, &s);

    ck_assert_msg(why == NULL, "%s: %s", t->client_first, why);
    ck_assert_str_eq(s.server_final, t->server_final);
}

START_TEST(published_talks_are_ours)
{
    for (size_t i = 0; i < sizeof(talks) / sizeof(talks[0]); i++) {
        ck_talk(&talks[i]);
    }
}
END_TEST

START_TEST(other_passwords_prove_nothing)
{
    for (size_t i = 0; i < sizeof(talks) / sizeof(talks[0]); i++) {
        talk t = talks[i];
        scram s;

        t.password = "Pencil";
        ck_assert_str_eq(talk_take(&t, &s), "the proof is wrong");
        ck_assert_str_eq(s.server_final, "");
    }
}
END_TEST

START_TEST(other_bindings_are_refused)
{
    static const char *const rows[] = {
        "tls-exporter 544849532049532046414b4520434220444154",
        "tls-unique 544849532049532046414b452043422044415441",
        "tls-exporter ",
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        talk t = talks[2];
        scram s;

        t.binding = rows[i];
        ck_assert_str_eq(talk_take(&t, &s),
                         "the channel binding is not the connection's");
    }
}
END_TEST

/* The client's first message as it may not be. */
static const struct first_row {
    const char *mechanism, *message, *why;
} first_rows[] = {
    { "SCRAM-MD5", "n,,n=user,r=0123456789abcdef",
      "that is no SCRAM mechanism" },
    { "SCRAM-SHA-1-PLUS-PLUS", "n,,n=user,r=0123456789abcdef",
      "that is no SCRAM mechanism" },
    { "SCRAM-SHA-1", "", "that is no first message of SCRAM" },
    { "SCRAM-SHA-1", "n,n=user,r=0123456789abcdef",
      "that is no first message of SCRAM" },
    { "SCRAM-SHA-1", "n,,m=1,n=user,r=0123456789abcdef",
      "that is no first message of SCRAM" },
    { "SCRAM-SHA-1", "n,,n=us=er,r=0123456789abcdef",
      "that is no first message of SCRAM" },
    { "SCRAM-SHA-1", "n,,n=,r=0123456789abcdef",
      "that is no first message of SCRAM" },
    { "SCRAM-SHA-1", "n,,n=user,r=", "that is no first message of SCRAM" },
    { "SCRAM-SHA-1", "n,,n=user,r=0123456789abcde",
      "the client's nonce is too short" },
    { "SCRAM-SHA-1", "n,,n=loser,r=0123456789abcdef",
      "that is somebody else's name" },
    { "SCRAM-SHA-1", "x,,n=user,r=0123456789abcdef",
      "that is no channel binding flag" },
    { "SCRAM-SHA-1", "p=tls-exporter,,n=user,r=0123456789abcdef",
      "the channel binding flag does not fit the mechanism" },
    { "SCRAM-SHA-1-PLUS", "y,,n=user,r=0123456789abcdef",
      "the channel binding flag does not fit the mechanism" },
    { "SCRAM-SHA-1", "y,,n=user,r=0123456789abcdef",
      "the client has not seen that channel binding was offered" },
    { "SCRAM-SHA-1", "n,,n=user,r=0123456789abcdef", NULL },
    { "SCRAM-SHA-512-PLUS", "p=tls-unique,a=x,n=user,r=0123456789abcdef",
      NULL },
};

START_TEST(first_messages_are_checked)
{
    for (size_t i = 0; i < sizeof(first_rows) / sizeof(first_rows[0]); i++) {
        const struct first_row *row = &first_rows[i];
        scram s = { .password = "pencil", .user = "user", .offers_plus = true };

        ck_assert_pstr_eq(
            scram_client_first(&s, row->mechanism, in_base64(row->message)),
            row->why);
    }
}
END_TEST

/* Put instead of the final message of RFC 5802; each is wrong in one place. */
static const struct final_row {
    const char *message, *why;
} final_rows[] = {
    { "c=eSws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
      "p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
      "the channel binding is not the connection's" },
    { "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7,"
      "p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
      "the nonce is not the server's" },
    { "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7jj,"
      "p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
      "the nonce is not the server's" },
    { "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
      "p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts",
      "the proof is wrong" },
    { "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
      "p=w0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
      "the proof is wrong" },
    { "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j",
      "that is no final message of SCRAM" },
};

START_TEST(final_messages_are_checked)
{
    for (size_t i = 0; i < sizeof(final_rows) / sizeof(final_rows[0]); i++) {
        talk t = talks[0];
        scram s;

        t.client_final = final_rows[i].message;
        ck_assert_str_eq(talk_take(&t, &s), final_rows[i].why);
    }
}
END_TEST

START_TEST(answer_extends_the_nonce)
{
    scram s = { .password = "pencil" };

    scram_client_first(&s, "SCRAM-SHA-1",
                       in_base64("n,,n=us=3De=2Cr,r=0123456789abcdef,x=y"));
    scram_answer(&s, "xyz", "AAAA", "4096", ",t=0304");
    ck_assert_str_eq(s.name, "us=e,r");
    ck_assert_str_eq(s.server_first,
                     "r=0123456789abcdefxyz,s=AAAA,i=4096,t=0304");
}
END_TEST

/* The first is XEP-0474's. */
START_TEST(announcements_are_hashed_in_order)
{
    static const struct {
        const char *mechanism, *mechanisms, *bindings, *hash;
    } rows[] = {
        { "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1 SCRAM-SHA-1-PLUS",
          "tls-server-end-point tls-exporter", "G6k/rBLDqgOhRRaCuuatSDFkJ08=" },
        { "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS  SCRAM-SHA-1 ",
          "tls-exporter tls-server-end-point", "G6k/rBLDqgOhRRaCuuatSDFkJ08=" },
        { "SCRAM-SHA-256", "PLAIN SCRAM-SHA-256", NULL,
          "Rgy1OtqF8B/re2ip4rVzs2herVHnECfKbsLqKQgUMgo=" },
        { "SCRAM-SHA-256", "PLAIN SCRAM-SHA-256", "",
          "UzQajgapjuoNRETKCNV1g1zapAbBiaY9mIhExQJWVpQ=" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char hash[SCRAM_HASH_MAX];
        scram s = { .password = "" };

        snprintf(s.mechanism, sizeof(s.mechanism), "%s", rows[i].mechanism);
        scram_hash(&s, rows[i].mechanisms, rows[i].bindings, hash);
        ck_assert_str_eq(hash, rows[i].hash);
    }
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

static void line_take(const char *line)
{
    char mechanism[64], password[64], type[32], hex[200], binding[256];
    char said[4][512];
    talk t = { mechanism, password, said[0], said[1], said[2], said[3], NULL };

    member(line, "mechanism", mechanism, sizeof(mechanism));
    member(line, "password", password, sizeof(password));
    member(line, "cb_type", type, sizeof(type));
    member(line, "cb_data_hex", hex, sizeof(hex));
    member(line, "client_first", said[0], sizeof(said[0]));
    member(line, "server_first", said[1], sizeof(said[1]));
    member(line, "client_final", said[2], sizeof(said[2]));
    member(line, "server_final", said[3], sizeof(said[3]));
    snprintf(binding, sizeof(binding), "%s %s", type, hex);
    t.binding = type[0] == '\0' ? NULL : binding;
    ck_talk(&t);
}

START_TEST(talks_of_the_corpus_are_ours)
{
    const char *folder = getenv("LQ_CORPORA");
    char path[1000], line[8192];
    int count = 0;
    FILE *file;

    snprintf(path, sizeof(path), "%s/scram.jsonl", folder);
    file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s", path);
    while (fgets(line, sizeof(line), file) != NULL) {
        line_take(line);
        count++;
    }
    fclose(file);
    ck_assert_int_gt(count, 5);
}
END_TEST

/* ---- HT ---- */

/* What the token s3cr3t says, computed by Python's hmac. */
static const struct ht_row {
    const char *mechanism, *binding, *message, *answer;
} ht_rows[] = {
    { "HT-SHA-256-NONE", NULL,
      "cm9tZW8A2vZCup4QqRd6SmaKgHoXNDw0sJ7yyviJLkCdPBAtpPY=",
      "Z7L2puFTQZI3Lt3nDpdVGG+kUutwPyFQtqIMh/45UkE=" },
    { "HT-SHA-256-EXPR",
      "tls-exporter "
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
      "cm9tZW8ANI90V5Y2WZ5/iuCbSZ670+IKD0XKHpZlx6rbIt4BloU=",
      "xqlOQZqD2seR+ZcUKV4z01M4GWe335xJQWvvwGywMQQ=" },
    { "HT-SHA-256-ENDP",
      "tls-server-end-point "
      "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
      "cm9tZW8ALRuRhjkarnKrh5uhOEtderT4VzRmp9Sa2pxBJ9cRny0=",
      "hMxFA7UUOWuMUQf15BfKsVZUYXc22nAtWBCl27CavnE=" },
    { "HT-SHA-512-UNIQ", "tls-unique 000102030405060708090a0b",
      "cm9tZW8Aowm+6e4/"
      "TMryIzACLVIITy0JX2+"
      "uVBJkkqy72ySr9l91e8fwtJMcY1BYH4A0hKRewufj2O6r3DZQwafHsjvxQg==",
      "/PpOtTqAWIDafaC6jR05kGQh3y7mzORsbGfGe2fx07vzF4F079JgDmbkqUWea+"
      "ZeS9dWdwmxGhqoZqSHnXcNeQ==" },
};

static ht ht_of(const char *binding)
{
    ht h = { .token = "s3cr3t", .user = "romeo" };

    if (binding != NULL) {
        bindings_read(&h.bindings, binding);
    }
    return h;
}

START_TEST(tokens_are_taken_and_answered)
{
    for (size_t i = 0; i < sizeof(ht_rows) / sizeof(ht_rows[0]); i++) {
        const struct ht_row *row = &ht_rows[i];
        ht h = ht_of(row->binding);

        ck_assert_pstr_eq(ht_client(&h, row->mechanism, row->message), NULL);
        ck_assert_str_eq(h.name, "romeo");
        ck_assert_str_eq(h.answer, row->answer);
    }
}
END_TEST

START_TEST(other_tokens_are_refused)
{
    for (size_t i = 0; i < sizeof(ht_rows) / sizeof(ht_rows[0]); i++) {
        const struct ht_row *row = &ht_rows[i];
        ht h = ht_of(row->binding);

        h.token = "S3cr3t";
        ck_assert_pstr_eq(ht_client(&h, row->mechanism, row->message),
                          "the token is wrong");
        ck_assert_str_eq(h.answer, "");
        h.token = "s3cr3t";
        h.user = "juliet";
        ck_assert_pstr_eq(ht_client(&h, row->mechanism, row->message),
                          "that is somebody else's name");
    }
}
END_TEST

START_TEST(a_token_is_good_for_its_binding_only)
{
    for (size_t i = 0; i < sizeof(ht_rows) / sizeof(ht_rows[0]); i++) {
        const struct ht_row *row = &ht_rows[i];
        const char *other =
            row->binding == NULL ? "HT-SHA-256-EXPR" : "HT-SHA-256-NONE";
        ht h = ht_of(NULL);

        ck_assert_pstr_ne(ht_client(&h, other, row->message), NULL);
        if (row->binding != NULL) {
            h = ht_of("tls-unique ff");
            binding_put(&h.bindings, "tls-exporter", "x", 1);
            binding_put(&h.bindings, "tls-server-end-point", "x", 1);
            ck_assert_pstr_eq(ht_client(&h, row->mechanism, row->message),
                              "the token is wrong");
        }
    }
}
END_TEST

START_TEST(what_is_no_ht_is_refused)
{
    static const char *const messages[] = { "", "!", "cm9tZW8=", "cm9tZW8AAAA=",
                                            "AAAA" };
    static const char *const mechanisms[] = { "HT-SHA-1-NONE", "HT-SHA-256",
                                              "HT-SHA-256-NONEX", "" };
    ht h = ht_of(NULL);

    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        ck_assert_pstr_eq(ht_client(&h, "HT-SHA-256-NONE", messages[i]),
                          "that is no message of HT");
    }
    for (size_t i = 0; i < sizeof(mechanisms) / sizeof(mechanisms[0]); i++) {
        ck_assert_pstr_eq(ht_client(&h, mechanisms[i], ht_rows[0].message),
                          "that is no HT mechanism");
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        published_talks_are_ours,
        other_passwords_prove_nothing,
        other_bindings_are_refused,
        first_messages_are_checked,
        final_messages_are_checked,
        answer_extends_the_nonce,
        announcements_are_hashed_in_order,
        tokens_are_taken_and_answered,
        other_tokens_are_refused,
        a_token_is_good_for_its_binding_only,
        what_is_no_ht_is_refused,
        getenv("LQ_CORPORA") == NULL ? NULL : talks_of_the_corpus_are_ours,
        NULL,
    };

    return suite_main("scram_server", tests);
}
