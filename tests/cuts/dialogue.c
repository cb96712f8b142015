/* dialogue.c - see dialogue.h. */
#include "dialogue.h"

#include "../sim/draw.h"

enum {
    SEED = 198,
    PACE = 80, /* of 10,000 in a step: what fills a line of a byte each */
    PACE_AFTER = 5000, /* behind the cut, where bytes are not counted */
    WHILE = 40,        /* messages, each way */
    STEPS_AFTER = 100000,
};

static void set_calm(climate *c, bool sasl2)
{
    *c = (climate){ .sasl2 = sasl2,
                    .window = 65536,
                    .sm = true,
                    .resumable = true,
                    .resume_window = 300000,
                    .keeps_h = true,
                    .stores = true,
                    .asks = 5,
                    .acks = 7,
                    .ack_delay = 30,
                    .reply_delay = 200,
                    .burst = 1,
                    .padding = 20,
                    .takes = 10000,
                    .request_timeout = 3600000,
                    .question_timeout = 20000,
                    .idle = 3600000,
                    .ping = 20000,
                    .reconnect_first = 20,
                    .reconnect_last = 2000 };
}

void dialogue_begin(world *w, tally *totals, bool sasl2)
{
    *w = (world){ .seed = SEED, .now = 1000, .totals = totals };
    draw_seed(SEED);
    set_calm(&w->climate, sasl2);
    book_init(&w->book);
    client_begin(w);
}

/* How far it is to go. */
typedef struct goal {
    size_t sent, told, asked, queries;
} goal;

static const goal the_end = { DIALOGUE_MESSAGES, DIALOGUE_MESSAGES,
                              DIALOGUE_REQUESTS, DIALOGUE_REQUESTS };

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* A little further than it is. */
static goal a_while(const book *b)
{
    return (goal){ least(b->sents + WHILE, the_end.sent),
                   least(b->tolds + WHILE, the_end.told),
                   least(b->askeds + 2, the_end.asked),
                   least(b->query_count + 2, the_end.queries) };
}

static bool is_said(const book *b, const goal *g)
{
    return b->sents >= g->sent && b->tolds >= g->told &&
           b->askeds >= g->asked && b->query_count >= g->queries;
}

/* What is still to be said is said at this PACE: chances of 10,000. */
static void set_traffic(world *w, const goal *g, unsigned pace)
{
    const book *b = &w->book;
    const session *s = session_current(w);
    climate *c = &w->climate;
    bool began = w->client.online || b->sents > 0;

    c->messages = began && b->sents < g->sent ? pace : 0;
    c->requests = began && b->askeds < g->asked ? pace / 8 : 0;
    began = began && s != NULL && s->enabled;
    c->told = began && b->tolds < g->told ? pace : 0;
    c->asked = began && b->query_count < g->queries ? pace / 8 : 0;
}

void dialogue_step(world *w)
{
    w->now++;
    set_traffic(w, &the_end, PACE);
    world_step(w);
}

bool dialogue_is_over(const world *w)
{
    return is_said(&w->book, &the_end) && client_rests(w) &&
           server_unrest(w) == NULL;
}

/* ---- behind the cut ---- */

/* Whether the client knows that its session can be resumed. */
static bool is_managed(const world *w)
{
    const line *l = w->client.line;

    return l != NULL && l->resumable && l->down.passed >= l->enabled_at;
}

static void check(world *w, bool managed)
{
    const tally *t = w->totals;

    if (w->failed) {
        return;
    }
    if (managed && (t->resumes != 1 || t->binds != 0 || t->unknown != 0)) {
        world_fail(w, "%lu resumes, %lu fresh binds, %lu unknown", t->resumes,
                   t->binds, t->unknown);
    } else if (!managed && (t->resumes != 0 || t->binds > 1)) {
        world_fail(w, "before there is a session: %lu resumes, %lu binds",
                   t->resumes, t->binds);
    }
}

/* Every other login is a SASL 2; sometimes the server learns of the cut when
 * the client is back; and only sometimes there is time for all the rest. */
bool dialogue_survives(world *w, uint64_t seed)
{
    bool managed = is_managed(w);
    goal g;

    draw_seed(seed);
    g = draw_below(4) == 0 ? the_end : a_while(&w->book);
    line_cut_here(w->client.line, w->now, draw_below(8) == 0);
    w->climate.sasl2 = draw_below(2) == 0;
    w->climate.latency = (lq_time)draw_below(5);
    for (int i = 0; i < STEPS_AFTER && !w->failed && !is_said(&w->book, &g);
         i++) {
        w->now += draw_between(0, 20);
        set_traffic(w, &g, PACE_AFTER);
        world_step(w);
    }
    if (!w->failed && !is_said(&w->book, &g)) {
        world_fail(w, "it does not go on: %zu messages sent, %zu told",
                   w->book.sents, w->book.tolds);
    } else if (!w->failed) {
        world_rest(w);
    }
    check(w, managed);
    world_end(w);
    return !w->failed;
}
