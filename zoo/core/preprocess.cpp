#include "zoo/core/preprocess.h"
