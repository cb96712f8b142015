/* client.c - see client.h. */
#include "client.h"

#include <stdlib.h>

int client_main(int argc, char **argv, const char *who,
                void (*login)(const client_server *server))
{
    client_server server;
    double begun;
    int count;

    if (argc != 4) {
        bench_die("usage: %s PORT CA-FILE LOGINS", argv[0]);
    }
    server = (client_server){ atoi(argv[1]), argv[2] };
    count = atoi(argv[3]);
    login(&server);
    begun = bench_cpu();
    for (int i = 0; i < count; i++) {
        login(&server);
    }
    bench_figure("by socket", who, "ns/login", (bench_cpu() - begun) / count);
    return 0;
}
