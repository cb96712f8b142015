/* tasks.h - what a server wants after the password: XEP-0388, 2.6.3.
 *
 * We do one kind: give the server what it needs to store our password for a
 * better SCRAM (XEP-0480), if we have asked for it. */
#ifndef LQ_TASKS_H
#define LQ_TASKS_H

#include "stream/saying.h"
#include "stream/stream.h"

/* Ask for the tasks that we would do, as children of <authenticate/>.  LQ_OK.
 */
int lq_tasks_write(lq_stream *stream, lq_saying *say);

/* <continue/> lists tasks: do one.  What a row returns. */
int lq_tasks_next(lq_stream *stream, const lq_element *element);

/* <task-data/> has come for it. */
int lq_tasks_data(lq_stream *stream, const lq_element *element);

#endif
