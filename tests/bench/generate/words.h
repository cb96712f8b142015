/* words.h - what stanzas are made of, drawn by chance. */
#ifndef BENCH_WORDS_H
#define BENCH_WORDS_H

const char *any_user(void);
const char *any_domain(void);
const char *any_word(void);

/* A text for a person: mostly short, at times long, at times with much that
 * is escaped or not ASCII. */
void put_text(void);

void put_full_jid(void);
void put_language(void); /* xml:lang, at times */
void put_uuid(void);
void put_with_uuid(const char *before, const char *behind);
void put_stamp(void);     /* 2024-07-31T23:59:59.999Z */
void put_old_stamp(void); /* 20240731T23:59:59 */

#endif
