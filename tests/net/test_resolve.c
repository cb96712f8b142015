/* test_resolve.c - from a domain to a connection, told by a name server of our
 * own.  255.255.255.255 is the address that nobody can connect to. */
#include "world.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define XMPP    "_xmpp-client._tcp.example.test"
#define XMPPS   "_xmpps-client._tcp.example.test"
#define NOWHERE "255.255.255.255"

/* What is said about a target that resolves to NOWHERE. */
static void tried(char *text, const char *target)
{
    sprintf(text + strlen(text), "%s%s [" NOWHERE "]: Network is unreachable",
            text[0] == '\0' ? "" : "; ", target);
}

static void look_up(world *w, const dns_record *records)
{
    world_open(w, records, "example.test");
    world_until_closed(w);
}

/* ---- order ---- */

START_TEST(priorities_decide)
{
    static const dns_record records[] = {
        SRV(XMPP, 30, 0, 5003, "c.example.test"),
        SRV(XMPP, 10, 0, 5001, "a.example.test"),
        SRV(XMPP, 20, 9, 5002, "b.example.test"),
        RECORD("a.example.test", DNS_A, NOWHERE),
        RECORD("b.example.test", DNS_A, NOWHERE),
        RECORD("c.example.test", DNS_A, NOWHERE),
        END,
    };
    char wanted[512] = "";
    world w;

    tried(wanted, "a.example.test:5001");
    tried(wanted, "b.example.test:5002");
    tried(wanted, "c.example.test:5003");
    look_up(&w, records);
    ck_assert_str_eq(w.text, wanted);
    ck_assert_int_eq(w.error, LQ_E_NET);
    world_close(&w);
}
END_TEST

START_TEST(both_services_make_one_list)
{
    static const dns_record records[] = {
        SRV(XMPP, 10, 0, 5001, "a.example.test"),
        SRV(XMPPS, 5, 0, 5002, "a.example.test"),
        SRV(XMPP, 7, 0, 5003, "a.example.test"),
        SRV(XMPPS, 20, 0, 5004, "a.example.test"),
        RECORD("a.example.test", DNS_A, NOWHERE),
        END,
    };
    char wanted[512] = "";
    world w;

    tried(wanted, "a.example.test:5002");
    tried(wanted, "a.example.test:5003");
    tried(wanted, "a.example.test:5001");
    tried(wanted, "a.example.test:5004");
    look_up(&w, records);
    ck_assert_str_eq(w.text, wanted);
    world_close(&w);
}
END_TEST

/* How often of ROUNDS the target at PORT is tried first; all are tried. */
static int count_first(const dns_record *records, const char *port, int rounds)
{
    int i, first = 0;
    const dns_record *record;
    char wanted[64];
    world w;

    for (i = 0; i < rounds; i++) {
        look_up(&w, records);
        for (record = records; record->name != NULL; record++) {
            snprintf(wanted, sizeof(wanted), ":%d [", record->port);
            ck_assert(record->type != DNS_SRV || strstr(w.text, wanted));
        }
        snprintf(wanted, sizeof(wanted), "a.example.test:%s [", port);
        first += strncmp(w.text, wanted, strlen(wanted)) == 0;
        world_close(&w);
    }
    return first;
}

/* 240 times 3/4 is 180, with a deviation of 7: this fails once in 10^15. */
START_TEST(weights_share_the_load)
{
    static const dns_record records[] = {
        SRV(XMPP, 10, 10, 5001, "a.example.test"),
        SRV(XMPP, 10, 60, 5002, "a.example.test"),
        SRV(XMPPS, 10, 10, 5003, "a.example.test"),
        RECORD("a.example.test", DNS_A, NOWHERE),
        END,
    };
    int first = count_first(records, "5002", 240);

    ck_assert_int_ge(first, 126);
    ck_assert_int_le(first, 234);
}
END_TEST

START_TEST(weight_zero_is_the_exception)
{
    static const dns_record records[] = {
        SRV(XMPP, 10, 0, 5001, "a.example.test"),
        SRV(XMPP, 10, 9, 5002, "a.example.test"),
        RECORD("a.example.test", DNS_A, NOWHERE),
        END,
    };
    int first = count_first(records, "5001", 200); /* one in ten */

    ck_assert_int_ge(first, 1);
    ck_assert_int_le(first, 60);
}
END_TEST

/* ---- what is not there ---- */

typedef struct absence {
    const dns_record records[4];
    const char *text;      /* what is said */
    const char *asked_for; /* of the domain itself, or NULL */
} absence;

#define FALLBACK "example.test:5222 [" NOWHERE "]: Network is unreachable"
#define REFUSED  "example.test: offers no service to clients"

static const absence absences[] = {
    /* nothing is said about services */
    { { RECORD("example.test", DNS_A, NOWHERE) }, FALLBACK, "example.test A;" },
    /* the names exist, but have no records of that type */
    { { RECORD(XMPP, DNS_A, NOWHERE), RECORD(XMPPS, DNS_A, NOWHERE),
        RECORD("example.test", DNS_A, NOWHERE) },
      FALLBACK,
      "example.test AAAA;" },
    /* neither service is offered: there is nothing to fall back to */
    { { SRV(XMPP, 0, 0, 0, "."), SRV(XMPPS, 0, 0, 0, "."),
        RECORD("example.test", DNS_A, NOWHERE) },
      REFUSED,
      NULL },
    /* XEP-0368: nor if just direct TLS is refused */
    { { SRV(XMPPS, 0, 0, 0, "."), RECORD("example.test", DNS_A, NOWHERE) },
      REFUSED,
      NULL },
    { { SRV(XMPP, 0, 0, 0, "."), RECORD("example.test", DNS_A, NOWHERE) },
      REFUSED,
      NULL },
    /* RFC 6120, 3.2.1: nor if the targets that there are all fail */
    { { SRV(XMPP, 1, 1, 5001, "a.example.test"),
        RECORD("a.example.test", DNS_A, NOWHERE),
        RECORD("example.test", DNS_A, NOWHERE) },
      "a.example.test:5001 [" NOWHERE "]: Network is unreachable",
      NULL },
    { { SRV(XMPP, 1, 1, 5001, "a.example.test"),
        RECORD("example.test", DNS_A, NOWHERE) },
      "a.example.test:5001: Domain name not found",
      NULL },
    /* one that is refused does not hide the other */
    { { SRV(XMPPS, 0, 0, 0, "."), SRV(XMPP, 1, 1, 5001, "a.example.test"),
        RECORD("a.example.test", DNS_A, NOWHERE) },
      "a.example.test:5001 [" NOWHERE "]: Network is unreachable",
      NULL },
    /* a domain without anything */
    { { END }, "example.test:5222: Domain name not found", "example.test A;" },
};

START_TEST(absence_is_understood)
{
    const absence *row = &absences[_i];
    world w;

    look_up(&w, row->records);
    ck_assert_str_eq(w.text, row->text);
    if (row->asked_for == NULL) {
        ck_assert_ptr_null(strstr(w.dns.asked, ";example.test A"));
    } else {
        ck_assert_ptr_nonnull(strstr(w.dns.asked, row->asked_for));
    }
    world_close(&w);
}
END_TEST

START_TEST(failed_question_is_told_and_falls_back)
{
    static const dns_record records[] = {
        RECORD(XMPP, DNS_FAIL, "."),
        RECORD(XMPPS, DNS_FAIL, "."),
        RECORD("example.test", DNS_A, NOWHERE),
        END,
    };
    world w;

    look_up(&w, records);
    ck_assert_ptr_nonnull(strstr(w.text, XMPP ": "));
    ck_assert_ptr_nonnull(strstr(w.text, FALLBACK));
    world_close(&w);
}
END_TEST

/* ---- what is there ---- */

/* Records with NAME, whose SRV record points to PORT of host a.example.test. */
static const dns_record *at(const char *name, int port)
{
    static dns_record records[8];

    records[0] = (dns_record)SRV(name, 1, 1, port, "a.example.test");
    records[1] =
        (dns_record)RECORD("a.example.test", DNS_CNAME, "b.example.test");
    records[2] = (dns_record)RECORD("b.example.test", DNS_A, "127.0.0.1");
    records[3] = (dns_record)END;
    return records;
}

/* What the stream says first tells which kind of transport it was given. */
static char first_byte(world *w, int listener)
{
    int peer = world_accept(w, listener);
    char bytes[4096];

    ck_assert_int_gt(world_read(w, peer, bytes, sizeof(bytes)), 0);
    close(peer);
    close(listener);
    return bytes[0];
}

START_TEST(client_service_means_starttls)
{
    int port, listener = listener_open("127.0.0.1", &port);
    world w;

    world_open(&w, at(XMPP, port), "example.test");
    ck_assert_int_eq(first_byte(&w, listener), '<');
    world_close(&w);
}
END_TEST

START_TEST(secure_client_service_means_tls_at_once)
{
    int port, listener = listener_open("127.0.0.1", &port);
    world w;

    world_open(&w, at(XMPPS, port), "example.test");
    ck_assert_int_eq(first_byte(&w, listener), 0x16);
    world_close(&w);
}
END_TEST

START_TEST(second_target_is_tried_when_the_first_is_dead)
{
    int dead, alive, refuser = refuser_open("127.0.0.1", &dead);
    int listener = listener_open("127.0.0.1", &alive);
    dns_record records[] = {
        SRV(XMPPS, 1, 1, 0, "a.example.test"),
        SRV(XMPP, 2, 1, 0, "a.example.test"),
        RECORD("a.example.test", DNS_A, "127.0.0.1"),
        END,
    };
    world w;

    records[0].port = dead;
    records[1].port = alive;
    world_open(&w, records, "example.test");
    ck_assert_int_eq(first_byte(&w, listener), '<');
    close(refuser);
    world_close(&w);
}
END_TEST

START_TEST(ipv6_comes_before_ipv4)
{
    static const dns_record records[] = {
        SRV(XMPP, 1, 1, 5001, "a.example.test"),
        RECORD("a.example.test", DNS_A, NOWHERE),
        RECORD("a.example.test", DNS_AAAA, "ff02::1"), /* multicast: no peer */
        END,
    };
    const char *ipv6, *ipv4;
    world w;

    look_up(&w, records);
    ipv6 = strstr(w.text, "a.example.test:5001 [ff02::1]: ");
    ipv4 = strstr(w.text, "a.example.test:5001 [" NOWHERE "]: ");
    ck_assert_ptr_eq(ipv6, w.text);
    ck_assert_ptr_nonnull(ipv4);
    world_close(&w);
}
END_TEST

/* ---- without DNS ---- */

START_TEST(address_needs_no_dns)
{
    static const char *const addresses[] = { "127.0.0.1", "::1", "[::1]" };
    static const char *const plain[] = { "127.0.0.1", "::1", "::1" };
    int port, listener = listener_open(plain[_i], &port);
    world w;

    if (listener < 0) {
        return; /* no IPv6 on this machine */
    }
    world_open_host(&w, NULL, addresses[_i], port, LQ_TRANSPORT_STARTTLS);
    ck_assert_int_eq(first_byte(&w, listener), '<');
    ck_assert_str_eq(w.dns.asked, "");
    world_close(&w);
}
END_TEST

START_TEST(named_host_is_not_a_service)
{
    int port, listener = listener_open("127.0.0.1", &port);
    world w;

    world_open_host(&w, at(XMPP, 1), "a.example.test", port, LQ_TRANSPORT_TLS);
    ck_assert_int_eq(first_byte(&w, listener), 0x16);
    ck_assert_ptr_null(strstr(w.dns.asked, "SRV"));
    world_close(&w);
}
END_TEST

START_TEST(domain_may_be_an_address)
{
    static const dns_record records[] = { END };
    world w;

    world_open(&w, records, NOWHERE);
    world_until_closed(&w);
    ck_assert_str_eq(w.text, NOWHERE ":5222: Network is unreachable");
    ck_assert_str_eq(w.dns.asked, "");
    world_close(&w);
}
END_TEST

START_TEST(refusing_ipv6_address_is_told_in_brackets)
{
    int port, refuser = refuser_open("::1", &port);
    char wanted[64];
    world w;

    if (refuser < 0) {
        return; /* no IPv6 on this machine */
    }
    world_open_host(&w, NULL, "::1", port, LQ_TRANSPORT_STARTTLS);
    world_until_closed(&w);
    snprintf(wanted, sizeof(wanted), "[::1]:%d: Connection refused", port);
    ck_assert_str_eq(w.text, wanted);
    close(refuser);
    world_close(&w);
}
END_TEST

/* ---- a name server that is silent ---- */

static const dns_record nowhere[] = {
    SRV(XMPP, 1, 1, 5001, "a.example.test"),
    RECORD("a.example.test", DNS_A, NOWHERE),
    END,
};

/* The question has been put, and nobody answers. */
static void wait_in_vain(world *w)
{
    int turns;

    world_open(w, nowhere, "example.test");
    w->dns.silent = true;
    for (turns = 0; turns < 20; turns++) {
        world_turn(w);
    }
    ck_assert(!w->closed);
    ck_assert_int_ge(lq_net_wait(w->net), 0);
    ck_assert_int_le(lq_net_wait(w->net), 2000);
}

START_TEST(lookup_can_be_left)
{
    world w;

    wait_in_vain(&w);
    if (_i == 0) {
        lq_net_remove(w.net, w.stream);
    } else if (_i == 1) {
        lq_stream_stop(w.stream, lq_net_now(w.net));
        world_until_closed(&w);
        ck_assert_int_eq(w.error, 0);
    }
    world_turn(&w);
    world_close(&w);
}
END_TEST

START_TEST(other_name_servers_are_asked_anew)
{
    world w;
    dns_server other;

    wait_in_vain(&w);
    dns_open(&other, nowhere);
    ck_assert_int_eq(lq_net_set_resolver(w.net, other.address), LQ_OK);
    dns_close(&w.dns);
    w.dns = other;
    world_until_closed(&w);
    ck_assert_ptr_nonnull(strstr(w.text, "a.example.test:5001 ["));
    world_close(&w);
}
END_TEST

START_TEST(nonsense_is_no_name_server)
{
    static const dns_record records[] = { END };
    world w;

    world_open_empty(&w, records);
    ck_assert_int_eq(lq_net_set_resolver(w.net, ""), LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_net_set_resolver(w.net, "romeo"), LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_net_set_resolver(w.net, "[::1]:5353,127.0.0.1:53"),
                     LQ_OK);
    ck_assert_int_eq(lq_net_set_resolver(w.net, NULL), LQ_OK);
    world_close(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("resolve");
    TCase *order = tcase_create("order"), *found = tcase_create("found");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_set_timeout(order, 60);
    tcase_add_test(order, priorities_decide);
    tcase_add_test(order, both_services_make_one_list);
    tcase_add_test(order, weights_share_the_load);
    tcase_add_test(order, weight_zero_is_the_exception);
    suite_add_tcase(suite, order);

    tcase_set_timeout(found, 60);
    tcase_add_loop_test(found, absence_is_understood, 0,
                        sizeof(absences) / sizeof(absences[0]));
    tcase_add_test(found, failed_question_is_told_and_falls_back);
    tcase_add_test(found, client_service_means_starttls);
    tcase_add_test(found, secure_client_service_means_tls_at_once);
    tcase_add_test(found, second_target_is_tried_when_the_first_is_dead);
    tcase_add_test(found, ipv6_comes_before_ipv4);
    tcase_add_loop_test(found, address_needs_no_dns, 0, 3);
    tcase_add_test(found, named_host_is_not_a_service);
    tcase_add_test(found, domain_may_be_an_address);
    tcase_add_test(found, refusing_ipv6_address_is_told_in_brackets);
    tcase_add_loop_test(found, lookup_can_be_left, 0, 3);
    tcase_add_test(found, other_name_servers_are_asked_anew);
    tcase_add_test(found, nonsense_is_no_name_server);
    suite_add_tcase(suite, found);

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
