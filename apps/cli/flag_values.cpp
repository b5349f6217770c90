#include "apps/cli/flag_values.h"

#include <charconv>
#include <cmath>
#include <sstream>

#include "zoo/base/error.h"

namespace zoo::apps {
namespace {

template <class Number>
bool parse_whole(const std::string& text, Number& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

template <class Number>
Number check_range(const std::string& flag, const std::string& text, bool parsed, Number value,
                   Number minimum, Number maximum, const char* kind) {
  if (parsed && minimum <= value && value <= maximum) return value;
  std::ostringstream range;
  range << "'" << text << "' is not " << kind << " from " << minimum << " to " << maximum;
  throw Error(ErrorCode::usage, flag, range.str());
}

}  // namespace

int64_t parse_integer(const std::string& flag, const std::string& text, int64_t minimum, int64_t maximum) {
  int64_t value = 0;
  const bool parsed = parse_whole(text, value);
  return check_range(flag, text, parsed, value, minimum, maximum, "a whole number");
}

double parse_number(const std::string& flag, const std::string& text, double minimum, double maximum) {
  double value = 0;
  const bool parsed = parse_whole(text, value) && std::isfinite(value);
  return check_range(flag, text, parsed, value, minimum, maximum, "a number");
}

std::vector<double> parse_numbers(const std::string& flag, const std::string& text, size_t count,
                                  double minimum, double maximum) {
  std::vector<double> values;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');)
    values.push_back(parse_number(flag, part, minimum, maximum));
  if (values.size() != count || text.back() == ',')
    throw Error(ErrorCode::usage, flag,
                "'" + text + "' are not " + std::to_string(count) + " numbers between commas");
  return values;
}

bool parse_switch(const std::string& flag, const std::string& text) {
  if (text != "on" && text != "off") throw Error(ErrorCode::usage, flag, "'" + text + "' is not on or off");
  return text == "on";
}

int64_t parse_size(const std::string& flag, const std::string& text) {
  constexpr std::string_view kUnits = "kMG";
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, failed] = std::from_chars(text.data(), end, value);
  std::string_view unit(rest, end);
  if (unit.ends_with('B')) unit.remove_suffix(1);
  const size_t power = unit.empty() ? 0 : kUnits.find(unit) + 1;
  if (failed != std::errc() || unit.size() > 1 || (!unit.empty() && power == 0) ||
      !(value >= 0 && value <= 1e9)) {
    throw Error(ErrorCode::usage, flag, "'" + text + "' is no size",
                "Expected bytes, or a number and k, M or G: 100M.");
  }
  return static_cast<int64_t>(value * std::pow(1000, power));
}

}  // namespace zoo::apps
