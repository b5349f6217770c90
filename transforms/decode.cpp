#include "transforms/decode.h"
