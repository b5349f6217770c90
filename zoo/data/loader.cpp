#include "zoo/data/loader.h"
