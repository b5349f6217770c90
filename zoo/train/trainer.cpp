#include "zoo/train/trainer.h"
