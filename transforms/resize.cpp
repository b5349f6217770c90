#include "transforms/resize.h"
