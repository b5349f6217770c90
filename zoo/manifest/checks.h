// What must hold between the records of a manifest, so that every name, file and URL means one thing.
#pragma once

#include <string>
#include <vector>

#include "zoo/manifest/weight_record.h"

namespace zoo {

// No two records share a name, an alias, a file name or a URL; every arch that has records has one default;
// pretrained_from names a record or is a URL. Throws Error{corrupt}, whose message begins with the record's
// place.
void check_records(const std::vector<WeightRecord>& records);

}  // namespace zoo
