/* loquat/base.h - the few types every other header needs. */
#ifndef LOQUAT_BASE_H
#define LOQUAT_BASE_H

#ifdef LQ_CDEF /* binding generators want declarations only */
#define LQ_API
#define LQ_BEGIN
#define LQ_END
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#if defined(__GNUC__)
#define LQ_API __attribute__((visibility("default")))
#else
#define LQ_API
#endif
#ifdef __cplusplus
#define LQ_BEGIN extern "C" {
#define LQ_END   }
#else
#define LQ_BEGIN
#define LQ_END
#endif
#endif

LQ_BEGIN

typedef struct lq_context lq_context; /* context.h */
typedef struct lq_config lq_config;   /* config.h */
typedef struct lq_stream lq_stream;   /* stream.h */
typedef struct lq_event lq_event;     /* event.h */
typedef struct lq_stanza lq_stanza;   /* element.h */
typedef struct lq_element lq_element; /* element.h */
typedef struct lq_builder lq_builder; /* builder.h */

/* Milliseconds on any clock that never runs backwards.  Only differences
 * matter; LQ_NEVER stands for "no such moment". */
typedef int64_t lq_time;

/* A request, a delivery, a question or a claim.  Positive. */
typedef int32_t lq_id;

enum { LQ_NEVER = -1 };

/* Results.  Zero or more is success.  LQ_E_* down to -99 mean that this call
 * or this request failed and nothing else did; at -100 and below the
 * connection has ended: lq_stream_failure() says why, and the stream makes a
 * new one if that can help. */
enum {
    LQ_OK = 0,
    LQ_E_ARGUMENT = -1, /* the caller broke the contract */
    LQ_E_STATE = -2,    /* not in this state of the stream */
    LQ_E_BUSY = -3,     /* called from inside a handler */
    LQ_E_NOMEM = -4,    /* an allocation failed */
    LQ_E_FULL = -5,     /* too much waits already; try again on ROOM */
    LQ_E_TIMEOUT = -6,  /* no answer came in time */
    LQ_E_LOST = -7,     /* the connection was lost; the outcome is unknown */
    LQ_E_STANZA = -8,   /* the answer is an error stanza */
    LQ_E_LARGE = -9,    /* larger than the server takes */

    LQ_E_MEMORY = -100,   /* memory ran out in the middle of the stream */
    LQ_E_XML = -101,      /* the peer sent what is not (restricted) XML */
    LQ_E_PROTOCOL = -102, /* well-formed, but not XMPP */
    LQ_E_TLS = -103,      /* handshake or certificate failure */
    LQ_E_AUTH = -104,     /* no acceptable mechanism, or refused */
    LQ_E_BIND = -105,     /* no resource, or somebody else's */
    LQ_E_STREAM = -106,   /* the peer sent a stream error */
    LQ_E_POLICY = -107,   /* a limit or a rule of ours was broken */
    LQ_E_NET = -108,      /* no transport, or it was lost */
    LQ_E_DEAD = -109,     /* the peer has fallen silent */
};

/* The version of the library that is running, "0.1.0".  A constant string. */
LQ_API const char *lq_library_version(void);

/* Whether ERROR ended the connection. */
LQ_API bool lq_error_is_fatal(int error);

/* The constant's name, "LQ_E_STATE"; "unknown error" for what is none.  A
 * constant string. */
LQ_API const char *lq_error_name(int error);

LQ_END
#endif
