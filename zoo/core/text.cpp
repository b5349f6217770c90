#include "zoo/core/text.h"
