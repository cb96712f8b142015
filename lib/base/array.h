/* array.h - how many elements an array has. */
#ifndef LQ_ARRAY_H
#define LQ_ARRAY_H

#define LQ_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
