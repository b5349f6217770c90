#include "apps/data/data_report.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <numeric>

#include <nlohmann/json.hpp>

#include "apps/cli/json_output.h"
#include "apps/cli/table.h"
#include "zoo/base/text.h"

namespace zoo::apps {
namespace {

using nlohmann::ordered_json;

constexpr size_t kMostLines = 20;     // of a list
constexpr size_t kMostClasses = 100;  // in the table; of more, the largest and the smallest
constexpr size_t kEnds = 10;
constexpr size_t kColumns = 80;

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// The first characters of a text that is too long, and "...".
std::string shortened(std::string_view text, size_t most) {
  size_t characters = 0, cut = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (continues_character(text[i])) continue;
    if (characters++ == most - 3) cut = i;
  }
  return printable(characters <= most ? text : text.substr(0, cut)) + (characters <= most ? "" : "...");
}

std::string plural(int64_t count, const std::string& one, const std::string& many) {
  return format_count(count) + ' ' + (count == 1 ? one : many);
}

std::string pictures_text(const Dataset& dataset, const Survey& survey) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < dataset.parts().size(); ++i) {
    parts.push_back(printable(dataset.parts()[i]) + " " + format_count(survey.part_sizes[i]));
  }
  if (!parts.empty() && survey.part_sizes.back() > 0) {
    parts.push_back("in no part " + format_count(survey.part_sizes.back()));
  }
  return format_count(dataset.size()) + (parts.empty() ? "" : ": " + join(parts, ", "));
}

std::string classes_text(const Dataset& dataset, const Survey& survey) {
  std::string text = format_count(static_cast<int64_t>(dataset.classes().size()));
  if (dataset.multi_label()) text += ", any number of them in a picture";
  std::array<char, 32> ratio{};
  if (const auto imbalance = survey.imbalance()) {
    std::snprintf(ratio.data(), ratio.size(), "%.3g", *imbalance);
    return text + "; largest : smallest is " + ratio.data() + " : 1";
  }
  int64_t empty = 0;
  for (size_t label = 0; label < survey.counts.size(); ++label) empty += survey.count(label) == 0 ? 1 : 0;
  return text + "; " + format_count(empty) + " without a picture";
}

std::string formats_text(const Survey& survey) {
  std::vector<std::pair<int64_t, std::string>> found;
  for (const auto& [format, count] : survey.formats) found.emplace_back(-count, format);
  std::sort(found.begin(), found.end());
  std::vector<std::string> texts;
  for (const auto& [count, format] : found) texts.push_back(format + " " + format_count(-count));
  return join(texts, ", ");
}

std::string extent_text(const std::optional<Extent>& extent) {
  if (!extent) return {};
  if (extent->min == extent->max) return std::to_string(extent->min) + " px";
  return std::to_string(extent->min) + " to " + std::to_string(extent->max) + " px, median " +
         std::to_string(extent->median);
}

std::string duplicates_text(const Dataset& dataset, const Survey& survey) {
  if (survey.duplicates.empty()) return "none";
  int64_t pictures = 0, parts = 0, classes = 0;
  for (const auto& group : survey.duplicates) {
    pictures += static_cast<int64_t>(group.size());
    parts += is_across_parts(dataset, group) ? 1 : 0;
    classes += is_across_classes(dataset, group) ? 1 : 0;
  }
  std::string text = plural(pictures, "picture", "pictures") + " in " +
                     plural(static_cast<int64_t>(survey.duplicates.size()), "group", "groups");
  if (parts > 0) text += "; " + format_count(parts) + " across parts";
  if (classes > 0) text += "; " + format_count(classes) + " across classes";
  return text;
}

std::string broken_text(const Survey& survey, PictureCheck check) {
  if (survey.broken.empty())
    return check == PictureCheck::decode ? "none" : "none by the headers (--check decode reads all)";
  return format_count(static_cast<int64_t>(survey.broken.size()));
}

// In the order of the classes; of very many the largest and the smallest.
std::vector<size_t> shown_classes(const Survey& survey) {
  std::vector<size_t> order(survey.counts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  if (order.size() <= kMostClasses) return order;
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return survey.count(a) > survey.count(b); });
  order.erase(order.begin() + kEnds, order.end() - kEnds);
  return order;
}

void print_classes(const Dataset& dataset, const Survey& survey) {
  constexpr size_t kMostParts = 4, kNumberColumns = 12;
  const bool has_parts = !dataset.parts().empty() && dataset.parts().size() <= kMostParts;
  std::vector<Column> columns{{"Class"}};
  for (size_t i = 0; has_parts && i < dataset.parts().size(); ++i) {
    columns.push_back({shortened(dataset.parts()[i], kNumberColumns - 2), true});
  }
  columns.push_back({has_parts ? "all" : "pictures", true});
  const size_t name_columns = kColumns - kNumberColumns * (columns.size() - 1);
  Table table(columns);
  const std::vector<size_t> shown = shown_classes(survey);
  for (size_t row = 0; row < shown.size(); ++row) {
    const size_t label = shown[row];
    if (row == kEnds && shown.size() < survey.counts.size()) {
      std::vector<std::string> gap(columns.size());
      gap[0] = "...";
      table.add(std::move(gap));
    }
    std::vector<std::string> cells{shortened(dataset.classes()[label], name_columns)};
    for (size_t i = 0; has_parts && i < dataset.parts().size(); ++i) {
      cells.push_back(format_count(survey.counts[label][i]));
    }
    cells.push_back(format_count(survey.count(label)));
    table.add(cells);
  }
  std::cout << '\n';
  table.print(std::cout);
}

template <class Items, class Print>
void print_list(const std::string& title, const Items& items, Print print) {
  if (items.empty()) return;
  std::cout << '\n' << title << ":\n";
  for (size_t i = 0; i < std::min(items.size(), kMostLines); ++i) print(items[i]);
  if (items.size() > kMostLines) {
    std::cout << "  and " << format_count(static_cast<int64_t>(items.size() - kMostLines))
              << " more (--json lists all)\n";
  }
}

ordered_json to_json(const std::optional<Extent>& extent) {
  if (!extent) return nullptr;
  return {{"min", extent->min}, {"median", extent->median}, {"max", extent->max}};
}

ordered_json parts_json(const Dataset& dataset, const std::vector<int64_t>& counts) {
  ordered_json object = ordered_json::object();
  for (size_t i = 0; i < dataset.parts().size(); ++i) object[dataset.parts()[i]] = counts[i];
  return object;
}

}  // namespace

std::string to_string(PictureCheck check) {
  if (check == PictureCheck::none) return "none";
  return check == PictureCheck::headers ? "headers" : "decode";
}

void print_report(const std::string& path, const Dataset& dataset, const Survey& survey, PictureCheck check) {
  print_fact("Data", printable(path));
  print_fact("Pictures", pictures_text(dataset, survey));
  print_fact("Classes", classes_text(dataset, survey));
  print_fact("Formats", formats_text(survey));
  print_fact("Width", extent_text(survey.width));
  print_fact("Height", extent_text(survey.height));
  if (check != PictureCheck::none) {
    print_fact("Broken", broken_text(survey, check));
    print_fact("Copies", duplicates_text(dataset, survey));
  }
  if (!dataset.left_out().empty()) {
    print_fact("Left out", format_count(static_cast<int64_t>(dataset.left_out().size())));
  }
  print_classes(dataset, survey);
  print_list("Broken", survey.broken, [&](const BrokenPicture& broken) {
    std::cout << "  " << printable(dataset.name(broken.index)) << ": " << printable(broken.why) << '\n';
  });
  print_list("Exact copies", survey.duplicates, [&](const std::vector<int64_t>& group) {
    std::cout << "  " << printable(dataset.name(group[0]));
    for (size_t i = 1; i < group.size(); ++i) std::cout << "\n    = " << printable(dataset.name(group[i]));
    std::cout << '\n';
  });
  print_list("Left out", dataset.left_out(),
             [](const std::string& line) { std::cout << "  " << printable(line) << '\n'; });
  print_list("Notes", dataset.notes(),
             [](const std::string& line) { std::cout << "  " << printable(line) << '\n'; });
}

void print_json_report(const std::string& path, const Dataset& dataset, const Survey& survey,
                       PictureCheck check) {
  ordered_json classes = ordered_json::array(), broken = ordered_json::array(),
               copies = ordered_json::array();
  for (size_t label = 0; label < survey.counts.size(); ++label) {
    classes.push_back({{"name", dataset.classes()[label]},
                       {"pictures", survey.count(label)},
                       {"parts", parts_json(dataset, survey.counts[label])}});
  }
  for (const BrokenPicture& picture : survey.broken) {
    broken.push_back({{"name", dataset.name(picture.index)}, {"why", picture.why}});
  }
  for (const auto& group : survey.duplicates) {
    std::vector<std::string> names;
    for (const int64_t index : group) names.push_back(dataset.name(index));
    copies.push_back({{"names", names},
                      {"across_parts", is_across_parts(dataset, group)},
                      {"across_classes", is_across_classes(dataset, group)}});
  }
  const auto imbalance = survey.imbalance();
  const bool checked = check != PictureCheck::none;
  const ordered_json object{{"data", path},
                            {"pictures", dataset.size()},
                            {"parts", parts_json(dataset, survey.part_sizes)},
                            {"multi_label", dataset.multi_label()},
                            {"imbalance", imbalance ? ordered_json(*imbalance) : ordered_json(nullptr)},
                            {"classes", classes},
                            {"check", to_string(check)},
                            {"formats", survey.formats},
                            {"width", to_json(survey.width)},
                            {"height", to_json(survey.height)},
                            {"broken", checked ? broken : ordered_json(nullptr)},
                            {"copies", checked ? copies : ordered_json(nullptr)},
                            {"left_out", dataset.left_out()},
                            {"notes", dataset.notes()}};
  // Names of files need not be UTF-8.
  write_json(object);
}

}  // namespace zoo::apps
