#include "transforms/random.h"
