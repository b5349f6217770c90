#include "zoo/checkpoint/checkpoint.h"
