/* books.h - which line is a stream's: a hash table keyed by the pointer.
 *
 * lq_stream_user() belongs to the program, so the driver keeps its own books.
 * Open addressing with linear probing; what is removed leaves no tombstone. */
#ifndef LQ_NET_BOOKS_H
#define LQ_NET_BOOKS_H

#include <stddef.h>

struct lq_line;
struct lq_stream;

typedef struct lq_books {
    struct lq_line **slots;
    size_t size; /* slots, a power of two, or 0 */
    size_t count;
} lq_books;

void lq_books_clear(lq_books *books); /* the lines are the caller's */

/* The line of STREAM, or NULL. */
struct lq_line *lq_books_find(const lq_books *books,
                              const struct lq_stream *stream);

/* Enter LINE, whose stream has none yet.  LQ_OK or LQ_E_NOMEM. */
int lq_books_add(lq_books *books, struct lq_line *line);
void lq_books_remove(lq_books *books, const struct lq_line *line);

/* The lines one after the other: begin with *CURSOR = 0, NULL ends.  The books
 * may not change during the walk. */
struct lq_line *lq_books_next(const lq_books *books, size_t *cursor);

#endif
