/* talk.h - people who talk through a real server, and our patience with them.
 *
 * All share one net.  Their events are noted as they come and stay until they
 * are asked for, so a check need not know in which order a server does things:
 *
 *     person *alice = person_new("alice", "balcony", LQ_TRANSPORT_STARTTLS);
 *     person_login(alice);
 *     id = lq_messages_send(alice->messages, "bob@example.test", "hello");
 *     claim("a message arrives", await(bob, LQ_EVENT_MESSAGE, alice->jid));
 *
 * No wait is longer than ten seconds. */
#ifndef TESTS_TALK_H
#define TESTS_TALK_H

#include <loquat/loquat.h>
#include <loquat/net.h>

#define TALK_DOMAIN "example.test"

/* ---- claims ---- */

/* Print whether what NAME says is so; if not, also what has happened that
 * nobody asked for.  Returns HOLDS. */
bool claim(const char *name, bool holds);

/* How many did not hold. */
int claims_failed(void);

/* ---- the net ---- */

typedef struct talk_place {
    const char *host;
    int port, tls_port;
    const char *ca;
} talk_place;

bool talk_open(const talk_place *place);

/* Free all people, then the net. */
void talk_close(void);

/* When patience ends that begins now. */
lq_time talk_patience(void);

/* Wait for something to happen, and let it.  False when it is UNTIL. */
bool talk_turn(lq_time until);

/* Let MS pass. */
void talk_pass(int ms);

/* Run a shell command while the talk goes on; whether it succeeded. */
bool talk_shell(const char *command);

/* ---- people ---- */

typedef struct happening {
    struct happening *next;
    int type, error;
    lq_id id;
    const lq_stanza *stanza;
    char jid[256]; /* who it is from, or about; or "" */
    int layer;     /* of a failure */
    char condition[64];
    char message[512];
} happening;

typedef struct person {
    struct person *next;
    char name[16];
    char jid[64]; /* bare */
    lq_stream *stream;
    lq_roster *roster;
    lq_presence *presence;
    lq_messages *messages;
    lq_disco *disco;
    lq_ping *ping;
    lq_version *version;

    happening *happenings; /* nobody asked for yet, the newest first */
    happening *asked;      /* that was asked for last */

    /* what TRACE showed */
    char mechanism[32];   /* of the first login we tried */
    int logins;           /* all that we tried */
    int other_logins;     /* with another mechanism than the first */
    int versions_told;    /* roster requests with a version */
    int rosters_received; /* results with items */
} person;

/* NAME@example.test, whose password is secret-NAME and who asks for RESOURCE
 * (NULL: any), with all modules; not started. */
person *person_new(const char *name, const char *resource, int transport);

/* The same with another password and without modules. */
person *person_new_bare(const char *name, const char *password, int transport,
                        lq_time request_timeout);
void person_free(person *p);

bool person_start(person *p);

/* Start P and wait until it is online and, if it has one, the roster is
 * there. */
bool person_login(person *p);

/* Stop P and wait until it is closed. */
bool person_logout(person *p);

/* Forget what has happened to P. */
void person_forget(person *p);

/* The oldest happening of TYPE from, or about, JID (NULL: anybody; a bare JID:
 * its resources too), or the one about ID.  Each is returned once and lives
 * until the next.  NULL when patience has ended. */
const happening *await(person *p, int type, const char *jid);
const happening *await_id(person *p, int type, lq_id id);

/* The same if it has happened already. */
const happening *happened(person *p, int type, const char *jid);

#endif
