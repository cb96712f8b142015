/* endian.h - bytes as numbers, on any machine. */
#ifndef LQ_ENDIAN_H
#define LQ_ENDIAN_H

#include <stdint.h>

/* Eight bytes, the first one lowest; written so that compilers see one load. */
static inline uint64_t lq_little_endian(const void *bytes)
{
    const uint8_t *b = bytes;

    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 |
           (uint64_t)b[3] << 24 | (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 |
           (uint64_t)b[6] << 48 | (uint64_t)b[7] << 56;
}

#endif
