#include "report/check.h"

#include <algorithm>

namespace pfsday::report {
namespace {

using rules::Exact;
using rules::Figure;
using rules::Rule;

Figure figure_of(const estimate::Estimate& total) {
  const estimate::Amount& operations = total.operations;
  Figure figure{.low = rules::to_exact(operations.low.value_or(operations.mid)),
                .mid = rules::to_exact(operations.mid),
                .high = rules::to_exact(operations.high.value_or(operations.mid))};
  if (!total.complete) figure.missing.emplace_back("nodes of a model file that nobody can count");
  return figure;
}

/// A fault that says what is not known, rather than what is wrong.
bool is_gap(const Error& fault) {
  return fault.code == Code::run_input_missing || fault.code == Code::judgement_missing;
}

std::string text_of(const Error& fault) {
  return fault.hint.empty() ? fault.what : fault.what + " (" + fault.hint + ")";
}

struct Basis {
  Figure figure = {};
  std::vector<estimate::Item> items = {};
};

Result<Basis> estimate_basis(const CheckSubject& subject, std::string_view view) {
  const auto estimates =
      estimate::estimate_run(*subject.run, {.read_file = subject.read_file, .view = view});
  if (!estimates) {
    if (!is_gap(estimates.error())) return fail(estimates.error());
    return Basis{.figure = {.missing = {text_of(estimates.error())}}};
  }
  if (!estimates->total) return Basis{.figure = {.missing = {"a phase that the view counts"}}};
  return Basis{figure_of(*estimates->total), estimates->items};
}

/// The total under a view.
Result<Basis> basis_of(const CheckSubject& subject, std::string_view view) {
  if (subject.figure) return Basis{.figure = *subject.figure};
  if (subject.run) return estimate_basis(subject, view);
  return Basis{.figure = {.missing = {text_of(*subject.fault)}}};
}

/// The line of a rule on modifications: a share of the original. Returns what is missing of it.
Result<std::vector<std::string>> set_share(CheckedRule& checked, const Original& original) {
  const rules::Share& share = *checked.rule.rule->share;
  if (!original.known) {
    const rules::Line& line = original.has_systemic_risk ? share.unknown_systemic : share.unknown;
    checked.line = line.text;
    checked.line_at = {line.value, line.value};
    if (original.has_systemic_risk) checked.basis = share.systemic_basis;
    return std::vector<std::string>{};
  }
  Figure whole = TRY(basis_of(*original.known, share.systemic_basis)).figure;
  const rules::Band line{share.systemic_line.value, share.systemic_line.value};
  const bool systemic =
      rules::judge(whole, line, rules::Comparator::greater, 0) == rules::Verdict::above;
  if (!systemic) whole = TRY(basis_of(*original.known, share.basis)).figure;
  const Exact& part = checked.rule.rule->line.value;
  checked.line = rules::to_text(part * whole.mid);
  checked.original = original.known->name;
  checked.line_at = {part * whole.low, part * whole.high};
  if (systemic) checked.basis = share.systemic_basis;
  for (std::string& text : whole.missing) text = "of the original: " + text;
  return std::move(whole.missing);
}

/// In force on the day, or, of a plan, to come.
bool decides(const Rule& rule, const CheckOptions& options) {
  if (rule.in_force_on(options.as_of)) return true;
  return options.planned && rule.from && options.as_of < *rule.from;
}

Result<CheckedRule> check_rule(const CheckSubject& subject, const rules::Chosen& chosen,
                               const CheckOptions& options) {
  const Rule& rule = *chosen.rule;
  CheckedRule checked{.rule = chosen, .basis = rule.basis, .line = rule.line.text};
  checked.decides = decides(rule, options);
  checked.line_at = {rule.line.value, rule.line.value};
  std::vector<std::string> missing_line;
  if (rule.share) missing_line = TRY(set_share(checked, *options.original));
  Basis basis = TRY(basis_of(subject, checked.basis));
  checked.figure = std::move(basis.figure);
  checked.items = std::move(basis.items);
  checked.missing = checked.figure.missing;
  if (missing_line.empty()) {
    checked.verdict =
        rules::judge(checked.figure, checked.line_at, rule.comparator, options.margin);
  }
  std::ranges::move(missing_line, std::back_inserter(checked.missing));
  return checked;
}

}  // namespace

bool CheckReport::settled() const {
  return std::ranges::all_of(rules, [](const CheckedRule& one) {
    return !one.decides || one.verdict == rules::Verdict::below;
  });
}

Result<CheckReport> check_rules(const CheckSubject& subject, std::span<const rules::Chosen> chosen,
                                const CheckOptions& options) {
  CheckReport report{.name = subject.name, .options = options};
  for (const rules::Chosen& one : chosen) {
    if (one.rule->share && !options.original) {
      report.skipped.push_back(one.id());
    } else {
      report.rules.push_back(TRY(check_rule(subject, one, options)));
    }
  }
  return report;
}

}  // namespace pfsday::report
