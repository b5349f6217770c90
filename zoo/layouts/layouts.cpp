#include "zoo/layouts/layouts.h"
