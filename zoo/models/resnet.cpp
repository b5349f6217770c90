#include "zoo/models/resnet.h"
