/* replay.c - calls a target with files: the driver where there is no libFuzzer.
 *
 *     TARGET FILE|FOLDER...
 *
 * Each file is one input, and of a folder each file in it.  What a target does
 * not like ends the program, with the file's name as the last line of stderr;
 * so AFL++ can use it, too: afl-fuzz -i IN -o OUT -- TARGET @@ */
#define _POSIX_C_SOURCE 200809L

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static unsigned long checks;

static _Noreturn void stop(const char *why, const char *path)
{
    perror(path);
    fprintf(stderr, "%s\n", why);
    exit(2);
}

/* The input lies in a block of its own size, so that a byte behind it is out
 * of bounds. */
static void replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes;
    long size;

    if (file == NULL || fseek(file, 0, SEEK_END) != 0 ||
        (size = ftell(file)) < 0 || fseek(file, 0, SEEK_SET) != 0) {
        stop("cannot be read", path);
    }
    bytes = malloc(size == 0 ? 1 : (size_t)size);
    if (bytes == NULL || fread(bytes, 1, (size_t)size, file) != (size_t)size) {
        stop("cannot be read", path);
    }
    fclose(file);
    fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(bytes, (size_t)size);
    free(bytes);
    checks++;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void replay(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_visible, alphasort);

    if (count < 0) {
        replay_file(path);
        return;
    }
    for (int i = 0; i < count; i++) {
        char name[4096];

        snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
        replay_file(name);
        free(entries[i]);
    }
    free(entries);
}

/* "jid" for ".../fuzz_jid". */
static const char *name_of(const char *program)
{
    static const char before[] = "fuzz_";
    const char *name = strrchr(program, '/');

    name = name == NULL ? program : name + 1;
    return strncmp(name, before, strlen(before)) == 0 ? name + strlen(before)
                                                      : name;
}

int main(int argc, char **argv)
{
    const char *name = name_of(argv[0]);

    for (int i = 1; i < argc; i++) {
        replay(argv[i]);
    }
    if (checks == 0) {
        printf("not ok fuzz %s: there is no input\n", name);
        return 1;
    }
    printf("ok fuzz %s: %lu checks\n", name, checks);
    return 0;
}
