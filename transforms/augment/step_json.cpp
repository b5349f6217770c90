#include "transforms/augment/step_json.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include "transforms/augment/step_fields.h"
#include "zoo/base/error.h"
#include "zoo/base/text.h"

namespace zoo {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();

double any_number(const JsonNode& node) {
  constexpr double kLargest = std::numeric_limits<double>::max();
  return node.number(-kLargest, kLargest);
}

std::vector<double> number_list(const JsonNode& node) {
  std::vector<double> values;
  for (const JsonNode& item : node.items()) values.push_back(any_number(item));
  return values;
}

std::string list_of(std::span<const std::string_view> names) {
  return join({names.begin(), names.end()}, ", ");
}

// A name that the rest of the library knows.
template <typename Parse>
auto parsed(const JsonNode& node, Parse parse) {
  try {
    return parse(node.text());
  } catch (const Error& error) {
    if (error.code() != ErrorCode::usage) throw;
    node.refuse(error.what());
  }
}

// Fills the fields that the object has.
class FieldReader : public StepFields {
 public:
  explicit FieldReader(const JsonNode& node) : node_(node) {}

  std::vector<std::string> keys;

  void number(std::string_view key, double& value, const NumberRange&) override {
    if (has(key)) value = any_number(node_[key]);
  }
  void optional_number(std::string_view key, std::optional<double>& value, const NumberRange&) override {
    if (!has(key)) return;
    value = node_[key].is_null() ? std::nullopt : std::optional(any_number(node_[key]));
  }
  void integer(std::string_view key, int64_t& value, int64_t, int64_t) override {
    if (has(key)) value = node_[key].integer(kLowest, JsonNode::kAny);
  }
  void optional_integer(std::string_view key, std::optional<int64_t>& value, int64_t, int64_t) override {
    if (!has(key)) return;
    value = node_[key].is_null() ? std::nullopt : std::optional(node_[key].integer(kLowest, JsonNode::kAny));
  }
  void flag(std::string_view key, bool& value) override {
    if (has(key)) value = node_[key].flag();
  }
  void text(std::string_view key, std::string& value) override {
    if (has(key)) value = node_[key].text();
  }
  void choice(std::string_view key, size_t& value, std::span<const std::string_view> names) override {
    if (!has(key)) return;
    const std::string text = node_[key].text();
    const auto at = std::ranges::find(names, text);
    if (at == names.end()) {
      const std::vector<std::string> known(names.begin(), names.end());
      node_[key].refuse("'" + text + "' is unknown",
                        did_you_mean(nearest_names(text, known)) + "Known here: " + list_of(names) + ".");
    }
    value = static_cast<size_t>(at - names.begin());
  }
  void interval(std::string_view key, Interval& value, const NumberRange& range, double center) override {
    if (!has(key)) return;
    const JsonNode node = node_[key];
    if (!node.is_array() && !std::isnan(center)) {
      const double spread = any_number(node);
      if (spread < 0) node.refuse("is negative, expected a spread of 0 or more, or [low, high]");
      value = {std::max(center - spread, range.low), center + spread};
      return;
    }
    const std::vector<double> pair = number_list(node);
    if (pair.size() != 2) node.refuse(std::to_string(pair.size()) + " numbers, expected [low, high]");
    value = {pair[0], pair[1]};
  }
  void optional_interval(std::string_view key, std::optional<Interval>& value, const NumberRange& range,
                         double center) override {
    if (!has(key)) return;
    value.reset();
    if (node_[key].is_null()) return;
    interval(key, value.emplace(), range, center);
  }
  void numbers(std::string_view key, std::span<double> values, const NumberRange&) override {
    if (!has(key)) return;
    const JsonNode node = node_[key];
    const std::vector<double> read =
        node.is_array() ? number_list(node) : std::vector<double>(values.size(), any_number(node));
    if (read.size() != values.size()) {
      node.refuse(std::to_string(read.size()) + " numbers, expected " + std::to_string(values.size()));
    }
    std::ranges::copy(read, values.begin());
  }
  void colour(std::string_view key, Colour& value) override {
    if (!has(key)) return;
    const JsonNode node = node_[key];
    const auto byte = [](const JsonNode& of) { return static_cast<uint8_t>(of.integer(0, 255)); };
    if (!node.is_array()) {
      value.fill(byte(node));
      return;
    }
    const std::vector<JsonNode> items = node.items();
    if (items.size() != 3) node.refuse(std::to_string(items.size()) + " numbers, expected 3");
    std::ranges::transform(items, value.begin(), byte);
  }
  void optional_colour(std::string_view key, std::optional<Colour>& value) override {
    if (!has(key)) return;
    value.reset();
    if (!node_[key].is_null()) colour(key, value.emplace());
  }
  void size(std::string_view key, Size& value, bool* short_edge) override {
    if (!has(key)) return;
    const std::vector<int64_t> sides = integers(node_[key]);
    if (sides.size() > 2) {
      node_[key].refuse(std::to_string(sides.size()) + " numbers, expected a side or [height, width]");
    }
    value = {sides.back(), sides.front()};
    if (short_edge) *short_edge = !node_[key].is_array();
  }
  void margins(std::string_view key, Margins& value) override {
    if (!has(key)) return;
    const std::vector<int64_t> n = integers(node_[key]);
    if (n.size() == 3 || n.size() > 4) {
      node_[key].refuse(std::to_string(n.size()) + " numbers, expected 1, 2 or 4");
    }
    value = n.size() == 1   ? Margins{n[0], n[0], n[0], n[0]}
            : n.size() == 2 ? Margins{n[0], n[1], n[0], n[1]}
                            : Margins{n[0], n[1], n[2], n[3]};
  }
  void interpolation(std::string_view key, Interpolation& value) override {
    if (has(key)) value = parsed(node_[key], parse_interpolation);
  }
  void tensor_interpolation(std::string_view key, Interpolation& value) override {
    interpolation(key, value);
  }
  void drawn_interpolation(std::string_view key, std::optional<Interpolation>& value) override {
    if (!has(key)) return;
    if (node_[key].text() == "random") {
      value.reset();
    } else {
      value = parsed(node_[key], parse_interpolation);
    }
  }
  void backend(std::string_view key, Backend& value) override {
    if (has(key)) value = parsed(node_[key], parse_backend);
  }
  void optional_point(std::string_view key, std::optional<std::array<double, 2>>& value) override {
    if (!has(key)) return;
    value.reset();
    if (!node_[key].is_null()) numbers(key, value.emplace(), kAnyNumber);
  }
  void erasing_value(std::string_view key, std::optional<std::array<double, 3>>& value) override {
    if (!has(key)) return;
    value.reset();
    if (!node_[key].is_text()) return numbers(key, value.emplace(), kAnyNumber);
    if (node_[key].text() != "random") node_[key].refuse("expected a number, three numbers or 'random'");
  }

 private:
  bool has(std::string_view key) {
    keys.emplace_back(key);
    return node_.has(key);
  }
  static std::vector<int64_t> integers(const JsonNode& node) {
    if (!node.is_array()) return {node.integer(kLowest, JsonNode::kAny)};
    std::vector<int64_t> values;
    for (const JsonNode& item : node.items()) values.push_back(item.integer(kLowest, JsonNode::kAny));
    if (values.empty()) node.refuse("is empty, expected one number or more");
    return values;
  }
  const JsonNode& node_;
};

class FieldWriter : public StepFields {
 public:
  Json json;

  void number(std::string_view key, double& value, const NumberRange&) override { put(key, value); }
  void optional_number(std::string_view key, std::optional<double>& value, const NumberRange&) override {
    put(key, value ? Json(*value) : Json());
  }
  void integer(std::string_view key, int64_t& value, int64_t, int64_t) override { put(key, value); }
  void optional_integer(std::string_view key, std::optional<int64_t>& value, int64_t, int64_t) override {
    put(key, value ? Json(*value) : Json());
  }
  void flag(std::string_view key, bool& value) override { put(key, value); }
  void text(std::string_view key, std::string& value) override { put(key, value); }
  void choice(std::string_view key, size_t& value, std::span<const std::string_view> names) override {
    put(key, names[value]);
  }
  void interval(std::string_view key, Interval& value, const NumberRange&, double) override {
    put(key, Json::array({value.low, value.high}));
  }
  void optional_interval(std::string_view key, std::optional<Interval>& value, const NumberRange&,
                         double) override {
    put(key, value ? Json::array({value->low, value->high}) : Json());
  }
  void numbers(std::string_view key, std::span<double> values, const NumberRange&) override {
    put(key, std::vector<double>(values.begin(), values.end()));
  }
  void colour(std::string_view key, Colour& value) override { put(key, value); }
  void optional_colour(std::string_view key, std::optional<Colour>& value) override {
    put(key, value ? Json(*value) : Json());
  }
  void size(std::string_view key, Size& value, bool* short_edge) override {
    if (short_edge && *short_edge) {
      put(key, value.width);
    } else {
      put(key, Json::array({value.height, value.width}));
    }
  }
  void margins(std::string_view key, Margins& value) override {
    put(key, Json::array({value.left, value.top, value.right, value.bottom}));
  }
  void interpolation(std::string_view key, Interpolation& value) override { put(key, to_string(value)); }
  void tensor_interpolation(std::string_view key, Interpolation& value) override {
    put(key, to_string(value));
  }
  void drawn_interpolation(std::string_view key, std::optional<Interpolation>& value) override {
    put(key, value ? to_string(*value) : "random");
  }
  void backend(std::string_view key, Backend& value) override { put(key, to_string(value)); }
  void optional_point(std::string_view key, std::optional<std::array<double, 2>>& value) override {
    put(key, value ? Json(*value) : Json());
  }
  void erasing_value(std::string_view key, std::optional<std::array<double, 3>>& value) override {
    put(key, value ? Json(*value) : Json("random"));
  }

 private:
  void put(std::string_view key, Json value) { json[std::string(key)] = std::move(value); }
};

Step default_step(const JsonNode& op) {
  const std::string name = op.text();
  std::vector<std::string> known;
  for (const Step& step : default_steps()) {
    if (step_name(step) == name) return step;
    known.emplace_back(step_name(step));
  }
  op.refuse("'" + name + "' is not a step",
            did_you_mean(nearest_names(name, known)) + "Known are " + join(known, ", ") + ".");
}

}  // namespace

void read_fields(const JsonNode& node, const std::string& owner, const VisitFields& visit) {
  FieldReader reader(node);
  visit(reader);
  for (const auto& [key, member] : node.members()) {
    if (key == "op" || std::ranges::find(reader.keys, key) != reader.keys.end()) continue;
    member.refuse("unknown field of " + owner, did_you_mean(nearest_names(key, reader.keys)) +
                                                   "Known here: " + join(reader.keys, ", ") + ".");
  }
}

void refuse_field(const JsonNode& node, const FieldFault& fault) {
  if (node.has(fault.key)) node[fault.key].refuse(fault.what, fault.remedy);
  node.refuse("'" + fault.key + "' " + fault.what, fault.remedy);
}

Step parse_step(const JsonNode& node) {
  node.members();  // refuses what is no object
  Step step = default_step(node["op"]);
  read_fields(node, std::string(step_name(step)), [&](StepFields& fields) { visit_fields(step, fields); });
  if (const auto fault = find_fault(step)) refuse_field(node, *fault);
  return step;
}

std::string step_to_json(const Step& step) {
  FieldWriter writer;
  writer.json["op"] = step_name(step);
  Step copy = step;
  visit_fields(copy, writer);
  return writer.json.dump();
}

}  // namespace zoo
