/* server.c - see server.h. */
#include "server.h"

#include <stdio.h>
#include <string.h>

#define HEADER                                                                 \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client'"                \
    " xmlns:stream='http://etherx.jabber.org/streams' version='1.0'"           \
    " from='example.net' id='s1' xml:lang='en'>"
#define NS_SASL  "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_SASL2 "urn:xmpp:sasl:2"
#define NS_BIND  "urn:ietf:params:xml:ns:xmpp-bind"
#define NS_BIND2 "urn:xmpp:bind:0"
#define NS_SM    "urn:xmpp:sm:3"

static const char offer[] =
    "<mechanisms xmlns='" NS_SASL "'><mechanism>PLAIN</mechanism></mechanisms>";

static const char offer2[] =
    "<authentication xmlns='" NS_SASL2 "'><mechanism>PLAIN</mechanism><inline>"
    "<bind xmlns='" NS_BIND2 "'><inline><feature var='" NS_SM "'/>"
    "<feature var='urn:xmpp:carbons:2'/><feature var='urn:xmpp:csi:0'/>"
    "</inline></bind><sm xmlns='" NS_SM "'/></inline></authentication>";

static void say_header(talk *t, bool authenticated)
{
    talk_say(t, HEADER "<stream:features>");
    talk_say(t, authenticated ? t->features : t->sasl2 ? offer2 : offer);
    talk_say(t, "</stream:features>");
}

static void say_escaped(talk *t, const char *text)
{
    for (; *text != '\0'; text++) {
        char code[8];

        if (strchr("<&'\t\r\n", *text) == NULL) {
            talk_say(t, (char[]){ *text, '\0' });
        } else {
            snprintf(code, sizeof(code), "&#%d;", *text);
            talk_say(t, code);
        }
    }
}

/* What it says about the session that was; whether it goes on. */
static bool say_resumed(talk *t)
{
    char h[16];

    snprintf(h, sizeof(h), "%lu", (unsigned long)t->heard);
    if (t->resumes == TALK_RESUMES) {
        t->quiet = t->unsound;
        talk_say(t, "<resumed xmlns='" NS_SM "' previd='");
        say_escaped(t, t->previd);
    } else if (t->resumes == TALK_KNOWS_COUNT) {
        talk_say(t, "<failed xmlns='" NS_SM);
    } else {
        talk_say(t, "<failed xmlns='" NS_SM "'/>");
        return false;
    }
    talk_say(t, "' h='");
    talk_say(t, h);
    talk_say(t, "'/>");
    return t->resumes == TALK_RESUMES;
}

static void say_enabled(talk *t)
{
    talk_say(t, "<enabled xmlns='" NS_SM "' resume='true' id='sm &amp; 1'"
                " location='[::1]:5222'/>");
}

static void say_bound(talk *t, bool enables)
{
    talk_say(t, "<bound xmlns='" NS_BIND2 "'>");
    if (enables) {
        say_enabled(t);
    }
    talk_say(t, "</bound>");
}

static void say_success2(talk *t, unsigned wants)
{
    bool resumed = false, bound = (wants & TALK_WANTS_BOUND) != 0;
    bool failing = t->resumes != TALK_RESUMES;
    bool binds = bound && (failing || (wants & TALK_WANTS_RESUMED) == 0);
    bool enables = binds && (wants & TALK_WANTS_ENABLED) != 0;

    talk_say(t, "<success xmlns='" NS_SASL2 "'><authorization-identifier>"
                "romeo@example.net");
    talk_say(t, binds ? "/orchard" : "");
    talk_say(t, "</authorization-identifier>");
    if ((wants & TALK_WANTS_RESUMED) != 0) {
        resumed = say_resumed(t);
    }
    if (enables) {
        t->heard = 0;
    }
    if (binds) {
        say_bound(t, enables);
    }
    talk_say(t, "</success>");
    if (!resumed) {
        talk_say(t, "<stream:features>");
        talk_say(t, t->features);
        talk_say(t, "</stream:features>");
    }
}

static void say_bind_result(talk *t)
{
    talk_say(t, "<iq type='result' id='");
    talk_say(t, t->ids[TALK_BIND]);
    talk_say(t, "'><bind xmlns='" NS_BIND
                "'><jid>romeo@example.net/orchard</jid></bind></iq>");
}

void server_log_in(talk *t)
{
    bool authenticated = false;

    for (int i = 0; i < 10 && t->transport && t->wants != 0; i++) {
        unsigned wants = t->wants;

        t->wants = 0;
        if ((wants & TALK_WANTS_HEADER) != 0) {
            t->wants = wants & ~(unsigned)TALK_WANTS_HEADER;
            say_header(t, authenticated);
        } else if ((wants & TALK_WANTS_SUCCESS2) != 0) {
            authenticated = true;
            say_success2(t, wants);
        } else if ((wants & TALK_WANTS_SUCCESS) != 0) {
            authenticated = true;
            talk_say(t, "<success xmlns='" NS_SASL "'/>");
        } else if ((wants & TALK_WANTS_RESUMED) != 0) {
            say_resumed(t);
        } else if ((wants & TALK_WANTS_BIND) != 0) {
            say_bind_result(t);
        } else if ((wants & TALK_WANTS_ENABLED) != 0) {
            say_enabled(t);
        }
    }
}
