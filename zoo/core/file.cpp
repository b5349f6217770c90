#include "zoo/core/file.h"
