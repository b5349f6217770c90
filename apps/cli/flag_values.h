// The text of a flag as a number, checked. Every function throws Error{usage} that names the flag, what was
// given and what is possible.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace zoo::apps {

// A whole number, minimum <= value <= maximum.
int64_t parse_integer(const std::string& flag, const std::string& text, int64_t minimum, int64_t maximum);
// A finite number, minimum <= value <= maximum.
double parse_number(const std::string& flag, const std::string& text, double minimum, double maximum);
// Exactly `count` numbers between commas.
std::vector<double> parse_numbers(const std::string& flag, const std::string& text, size_t count,
                                  double minimum, double maximum);
// "on" or "off".
bool parse_switch(const std::string& flag, const std::string& text);
// "100", "100M", "1.5G": bytes in powers of 1000.
int64_t parse_size(const std::string& flag, const std::string& text);

}  // namespace zoo::apps
