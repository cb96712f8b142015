/* floors.c - what cannot be undercut: a text that was escaped beforehand, put
 * together by snprintf(); and libxml2's writer. */
#include "floors.h"

#include <libxml/xmlwriter.h>
#include <stdio.h>
#include <string.h>

/* ---- snprintf ---- */

#define BODY_ESCAPED                                                           \
    "What light through yonder window breaks? a &lt; b &amp;&amp; c &gt; "     \
    "&quot;d&quot; - it&apos;s &lt;b&gt;the east&lt;/b&gt;, &amp; Juliet is "  \
    "the sun; see https://example.org/?a=1&amp;b=2"

size_t floor_message(char text[MESSAGE_MAX])
{
    return (size_t)snprintf(text, MESSAGE_MAX,
                            "<message to='%s' type='chat' id='%s'>"
                            "<body>%s</body><active xmlns='" NS_CHATSTATES
                            "'/><origin-id xmlns='" NS_SID
                            "' id='%s'/></message>",
                            MESSAGE_TO, MESSAGE_ID, BODY_ESCAPED, MESSAGE_ID);
}

static void write_snprintf(writing *w)
{
    char text[MESSAGE_MAX];

    for (size_t i = 0; i < w->count; i++) {
        writing_keep(w, text, floor_message(text));
    }
}

/* ---- libxml2 ---- */

static void xml_open(xmlTextWriter *xml, const char *name)
{
    xmlTextWriterStartElement(xml, (const xmlChar *)name);
}

static void xml_attr(xmlTextWriter *xml, const char *name, const char *value)
{
    xmlTextWriterWriteAttribute(xml, (const xmlChar *)name,
                                (const xmlChar *)value);
}

static void xml_message(xmlTextWriter *xml)
{
    xml_open(xml, "message");
    xml_attr(xml, "to", MESSAGE_TO);
    xml_attr(xml, "type", "chat");
    xml_attr(xml, "id", MESSAGE_ID);
    xmlTextWriterWriteElement(xml, (const xmlChar *)"body",
                              (const xmlChar *)MESSAGE_BODY);
    xml_open(xml, "active");
    xml_attr(xml, "xmlns", NS_CHATSTATES);
    xmlTextWriterEndElement(xml);
    xml_open(xml, "origin-id");
    xml_attr(xml, "xmlns", NS_SID);
    xml_attr(xml, "id", MESSAGE_ID);
    xmlTextWriterEndElement(xml);
    xmlTextWriterEndElement(xml);
    xmlTextWriterFlush(xml);
}

static void write_libxml2(writing *w)
{
    for (size_t i = 0; i < w->count; i++) {
        xmlBuffer *buffer = xmlBufferCreate();
        xmlTextWriter *xml = xmlNewTextWriterMemory(buffer, 0);

        xml_message(xml);
        writing_keep(w, (const char *)xmlBufferContent(buffer),
                     (size_t)xmlBufferLength(buffer));
        xmlFreeTextWriter(xml);
        xmlBufferFree(buffer);
    }
}

const writer writers_floors[] = {
    { "snprintf", "put together, escaped beforehand", NULL, write_snprintf,
      NULL },
    { "libxml2", "its xmlTextWriter", NULL, write_libxml2, NULL },
    { 0 },
};
