#include "zoo/data/dataset.h"
