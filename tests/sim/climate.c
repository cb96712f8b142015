/* climate.c - see climate.h. */
#include "climate.h"

#include <stdio.h>

#include "draw.h"

#define OF(...)                                                                \
    draw_of((const int64_t[]){ __VA_ARGS__ },                                  \
            sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t))

static void draw_network(climate *c)
{
    c->pace = OF(1, 5, 20, 100);
    c->latency = OF(0, 5, 50, 400);
    c->piece = (size_t)OF(0, 0, 1, 7, 100, 1460);
    c->window = (size_t)OF(300, 4096, 65536, 1 << 20);
    c->cuts = (unsigned)OF(0, 20, 100, 400);
    c->holds = (unsigned)OF(0, 0, 30, 200);
    c->pauses = (unsigned)OF(0, 0, 0, 20);
    c->refusals = (unsigned)OF(0, 1000, 5000);
}

static void draw_server(climate *c)
{
    c->sasl2 = draw_chance(5000);
    c->sm = draw_chance(9000);
    c->resumable = c->sm && draw_chance(9000);
    c->location = draw_chance(1500);
    c->resume_window = OF(1000, 30000, 300000, 300000, 3600000);
    c->keeps_h = draw_chance(5000);
    c->stores = draw_chance(8000);
    c->restarts = (unsigned)OF(0, 0, 0, 10, 50);
    c->amnesia = (unsigned)OF(0, 5000, 10000);
    c->closes = (unsigned)OF(0, 0, 0, 10);
    c->asks = (int)OF(0, 1, 5, 20);
    c->acks = (int)OF(0, 1, 7);
    c->ack_delay = OF(0, 0, 30, 500);
    c->reply_delay = OF(0, 20, 500, 8000);
}

static void draw_program(climate *c)
{
    c->messages = (unsigned)OF(0, 500, 2000, 8000);
    c->requests = (unsigned)OF(0, 100, 1000);
    c->told = (unsigned)OF(0, 500, 2000, 8000);
    c->asked = (unsigned)OF(0, 100, 500);
    c->burst = (int)OF(1, 1, 5, 40);
    c->padding = (size_t)OF(0, 10, 100, 3000);
    c->takes = (unsigned)OF(200, 2000, 10000, 10000);
    c->leaves_off = (unsigned)OF(0, 0, 500, 3000);
    c->stops = (unsigned)OF(0, 0, 0, 0, 10);
    c->request_timeout = OF(3000, 60000, 60000);
    c->question_timeout = OF(10000, 300000);
    c->idle = OF(5000, 60000, 300000);
    c->ping = OF(2000, 20000);
    c->reconnect_first = OF(1, 100, 2000);
    c->reconnect_last = OF(2000, 20000);
    c->hunger = (unsigned)OF(10, 100, 1000);
    c->kills = (unsigned)OF(5, 20, 100);
    c->suspends = (unsigned)OF(0, 0, 20);
    c->save_delay = OF(0, 0, 10, 200, 2000);
    c->changes = (unsigned)OF(0, 0, 20, 200);
}

void climate_draw(climate *c, bool lies, bool starves, bool mortal)
{
    *c = (climate){ .lies = lies };
    draw_network(c);
    draw_server(c);
    draw_program(c);
    c->hunger = starves ? c->hunger : 0;
    c->kills = mortal ? c->kills : 0;
    c->sm = c->sm || mortal; /* else there is nothing that outlives them */
    c->resumable = c->resumable || mortal;
}

void climate_heal(climate *c)
{
    c->cuts = c->holds = c->pauses = c->refusals = 0;
    c->restarts = c->closes = c->stops = 0;
    c->kills = c->suspends = c->changes = 0;
    c->save_delay = 0;
    c->messages = c->requests = c->told = c->asked = 0;
    c->takes = 10000;
    c->leaves_off = 0;
    c->lies = false;
    c->hunger = 0;
}

void climate_print(const climate *c)
{
    printf("climate: pace %d latency %d piece %zu window %zu cuts %u holds %u"
           " pauses %u refusals %u; sasl%d sm %d resumable %d window %d"
           " keeps-h %d stores %d restarts %u amnesia %u closes %u asks %d"
           " acks %d ack-delay %d reply-delay %d lies %d; messages %u"
           " requests %u told %u asked %u burst %d padding %zu takes %u"
           " leaves-off %u stops %u kills %u suspends %u save-delay %d"
           " changes %u hunger %u\n",
           (int)c->pace, (int)c->latency, c->piece, c->window, c->cuts,
           c->holds, c->pauses, c->refusals, c->sasl2 ? 2 : 1, c->sm,
           c->resumable, (int)c->resume_window, c->keeps_h, c->stores,
           c->restarts, c->amnesia, c->closes, c->asks, c->acks,
           (int)c->ack_delay, (int)c->reply_delay, c->lies, c->messages,
           c->requests, c->told, c->asked, c->burst, c->padding, c->takes,
           c->leaves_off, c->stops, c->kills, c->suspends, (int)c->save_delay,
           c->changes, c->hunger);
}
