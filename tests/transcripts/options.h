/* options.h - the settings of a transcript that are options of the stream. */
#ifndef TESTS_OPTIONS_H
#define TESTS_OPTIONS_H

#include <loquat/config.h>

#include "script.h"

/* The first setting that nobody knows, or NULL. */
const char *options_unknown(const script *s);

/* What S says, for the account that the settings name; to be freed. */
lq_config *options_config(const script *s);

#endif
