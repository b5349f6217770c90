#include "zoo/checkpoint/tensor_view.h"
