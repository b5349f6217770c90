// The fields of every step, named once: reading, writing and checking all go through them. Internal to
// transforms.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "transforms/augment/steps.h"

namespace zoo {

// What a number may be.
struct NumberRange {
  double low = 0, high = 1;
};
constexpr NumberRange kShare{0, 1}, kRatio{1e-3, 1e3}, kFactor{0, 1e6}, kDegrees{-1e6, 1e6},
    kAnyNumber{-1e6, 1e6};

constexpr double kNoCenter = std::numeric_limits<double>::quiet_NaN();

// What is done with each field of a step.
class StepFields {
 public:
  virtual ~StepFields() = default;
  virtual void number(std::string_view key, double& value, const NumberRange& range) = 0;
  virtual void optional_number(std::string_view key, std::optional<double>& value,
                               const NumberRange& range) = 0;
  virtual void integer(std::string_view key, int64_t& value, int64_t low, int64_t high) = 0;
  virtual void optional_integer(std::string_view key, std::optional<int64_t>& value, int64_t low,
                                int64_t high) = 0;
  virtual void flag(std::string_view key, bool& value) = 0;
  virtual void text(std::string_view key, std::string& value) = 0;
  // One of the names, by its position.
  virtual void choice(std::string_view key, size_t& value, std::span<const std::string_view> names) = 0;
  // Written as [low, high]; one number n is read as [center - n, center + n], not below range.low, unless the
  // center is kNoCenter.
  virtual void interval(std::string_view key, Interval& value, const NumberRange& range, double center) = 0;
  virtual void optional_interval(std::string_view key, std::optional<Interval>& value,
                                 const NumberRange& range, double center) = 0;
  // [a, b, ...]; one number stands for all of them.
  virtual void numbers(std::string_view key, std::span<double> values, const NumberRange& range) = 0;
  virtual void colour(std::string_view key, Colour& value) = 0;
  virtual void optional_colour(std::string_view key, std::optional<Colour>& value) = 0;
  // A side, or [height, width]. `short_edge`: one number is the shorter side of what comes out.
  virtual void size(std::string_view key, Size& value, bool* short_edge) = 0;
  // One number for all sides, [horizontal, vertical] or [left, top, right, bottom].
  virtual void margins(std::string_view key, Margins& value) = 0;
  virtual void interpolation(std::string_view key, Interpolation& value) = 0;
  // What torchvision knows for tensors: nearest or bilinear.
  virtual void tensor_interpolation(std::string_view key, Interpolation& value) = 0;
  // Or "random".
  virtual void drawn_interpolation(std::string_view key, std::optional<Interpolation>& value) = 0;
  virtual void backend(std::string_view key, Backend& value) = 0;
  virtual void optional_point(std::string_view key, std::optional<std::array<double, 2>>& value) = 0;
  // Three numbers, one for all, or "random" for none.
  virtual void erasing_value(std::string_view key, std::optional<std::array<double, 3>>& value) = 0;
};

// Shows every field of the step, in the order of its struct.
void visit_fields(Step& step, StepFields& fields);

std::string_view step_name(const Step& step);
std::span<const Step> default_steps();  // one of each kind

struct FieldFault {
  std::string key, what, remedy;
};
using VisitFields = std::function<void(StepFields&)>;
// The first field that is out of its range.
std::optional<FieldFault> find_fault_in(const VisitFields& visit);
// The same of a step, or the first field that does not go with the others.
std::optional<FieldFault> find_fault(const Step& step);

}  // namespace zoo
