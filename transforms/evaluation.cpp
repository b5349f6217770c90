#include "transforms/evaluation.h"
