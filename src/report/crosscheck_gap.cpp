#include "report/crosscheck_gap.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/uncertainty.h"
#include "units/print.h"
#include "units/quantity.h"

namespace pfsday::report {
namespace {

using estimate::Amount;
using estimate::Crosscheck;
using estimate::Explanation;

/// What the run file says, each once, with the assumptions that it speaks of.
struct Fact {
  std::string text = {};
  std::vector<std::string> assumptions = {};
};

std::vector<Fact> facts_of(const Crosscheck& check) {
  std::vector<Fact> facts;
  for (const Explanation& row : check.explanations) {
    const std::string assumption(to_string(row.assumption));
    for (const std::string& text : row.facts) {
      auto found = std::ranges::find(facts, text, &Fact::text);
      if (found == facts.end()) found = facts.insert(found, {.text = text});
      auto& all = found->assumptions;
      if (std::ranges::find(all, assumption) == all.end()) all.push_back(assumption);
    }
  }
  return facts;
}

void write_interval(JsonWriter& json, const std::optional<Amount>& amount) {
  json.key("ratio_interval").begin_object();
  json.member("low", amount ? amount->low : std::nullopt);
  json.member("high", amount ? amount->high : std::nullopt).end_object();
}

void write_place(JsonWriter& json, const std::optional<estimate::PriorPlace>& place) {
  json.key("prior");
  if (!place || !place->prior) {
    json.null();
    if (place) json.member("prior_missing", place->missing);
    return;
  }
  write_prior(json, *place);
}

void write_explanation(JsonWriter& json, const Explanation& row) {
  json.begin_object().member("assumption", to_string(row.assumption));
  json.member("stated", row.stated).member("needed", row.needed);
  json.member("needed_value", row.value).key("enough");
  if (row.enough) {
    json.begin_object().member("from", row.enough->from).member("to", row.enough->to);
    json.end_object();
  } else {
    json.null();
  }
  json.member("ratio", row.ratio).member("closes", row.closes);
  json.member("plausibility", to_string(row.plausibility)).member("known", row.known);
  json.key("facts").begin_array();
  for (const std::string& text : row.facts) json.value(text);
  json.end_array().end_object();
}

std::string combined_lines(const estimate::Combination& combination, const TextStyle& style) {
  const estimate::Estimate& estimate = *combination.estimate;
  const auto in_days = [](double operations) {
    return units::to_significant(operations / units::operations_per_pfs_day);
  };
  const Amount& amount = estimate.operations;
  std::string text = fmt::format("{:<10} {:>9} FLOP  {:>9} pfs-days, of both methods\n", "combined",
                                 units::to_significant(amount.mid), in_days(amount.mid));
  text += indented(
      fmt::format("from {} to {} FLOP, {} to {} pfs-days", units::to_significant(*amount.low),
                  units::to_significant(*amount.high), in_days(*amount.low), in_days(*amount.high)),
      2, style.width);
  text += indented(estimate.formula, 2, style.width);
  for (const std::string& assumption : estimate.assumptions) {
    text += bullet(assumption, 2, style.width);
  }
  return text;
}

}  // namespace

Grid explanation_grid(const Crosscheck& check) {
  Grid grid{.text_columns = 5,
            .headings = {"assumption", "stated", "needed", "closes", "plausible", "ratio"}};
  for (const Explanation& row : check.explanations) {
    grid.rows.push_back({std::string(to_string(row.assumption)), row.stated, row.needed,
                         row.closes ? "yes" : "no", std::string(to_string(row.plausibility)),
                         units::to_significant(row.ratio, 3)});
  }
  return grid;
}

std::vector<std::string> explanation_notes(const Crosscheck& check) {
  std::vector<std::string> notes;
  std::string_view last;
  for (const Explanation& row : check.explanations) {
    if (row.known.empty() || row.known == last) continue;
    if (!row.enough) continue;  // a choice has no range
    notes.push_back(fmt::format("{}: known {}", to_string(row.assumption), row.known));
    last = row.known;
  }
  for (const Fact& fact : facts_of(check)) {
    notes.push_back(
        fmt::format("the run file says ({}): {}", join(fact.assumptions, ", "), fact.text));
  }
  return notes;
}

std::string combination_text(const Crosscheck& check, const TextStyle& style) {
  if (check.combination.estimate) return combined_lines(check.combination, style);
  if (!check.ratio) return {};
  return indented(fmt::format("no combined estimate: {}", check.combination.missing), 0,
                  style.width);
}

void write_prior(JsonWriter& json, const estimate::PriorPlace& place) {
  const estimate::UtilizationPrior& prior = *place.prior;
  json.begin_object().member("name", prior.name).member("low", prior.low);
  json.member("median", prior.median).member("high", prior.high).member("n", prior.n);
  json.member("point", place.point).member("inside", place.inside).key("notes").begin_array();
  for (const std::string& text : prior.notes) json.value(text);
  json.end_array().end_object();
}

void write_gap(JsonWriter& json, const RunReport& report) {
  const Crosscheck& check = report.check;
  const auto& share = check.implied_utilization;
  json.member("ratio", check.ratio ? std::optional(check.ratio->mid) : std::nullopt);
  write_interval(json, check.ratio);
  json.key("implied_utilization").begin_object();
  json.member("low", share ? share->low : std::nullopt);
  json.member("mid", share ? std::optional(share->mid) : std::nullopt);
  json.member("high", share ? share->high : std::nullopt);
  if (share) {
    json.member("kind", to_string(estimate::kind_of_implied(report.run, check.estimates)));
    json.member("basis", to_string(estimate::UtilizationBasis::whole_run));
    write_place(json, check.place);
  }
  json.end_object();
}

void write_explanations(JsonWriter& json, std::span<const Explanation> explanations) {
  json.key("explanations").begin_array();
  for (const Explanation& row : explanations) write_explanation(json, row);
  json.end_array();
}

void write_combination(JsonWriter& json, const Crosscheck& check) {
  json.key("combined");
  if (!check.combination.estimate) {
    json.null();
    if (check.ratio) json.member("combined_missing", check.combination.missing);
    return;
  }
  json.begin_object();
  write_estimate_members(json, *check.combination.estimate);
  json.member("counting_weight", check.combination.counting_weight).end_object();
}

estimate::Agreement agreement_of(std::span<const RunReport> reports) {
  std::vector<const Crosscheck*> checks;
  for (const RunReport& report : reports) checks.push_back(&report.check);
  return estimate::agree(checks);
}

void write_agreement(JsonWriter& json, const estimate::Agreement& agreement) {
  json.key("summary").begin_object().member("both", agreement.both);
  json.member("within_2", agreement.within_2).member("within_3", agreement.within_3);
  json.member("median_ratio", agreement.median_ratio).key("verdicts").begin_object();
  for (const estimate::Verdict verdict : estimate::verdicts) {
    json.member(to_string(verdict), agreement.counts[static_cast<std::size_t>(verdict)]);
  }
  json.end_object().end_object();
}

}  // namespace pfsday::report
