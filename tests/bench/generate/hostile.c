/* hostile.c - see hostile.h. */
#include "hostile.h"

#include <inttypes.h>

#include "draw.h"

void hostile_begin(void)
{
    static unsigned long number;

    say("<message from='mallory@evil.example/x' to='" FULL_JID "' id='h%lu'>",
        number++);
}

void hostile_depth(unsigned long depth)
{
    put_times("<a>", depth);
    put("x");
    put_times("</a>", depth);
}

void hostile_nested(unsigned long depth) { put_times("<a>", depth); }

void hostile_value(unsigned long bytes)
{
    put("<a v='");
    put_base64(bytes);
    put("'/>");
}

void hostile_brackets(unsigned long bytes)
{
    put("<a v='");
    put_times("ab>=", bytes / 4);
    put("'/>");
}

void hostile_empty(unsigned long children) { put_times("<a/>", children); }

void hostile_attributes(unsigned long count)
{
    put("<a");
    for (unsigned long i = 0; i < count; i++) {
        say(" a%lu='%lu'", i, i);
    }
    put("/>");
}

void hostile_names(unsigned long count)
{
    for (unsigned long i = 0; i < count; i++) {
        say("<n%016" PRIx64 " ", draw());
        say("a%016" PRIx64 "='v'/>", draw());
    }
}

void hostile_entities(unsigned long count)
{
    put("<body>");
    put_times("&lt;&#38;", count);
    put("</body><a v='");
    put_times("&apos;&amp;", count / 3);
    put("'/>");
}

void hostile_namespaces(unsigned long depth)
{
    enum { PREFIXES = 50 };

    for (unsigned long i = 0; i < depth; i++) {
        unsigned long n = i % PREFIXES;

        say("<p%lu:a xmlns:p%lu='urn:x:%lu' p%lu:b='c'>", n, n, n, n);
    }
    for (unsigned long i = depth; i-- > 0;) {
        say("</p%lu:a>", i % PREFIXES);
    }
}

void hostile_pieces(unsigned long count)
{
    put("<body>");
    put_times("x&amp;", count / 2);
    put("</body>");
}
