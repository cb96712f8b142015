/* count.c - how many round trips it takes until the first message can be sent.
 *
 *     count
 *
 * A stream logs in at a server in memory (../common/clerk.h, over TLS of
 * GnuTLS's, or of OpenSSL's where early data is answered).  Bytes travel in
 * whole flights: each side says all that it has to say, and hears the other
 * only when it has nothing more.  One flight each way is a round trip; the
 * first is TCP's, which the stream does not see.  It ends when ONLINE has been
 * taken and a message is on its way, which must arrive.
 *
 * Prints a table, and a line for each figure:
 *
 *     ok NAME
 *     not ok NAME: WHY
 *     skip NAME: WHY     it is not better than it was, but not yet as we want
 * it
 *
 * and ends with 0 if none was not ok. */
#include <loquat/loquat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../common/clerk.h"
#include "../common/early_server.h"
#include "../common/tls_server.h"

#define DOMAIN   "example.com"
#define JID      "juliet@" DOMAIN
#define PASSWORD "r0m30myr0m30"

#define SCRAMS "SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1"
#define TYPES  "tls-exporter tls-server-end-point"
#define TOKENS "HT-SHA-256-EXPR HT-SHA-256-ENDP HT-SHA-256-NONE"

/* With what is known before the handshake. */
#define EARLY_TOKENS "HT-SHA-256-ENDP HT-SHA-256-NONE"

enum { FIRST = 0, AGAIN, RENEWED, TIMES };

static const char *const times[TIMES] = {
    [FIRST] = "first time",
    [AGAIN] = "again",        /* the same stream */
    [RENEWED] = "new stream", /* for the same account */
};

/* What is wanted, and what must not become worse until then; 0: no matter. */
typedef struct limit {
    int wanted, most;
} limit;

static const struct row {
    const char *name;
    limit limits[TIMES];
    int transport;
    clerk_offer offer;
} rows[] = {
    { "STARTTLS, SCRAM, bind",
      { [FIRST] = { 7, 7 }, [AGAIN] = { 6, 6 }, [RENEWED] = { 6, 6 } },
      LQ_TRANSPORT_STARTTLS,
      { .starttls = true, .sasl = SCRAMS, .bindings = TYPES } },
    { "TLS, SCRAM, bind",
      { [FIRST] = { 6, 6 }, [AGAIN] = { 5, 5 }, [RENEWED] = { 5, 5 } },
      LQ_TRANSPORT_TLS,
      { .sasl = SCRAMS, .bindings = TYPES } },
    { "TLS, SASL 2, Bind 2",
      { [FIRST] = { 5, 5 }, [AGAIN] = { 4, 4 }, [RENEWED] = { 4, 4 } },
      LQ_TRANSPORT_TLS,
      { .sasl = SCRAMS, .sasl2 = SCRAMS, .bindings = TYPES, .bind2 = true } },
    { "TLS, FAST",
      { [FIRST] = { 0, 0 }, [AGAIN] = { 3, 3 }, [RENEWED] = { 3, 3 } },
      LQ_TRANSPORT_TLS,
      { .sasl = SCRAMS,
        .sasl2 = SCRAMS,
        .bindings = TYPES,
        .bind2 = true,
        .fast = TOKENS } },
    { "TLS, FAST in early data",
      { [FIRST] = { 0, 0 }, [AGAIN] = { 2, 2 }, [RENEWED] = { 2, 2 } },
      LQ_TRANSPORT_TLS,
      { .sasl = SCRAMS,
        .sasl2 = SCRAMS,
        .bindings = TYPES,
        .bind2 = true,
        .fast = EARLY_TOKENS,
        .early = true } },
    { "TLS, SCRAM, resume",
      { [FIRST] = { 0, 0 }, [AGAIN] = { 5, 5 }, [RENEWED] = { 5, 5 } },
      LQ_TRANSPORT_TLS,
      { .sasl = SCRAMS, .bindings = TYPES, .sm = true } },
    { "TLS, SASL 2, resume",
      { [FIRST] = { 0, 0 }, [AGAIN] = { 4, 4 }, [RENEWED] = { 4, 4 } },
      LQ_TRANSPORT_TLS,
      { .sasl = SCRAMS,
        .sasl2 = SCRAMS,
        .bindings = TYPES,
        .bind2 = true,
        .sm = true } },
    { "TLS, FAST, resume",
      { [FIRST] = { 0, 0 }, [AGAIN] = { 3, 3 }, [RENEWED] = { 3, 3 } },
      LQ_TRANSPORT_TLS,
      { .sasl = SCRAMS,
        .sasl2 = SCRAMS,
        .bindings = TYPES,
        .bind2 = true,
        .fast = TOKENS,
        .sm = true } },
    { "TLS, FAST early, resume",
      { [FIRST] = { 0, 0 }, [AGAIN] = { 2, 2 }, [RENEWED] = { 2, 2 } },
      LQ_TRANSPORT_TLS,
      { .sasl = SCRAMS,
        .sasl2 = SCRAMS,
        .bindings = TYPES,
        .bind2 = true,
        .fast = EARLY_TOKENS,
        .early = true,
        .sm = true } },
};

/* ---- the two sides ---- */

typedef struct world {
    const struct row *row;
    lq_context *context;
    lq_stream *stream;
    lq_time now;
    clerk clerk;
    tls_server *tls; /* of these two there is one at the most */
    early_server *early;
    octets to_server, to_client; /* the flights */
    bool sent;                   /* the message */
    const char *why;             /* it failed; NULL: it did not */
} world;

/* What the stream before has learnt, of WHICH. */
static void world_hand_over(world *w, lq_config *config, int which)
{
    size_t len = 0;
    const void *saved =
        w->stream == NULL ? NULL : lq_stream_save(w->stream, which, &len);

    if (lq_config_set_saved(config, which, saved, len) < 0) {
        printf("not ok what was saved: it is refused\n");
    }
}

/* A stream in place of the one before, which leaves behind what it saves. */
static void world_renew(world *w)
{
    const char *pem = tls_server_pem(CERTIFICATE_GOOD);
    lq_config *config = lq_config_new(JID);

    world_hand_over(w, config, LQ_SAVED_ACCOUNT);
    if (w->row->offer.sm) {
        world_hand_over(w, config, LQ_SAVED_SESSION);
    }
    lq_stream_free(w->stream);
    lq_config_set_password(config, PASSWORD);
    lq_config_set_early(config, w->row->offer.early);
    lq_config_add_ca(config, pem, strlen(pem));
    w->stream = lq_stream_new(w->context, config);
    lq_config_free(config);
    lq_stream_start(w->stream, w->now);
}

static void world_open(world *w, const struct row *row)
{
    *w = (world){ .row = row, .now = 1000, .clerk = { .offer = row->offer } };
    w->clerk.offer.jid = JID;
    w->clerk.offer.password = PASSWORD;
    w->context = lq_context_new();
    lq_context_set_wallclock(w->context, (int64_t)time(NULL) * 1000, w->now);
    world_renew(w);
}

static void world_close(world *w)
{
    lq_stream_free(w->stream);
    lq_context_free(w->context);
    clerk_clear(&w->clerk);
    octets_clear(&w->to_server);
    octets_clear(&w->to_client);
}

static void send_message(world *w)
{
    lq_builder *b = lq_build_message(w->stream, LQ_CHAT, "romeo@example.net");

    lq_build_child(b, "body", NULL, "Wherefore?");
    w->sent = lq_stream_send(w->stream, b) > 0;
}

static void take_events(world *w)
{
    const lq_event *event;
    size_t len;

    while ((event = lq_stream_event(w->stream)) != NULL) {
        if (event->type == LQ_EVENT_ONLINE) {
            send_message(w);
        } else if (event->type == LQ_EVENT_SAVE) {
            lq_stream_save(w->stream, event->id, &len);
            lq_stream_saved(w->stream, w->now, event->id);
        }
    }
}

/* The client hears a flight and says what it has to say. */
static void client_turn(world *w)
{
    const void *bytes;
    size_t len;

    while (w->to_client.len > 0) {
        int n = lq_stream_recv(w->stream, w->now, w->to_client.bytes,
                               w->to_client.len);

        if (n < 0) {
            break; /* the wish says so, and the flight is empty */
        }
        octets_drop(&w->to_client, (size_t)n);
        take_events(w);
    }
    octets_clear(&w->to_client);
    take_events(w);
    while ((bytes = lq_stream_output(w->stream, &len)) != NULL) {
        octets_add(&w->to_server, bytes, len);
        lq_stream_sent(w->stream, w->now, len);
    }
}

/* PLAIN is what the client said through TLS. */
static void server_hear(world *w, const octets *plain)
{
    binding_set bindings;
    bool is_1_3 = true;

    if (plain->len == 0) {
        return;
    }
    if (w->early != NULL) {
        early_server_bindings(w->early, &bindings);
    } else {
        tls_server_bindings(w->tls, &bindings);
        is_1_3 = tls_server_is_1_3(w->tls);
    }
    clerk_secure(&w->clerk, &bindings, is_1_3 ? "0304" : "0303");
    clerk_take(&w->clerk, plain->bytes, plain->len);
}

static void server_decrypt(world *w)
{
    octets early = { .len = 0 }, plain = { .len = 0 };

    if (w->early != NULL) {
        early_server_take(w->early, w->to_server.bytes, w->to_server.len,
                          &early, &plain);
    } else {
        tls_server_take(w->tls, w->to_server.bytes, w->to_server.len, &plain);
    }
    clerk_set_early(&w->clerk, true);
    server_hear(w, &early);
    clerk_set_early(&w->clerk, false);
    server_hear(w, &plain);
    octets_clear(&early);
    octets_clear(&plain);
}

/* What the clerk says, as it leaves. */
static octets *server_encrypt(world *w)
{
    octets *said = &w->clerk.out;

    if (w->early != NULL) {
        early_server_send(w->early, said->bytes, said->len);
    } else if (w->tls != NULL) {
        tls_server_send(w->tls, said->bytes, said->len);
    } else {
        return said;
    }
    octets_drop(said, said->len);
    return w->early != NULL ? early_server_output(w->early)
                            : tls_server_output(w->tls);
}

static void server_begin_tls(world *w)
{
    if (w->row->offer.early) {
        w->early = early_server_new();
    } else {
        w->tls = tls_server_new(CERTIFICATE_GOOD, NULL);
        tls_server_take_tickets(w->tls);
    }
}

static bool server_is_encrypted(const world *w)
{
    return w->tls != NULL || w->early != NULL;
}

/* The server hears a flight and says what it has to say. */
static void server_turn(world *w)
{
    octets *said;

    if (server_is_encrypted(w)) {
        server_decrypt(w);
    } else {
        clerk_take(&w->clerk, w->to_server.bytes, w->to_server.len);
    }
    octets_clear(&w->to_server);
    said = server_encrypt(w);
    octets_add(&w->to_client, said->bytes, said->len);
    octets_drop(said, said->len);
    if (w->clerk.starts_tls && !server_is_encrypted(w)) {
        server_begin_tls(w);
    }
}

static void server_end(world *w)
{
    tls_server_free(w->tls);
    early_server_free(w->early);
    w->tls = NULL;
    w->early = NULL;
}

/* ---- counting ---- */

/* Wait until the stream wants a transport, and give it one. */
static bool connect(world *w)
{
    for (int i = 0; i < 10; i++) {
        if (lq_stream_wish(w->stream) == LQ_WISH_CONNECT) {
            break;
        }
        w->now = lq_stream_deadline(w->stream);
        lq_stream_tick(w->stream, w->now);
        take_events(w);
    }
    w->sent = false;
    clerk_connect(&w->clerk);
    if (w->row->transport == LQ_TRANSPORT_TLS) {
        server_begin_tls(w);
    }
    return lq_stream_connected(w->stream, w->now, w->row->transport) == LQ_OK;
}

static void lose(world *w)
{
    server_end(w);
    octets_clear(&w->to_server);
    octets_clear(&w->to_client);
    lq_stream_disconnected(w->stream, w->now, LQ_E_NET);
    take_events(w);
}

/* The round trips of a login, or 0 and w->why. */
static int count(world *w, bool again)
{
    int trips = 1; /* TCP's */

    if (!connect(w)) {
        w->why = "the stream wants no transport";
        return 0;
    }
    client_turn(w);
    while (!w->sent && w->to_server.len > 0 && trips < 30) {
        server_turn(w);
        client_turn(w);
        trips++;
    }
    if (!w->sent) {
        w->why = lq_stream_failure(w->stream) == NULL
                     ? "both wait for the other"
                     : lq_failure_message(lq_stream_failure(w->stream));
        return 0;
    }
    server_turn(w);
    if (w->clerk.wrong != NULL || w->clerk.messages != 1) {
        w->why = w->clerk.wrong == NULL ? "the message did not arrive"
                                        : w->clerk.wrong;
        return 0;
    }
    if (w->row->offer.sm && again && !w->clerk.resumed) {
        w->why = "the session was not resumed";
        return 0;
    }
    client_turn(w); /* what the server gives for the next time */
    return trips;
}

/* ---- telling ---- */

static bool judge(const world *w, int time, int trips)
{
    const limit *l = &w->row->limits[time];
    char name[128];
    bool fine = trips > 0 && trips <= l->most;

    snprintf(name, sizeof(name), "%s, %s", w->row->name, times[time]);
    if (trips == 0) {
        printf("not ok %s: %s\n", name, w->why);
    } else if (!fine) {
        printf("not ok %s: %d round trips, %d are the most\n", name, trips,
               l->most);
    } else if (trips > l->wanted) {
        printf("skip %s: %d round trips, %d are wanted\n", name, trips,
               l->wanted);
    } else {
        printf("ok %s\n", name);
    }
    return fine;
}

static void tell_row(const struct row *row, const int trips[TIMES])
{
    printf("    %-24s", row->name);
    for (int time = 0; time < TIMES; time++) {
        char figure[32], wanted[16] = "-";

        if (row->limits[time].wanted > 0) {
            snprintf(wanted, sizeof(wanted), "%d", row->limits[time].wanted);
        }
        snprintf(figure, sizeof(figure), "%d / %s", trips[time], wanted);
        printf(" %14s", figure);
    }
    printf("\n");
}

static bool play_row(const struct row *row, int trips[TIMES])
{
    bool fine = true;
    world w;

    world_open(&w, row);
    for (int time = 0; time < TIMES; time++) {
        if (time == RENEWED) {
            world_renew(&w);
        }
        trips[time] = count(&w, time != FIRST);
        if (row->limits[time].wanted > 0 || trips[time] == 0) {
            fine = judge(&w, time, trips[time]) && fine;
        }
        lose(&w);
    }
    world_close(&w);
    return fine;
}

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

int main(void)
{
    int trips[ROWS][TIMES];
    bool fine = tls_server_prepare(DOMAIN) && early_server_prepare();

    for (int i = 0; i < ROWS; i++) {
        fine = play_row(&rows[i], trips[i]) && fine;
    }
    printf("    Counted against a scripted server in memory, TCP's first one "
           "included.\n");
    printf("    round trips / wanted    ");
    for (int time = 0; time < TIMES; time++) {
        printf(" %14s", times[time]);
    }
    printf("\n");
    for (int i = 0; i < ROWS; i++) {
        tell_row(&rows[i], trips[i]);
    }
    early_server_clear();
    tls_server_clear();
    return fine ? 0 : 1;
}
