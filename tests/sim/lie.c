/* lie.c - what the server of the second family says that is not so. */
#include <stdio.h>

#include "draw.h"
#include "world.h"

#define NS_SM "urn:xmpp:sm:3"

bool lie_now(world *w)
{
    bool lies = w->climate.lies && draw_chance(300);

    w->totals->lies += lies;
    return lies;
}

uint32_t lie_h(world *w, uint32_t h)
{
    if (!lie_now(w)) {
        return h;
    }
    switch (draw_below(5)) {
    case 0: /* less than it has: what comes again is counted again */
        w->book.excess += 3;
        return h - 1 - (uint32_t)draw_below(3);
    case 1:
        w->book.excess += h;
        return 0;
    case 2:
        return h + 1000000; /* more than there is */
    case 3:
        return h + UINT32_C(0x80000000);
    default:
        /* more than it has, which the client may have sent */
        w->book.excess += 3;
        return h + 1 + (uint32_t)draw_below(3);
    }
}

/* What is said in any state of a session; %s is "" or a random word. */
static const char *const lies[] = {
    "<enabled xmlns='" NS_SM "' resume='true' id='%s'/>",
    "<enabled xmlns='" NS_SM "'/>",
    "<enabled xmlns='" NS_SM "' resume='true'/>",
    "<resumed xmlns='" NS_SM "' h='0' previd='%s'/>",
    "<resumed xmlns='" NS_SM "'/>",
    "<failed xmlns='" NS_SM "'/>",
    "<failed xmlns='" NS_SM "' h='%s'/>",
    "<a xmlns='" NS_SM "'/>",
    "<a xmlns='" NS_SM "' h=''/>",
    "<a xmlns='" NS_SM "' h='-1'/>",
    "<a xmlns='" NS_SM "' h='4294967296'/>",
    "<a xmlns='" NS_SM "' h='99999999999999999999'/>",
    "<a xmlns='" NS_SM "' h='%s'/>",
    "<r xmlns='" NS_SM "' h='%s'/>",
    "<enable xmlns='" NS_SM "' resume='true'/>",
    "<resume xmlns='" NS_SM "' h='0' previd='%s'/>",
    "<stream:features/>",
    "<stream:features><sm xmlns='" NS_SM "'/><bind "
    "xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>",
    "<iq type='result' id='%s'/>",
    "<iq type='error' id='%s'><error type='cancel'/></iq>",
    "<iq type='result'/>",
    "<iq type='result' id='%s' from='juliet@example.com/b'/>",
    "<message type='error' id='%s' from='juliet@example.com/b'/>",
    "<success xmlns='urn:xmpp:sasl:2'/>",
};

void lie_step(world *w)
{
    for (line *l = w->lines; l != NULL; l = l->next) {
        talk *t = l->talk;
        char word[16];

        if (t != NULL && t->opened && draw_chance(30)) {
            snprintf(word, sizeof(word), "x%x", (unsigned)draw_below(1u << 30));
            w->totals->lies++;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            talk_say(w, t, lies[draw_below(sizeof(lies) / sizeof(*lies))],
                     word);
#pragma GCC diagnostic pop
        }
    }
}
