#include "transforms/augment.h"
