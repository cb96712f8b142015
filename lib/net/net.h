/* net.h - the inside of an lq_net, for the files of this folder. */
#ifndef LQ_NET_NET_H
#define LQ_NET_NET_H

#include "books.h"
#include "line.h"
#include "list.h"
#include "resolver.h"
#include "watch.h"

#include <loquat/net.h>

struct lq_net {
    lq_context *context;
    lq_poll poll;
    lq_resolver resolver;
    lq_books books;
    lq_link work;     /* lines to be served */
    lq_link news;     /* lines whose streams changed */
    lq_link opening;  /* by deadline: attempts to connect */
    lq_link closing;  /* by deadline: connections to be closed */
    lq_link paused;   /* connections that are not read from */
    lq_line *current; /* whose events lq_net_event() takes, or NULL */
    long alive;       /* lines that may yet have events */
    bool touched;     /* the program took a stream from lq_net_next() */
    lq_time wallclock_due;
    char scratch[32768]; /* what is read goes through here */
};

/* Have LINE served in this turn or the next. */
void lq_net_wake(lq_line *line);

#endif
