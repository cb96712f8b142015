/* framer.h - where does each first-level element of a stream end?
 *
 * A resumable scanner with a few bytes of state.  It counts depth, hops over
 * texts, attribute values and CDATA, and refuses what XMPP does not allow
 * (comments, processing instructions, DTDs, too much of anything) before an
 * XML parser sees a byte of it.  It does not prove that an element is
 * well-formed: the parser does, and both must agree where it ends. */
#ifndef LQ_FRAMER_H
#define LQ_FRAMER_H

#include <stddef.h>
#include <stdint.h>

typedef struct lq_limits {
    uint32_t element; /* bytes of a first-level element, stream header too */
    uint16_t depth;   /* of elements in it, itself included; <= LQ_DEPTH_MAX */
    uint16_t attrs;   /* attributes and namespace declarations per element */
    uint16_t name;    /* bytes of a name with its prefix, with '=' and the
                         white space before it */
} lq_limits;

/* Deepest nesting that limits may allow: trees are walked with a stack of
 * this many entries. */
enum { LQ_DEPTH_MAX = 128 };

/* Most attributes and namespace declarations of an element: from a peer, since
 * libxml2 compares each with all before it; and from the program, which may
 * copy such an element to where more must be declared. */
enum { LQ_ATTRS_MAX = 128, LQ_ATTRS_OWN_MAX = 1024 };

/* What a scan ended at. */
enum {
    LQ_FRAME_MORE = 0, /* all bytes taken, no end yet */
    LQ_FRAME_SPACE,    /* white space between elements was taken */
    LQ_FRAME_HEADER,   /* the stream header, XML declaration included */
    LQ_FRAME_ELEMENT,  /* a first-level element */
    LQ_FRAME_CLOSE,    /* the end tag of the stream */
    /* errors; the framer must not be used again before an init */
    LQ_FRAME_MALFORMED = -1,
    LQ_FRAME_RESTRICTED = -2, /* comment, PI, DTD, entity declaration */
    LQ_FRAME_LIMIT = -3,      /* one of the limits was passed */
};

typedef struct lq_framer {
    uint32_t size; /* bytes of the frame so far */
    uint16_t depth;
    uint16_t attrs; /* of the tag being read */
    uint16_t name;  /* bytes of the name being read */
    uint8_t state;
    uint8_t detail;          /* how far into "CDATA[" and the like */
    uint8_t opened;          /* the header is behind us */
    int8_t found;            /* what the scan ended at */
    const lq_limits *limits; /* borrowed; may be exchanged between frames */
} lq_framer;

void lq_framer_init(lq_framer *framer, const lq_limits *limits);

/* A framer for one element without a stream around it. */
void lq_framer_init_element(lq_framer *framer, const lq_limits *limits);

/* Scan LEN bytes.  *USED is how many belong to the frame (after an error: how
 * many were fine).  Bytes behind an ended frame are not looked at. */
int lq_framer_scan(lq_framer *framer, const char *bytes, size_t len,
                   size_t *used);

#endif
