#include "zoo/core/manifest.h"
