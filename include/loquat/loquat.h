/* loquat/loquat.h - all of the core but module.h. */
#ifndef LOQUAT_H
#define LOQUAT_H
#include "base.h"
#include "builder.h"
#include "carbons.h"
#include "config.h"
#include "context.h"
#include "disco.h"
#include "element.h"
#include "event.h"
#include "jid.h"
#include "message.h"
#include "ping.h"
#include "presence.h"
#include "roster.h"
#include "stream.h"
#include "version.h"
#endif
