#include "zoo/models/weights.h"
