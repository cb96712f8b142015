/* peer_xml.h - does this stanza contain that pattern?  For tests. */
#ifndef TESTS_PEER_XML_H
#define TESTS_PEER_XML_H

#include <stdbool.h>
#include <stddef.h>

/* Whether XML, one element as it stands within a stream, is what PATTERN says:
 * every element, attribute and text of PATTERN is in it; others may be. */
bool xml_contains(const char *xml, const char *pattern);

/* Whether XML is well-formed. */
bool xml_is_element(const char *xml);

/* Write the value of attribute NAME of XML's root into VALUE; "" if there is
 * none. */
void xml_attr(const char *xml, const char *name, char *value, size_t size);

#endif
