#include "books.h"

#include "line.h"

#include <stdlib.h>

/* Where STREAM belongs.  Pointers differ least in their lowest bits, so the
 * product's middle is taken (Fibonacci hashing). */
static size_t books_home(const lq_books *books, const lq_stream *stream)
{
    uint64_t hash = (uint64_t)(uintptr_t)stream * 0x9e3779b97f4a7c15u;

    return (size_t)(hash >> 24) & (books->size - 1);
}

/* The slot that holds STREAM, or the empty one where it would go. */
static size_t books_slot(const lq_books *books, const lq_stream *stream)
{
    size_t i = books_home(books, stream);

    while (books->slots[i] != NULL && books->slots[i]->stream != stream) {
        i = (i + 1) & (books->size - 1);
    }
    return i;
}

static int books_grow(lq_books *books)
{
    lq_books old = *books;
    size_t i, size = old.size == 0 ? 8 : 2 * old.size;
    lq_line **slots = calloc(size, sizeof(*slots));

    if (slots == NULL) {
        return LQ_E_NOMEM;
    }
    books->slots = slots;
    books->size = size;
    for (i = 0; i < old.size; i++) {
        if (old.slots[i] != NULL) {
            slots[books_slot(books, old.slots[i]->stream)] = old.slots[i];
        }
    }
    free(old.slots);
    return LQ_OK;
}

void lq_books_clear(lq_books *books)
{
    free(books->slots);
    *books = (lq_books){ .slots = NULL };
}

lq_line *lq_books_find(const lq_books *books, const lq_stream *stream)
{
    return books->count == 0 ? NULL : books->slots[books_slot(books, stream)];
}

int lq_books_add(lq_books *books, lq_line *line)
{
    if (books->count >= books->size / 2 && books_grow(books) < 0) {
        return LQ_E_NOMEM;
    }
    books->slots[books_slot(books, line->stream)] = line;
    books->count++;
    return LQ_OK;
}

/* The lines behind move up, each no further than its home. */
void lq_books_remove(lq_books *books, const lq_line *line)
{
    size_t mask = books->size - 1, hole = books_slot(books, line->stream), i;

    for (i = (hole + 1) & mask; books->slots[i] != NULL; i = (i + 1) & mask) {
        size_t home = books_home(books, books->slots[i]->stream);
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            books->slots[hole] = books->slots[i];
            hole = i;
        }
    }
    books->slots[hole] = NULL;
    books->count--;
}

lq_line *lq_books_next(const lq_books *books, size_t *cursor)
{
    while (*cursor < books->size) {
        lq_line *line = books->slots[(*cursor)++];
        if (line != NULL) {
            return line;
        }
    }
    return NULL;
}
