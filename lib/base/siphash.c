/* siphash.c - SipHash-1-3, a keyed hash by Aumasson and Bernstein.
 *
 * Who does not know the key cannot choose texts that collide.  One round for
 * each eight bytes and three at the end are what hash tables need. */
#include <string.h>

#include "endian.h"
#include "table.h"

typedef struct sip {
    uint64_t v0, v1, v2, v3;
} sip;

static inline uint64_t rotate(uint64_t word, int bits)
{
    return word << bits | word >> (64 - bits);
}

static inline void sip_round(sip *s)
{
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 = rotate(s->v0, 32);
    s->v2 += s->v1;
    s->v0 += s->v3;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 = rotate(s->v2, 32);
}

static inline void sip_word(sip *s, uint64_t word)
{
    s->v3 ^= word;
    sip_round(s);
    s->v0 ^= word;
}

static uint64_t sip_end(sip *s)
{
    s->v2 ^= 0xff;
    sip_round(s);
    sip_round(s);
    sip_round(s);
    return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

/* LEN < 8 bytes as a number, the first one lowest. */
static inline uint64_t part_word(const unsigned char *bytes, size_t len)
{
    uint64_t word = 0;

    while (len-- > 0) {
        word = word << 8 | bytes[len];
    }
    return word;
}

uint64_t lq_hash(const lq_hash_key *key, const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    size_t left = len;
    sip s = { .v0 = key->k0 ^ UINT64_C(0x736f6d6570736575),
              .v1 = key->k1 ^ UINT64_C(0x646f72616e646f6d),
              .v2 = key->k0 ^ UINT64_C(0x6c7967656e657261),
              .v3 = key->k1 ^ UINT64_C(0x7465646279746573) };

    for (; left >= 8; left -= 8, at += 8) {
        sip_word(&s, lq_little_endian(at));
    }
    sip_word(&s, (uint64_t)len << 56 | part_word(at, left));
    return sip_end(&s);
}
