/* words.c - see words.h. */
#include "words.h"

#include <inttypes.h>

#include "draw.h"

static const char *const users[] = {
    "juliet", "romeo",   "nurse",    "mercutio",       "benvolio", "tybalt",
    "paris",  "capulet", "montague", "friar.laurence", "rosaline", "balthasar",
    "abram",  "sampson", "gregory",  "peter",          "escalus",  "angelica",
};
static const char *const domains[] = {
    "example.com",
    "example.net",
    "im.example.org",
    "chat.verona.example",
    "jabber.capulet.example",
};
static const char *const resources[] = {
    "Conversations.x9Qa", "gajim.7H2KPL0D", "phone-4f3a1c",
    "dino.5b1e90aa",      "Psi+",           "profanity.M4xQ0z",
    "monocles.8813",      "desk",
};
static const char *const languages[] = { "en", "de", "fr", "ru", "es" };

static const char *const plain_words[] = {
    "the",     "of",       "and",
    "to",      "in",       "is",
    "you",     "that",     "it",
    "was",     "for",      "on",
    "are",     "with",     "as",
    "they",    "at",       "be",
    "this",    "from",     "have",
    "or",      "by",       "one",
    "had",     "not",      "but",
    "what",    "all",      "were",
    "when",    "we",       "there",
    "can",     "an",       "your",
    "which",   "their",    "said",
    "meeting", "tomorrow", "deploy",
    "server",  "release",  "branch",
    "coffee",  "review",   "balcony",
    "light",   "through",  "yonder",
    "window",  "breaks",   "https://example.org/path/to/page",
    "east",    "sun",      "okay",
    "thanks!", "lol",      ":-)",
};
static const char *const wide_words[] = {
    "привет", "как",   "дела",     "сегодня", "встреча", "grüße",
    "für",    "naïve", "café",     "日本語",  "東京",    "ありがとう",
    "😀",      "🎉",     "👍🏽", "—",       "“quote”",
};
static const char *const escaped_words[] = {
    "&amp;",     "&lt;",     "&gt;",           "&quot;",   "&apos;",
    "&lt;b&gt;", "x &lt; y", "a &amp;&amp; b", "&#x2014;", "&lt;/body&gt;",
};

const char *any_user(void) { return PICK(users); }

const char *any_domain(void) { return PICK(domains); }

const char *any_word(void) { return PICK(plain_words); }

void put_uuid(void)
{
    uint64_t first = draw();
    uint64_t second = draw();

    say("%08x-%04x-4%03x-%04x-%012" PRIx64, (unsigned)(first >> 32),
        (unsigned)(first >> 16) & 0xffff, (unsigned)first & 0xfff,
        0x8000u | ((unsigned)(second >> 48) & 0x3fff),
        second & 0xffffffffffffu);
}

void put_full_jid(void)
{
    const char *domain = any_domain();
    const char *user = any_user();

    say("%s@%s/%s", user, domain, PICK(resources));
}

void put_stamp(void)
{
    unsigned millisecond = below(1000);
    unsigned second = below(60);
    unsigned minute = below(60);
    unsigned hour = below(24);
    unsigned day = 1 + below(28);
    unsigned month = 1 + below(12);

    say("2024-%02u-%02uT%02u:%02u:%02u.%03uZ", month, day, hour, minute, second,
        millisecond);
}

void put_old_stamp(void)
{
    unsigned second = below(60);
    unsigned minute = below(60);
    unsigned hour = below(24);
    unsigned day = 1 + below(28);
    unsigned month = 1 + below(9);

    say("20240%u%02uT%02u:%02u:%02u", month, day, hour, minute, second);
}

void put_language(void)
{
    if (chance(30)) {
        say(" xml:lang='%s'", PICK(languages));
    }
}

static unsigned draw_word_count(void)
{
    unsigned length = below(100);

    if (length < 40) {
        return 1 + below(8);
    }
    if (length < 80) {
        return 6 + below(25);
    }
    return length < 96 ? 25 + below(60) : 80 + below(160);
}

/* How many of a hundred words are special: none in most texts, and in some of
 * the others a great many. */
static unsigned draw_density(unsigned texts, unsigned dense_texts,
                             unsigned dense, unsigned sparse)
{
    if (!chance(texts)) {
        return 0;
    }
    return chance(dense_texts) ? dense : sparse;
}

void put_text(void)
{
    unsigned words = draw_word_count();
    unsigned escaped = draw_density(18, 15, 35, 8);
    unsigned wide = draw_density(22, 40, 80, 10);

    for (unsigned i = 0; i < words; i++) {
        if (i > 0) {
            put(chance(3) ? "\n" : " ");
        }
        if (escaped > 0 && chance(escaped)) {
            put(PICK(escaped_words));
        } else if (wide > 0 && chance(wide)) {
            put(PICK(wide_words));
        } else {
            put(any_word());
        }
    }
}

void put_with_uuid(const char *before, const char *behind)
{
    put(before);
    put_uuid();
    put(behind);
}
