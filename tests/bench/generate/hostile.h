/* hostile.h - well-formed XML of a shape that costs a careless reader dearly:
 * each function but the first puts what stands in a message. */
#ifndef BENCH_HOSTILE_H
#define BENCH_HOSTILE_H

/* The start tag of the message. */
void hostile_begin(void);

void hostile_depth(unsigned long depth);
void hostile_nested(unsigned long depth);
void hostile_value(unsigned long bytes);
void hostile_brackets(unsigned long bytes);
void hostile_empty(unsigned long children);
void hostile_attributes(unsigned long count);
void hostile_names(unsigned long count);
void hostile_entities(unsigned long count);
void hostile_namespaces(unsigned long depth);
void hostile_pieces(unsigned long count);

#endif
