#include "zoo/train/run_dir.h"
