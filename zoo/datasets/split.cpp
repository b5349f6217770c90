#include "zoo/datasets/dataset.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "transforms/random/random_ops.h"
#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"

namespace zoo {
namespace {

// Samples that go to one side together.
using Unit = std::vector<int64_t>;

class Strata {
 public:
  explicit Strata(const Dataset& dataset) : dataset_(dataset), counts_(dataset.classes().size()) {
    for (int64_t i = 0; i < dataset.size(); ++i) {
      for (const int32_t label : dataset.labels(i)) ++counts_[static_cast<size_t>(label)];
    }
  }
  // Behind the classes: the samples of none.
  size_t count() const { return counts_.size() + 1; }
  size_t of(int64_t index) const {
    const auto labels = dataset_.labels(index);
    const auto rarest = std::min_element(labels.begin(), labels.end(), [&](int32_t a, int32_t b) {
      return counts_[static_cast<size_t>(a)] < counts_[static_cast<size_t>(b)];
    });
    return rarest == labels.end() ? counts_.size() : static_cast<size_t>(*rarest);
  }
  std::string name(size_t stratum) const {
    return stratum < counts_.size() ? "class '" + excerpt(dataset_.classes()[stratum]) + "'"
                                    : "the group without labels";
  }

 private:
  const Dataset& dataset_;
  std::vector<int64_t> counts_;
};

std::vector<std::vector<Unit>> units_by_stratum(const Dataset& dataset, const Strata& strata,
                                                const std::vector<Unit>& together) {
  std::unordered_map<int64_t, const Unit*> group_of;
  for (const Unit& group : together) {
    for (const int64_t index : group) group_of.emplace(index, &group);
  }
  std::vector<std::vector<Unit>> units(strata.count());
  for (int64_t i = 0; i < dataset.size(); ++i) {
    const auto group = group_of.find(i);
    if (group == group_of.end()) {
      units[strata.of(i)].push_back({i});
    } else if (group->second->front() == i) {
      units[strata.of(i)].push_back(*group->second);
    }
  }
  return units;
}

// As many samples as wanted go to val, or somewhat fewer; where every unit is larger than that, the smallest.
void deal(const std::vector<Unit>& units, const std::vector<int64_t>& order, size_t wanted, Split& split) {
  const auto unit_at = [&](size_t k) -> const Unit& { return units[static_cast<size_t>(order[k])]; };
  size_t smallest = 0;
  for (size_t k = 1; k < order.size(); ++k) {
    if (unit_at(k).size() < unit_at(smallest).size()) smallest = k;
  }
  const bool none_fits = unit_at(smallest).size() > wanted;
  size_t taken = 0;
  for (size_t k = 0; k < order.size(); ++k) {
    const Unit& unit = unit_at(k);
    const bool is_val = none_fits ? k == smallest : taken + unit.size() <= wanted;
    std::vector<int64_t>& side = is_val ? split.val : split.train;
    if (is_val) taken += unit.size();
    side.insert(side.end(), unit.begin(), unit.end());
  }
}

}  // namespace

Split stratified_split(const Dataset& dataset, double fraction, uint64_t seed,
                       const std::vector<Unit>& together) {
  if (!(fraction > 0 && fraction < 1)) {
    throw Error(ErrorCode::usage, {}, "the validation share is " + std::to_string(fraction),
                "Give a number between 0 and 1.");
  }
  const Strata strata(dataset);
  const std::vector<std::vector<Unit>> all = units_by_stratum(dataset, strata, together);
  Split split;
  for (size_t stratum = 0; stratum < all.size(); ++stratum) {
    const std::vector<Unit>& units = all[stratum];
    if (units.empty()) continue;
    if (units.size() == 1 && dataset.multi_label()) {  // a label of which one picture is there to learn from
      split.train.insert(split.train.end(), units[0].begin(), units[0].end());
      continue;
    }
    if (units.size() == 1) {
      throw Error(ErrorCode::mismatch, {},
                  strata.name(stratum) +
                      (units[0].size() == 1 ? " has one picture" : " has only copies of one picture") +
                      ", which cannot be split",
                  "Add pictures, or remove the class.");
    }
    size_t samples = 0;
    std::vector<int64_t> order;
    for (size_t i = 0; i < units.size(); ++i) {
      samples += units[i].size();
      order.push_back(static_cast<int64_t>(i));
    }
    RandomStream random(seed, 0, stratum, kOpSplit);
    shuffle(order, random);
    const auto wanted = static_cast<size_t>(std::llround(fraction * static_cast<double>(samples)));
    deal(units, order, std::clamp<size_t>(wanted, 1, samples - 1), split);
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.val.begin(), split.val.end());
  return split;
}

}  // namespace zoo
