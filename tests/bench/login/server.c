/* server.c - gates behind a socket, for clients with sockets of their own.
 *
 *     server CA-FILE [plain]
 *
 * Writes whom to trust to CA-FILE, listens on a free port of 127.0.0.1, which
 * it prints, and serves each connection in a process of its own, STARTTLS
 * first, until its standard input ends.  "plain": no SCRAM is offered. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/gate.h"

static void write_authority(const char *path)
{
    FILE *file = fopen(path, "w");

    if (file == NULL || fputs(tls_authority(), file) < 0 || fclose(file) != 0) {
        bench_die("%s cannot be written", path);
    }
}

static int listen_somewhere(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 ||
        listen(fd, 64) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) < 0) {
        bench_die("no port can be listened on");
    }
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

/* False: the client is gone. */
static bool send_all(int fd, wire *out)
{
    while (out->at < out->len) {
        ssize_t n =
            send(fd, out->bytes + out->at, out->len - out->at, MSG_NOSIGNAL);

        if (n <= 0) {
            return false;
        }
        out->at += (size_t)n;
    }
    return true;
}

/* What was said before TLS is a wire of its own, and goes first. */
static bool send_what_is_said(int fd, gate *c)
{
    wire *first = gate_output(c);

    return send_all(fd, first) && send_all(fd, gate_output(c));
}

static void serve(int fd, bool only_plain)
{
    char bytes[16384];
    ssize_t n;
    gate c;

    gate_begin(&c, LQ_TRANSPORT_STARTTLS);
    if (only_plain) {
        c.clerk.offer.sasl = "PLAIN";
    }
    while (!c.closed && (n = recv(fd, bytes, sizeof(bytes), 0)) > 0) {
        gate_take(&c, bytes, (size_t)n);
        if (!send_what_is_said(fd, &c)) {
            break;
        }
    }
    gate_clear(&c);
    close(fd);
}

int main(int argc, char **argv)
{
    struct pollfd fds[2] = { { .fd = STDIN_FILENO, .events = POLLIN },
                             { .events = POLLIN } };

    if (argc != 2 && (argc != 3 || strcmp(argv[2], "plain") != 0)) {
        bench_die("usage: server CA-FILE [plain]");
    }
    signal(SIGCHLD, SIG_IGN); /* none of them is waited for */
    tls_prepare();
    write_authority(argv[1]);
    fds[1].fd = listen_somewhere();
    while (poll(fds, 2, -1) > 0 && fds[0].revents == 0) {
        int fd = accept4(fds[1].fd, NULL, NULL, SOCK_CLOEXEC);

        if (fd < 0) {
            continue;
        }
        if (fork() == 0) {
            close(fds[1].fd);
            serve(fd, argc == 3);
            return 0;
        }
        close(fd);
    }
    return 0;
}
