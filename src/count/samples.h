// Counts of a model at points of its open sizes, each counted once. Part of symbolic.cpp.
//
//   Samples samples(names, count_at);
//   const Sample& sample = samples.at({4, 128});   // sizes in the order of the names
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "count/symbolic.h"

namespace pfsday::count {

using Point = std::vector<std::int64_t>;

/// All figures of all passes at one point, or the fault there.
struct Sample {
  std::vector<Rational> figures = {};
  std::optional<Error> fault = {};
};

class Samples {
 public:
  Samples(std::span<const std::string> names, const CountAt& count_at)
      : names_(names), count_at_(count_at) {}

  /// Behind `most_counts` every new point has the fault Code::limit_exceeded.
  const Sample& at(const Point& point);
  /// Says how many points a formula takes: too many need not be begun.
  void plan(std::size_t points) { planned_ = std::max(planned_, points); }
  bool is_valid(const Point& point) { return !at(point).fault; }

  std::span<const std::string> names() const { return names_; }
  std::size_t size() const { return samples_.size(); }
  bool exhausted() const { return std::max(samples_.size(), planned_) > most_counts; }

 private:
  Sample count(const Point& point) const;

  std::span<const std::string> names_;
  const CountAt& count_at_;
  std::map<Point, Sample> samples_;
  std::size_t planned_ = 0;
};

}  // namespace pfsday::count
