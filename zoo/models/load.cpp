#include "zoo/models/load.h"
