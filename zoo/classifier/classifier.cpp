#include "zoo/classifier/classifier.h"
