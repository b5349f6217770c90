#include "zoo/train/recipe.h"
