#include "reader.h"
const reader readers_peers[] = { { 0 } };
