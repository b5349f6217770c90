#include "zoo/core/sha256.h"
