/* attacks.h - what is tried against clients, and what becomes of it here.
 *
 * A case for each kind of attack, by the name that it is known under; each adds
 * itself to the suite.  Nothing but what a hostile peer can send is used
 * against the library, and what comes of it is seen at its public functions. */
#ifndef TESTS_ATTACKS_H
#define TESTS_ATTACKS_H

void attacks_messages(void); /* carbons, archives, lies about the way */
void attacks_requests(void); /* roster pushes, answers, injection */
void attacks_xml(void);      /* smuggling, bombs */
void attacks_tls(void);      /* injection before TLS, redirects */
void attacks_server(void);   /* what only our own server can do */

#endif
