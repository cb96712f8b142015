/* memory.h - the one door to the heap.
 *
 * Every allocation of ours passes here, so that a test can make the n-th one
 * fail: tests link a memory.c of their own. */
#ifndef LQ_MEMORY_H
#define LQ_MEMORY_H

#include <stddef.h>

void *lq_malloc(size_t size);
void *lq_calloc(size_t count, size_t size);
void *lq_realloc(void *old, size_t size);
void lq_free(void *memory);

/* NULL for NULL, and when memory runs out. */
char *lq_strdup(const char *text);
char *lq_strndup(const char *text, size_t len);

/* Overwrite with zeroes, even if the compiler thinks nobody will look. */
void lq_wipe(void *memory, size_t len);

/* Wipe a secret text and free it.  NULL is fine. */
void lq_free_secret(char *text);

/* Replace *SLOT by a copy of TEXT (NULL: by NULL) and free what was there.
 * LQ_OK, or LQ_E_NOMEM with *SLOT as it was. */
int lq_replace(char **slot, const char *text);

#endif
