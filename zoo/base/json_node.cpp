#include "zoo/base/json_node.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/text.h"

namespace zoo {
namespace {

// "0.0", "100.0", "1e-06": a bound as JSON writes it.
std::string in_json(double value) {
  return nlohmann::json(value).dump();
}

}  // namespace

void JsonNode::refuse(const std::string& what, const std::string& remedy) const {
  const std::string pointer = tree_->pointer(index_);  // of the whole text: empty
  throw Error(ErrorCode::corrupt, *file_ + (pointer.empty() ? "" : ":" + pointer), what, remedy);
}

void JsonNode::refuse_type(const std::string& expected) const {
  refuse("is of type " + std::string(to_string(entry().kind)) + ", expected " + expected);
}

void JsonNode::check_members(std::initializer_list<std::string_view> mandatory,
                             std::initializer_list<std::string_view> optional) const {
  if (entry().kind != JsonKind::object) refuse_type("an object");
  for (const std::string_view key : mandatory) {
    if (!has(key)) refuse("no member '" + std::string(key) + "'");
  }
  for (const JsonNode& member : children()) {
    const std::string_view key = member.entry().key;
    if (std::ranges::find(mandatory, key) != mandatory.end() ||
        std::ranges::find(optional, key) != optional.end())
      continue;
    std::vector<std::string> known(mandatory.begin(), mandatory.end());
    known.insert(known.end(), optional.begin(), optional.end());
    member.refuse("unknown member",
                  did_you_mean(nearest_names(key, known)) + "Known here: " + join(known, ", ") + ".");
  }
}

JsonNode JsonNode::operator[](std::string_view key) const {
  const size_t member = tree_->member(index_, key);
  if (member == 0) refuse("no member '" + std::string(key) + "'");
  return {*tree_, *file_, member};
}

std::vector<JsonNode> JsonNode::children() const {
  std::vector<JsonNode> nodes;
  for (size_t child = index_ + 1; child < entry().end; child = tree_->entries()[child].end) {
    nodes.emplace_back(*tree_, *file_, child);
  }
  return nodes;
}

std::vector<JsonNode> JsonNode::items() const {
  if (entry().kind != JsonKind::array) refuse_type("an array");
  return children();
}

std::vector<std::pair<std::string, JsonNode>> JsonNode::members() const {
  if (entry().kind != JsonKind::object) refuse_type("an object");
  std::vector<std::pair<std::string, JsonNode>> nodes;
  for (const JsonNode& child : children()) nodes.emplace_back(child.entry().key, child);
  return nodes;
}

std::string JsonNode::text() const {
  if (!is_text()) refuse_type("a string");
  if (entry().text.empty()) refuse("is empty", "Leave the member out where there is nothing to say.");
  return std::string(entry().text);
}

std::string JsonNode::text_or_nothing(std::string_view key) const {
  return has(key) ? (*this)[key].text() : "";
}

std::vector<std::string> JsonNode::texts(std::string_view key) const {
  std::vector<std::string> values;
  if (!has(key)) return values;
  for (const JsonNode& item : (*this)[key].items()) values.push_back(item.text());
  return values;
}

int64_t JsonNode::integer(int64_t lowest, int64_t highest) const {
  const bool too_big =
      entry().kind == JsonKind::real && entry().text.find_first_of(".eE") == std::string::npos;
  if (entry().kind != JsonKind::integer && !too_big) refuse_type("an integer");
  if (too_big || entry().integer < lowest || entry().integer > highest) {
    refuse("is " + excerpt(entry().text) + ", expected " + std::to_string(lowest) +
           (highest == kAny ? " or more" : " to " + std::to_string(highest)));
  }
  return entry().integer;
}

double JsonNode::number(double above, double at_most) const {
  if (entry().kind != JsonKind::integer && entry().kind != JsonKind::real) refuse_type("a number");
  const double number = entry().real;
  if (!(number > above && number <= at_most)) {
    refuse("is " + excerpt(entry().text) + ", expected more than " + in_json(above) + " and at most " +
           in_json(at_most));
  }
  return number;
}

bool JsonNode::flag() const {
  if (entry().kind != JsonKind::boolean) refuse_type("true or false");
  return entry().flag;
}

}  // namespace zoo
