#include "zoo/core/cache.h"
