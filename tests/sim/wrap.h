/* wrap.h - counters of a session that come near 2^32, where XEP-0198 has them
 * begin at 0 again. */
#ifndef SIM_WRAP_H
#define SIM_WRAP_H

struct world;

/* Now and then: as if the session that is stored had seen four billion stanzas
 * each way already. */
void wrap_session(struct world *w);

#endif
