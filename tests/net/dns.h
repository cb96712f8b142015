/* dns.h - a name server of a few lines, on UDP at a free port of 127.0.0.1.
 *
 * It knows the records of one table and answers when dns_serve() is called: so
 * it runs in the loop of the test that asks it. */
#ifndef TESTS_NET_DNS_H
#define TESTS_NET_DNS_H

#include <stdbool.h>
#include <stddef.h>

enum {
    DNS_A = 1,
    DNS_CNAME = 5,
    DNS_AAAA = 28,
    DNS_SRV = 33,
    DNS_FAIL = -1 /* makes questions for NAME a SERVFAIL */
};

typedef struct dns_record {
    const char *name; /* NULL ends a table */
    int type;
    const char *target; /* a name, "." or an address */
    int priority, weight, port;
} dns_record;

#define SRV(service, order, load, at, host)                                    \
    {                                                                          \
        .name = service, .type = DNS_SRV, .priority = order, .weight = load,   \
        .port = at, .target = host                                             \
    }
#define RECORD(owner, kind, value)                                             \
    {                                                                          \
        .name = owner, .type = kind, .target = value                           \
    }
#define END                                                                    \
    {                                                                          \
        .name = NULL                                                           \
    }

typedef struct dns_server {
    int fd;
    char address[32]; /* as lq_net_set_resolver() takes it */
    const dns_record *records;
    bool silent;      /* answer nothing */
    char asked[4096]; /* "NAME TYPE;" of each question */
} dns_server;

void dns_open(dns_server *dns, const dns_record *records);
void dns_close(dns_server *dns);

/* Answer all questions that have come. */
void dns_serve(dns_server *dns);

#endif
