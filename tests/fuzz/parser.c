/* parser.c - framer and parser read of a stream what expat and libxml2's reader
 * do: see compare.c. */
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "fuzz.h"

static const char header[] = "<stream:stream xmlns='jabber:client' "
                             "xmlns:stream='http://etherx.jabber.org/streams'>";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t len = strlen(header) + size;
    char *bytes = malloc(len);

    memcpy(bytes, header, strlen(header));
    if (size > 0) {
        memcpy(bytes + strlen(header), data, size);
    }
    compare_stream(bytes, len, header);
    free(bytes);
    return 0;
}
