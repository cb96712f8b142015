/* generate.c - makes corpora: what a server sends to one client.
 *
 *     generate KIND[:SIZE] COUNT PATH
 *
 * PATH becomes the stream: XML declaration, stream header, COUNT stanzas of
 * KIND, and no end.  PATH.idx becomes where each stanza starts and where the
 * last one ends, as COUNT + 1 numbers of eight bytes, little-endian.  The same
 * words make the same bytes on any machine.
 *
 * everyday.c has what servers send on most days, hostile.c what they should
 * not, draw.c the chance by which it is made. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"
#include "everyday.h"
#include "hostile.h"

typedef struct kind {
    const char *name;
    unsigned long size; /* unless another is given */
    const char *about;  /* what there are SIZE of in a stanza */
    void (*put)(unsigned long size);
    bool is_hostile, is_open; /* put() is for the inside of a message, which
                                 has no end if it is open */
} kind;

static const kind kinds[] = {
    { "mixed", 1, "chats, presences, iqs ...", put_mixed, false, false },
    { "chat", 8, "words", put_chat, false, false },
    { "roster", 10000, "items", put_roster, false, false },
    { "avatar", 65536, "bytes of base64", put_avatar, false, false },
    { "h-depth", 100, "elements, one in another", hostile_depth, true, false },
    { "h-nested", 2000000, "the same, never closed", hostile_nested, true,
      true },
    { "h-attrval", 250000, "bytes in one attribute", hostile_value, true,
      false },
    { "h-gtattr", 1048000, "the same, full of '>'", hostile_brackets, true,
      false },
    { "h-empty", 250000, "empty children", hostile_empty, true, false },
    { "h-manyattr", 120, "attributes on one element", hostile_attributes, true,
      false },
    { "h-names", 40, "elements and attributes of ever-new names", hostile_names,
      true, false },
    { "h-ents", 1500, "pairs of entities in a text", hostile_entities, true,
      false },
    { "h-ns", 100, "elements, one in another, with prefixes",
      hostile_namespaces, true, false },
    { "h-pieces", 300000, "pieces of a text, every other an entity",
      hostile_pieces, true, false },
};

static void put_stanza(const kind *k, unsigned long size)
{
    if (!k->is_hostile) {
        k->put(size);
        return;
    }
    hostile_begin();
    k->put(size);
    if (!k->is_open) {
        put("</message>");
    }
}

/* ---- the program ---- */

__attribute__((noreturn)) static void usage(void)
{
    fprintf(stderr, "usage: generate KIND[:SIZE] COUNT PATH\n");
    for (size_t i = 0; i < COUNT(kinds); i++) {
        fprintf(stderr, "    %-10s :%-8lu %s\n", kinds[i].name, kinds[i].size,
                kinds[i].about);
    }
    exit(2);
}

/* A number that is nothing else, and not 0. */
static unsigned long parse_number(const char *text)
{
    char *end;
    unsigned long number;

    errno = 0;
    number = strtoul(text, &end, 10);
    if (text[0] < '1' || text[0] > '9' || *end != '\0' || errno != 0) {
        usage();
    }
    return number;
}

/* The kind that WORD names, and its *SIZE. */
static const kind *parse_kind(const char *word, unsigned long *size)
{
    size_t len = strcspn(word, ":");

    for (size_t i = 0; i < COUNT(kinds); i++) {
        const kind *k = &kinds[i];

        if (strlen(k->name) == len && strncmp(k->name, word, len) == 0) {
            *size = k->size;
            if (word[len] == ':') {
                *size = parse_number(word + len + 1);
            }
            return k;
        }
    }
    usage();
}

static void fail(const char *path)
{
    perror(path);
    exit(1);
}

static FILE *create(const char *path)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL) {
        fail(path);
    }
    return file;
}

static void put_position(FILE *file)
{
    for (unsigned shift = 0; shift < 64; shift += 8) {
        fputc((int)(written() >> shift & 0xff), file);
    }
}

static void finish(FILE *file, const char *path)
{
    bool failed = ferror(file) != 0;

    if (fclose(file) != 0 || failed) {
        fail(path);
    }
}

int main(int argc, char **argv)
{
    unsigned long size, count;
    char index_path[4096];
    const kind *k;
    FILE *out, *index;

    if (argc != 4) {
        usage();
    }
    k = parse_kind(argv[1], &size);
    count = parse_number(argv[2]);
    snprintf(index_path, sizeof(index_path), "%s.idx", argv[3]);
    out = create(argv[3]);
    put_to(out);
    index = create(index_path);
    draw_for(k->name);
    put("<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
        "xmlns:stream='http://etherx.jabber.org/streams' id='a1b2c3d4' "
        "from='example.com' to='" ACCOUNT "' version='1.0' xml:lang='en'>");
    for (unsigned long i = 0; i < count; i++) {
        put_position(index);
        put_stanza(k, size);
    }
    put_position(index);
    finish(out, argv[3]);
    finish(index, index_path);
    return 0;
}
