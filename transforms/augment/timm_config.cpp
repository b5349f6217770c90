#include "transforms/augment/timm_config.h"

#include <charconv>
#include <limits>
#include <memory>
#include <vector>

#include "zoo/base/error.h"
#include "zoo/base/text.h"

namespace zoo {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int64_t kMost = 1000;  // layers, chains and operations in one: more is a slip of the pen

using Kind = TimmConfig::Kind;
constexpr std::pair<std::string_view, Kind> kKinds[]{
    {"rand", Kind::rand},           {"augmix", Kind::augmix}, {"original", Kind::original},
    {"originalr", Kind::originalr}, {"v0", Kind::v0},         {"v0r", Kind::v0r},
    {"3a", Kind::three_augment}};

[[noreturn]] void refuse(std::string_view section, const std::string& what, const std::string& remedy = {}) {
  throw Error(ErrorCode::usage, {}, "'" + std::string(section) + "' " + what, remedy);
}

// "mstd0.5" as its name and its number.
struct Section {
  std::string_view whole, name, number;

  explicit Section(std::string_view text) : whole(text) {
    const size_t digit = std::min(text.find_first_of("0123456789"), text.size());
    name = text.substr(0, digit);
    number = text.substr(digit);
  }
  template <typename T>
  T value(T low, T high) const {
    T read{};
    const char *const first = std::to_address(number.begin()), *const last = first + number.size();
    const auto [end, error] = std::from_chars(first, last, read);
    if (error != std::errc() || end != last) {
      refuse(whole, std::is_integral_v<T> ? "does not end in a whole number" : "does not end in a number");
    }
    if (!(read >= low && read <= high)) {
      refuse(whole, "is out of range, expected " + join({plain(low), plain(high)}, " to "));
    }
    return read;
  }

 private:
  template <typename T>
  static std::string plain(T bound) {
    return std::to_string(static_cast<int64_t>(bound));
  }
};

Kind parse_kind(std::string_view name) {
  std::vector<std::string> known;
  for (const auto& [text, kind] : kKinds) {
    if (text == name) return kind;
    known.emplace_back(text);
  }
  refuse(name, "is no policy of timm",
         did_you_mean(nearest_names(name, known)) + "Known are " + join(known, ", ") + ".");
}

void read_rand(const Section& section, TimmConfig& config, bool& increasing, std::string_view& choice) {
  if (section.whole.starts_with('t')) {
    choice = section.whole.substr(1);
    return;
  }
  if (section.name == "m") {
    config.magnitude = static_cast<double>(section.value<int64_t>(0, kMost));
  } else if (section.name == "n") {
    config.layers = section.value<int64_t>(0, kMost);
  } else if (section.name == "p") {
    config.prob = section.value<double>(0, 1);
  } else if (section.name == "mstd") {
    const auto deviation = section.value<double>(0, 1e9);
    config.magnitude_std = deviation > 100 ? kInfinity : deviation;
  } else if (section.name == "mmax") {
    const auto most = section.value<int64_t>(0, kMost);
    if (most > 0) config.magnitude_max = static_cast<double>(most);  // timm takes 0 for its default
  } else if (section.name == "inc") {
    increasing = section.value<int64_t>(0, 1) == 1;
  } else if (section.name == "w") {
    refuse(section.whole, "is no section of rand any more",
           "timm 1.0 has 'tweights' for weighted operations.");
  } else {
    refuse(section.whole, "is no section of rand", "Known are m, n, p, mstd, mmax, inc and t.");
  }
}

void read_augmix(const Section& section, TimmConfig& config) {
  if (section.name == "m") {
    config.magnitude = static_cast<double>(section.value<int64_t>(0, kMost));
  } else if (section.name == "w") {
    config.width = section.value<int64_t>(1, kMost);
  } else if (section.name == "d") {
    config.depth = section.value<int64_t>(0, kMost);
  } else if (section.name == "a") {
    config.alpha = section.value<double>(1e-6, 1e6);
  } else if (section.name == "b") {
    config.blended = section.value<int64_t>(0, 1) == 1;
  } else if (section.name == "mstd") {
    config.magnitude_std = section.value<double>(0, 1e9);
  } else {
    refuse(section.whole, "is no section of augmix", "Known are m, w, d, a, b and mstd.");
  }
}

TimmConfig::Choice choice_of(std::string_view name, bool increasing) {
  using Choice = TimmConfig::Choice;
  if (name == "weights") return Choice::weights;
  if (name == "3a") return Choice::three;
  if (name == "3aw") return Choice::three_weights;
  if (!name.empty())
    refuse("t" + std::string(name), "is no set of operations", "Known are tweights, t3a and t3aw.");
  return increasing ? Choice::increasing : Choice::plain;
}

}  // namespace

TimmConfig parse_timm_config(std::string_view text) {
  TimmConfig config;
  size_t end = std::min(text.find('-'), text.size());
  config.kind = parse_kind(text.substr(0, end));
  if (config.kind == Kind::augmix) {
    config.magnitude = 3;
    config.magnitude_std = kInfinity;
  }
  bool increasing = false;
  std::string_view choice;
  while (end < text.size()) {
    const size_t begin = end + 1;
    end = std::min(text.find('-', begin), text.size());
    const Section section(text.substr(begin, end - begin));
    if (config.kind == Kind::rand) {
      read_rand(section, config, increasing, choice);
    } else if (config.kind == Kind::augmix) {
      read_augmix(section, config);
    } else if (section.name == "mstd") {
      config.magnitude_std = section.value<double>(0, 1e9);
    } else {
      refuse(section.whole, "is no section of this policy", "Known is mstd.");
    }
  }
  config.choice = choice_of(choice, increasing);
  return config;
}

}  // namespace zoo
