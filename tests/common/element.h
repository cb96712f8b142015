/* element.h - XML as text, for servers that answer well-behaved clients: cut it
 * into elements, look for what they hold.  Entities stay as they are. */
#ifndef TESTS_ELEMENT_H
#define TESTS_ELEMENT_H

#include <stdbool.h>
#include <stddef.h>

/* The length of the first element, white space or XML declaration in TEXT; a
 * start tag <stream:stream> is one by itself, and so is an end tag.  0: it is
 * not complete. */
size_t element_len(const char *text);

/* Write the name that the first tag of ELEMENT has: "iq", "?xml",
 * "/stream:stream". */
void element_name(const char *element, char *name, size_t size);

/* Write the value of attribute NAME of ELEMENT's first tag.  False, and "", if
 * there is none. */
bool element_attr(const char *element, const char *name, char *value,
                  size_t size);

/* The first element called NAME inside ELEMENT, which goes on behind it; or
 * NULL. */
const char *element_child(const char *element, const char *name);

/* Write the text between ELEMENT's first tag and the next. */
void element_text(const char *element, char *text, size_t size);

#endif
