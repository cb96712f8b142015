/* test_attacks.c - see attacks.h. */
#include "attacks.h"

#include "suite.h"

int main(void)
{
    suite_begin("attacks");
    attacks_messages();
    attacks_requests();
    attacks_xml();
    attacks_tls();
    attacks_server();
    return suite_end();
}
