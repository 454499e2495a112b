// Selections and their decisions in words, and the words that make a selection.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "trend/frontier.h"
#include "trend/select.h"
#include "units/print.h"

namespace pfsday::trend {
namespace {

struct RuleWord {
  std::string_view word;
  Rule rule = Rule::all;
  std::string_view text;
};

constexpr RuleWord rule_words[] = {
    {"records", Rule::records, "record setters by compute"},
    {"no-low", Rule::no_low, "without low outliers (z < -2 within 364 days)"},
    {"large-scale", Rule::large_scale, "large-scale (z > 0.76 within 364 days, after 2015-09-01)"},
    {"regular-scale", Rule::regular_scale,
     "regular-scale (z from -2 within 364 days, and up to 0.76 after 2015-09-01)"},
};

constexpr std::string_view top_word = "top-";

Result<void> set_rule(Selection& selection, Rule rule, std::string_view word) {
  if (selection.rule != Rule::all) {
    return fail(Code::usage, fmt::format("\"{}\" is a second rule that ranks systems", word),
                "give one of top-N, records, no-low, large-scale, regular-scale");
  }
  selection.rule = rule;
  return {};
}

Result<void> set_top(Selection& selection, std::string_view word) {
  const std::string_view digits = word.substr(top_word.size());
  const auto [end, fault] =
      std::from_chars(digits.data(), digits.data() + digits.size(), selection.top);
  if (fault != std::errc() || end != digits.data() + digits.size() || selection.top == 0) {
    return fail(Code::usage, fmt::format("\"{}\" is no rule of selection", word),
                "write top-1, top-10 and the like");
  }
  return set_rule(selection, Rule::top, word);
}

Result<void> add_word(Selection& selection, std::string_view word) {
  if (word.starts_with(top_word)) return set_top(selection, word);
  if (word == "no-fine-tunes") {
    selection.fine_tunes = false;
    return {};
  }
  const auto rule = std::ranges::find(rule_words, word, &RuleWord::word);
  if (rule != std::end(rule_words)) return set_rule(selection, rule->rule, word);
  selection.tags.emplace_back(word);
  return {};
}

std::string text_of_rule(const Selection& selection) {
  if (selection.rule == Rule::top)
    return fmt::format("top {} at release by compute", selection.top);
  return std::string(std::ranges::find(rule_words, selection.rule, &RuleWord::rule)->text);
}

std::string with_score(std::string_view text, const Decision& decision) {
  if (!decision.z) return std::string(text);
  return fmt::format("{}: z = {:.2f}", text, *decision.z);
}

}  // namespace

Result<void> add_words(Selection& selection, std::string_view words) {
  for (const std::string_view word : split(words, ',')) {
    if (const auto trimmed = trim(word); !trimmed.empty()) TRY(add_word(selection, trimmed));
  }
  return {};
}

std::string describe(const Selection& selection) {
  std::vector<std::string> parts = selection.tags;
  if (!selection.domains.empty()) parts.push_back("domain " + join(selection.domains, " or "));
  if (!selection.fine_tunes) parts.emplace_back("no fine-tunes");
  if (selection.minimum) {
    parts.push_back(fmt::format("at least {} FLOP", units::to_significant(*selection.minimum)));
  }
  if (!selection.leave_out.empty()) parts.push_back("without " + join(selection.leave_out, ", "));
  if (!selection.leave_out_organizations.empty()) {
    parts.push_back("without those of " + join(selection.leave_out_organizations, ", "));
  }
  if (selection.rule != Rule::all) parts.push_back(text_of_rule(selection));
  if (selection.from) parts.push_back("from " + units::to_string(*selection.from));
  if (selection.to) parts.push_back("to " + units::to_string(*selection.to));
  return join(parts, ", ");
}

std::string reason_of(const Decision& decision, const Selection& selection, Quantity quantity) {
  switch (decision.verdict) {
    case Verdict::in:
      return with_score("in", decision);
    case Verdict::no_tag:
      return "not " + join(selection.tags, " and ");
    case Verdict::other_domain:
      return "not of " + join(selection.domains, " or ");
    case Verdict::fine_tune:
      return "a fine-tune";
    case Verdict::left_out:
      return "left out by name";
    case Verdict::organization_left_out:
      return "left out by organization";
    case Verdict::no_compute:
      return "no compute to compare by";
    case Verdict::below_minimum:
      return fmt::format("below {} FLOP", units::to_significant(*selection.minimum));
    case Verdict::not_top:
      return selection.top == 1 ? "one up to its date has more compute"
                                : fmt::format("{} up to its date have more compute", selection.top);
    case Verdict::no_record:
      return "one before it has as much compute";
    case Verdict::low_outlier:
      return with_score("a low outlier", decision);
    case Verdict::large_scale:
      return with_score("large-scale", decision);
    case Verdict::not_large_scale:
      return with_score("not large-scale", decision);
    case Verdict::before_window:
      return "before the window";
    case Verdict::after_window:
      return "after the window";
    case Verdict::no_amount:
      return fmt::format("no {}", names_of(quantity).word);
    case Verdict::only_bound:
      return fmt::format("its {} is only a bound", names_of(quantity).word);
  }
  std::unreachable();
}

}  // namespace pfsday::trend
