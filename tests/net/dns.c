/* dns.c - just enough of RFC 1035: one question, no compression. */
#include "dns.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct packet {
    unsigned char bytes[512];
    size_t len;
} packet;

static void put(packet *p, const void *bytes, size_t len)
{
    assert(len <= sizeof(p->bytes) - p->len);
    memcpy(p->bytes + p->len, bytes, len);
    p->len += len;
}

static void put16(packet *p, int number)
{
    unsigned char bytes[2] = { (unsigned char)(number >> 8),
                               (unsigned char)number };
    put(p, bytes, 2);
}

static void put_name(packet *p, const char *name)
{
    while (*name != '\0' && strcmp(name, ".") != 0) {
        size_t len = strcspn(name, ".");
        unsigned char head = (unsigned char)len;
        put(p, &head, 1);
        put(p, name, len);
        name += len + (name[len] == '.');
    }
    put(p, "", 1);
}

/* The name at OFFSET, as text; returns where it ends. */
static size_t get_name(const packet *p, size_t offset, char *name, size_t size)
{
    size_t used = 0;

    while (offset < p->len && p->bytes[offset] != 0) {
        size_t len = p->bytes[offset++];
        assert(offset + len < p->len && used + len + 2 < size);
        memcpy(name + used, p->bytes + offset, len);
        used += len;
        name[used++] = '.';
        offset += len;
    }
    name[used > 0 ? used - 1 : 0] = '\0';
    return offset + 1;
}

static void put_data(packet *p, const dns_record *record)
{
    unsigned char address[16];
    size_t at;

    switch (record->type) {
    case DNS_A:
        put16(p, 4);
        inet_pton(AF_INET, record->target, address);
        put(p, address, 4);
        return;
    case DNS_AAAA:
        put16(p, 16);
        inet_pton(AF_INET6, record->target, address);
        put(p, address, 16);
        return;
    }
    at = p->len;
    put16(p, 0);
    if (record->type == DNS_SRV) {
        put16(p, record->priority);
        put16(p, record->weight);
        put16(p, record->port);
    }
    put_name(p, record->target);
    p->bytes[at + 1] = (unsigned char)(p->len - at - 2);
}

static void put_record(packet *p, const dns_record *record)
{
    put_name(p, record->name);
    put16(p, record->type);
    put16(p, 1); /* IN */
    put16(p, 0); /* TTL */
    put16(p, 60);
    put_data(p, record);
}

/* Put the records that answer NAME and TYPE, behind a CNAME if need be. */
static int put_answers(packet *p, const dns_server *dns, const char *name,
                       int type, bool *exists, bool *fails)
{
    const dns_record *record;
    int count = 0;

    for (record = dns->records; record->name != NULL; record++) {
        if (strcasecmp(record->name, name) != 0) {
            continue;
        }
        *exists = true;
        *fails = *fails || record->type == DNS_FAIL;
        if (record->type == type) {
            put_record(p, record);
            count++;
        } else if (record->type == DNS_CNAME) {
            put_record(p, record);
            count +=
                1 + put_answers(p, dns, record->target, type, exists, fails);
        }
    }
    return count;
}

static void note(dns_server *dns, const char *name, int type)
{
    size_t used = strlen(dns->asked);

    snprintf(dns->asked + used, sizeof(dns->asked) - used, "%s %s;", name,
             type == DNS_A      ? "A"
             : type == DNS_AAAA ? "AAAA"
             : type == DNS_SRV  ? "SRV"
                                : "?");
}

static void answer(dns_server *dns, packet *question, packet *reply)
{
    char name[256];
    size_t end = get_name(question, 12, name, sizeof(name));
    int type = question->bytes[end] << 8 | question->bytes[end + 1], count;
    bool exists = false, fails = false;

    note(dns, name, type);
    put(reply, question->bytes, 2);
    put16(reply, 0x8580); /* a response, authoritative */
    put16(reply, 1);
    put16(reply, 0); /* answers */
    put16(reply, 0);
    put16(reply, 0);
    put(reply, question->bytes + 12, end + 4 - 12);
    count = put_answers(reply, dns, name, type, &exists, &fails);
    reply->bytes[3] |= fails ? 2 : exists ? 0 : 3;
    reply->bytes[7] = (unsigned char)count;
}

void dns_open(dns_server *dns, const dns_record *records)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t len = sizeof(address);
    int rv;

    *dns = (dns_server){ .records = records };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    dns->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    rv = bind(dns->fd, (struct sockaddr *)&address, len);
    assert(rv == 0);
    rv = getsockname(dns->fd, (struct sockaddr *)&address, &len);
    assert(rv == 0);
    (void)rv;
    snprintf(dns->address, sizeof(dns->address), "127.0.0.1:%d",
             ntohs(address.sin_port));
}

void dns_close(dns_server *dns) { close(dns->fd); }

void dns_serve(dns_server *dns)
{
    struct sockaddr_storage from;
    socklen_t from_len = sizeof(from);
    packet question;
    ssize_t n;

    while ((n = recvfrom(dns->fd, question.bytes, sizeof(question.bytes), 0,
                         (struct sockaddr *)&from, &from_len)) > 12) {
        packet reply = { .len = 0 };
        question.len = (size_t)n;
        answer(dns, &question, &reply);
        if (!dns->silent) {
            sendto(dns->fd, reply.bytes, reply.len, 0, (struct sockaddr *)&from,
                   from_len);
        }
        from_len = sizeof(from);
    }
}
