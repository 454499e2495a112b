#include "estimate/utilization_prior.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "stats/distributions.h"

namespace pfsday::estimate {
namespace {

using Rows = std::vector<const UtilizationRow*>;

constexpr std::size_t least_rows = 5;
constexpr double least_benchmark_spread = 0.5;  ///< of logits
constexpr std::string_view prefix = "prior:";
constexpr std::string_view formats[] = {"bf16", "fp16", "fp32", "tf32", "fp8", "fp4"};

bool is_16_bit(std::string_view format) { return format == "bf16" || format == "fp16"; }

/// Rows that leave the format out are of runs at 16-bit peaks.
bool has_format(const UtilizationRow& row, std::string_view asked) {
  if (asked.empty() || row.format == asked) return true;
  return is_16_bit(asked) && (row.format.empty() || is_16_bit(row.format));
}

bool has_architecture(const UtilizationRow& row, Architecture asked) {
  return asked == Architecture::any || row.is_mixture == (asked == Architecture::mixture);
}

Rows select(const PriorQuery& key) {
  const std::string_view family = chip_family(key.chip);
  Rows rows;
  for (const UtilizationRow& row : utilization_rows()) {
    const bool has_family = key.chip.empty() || (!family.empty() && row.family == family);
    if (row.basis == key.basis && has_family && has_format(row, key.format) &&
        has_architecture(row, key.architecture)) {
      rows.push_back(&row);
    }
  }
  return rows;
}

std::string name_of(const PriorQuery& key) {
  std::string name = fmt::format("{}{}", prefix, to_string(key.basis));
  if (!key.chip.empty()) {
    const std::string_view family = chip_family(key.chip);
    name += fmt::format("-{}", family.empty() ? key.chip : family);
  }
  if (!key.format.empty()) name += "-" + key.format;
  if (key.architecture == Architecture::dense) name += "-dense";
  if (key.architecture == Architecture::mixture) name += "-mixture";
  return name;
}

double median_of(std::vector<double> values) {
  const std::size_t half = values.size() / 2;
  std::ranges::sort(values);
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double logit(double share) { return std::log(share / (1 - share)); }
double logistic(double x) { return 1 / (1 + std::exp(-x)); }

/// The standard deviation of the logits.
double spread_of(const Rows& rows) {
  const auto n = static_cast<double>(rows.size());
  double mean = 0;
  for (const UtilizationRow* row : rows) mean += logit(row->mfu) / n;
  double squares = 0;
  for (const UtilizationRow* row : rows) squares += std::pow(logit(row->mfu) - mean, 2);
  return std::sqrt(squares / (n - 1));
}

void add_interval(UtilizationPrior& prior) {
  double spread = spread_of(prior.rows);
  if (prior.basis == UtilizationBasis::benchmark && spread < least_benchmark_spread) {
    prior.notes.push_back(fmt::format(
        "benchmarks are runs that somebody chose to show: the standard deviation of their logits, "
        "{:.2f}, is taken as {}",
        spread, least_benchmark_spread));
    spread = least_benchmark_spread;
  }
  const auto n = static_cast<double>(prior.n);
  const double reach = stats::student_t_quantile(0.95, n - 1) * spread * std::sqrt(1 + 1 / n);
  prior.low = logistic(logit(prior.median) - reach);
  prior.high = logistic(logit(prior.median) + reach);
}

/// From the time of a step to chip-hours. The two intervals are taken as those of independent
/// log-normals.
void apply_goodput(UtilizationPrior& prior) {
  const double middle = std::sqrt(goodput_low * goodput_high);
  const double reach = std::log(goodput_high / middle);
  const auto widened = [&](double end) {
    return std::exp(std::hypot(std::log(end / prior.median), reach));
  };
  prior.notes.push_back(
      fmt::format("benchmarks leave out downtime: of chip-hours, {} to {} of it (our assumption)",
                  goodput_low, goodput_high));
  const double factor_low = 1 / widened(prior.low);
  const double factor_high = widened(prior.high);
  prior.median *= middle;
  prior.low = prior.median * factor_low;
  prior.high = std::min(1.0, prior.median * factor_high);
}

AttentionPairs common_attention(const Rows& rows) {
  const AttentionPairs first = rows.front()->attention;
  const bool agree =
      std::ranges::all_of(rows, [&](const auto* row) { return row->attention == first; });
  return agree ? first : AttentionPairs::unstated;
}

void add_sources(UtilizationPrior& prior) {
  for (const UtilizationRow* row : prior.rows) {
    if (std::ranges::find(prior.sources, row->source.url, &Source::url) != prior.sources.end()) {
      continue;
    }
    prior.sources.push_back(row->source);
  }
}

/// Whole runs of mixtures stand beside those of dense models in the source: say what is left out.
void note_mixtures(const PriorQuery& key, UtilizationPrior& prior) {
  if (key.basis == UtilizationBasis::benchmark || key.architecture != Architecture::dense) return;
  PriorQuery mixtures = key;
  mixtures.architecture = Architecture::mixture;
  std::vector<std::string> names;
  for (const UtilizationRow* row : select(mixtures)) names.push_back(row->model);
  if (names.empty()) return;
  prior.notes.push_back(fmt::format("mixtures of experts are left out: {} ({} rows with them)",
                                    join(names, ", "), prior.n + names.size()));
}

UtilizationPrior fit(const PriorQuery& key, Rows rows) {
  UtilizationPrior prior{.name = name_of(key), .n = rows.size(), .basis = key.basis};
  std::vector<double> shares;
  for (const UtilizationRow* row : rows) shares.push_back(row->mfu);
  prior.median = median_of(std::move(shares));
  prior.attention = common_attention(rows);
  prior.rows = std::move(rows);
  add_interval(prior);
  add_sources(prior);
  note_mixtures(key, prior);
  return prior;
}

/// The keys to try, in turn.
std::vector<PriorQuery> keys_of(const PriorQuery& query) {
  std::vector<PriorQuery> keys{query};
  PriorQuery next = query;
  const bool has_few_whole_runs = query.architecture == Architecture::mixture ||
                                  !(query.format.empty() || is_16_bit(query.format));
  if (query.basis == UtilizationBasis::whole_run && has_few_whole_runs) {
    next.basis = UtilizationBasis::benchmark;
    keys.push_back(next);
  }
  next.chip.clear();
  if (!query.chip.empty()) keys.push_back(next);
  return keys;
}

std::string describe(const PriorQuery& key) {
  std::string text = fmt::format("{} rows", to_string(key.basis));
  if (key.architecture == Architecture::dense) text += " of dense models";
  if (key.architecture == Architecture::mixture) text += " of mixtures of experts";
  text += key.chip.empty() ? " on any chip" : fmt::format(" on {}", key.chip);
  if (!key.format.empty()) text += fmt::format(", {} peak", key.format);
  return text;
}

/// A benchmark has as many shares as its chip has formats.
Result<void> check_format(const PriorQuery& query) {
  const bool is_needed =
      query.basis == UtilizationBasis::benchmark ||
      (query.basis == UtilizationBasis::whole_run && query.architecture == Architecture::mixture);
  if (!is_needed || !query.format.empty()) return {};
  return fail(Code::run_input_missing,
              fmt::format("{}: the format of the peak is not stated", name_of(query)),
              "name one, such as bf16 or fp8: a share of one peak is no share of another");
}

std::unexpected<Error> nothing_published(const PriorQuery& query) {
  return fail(Code::run_input_missing,
              fmt::format("{}: fewer than {} figures of utilization are published for it",
                          name_of(query), least_rows),
              "state the utilization, with what it was measured by");
}

/// Takes a word off the end of a name: "h100-bf16" -> "h100".
std::string_view take_last(std::string_view& text, std::span<const std::string_view> words) {
  for (const std::string_view word : words) {
    if (text == word) return std::exchange(text, std::string_view{});
    if (!text.ends_with(word) || text[text.size() - word.size() - 1] != '-') continue;
    text.remove_suffix(word.size() + 1);
    return word;
  }
  return {};
}

std::optional<UtilizationBasis> take_basis(std::string_view& text) {
  for (const auto basis :
       {UtilizationBasis::whole_run, UtilizationBasis::reported, UtilizationBasis::benchmark}) {
    const std::string_view name = to_string(basis);
    if (!text.starts_with(name)) continue;
    text.remove_prefix(name.size());
    if (text.starts_with('-')) text.remove_prefix(1);
    return basis;
  }
  return std::nullopt;
}

std::vector<std::string> all_families() {
  std::vector<std::string> families{{}};
  for (const UtilizationRow& row : utilization_rows()) {
    if (std::ranges::find(families, row.family) == families.end()) families.push_back(row.family);
  }
  return families;
}

/// Those of a basis, family and format that need no rows of other chips.
void add_priors(PriorQuery query, std::vector<uncertainty::Prior>& priors) {
  for (const auto architecture : {Architecture::any, Architecture::dense, Architecture::mixture}) {
    query.architecture = architecture;
    if (select(query).size() < least_rows) continue;
    if (const auto prior = find_prior(query)) {
      priors.push_back({prior->name.substr(prefix.size()), distribution_of(*prior)});
    }
  }
}

std::vector<uncertainty::Prior> list_priors() {
  std::vector<uncertainty::Prior> priors;
  for (const auto basis :
       {UtilizationBasis::whole_run, UtilizationBasis::reported, UtilizationBasis::benchmark}) {
    for (const std::string& family : all_families()) {
      add_priors({.basis = basis, .chip = family}, priors);
      for (const std::string_view format : formats) {
        add_priors({.basis = basis, .chip = family, .format = std::string(format)}, priors);
      }
    }
  }
  return priors;
}

}  // namespace

Result<UtilizationPrior> find_prior(const PriorQuery& query) {
  TRY(check_format(query));
  std::vector<std::string> passed_over;
  for (const PriorQuery& key : keys_of(query)) {
    Rows rows = select(key);
    if (rows.size() < least_rows) {
      passed_over.push_back(fmt::format("{} {}: fewer than the {} that a prior needs", rows.size(),
                                        describe(key), least_rows));
      continue;
    }
    UtilizationPrior prior = fit(key, std::move(rows));
    if (key.basis != query.basis) apply_goodput(prior);
    prior.notes.insert(prior.notes.begin(), passed_over.begin(), passed_over.end());
    return prior;
  }
  return nothing_published(query);
}

uncertainty::Distribution distribution_of(const UtilizationPrior& prior) {
  const bool is_cut = prior.high >= 1;  // goodput cannot lift a share above the peak
  const double below = logit(prior.median) - logit(prior.low);
  const double width = is_cut ? 2 * below : logit(prior.high) - logit(prior.low);
  return uncertainty::logit_normal(prior.median, width / (2 * uncertainty::score_of_95_percent));
}

double probability_below(const UtilizationPrior& prior, double share) {
  const uncertainty::Distribution distribution = distribution_of(prior);
  return stats::normal_probability((logit(share) - logit(distribution.median)) /
                                   distribution.spread);
}

std::span<const uncertainty::Prior> utilization_priors() {
  static const std::vector<uncertainty::Prior> priors = list_priors();
  return priors;
}

bool names_prior(std::string_view text) { return text.starts_with(prefix); }

Result<UtilizationPrior> find_prior(std::string_view name) {
  std::string_view rest = name;
  if (names_prior(rest)) rest.remove_prefix(prefix.size());
  const auto basis = take_basis(rest);
  constexpr std::string_view architectures[] = {"dense", "mixture"};
  const std::string_view architecture = take_last(rest, architectures);
  const std::string_view format = take_last(rest, formats);
  if (!basis || (!rest.empty() && chip_family(rest).empty())) {
    return fail(Code::prior_unknown, fmt::format("no prior is called \"{}\"", name),
                "prior:whole-run, prior:reported or prior:benchmark, then -CHIP, -FORMAT and "
                "-dense or -mixture, such as prior:benchmark-h100-bf16-dense");
  }
  PriorQuery query{.basis = *basis,
                   .chip = std::string(rest),
                   .format = std::string(format),
                   .architecture = Architecture::any};
  if (architecture == "dense") query.architecture = Architecture::dense;
  if (architecture == "mixture") query.architecture = Architecture::mixture;
  return find_prior(query);
}

std::vector<UtilizationGroup> group_rows(UtilizationBasis basis) {
  std::vector<UtilizationGroup> groups;
  std::vector<std::vector<double>> shares;
  for (const UtilizationRow& row : utilization_rows()) {
    if (row.basis != basis) continue;
    const auto found = std::ranges::find_if(groups, [&](const UtilizationGroup& group) {
      return std::tie(group.family, group.recipe, group.is_mixture) ==
             std::tie(row.family, row.recipe, row.is_mixture);
    });
    const auto index = static_cast<std::size_t>(found - groups.begin());
    if (found == groups.end()) {
      groups.push_back({.family = row.family, .recipe = row.recipe, .is_mixture = row.is_mixture});
      shares.emplace_back();
    }
    shares[index].push_back(row.mfu);
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    groups[i].n = shares[i].size();
    groups[i].median = median_of(shares[i]);
  }
  return groups;
}

}  // namespace pfsday::estimate
