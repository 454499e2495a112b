#include "trend/select.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <set>

#include "base/text.h"
#include "trend/frontier.h"

namespace pfsday::trend {
namespace {

using Names = std::vector<std::string>;

bool holds(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool holds_any(const Names& names, const Names& wanted) {
  return std::ranges::any_of(wanted, [&](const std::string& name) { return holds(names, name); });
}

bool holds_all(const Names& names, const Names& wanted) {
  return std::ranges::all_of(wanted, [&](const std::string& name) { return holds(names, name); });
}

/// Faults on the first of `wanted` that no system has; `list` gives what a system has.
template <class List>
Result<void> check_known(std::span<const System> systems, const Names& wanted,
                         std::string_view what, List list) {
  if (wanted.empty()) return {};
  std::set<std::string_view> known;
  for (const System& system : systems) list(system, known);
  for (const std::string& name : wanted) {
    if (known.contains(name)) continue;
    const std::vector<std::string_view> candidates(known.begin(), known.end());
    const std::string_view near = nearest(name, candidates);
    return fail(Code::usage, fmt::format("no system {} \"{}\"", what, name),
                near.empty() ? "" : fmt::format("did you mean \"{}\"?", near));
  }
  return {};
}

Result<void> check(std::span<const System> systems, const Selection& selection) {
  using Known = std::set<std::string_view>;
  const auto all_of = [](auto member) {
    return [member](const System& system, Known& known) {
      known.insert((system.*member).begin(), (system.*member).end());
    };
  };
  TRY(check_known(systems, selection.tags, "is tagged", all_of(&System::tags)));
  TRY(check_known(systems, selection.domains, "is of the domain", all_of(&System::domains)));
  TRY(check_known(systems, selection.leave_out_organizations, "is of the organization",
                  all_of(&System::organizations)));
  return check_known(
      systems, selection.leave_out, "is called",
      [](const System& system, Known& known) { known.insert({system.name, system.id}); });
}

/// The compute that a system is compared by; a bound is no figure to rank.
std::optional<double> compute_of(const System& system) {
  const auto& compute = system.amount(Quantity::compute);
  if (!compute || compute->bound != Bound::none) return std::nullopt;
  return compute->value;
}

Verdict filter(const System& system, const Selection& selection) {
  if (!holds_all(system.tags, selection.tags)) return Verdict::no_tag;
  if (!selection.domains.empty() && !holds_any(system.domains, selection.domains)) {
    return Verdict::other_domain;
  }
  if (!selection.fine_tunes && !system.base_model.empty()) return Verdict::fine_tune;
  if (holds(selection.leave_out, system.name) || holds(selection.leave_out, system.id)) {
    return Verdict::left_out;
  }
  if (holds_any(system.organizations, selection.leave_out_organizations)) {
    return Verdict::organization_left_out;
  }
  const bool compares = selection.minimum || selection.rule != Rule::all;
  const auto compute = compute_of(system);
  if (compares && !compute) return Verdict::no_compute;
  if (selection.minimum && *compute < *selection.minimum) return Verdict::below_minimum;
  return Verdict::in;
}

Decision judge_score(Rule rule, std::optional<double> z, units::Date date) {
  const bool low = z && *z < low_score;
  const bool large = z && *z > large_score && date > large_scale_begins;
  if (low) return {Verdict::low_outlier, z};
  if (rule == Rule::large_scale && !large) return {Verdict::not_large_scale, z};
  if (rule == Rule::regular_scale && large) return {Verdict::large_scale, z};
  return {Verdict::in, z};
}

std::vector<Decision> to_decisions(const std::vector<bool>& in, Verdict otherwise) {
  std::vector<Decision> decisions;
  for (const bool is_in : in) decisions.push_back({is_in ? Verdict::in : otherwise});
  return decisions;
}

/// The decisions of the rule, which is not `all`, on the ranked systems, in their order.
std::vector<Decision> judge(std::span<const Ranked> ranked, const Selection& selection) {
  if (selection.rule == Rule::top) {
    return to_decisions(top_at_release(ranked, selection.top), Verdict::not_top);
  }
  if (selection.rule == Rule::records) return to_decisions(records(ranked), Verdict::no_record);
  std::vector<Decision> decisions;
  const auto scores = window_scores(ranked);
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    decisions.push_back(judge_score(selection.rule, scores[i], ranked[i].date));
  }
  return decisions;
}

/// Applies the rule to the systems that are still in.
void apply_rule(std::span<const System> systems, const Selection& selection,
                std::vector<Decision>& decisions) {
  std::vector<Ranked> ranked;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < systems.size(); ++i) {
    if (decisions[i].verdict != Verdict::in) continue;
    ranked.push_back({systems[i].date, *compute_of(systems[i])});
    places.push_back(i);
  }
  const std::vector<Decision> judged = judge(ranked, selection);
  for (std::size_t i = 0; i < places.size(); ++i) decisions[places[i]] = judged[i];
}

Verdict last_checks(const System& system, const Selection& selection, Quantity quantity) {
  const auto& amount = system.amount(quantity);
  if (!amount && selection.rule == Rule::all) return Verdict::no_amount;
  if (selection.from && system.date < *selection.from) return Verdict::before_window;
  if (selection.to && system.date > *selection.to) return Verdict::after_window;
  if (!amount) return Verdict::no_amount;
  return amount->bound == Bound::none ? Verdict::in : Verdict::only_bound;
}

}  // namespace

Result<std::vector<Decision>> decide(std::span<const System> systems, const Selection& selection,
                                     Quantity quantity) {
  TRY(check(systems, selection));
  std::vector<Decision> decisions;
  decisions.reserve(systems.size());
  for (const System& system : systems) decisions.push_back({filter(system, selection)});
  if (selection.rule != Rule::all) apply_rule(systems, selection, decisions);
  for (std::size_t i = 0; i < systems.size(); ++i) {
    if (decisions[i].verdict != Verdict::in) continue;
    decisions[i].verdict = last_checks(systems[i], selection, quantity);
  }
  return decisions;
}

std::vector<Point> selected_points(std::span<const System> systems,
                                   std::span<const Decision> decisions, Quantity quantity) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < systems.size(); ++i) {
    if (decisions[i].verdict == Verdict::in) points.push_back(point_of(systems[i], quantity));
  }
  return points;
}

Result<std::vector<Point>> select(std::span<const System> systems, const Selection& selection,
                                  Quantity quantity) {
  return selected_points(systems, TRY(decide(systems, selection, quantity)), quantity);
}

Window window_of(std::span<const Point> points) {
  assert(!points.empty());
  const auto [first, last] = std::ranges::minmax(points, {}, &Point::date);
  return {first.date, last.date};
}

}  // namespace pfsday::trend
