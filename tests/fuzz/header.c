/* header.c - a stream header that we take declares to us what it declares to
 * expat: the elements behind it are read the same.  See compare.c. */
#include "compare.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    compare_stream((const char *)data, size, NULL);
    return 0;
}
