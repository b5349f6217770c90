// The survey of a data set on stdout.
#pragma once

#include <string>

#include "apps/data/data_survey.h"

namespace zoo::apps {

// At most 80 columns wide, as far as the names of files are short enough; of long lists the beginning.
void print_report(const std::string& path, const Dataset& dataset, const Survey& survey, PictureCheck check);
// All of it.
void print_json_report(const std::string& path, const Dataset& dataset, const Survey& survey,
                       PictureCheck check);

std::string to_string(PictureCheck check);  // "none", "headers", "decode"

}  // namespace zoo::apps
