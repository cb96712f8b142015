/* framer.c - wherever the input is split, the framer finds the same frames.
 *
 * The first byte tells how it is split, the second whether a stream is around
 * the elements and how narrow the limits are. */
#include "xml/framer.h"

#include <stdbool.h>
#include <string.h>

#include "fuzz.h"

enum { FRAMES = 64 };

typedef struct frames {
    int count;
    int error; /* LQ_FRAME_MORE: none */
    struct {
        int kind;
        size_t end;
    } list[FRAMES];
} frames;

static const lq_limits limits[] = {
    { 1 << 20, LQ_DEPTH_MAX, LQ_ATTRS_MAX, 1024 },
    { 64, 3, 2, 8 },
};

static void begin(lq_framer *framer, unsigned choice)
{
    const lq_limits *narrow = &limits[choice >> 1 & 1];

    if ((choice & 1) == 0) {
        lq_framer_init(framer, narrow);
    } else {
        lq_framer_init_element(framer, narrow);
    }
}

/* White space may be told in pieces: it is not counted. */
static void note(frames *found, int kind, size_t end)
{
    if (kind < 0) {
        found->error = kind;
    } else if (kind > LQ_FRAME_SPACE) {
        found->list[found->count].kind = kind;
        found->list[found->count++].end = end;
    }
}

/* A frame of LEN bytes, AT in the whole, is scanned in pieces. */
static void scan(frames *found, const char *bytes, size_t len, unsigned choice,
                 unsigned pieces)
{
    lq_framer framer;
    size_t at = 0;

    *found = (frames){ .count = 0 };
    begin(&framer, choice);
    for (unsigned i = 0; at < len && found->count < FRAMES; i++) {
        size_t end = at + fuzz_piece(pieces, i, len - at);

        while (at < end && found->count < FRAMES) {
            size_t used = SIZE_MAX;
            int kind = lq_framer_scan(&framer, bytes + at, end - at, &used);

            CLAIM(used <= end - at);
            CLAIM(kind < 0 || used > 0);
            CLAIM(kind != LQ_FRAME_MORE || used == end - at);
            at += used;
            note(found, kind, at);
            if (kind < 0 || kind == LQ_FRAME_CLOSE) {
                return;
            }
            if (kind == LQ_FRAME_ELEMENT && (choice & 1) != 0) {
                begin(&framer, choice); /* it was for one */
            }
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static frames whole, split;
    unsigned pieces = fuzz_byte(&data, &size);
    unsigned choice = fuzz_byte(&data, &size);
    const char *bytes = (const char *)data;

    scan(&whole, bytes, size, choice, 0);
    scan(&split, bytes, size, choice, pieces);
    CLAIM(whole.error == split.error);
    CLAIM(whole.count == split.count);
    for (int i = 0; i < whole.count; i++) {
        CLAIM(whole.list[i].kind == split.list[i].kind);
        CLAIM(whole.list[i].end == split.list[i].end);
    }
    return 0;
}
