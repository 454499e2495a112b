#include "report/diff_parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "units/count.h"

namespace pfsday::report {
namespace {

using count::Parameter;
using graph::Shape;
using units::Count;
using units::to_grouped;
using Parameters = std::vector<Parameter>;

struct Words {
  std::string_view name, key;
};
/// In the order of Match.
constexpr std::array<Words, match_count> words = {{
    {"same name and size", "same_name"},
    {"same shape, other name", "same_shape"},
    {"same size, other shape", "same_size"},
    {"several together as large as one", "stacked"},
    {"in one model only", "in_one_only"},
}};

/// True if each size of `small` is the product of sizes of `large`, each used once.
bool holds(const Shape& large, const Shape& small, std::size_t at = 0) {
  if (at == small.size()) return true;
  if (small[at] == 1) return holds(large, small, at + 1);
  for (std::size_t i = 0; i < large.size(); ++i) {
    if (large[i] <= 1 || small[at] % large[i] != 0) continue;
    Shape rest_of_large = large, rest_of_small = small;
    rest_of_large[i] = 1;
    rest_of_small[at] /= large[i];
    if (holds(rest_of_large, rest_of_small, at)) return true;
  }
  return false;
}

/// Takes tensors out of both lists and adds them to the lines.
class Matcher {
 public:
  Matcher(Parameters& a, Parameters& b, ParameterDiff& diff) : a_(&a), b_(&b), diff_(&diff) {}

  /// Those of one key, each with one of the other model; with `all_or_none`, only where both have
  /// equally many of that key.
  template <class KeyOf>
  void match(Match match, KeyOf key_of, bool all_or_none = false) {
    using Key = decltype(key_of(a_->front()));
    struct Places {
      std::vector<std::size_t> a, b;
    };
    std::map<Key, Places> places;
    for (std::size_t i = 0; i < a_->size(); ++i) places[key_of((*a_)[i])].a.push_back(i);
    for (std::size_t i = 0; i < b_->size(); ++i) places[key_of((*b_)[i])].b.push_back(i);
    std::vector<bool> gone_a(a_->size()), gone_b(b_->size());
    for (const auto& [key, at] : places) {
      if (all_or_none && at.a.size() != at.b.size()) continue;
      for (std::size_t i = 0; i < std::min(at.a.size(), at.b.size()); ++i) {
        gone_a[at.a[i]] = gone_b[at.b[i]] = true;
      }
    }
    remove(*a_, gone_a, line(match).a);
    remove(*b_, gone_b, line(match).b);
  }

  /// One of either model that is as large as several of one size of the other, which are left.
  void match_stacked(bool of_shape) {
    ParameterDiff::Line& sums = line(Match::stacked);
    match_stacked(*a_, *b_, sums.a, sums.b, of_shape);
    match_stacked(*b_, *a_, sums.b, sums.a, of_shape);
  }

 private:
  static constexpr std::size_t most_pairs = 10'000'000;  ///< no model has so many kinds of tensors

  static void match_stacked(Parameters& large, Parameters& small, ParameterDiff::Side& of_large,
                            ParameterDiff::Side& of_small, bool of_shape) {
    std::map<std::pair<Count, Shape>, std::vector<std::size_t>> kinds;
    for (std::size_t i = 0; i < small.size(); ++i) {
      kinds[{small[i].numbers, small[i].shape}].push_back(i);
    }
    if (large.size() * kinds.size() > most_pairs) return;
    std::vector<bool> gone_large(large.size()), gone_small(small.size());
    for (std::size_t i = 0; i < large.size(); ++i) {
      for (auto& [kind, left] : kinds) {
        const auto& [size, shape] = kind;
        if (!fits(large[i].numbers, size, left.size())) continue;
        if (of_shape && !holds(large[i].shape, shape)) continue;
        gone_large[i] = true;
        for (Count taken = 0; taken < large[i].numbers; taken += size) {
          gone_small[left.back()] = true;
          left.pop_back();
        }
        break;
      }
    }
    remove(large, gone_large, of_large);
    remove(small, gone_small, of_small);
  }

  static bool fits(Count large, Count small, std::size_t left) {
    if (small == Count(0) || large.value() % small.value() != 0) return false;
    const Count pieces(large.value() / small.value());
    return pieces > Count(1) && pieces <= Count(left);
  }

  static void remove(Parameters& from, const std::vector<bool>& is_gone,
                     ParameterDiff::Side& side) {
    Parameters left;
    for (std::size_t i = 0; i < from.size(); ++i) {
      if (!is_gone[i]) {
        left.push_back(std::move(from[i]));
        continue;
      }
      ++side.tensors;
      side.numbers += from[i].numbers;
    }
    from = std::move(left);
  }

  ParameterDiff::Line& line(Match match) { return diff_->matches[static_cast<std::size_t>(match)]; }

  Parameters* a_;
  Parameters* b_;
  ParameterDiff* diff_;
};

/// Without sizes of 1, in ascending order.
Shape sizes_in_order(const Shape& shape) {
  Shape sizes;
  for (const std::int64_t size : shape) {
    if (size != 1) sizes.push_back(size);
  }
  std::ranges::sort(sizes);
  return sizes;
}

ParameterDiff::Side side_of(const Parameters& parameters) {
  ParameterDiff::Side side;
  side.tensors = parameters.size();
  for (const Parameter& parameter : parameters) side.numbers += parameter.numbers;
  return side;
}

std::vector<LoneParameters> group_lone(const Parameters& a, const Parameters& b) {
  std::vector<LoneParameters> lone;
  std::map<Shape, std::size_t> index;
  const auto add = [&](const Parameter& parameter, std::size_t LoneParameters::* side) {
    const auto [found, is_new] = index.try_emplace(parameter.shape, lone.size());
    if (is_new) lone.push_back({.first = parameter.name, .shape = parameter.shape});
    ++(lone[found->second].*side);
  };
  for (const Parameter& parameter : a) add(parameter, &LoneParameters::in_a);
  for (const Parameter& parameter : b) add(parameter, &LoneParameters::in_b);
  return lone;
}

std::string or_nothing(std::size_t n) { return n == 0 ? "" : to_grouped(n); }

}  // namespace

std::string_view name_of(Match match) { return words[static_cast<std::size_t>(match)].name; }
std::string_view key_of(Match match) { return words[static_cast<std::size_t>(match)].key; }

ParameterDiff diff_parameters(Parameters a, Parameters b) {
  ParameterDiff diff;
  diff.total = {side_of(a), side_of(b)};
  Matcher matcher(a, b, diff);
  matcher.match(Match::name, [](const Parameter& p) { return std::pair(p.name, p.numbers); });
  matcher.match(Match::shape,
                [](const Parameter& p) { return std::pair(sizes_in_order(p.shape), p.numbers); });
  const auto numbers_of = [](const Parameter& p) { return p.numbers; };
  matcher.match(Match::size, numbers_of, true);
  matcher.match_stacked(true);
  matcher.match(Match::size, numbers_of);
  matcher.match_stacked(false);
  diff.matches[static_cast<std::size_t>(Match::none)] = {side_of(a), side_of(b)};
  diff.lone = group_lone(a, b);
  return diff;
}

Grid parameter_sums_grid(const ParameterDiff& diff) {
  Grid grid{.headings = {"parameters", "tensors of A", "of B", "numbers in A", "in B"}};
  const auto row_of = [](std::string_view name, const ParameterDiff::Line& line) {
    return std::vector<std::string>{std::string(name), to_grouped(line.a.tensors),
                                    to_grouped(line.b.tensors), to_grouped(line.a.numbers),
                                    to_grouped(line.b.numbers)};
  };
  for (std::size_t i = 0; i < match_count; ++i) {
    const Match match = static_cast<Match>(i);
    const ParameterDiff::Line& line = diff.of(match);
    const bool is_shown = line.a.tensors + line.b.tensors != 0 || match == Match::none;
    if (is_shown) grid.rows.push_back(row_of(name_of(match), line));
  }
  grid.total = row_of("all", diff.total);
  return grid;
}

Grid lone_parameter_grid(const ParameterDiff& diff) {
  Grid grid{.text_columns = 2, .headings = {"in one model only", "shape", "in A", "in B"}};
  for (const LoneParameters& lone : diff.lone) {
    const std::size_t more = lone.in_a + lone.in_b - 1;
    grid.rows.push_back({more == 0 ? lone.first : fmt::format("{} and {} more", lone.first, more),
                         graph::to_string(lone.shape), or_nothing(lone.in_a),
                         or_nothing(lone.in_b)});
  }
  return grid;
}

}  // namespace pfsday::report
