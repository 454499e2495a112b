// Which systems of a table or set enter a fit.
//
//   Selection rule{.tags = {"notable"}, .rule = Rule::top, .top = 10, .from =
//   *parse_date("2010-01-01")}; const auto decisions = TRY(decide(systems, rule,
//   Quantity::compute));   // one for each system const auto points = selected_points(systems,
//   decisions, Quantity::compute);
//
// In this order, on the full history first, so that a window does not change who was at the
// frontier:
//   1. filters: tags, domains, fine-tunes, names and organizations left out, minimum compute
//   2. one rule on what they leave, by compute:
//        top N        fewer than N systems dated on or before its date have more compute; of equal
//                     ones the earlier date, then the earlier row, counts as more
//        records      more compute than every system before it, by date, then row
//        the z rule of Sevilla et al. (2022, arXiv 2202.05924): z = (y - mean) / deviation, where
//        y = log10 compute and mean and (population) deviation are of all systems dated in
//        [t - 364 days, t + 364 days); `low` is z < -2, `large-scale` is z > 0.76 after 2015-09-01
//        no_low       all but low;  large_scale;  regular_scale   neither low nor large-scale
//   3. the window
//   4. the amount that the fit is of: present, and no mere bound
// Every system has one decision: the first of these that leaves it out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "trend/system.h"

namespace pfsday::trend {

enum class Rule : std::uint8_t { all, top, records, no_low, large_scale, regular_scale };

struct Selection {
  std::vector<std::string> tags = {};     ///< all of them
  std::vector<std::string> domains = {};  ///< at least one of them
  bool fine_tunes = true;
  std::vector<std::string> leave_out = {};                ///< names or ids
  std::vector<std::string> leave_out_organizations = {};  ///< alone or among others
  std::optional<double> minimum = {};                     ///< operations
  Rule rule = Rule::all;
  std::size_t top = 0;                   ///< for Rule::top, at least 1
  std::optional<units::Date> from = {};  ///< first day of the window
  std::optional<units::Date> to = {};    ///< last day of the window
};

enum class Verdict : std::uint8_t {
  in,
  no_tag,
  other_domain,
  fine_tune,
  left_out,
  organization_left_out,
  no_compute,  ///< to compare or rank by
  below_minimum,
  not_top,
  no_record,
  low_outlier,
  large_scale,
  not_large_scale,
  before_window,
  after_window,
  no_amount,
  only_bound,
};

struct Decision {
  Verdict verdict = Verdict::in;
  std::optional<double> z = {};  ///< where the z rule was asked
};

/// Sets what a list of words such as "notable,top-10" asks for: top-N, records, no-low,
/// large-scale, regular-scale, no-fine-tunes; any other word is a tag.
/// Fault usage: top-0, or a second rule.
Result<void> add_words(Selection& selection, std::string_view words);

/// One decision for each system.
/// Fault usage: no system has a tag, a domain, a name or an organization that is asked for, so that
/// a typing error is seen.
Result<std::vector<Decision>> decide(std::span<const System> systems, const Selection& selection,
                                     Quantity quantity);

/// The systems that are in, in their order.
std::vector<Point> selected_points(std::span<const System> systems,
                                   std::span<const Decision> decisions, Quantity quantity);

/// decide and selected_points.
Result<std::vector<Point>> select(std::span<const System> systems, const Selection& selection,
                                  Quantity quantity);

/// The selection in words: "notable, top 10 at release by compute, from 2010-01-01"; empty where it
/// takes everything.
std::string describe(const Selection& selection);

/// Why: "10 or more systems up to its date have more compute".
std::string reason_of(const Decision& decision, const Selection& selection, Quantity quantity);

struct Window {
  units::Date from = {};
  units::Date to = {};
};

/// The dates of the first and the last of the points, of which there is at least one.
Window window_of(std::span<const Point> points);

}  // namespace pfsday::trend
