/* version.c - which library is running; the build says. */
#include <loquat/base.h>

const char *lq_library_version(void) { return LQ_VERSION; }
