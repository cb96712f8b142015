/* source.c - see source.h.  What is made here was never there before, as far
 * as 64 bits go. */
#include "source.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

/* A number for each SERIAL: the finalizer of splitmix64. */
static uint64_t scatter(uint64_t serial)
{
    uint64_t z = (serial + 1) * 0x9E3779B97F4A7C15;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
}

/* Any contact can send such a thing. */
static size_t write_names(char *to, size_t serial)
{
    uint64_t n = (uint64_t)serial * 3;

    return (size_t)snprintf(to, SOURCE_STANZA_MAX,
                            "<message from='mallory@evil.example/x' id='1'>"
                            "<n%016" PRIx64 " xmlns='urn:%016" PRIx64
                            "' a%016" PRIx64 "='v'/>"
                            "</message>",
                            scatter(n), scatter(n + 1), scatter(n + 2));
}

/* And anybody this: presence, a message, a request to see ours. */
static size_t write_strangers(char *to, size_t serial)
{
    static const char *const kinds[] = {
        "<presence from='%016" PRIx64 "@evil.example/%zx' id='%zu'>"
        "<status>here</status></presence>",
        "<message from='%016" PRIx64 "@evil.example/%zx' type='chat' id='%zu'>"
        "<body>Do you know me?</body></message>",
        "<presence from='%016" PRIx64 "@evil.example/%zx' id='%zu'>"
        "<show>away</show></presence>",
        "<presence from='%016" PRIx64 "@evil.example/%zx' id='%zu'"
        " type='subscribe'/>",
    };

    return (size_t)snprintf(to, SOURCE_STANZA_MAX, kinds[serial % 4],
                            scatter(serial), serial, serial);
}

const source sources[] = {
    { "mixed", "a corpus over and over", NULL },
    { "names", "element, attribute and namespace new in each stanza",
      write_names },
    { "strangers", "each stanza from somebody new, to the modules",
      write_strangers },
    { 0 },
};
