/* everyday.h - kinds of stanzas that a client meets on most days: each function
 * puts one, drawn by chance. */
#ifndef BENCH_EVERYDAY_H
#define BENCH_EVERYDAY_H

/* 55 of a hundred are chats, 20 presences, 10 iqs, 10 of rooms, 5 from the
 * archive. */
void put_mixed(unsigned long ignored);

void put_chat(unsigned long words);
void put_roster(unsigned long items);
void put_avatar(unsigned long bytes);

#endif
