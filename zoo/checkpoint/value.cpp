#include "zoo/checkpoint/value.h"
