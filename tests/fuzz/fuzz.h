/* fuzz.h - what every target has.
 *
 * A target is one function that is given bytes and makes claims; libFuzzer
 * (tests/fuzz/run), AFL++ or the corpus (replay.c) call it.  Random numbers
 * begin anew with each input, so the same bytes always do the same. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for any input; unlike assert() it is never left out. */
#define CLAIM(what) ((what) ? (void)0 : fuzz_broken(#what, __FILE__, __LINE__))

_Noreturn void fuzz_broken(const char *what, const char *file, int line);

/* Begin the sequence of random numbers anew. */
void random_seed(unsigned long seed);

/* The first byte of the input, taken away; 0 if there is none. */
unsigned fuzz_byte(const uint8_t **data, size_t *size);

/* How many bytes to deliver at once: the pieces are told by CHOICE, and the
 * index of the piece. */
size_t fuzz_piece(unsigned choice, unsigned index, size_t left);

#endif
