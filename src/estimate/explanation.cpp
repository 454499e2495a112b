#include "estimate/explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "base/stable_order.h"
#include "estimate/explanation_facts.h"
#include "hardware/variants.h"
#include "units/print.h"

namespace pfsday::estimate {
namespace {

using units::to_significant;

constexpr double full_recompute = 4.0 / 3;  ///< executed over model operations
constexpr std::string_view per_parameter_name = "operations per parameter and token";

std::string rate_text(double rate) { return units::to_si(rate, "FLOP/s"); }
std::string short_text(double value) { return to_significant(value, 3); }

/// Whether `ratio` is within the tolerance.
bool is_within(double ratio, double tolerance) {
  return std::max(ratio, 1 / ratio) <= tolerance * (1 + 1e-12);
}

/// Closer to 1, by a factor.
bool is_nearer(double ratio, double than) {
  return std::abs(std::log(ratio)) < std::abs(std::log(than)) - 1e-9;
}

/// Of a value that may be anything in `enough`.
Plausibility rate_value(double value, const Range& enough, const std::optional<Range>& known) {
  if (!known) return Plausibility::open;
  if (value >= known->from && value <= known->to) return Plausibility::inside;
  const bool overlap = enough.from <= known->to && enough.to >= known->from;
  return overlap ? Plausibility::edge : Plausibility::outside;
}

/// "0.155 (0.0776 to 0.31 is enough)".
std::string needed_text(double value, const Range& enough, std::string_view unit = "") {
  return fmt::format("{} ({} to {} is enough){}", short_text(value), short_text(enough.from),
                     short_text(enough.to), unit);
}

/// The rows of one run.
class Explainer {
 public:
  explicit Explainer(const Gap& gap) : gap_(gap), counted_(gap.estimates->counted_phases()) {}

  Result<std::vector<Explanation>> all() {
    add_utilization();
    add_phases();
    add_recompute();
    TRY(add_causal());
    add_lost_share(Assumption::downtime, Range{1 - goodput_high, 1 - goodput_low});
    add_peaks();
    add_epochs();
    add_lost_share(Assumption::other_work, {});
    for (Explanation& row : rows_) row.facts = facts_on(row.assumption, *gap_.run);
    sort_stably(rows_, [](const Explanation& row) {
      return std::tuple(row.plausibility, row.facts.empty(), row.assumption,
                        std::abs(std::log(row.ratio)));
    });
    return std::move(rows_);
  }

 private:
  double ratio() const { return gap_.ratio; }
  const Phase& phase(std::size_t i) const { return gap_.run->phases[i]; }
  const PhaseProducts& products(std::size_t i) const { return gap_.estimates->products[i]; }

  /// A row of something that is either so or not.
  void add_choice(Explanation row) {
    if (!is_nearer(row.ratio, ratio())) return;
    row.closes = is_within(row.ratio, gap_.tolerance);
    row.plausibility = row.closes ? Plausibility::inside : Plausibility::not_enough;
    rows_.push_back(std::move(row));
  }

  std::string utilization_text() const {
    const PhaseProducts& first = products(counted_.front());
    const std::string text = to_text(first.time->utilization.value);
    const bool same = std::ranges::all_of(counted_, [&](std::size_t i) {
      return to_text(products(i).time->utilization.value) == text;
    });
    const auto kind = phase(counted_.front()).hardware->utilization_kind;
    if (same) return fmt::format("{} {}", text, to_string(kind));
    return fmt::format("{} on average", short_text(ratio() * gap_.implied_utilization));
  }

  void add_utilization() {
    const double value = gap_.implied_utilization;
    const Range enough{value / gap_.tolerance, std::min(1.0, value * gap_.tolerance)};
    Explanation row{.assumption = Assumption::utilization,
                    .stated = utilization_text(),
                    .needed = needed_text(value, enough),
                    .value = value,
                    .enough = enough,
                    .ratio = value > 1 ? 1 / value : 1};
    row.closes = enough.from <= 1;
    if (!row.closes) {
      row.enough.reset();
      row.needed = fmt::format("{}, and no chip does more than its peak", short_text(value));
    }
    std::optional<Range> known;
    if (gap_.place->prior) {
      const UtilizationPrior& prior = *gap_.place->prior;
      known = Range{prior.low, prior.high};
      row.known = fmt::format("{} to {}: {}, n {}", to_significant(prior.low, 2),
                              to_significant(prior.high, 2), prior.name, prior.n);
    }
    row.plausibility = row.closes ? rate_value(value, enough, known) : Plausibility::not_enough;
    rows_.push_back(std::move(row));
  }

  /// Phases that ran beside the counted ones on the same chips, as far as the file says.
  void add_phases() {
    for (std::size_t i = 0; i < gap_.run->phases.size(); ++i) {
      const Summand* const count = products(i).counting();
      const bool is_counted = std::ranges::find(counted_, i) != counted_.end();
      if (is_counted || count == nullptr || products(i).hardware) continue;
      const double operations = product(count->factors);
      const double counted = gap_.estimates->counting()->operations.mid;
      add_choice({.assumption = Assumption::phase,
                  .stated = fmt::format("\"{}\" is not counted", phase(i).name),
                  .needed = fmt::format("counted: {} operations", to_significant(operations)),
                  .value = operations,
                  .ratio = ratio() * counted / (counted + operations),
                  .known = "the run file states it"});
    }
  }

  bool has_training() const {
    return std::ranges::any_of(counted_,
                               [&](std::size_t i) { return phase(i).passes == Passes::training; });
  }
  bool is_mfu() const {
    return std::ranges::all_of(counted_, [&](std::size_t i) {
      return phase(i).hardware->utilization_kind == UtilizationKind::mfu;
    });
  }
  bool counts_by_parameters() const {
    return std::ranges::all_of(counted_, [&](std::size_t i) {
      const auto& factors = products(i).counting()->factors;
      return !factors.empty() && factors.front().name == per_parameter_name;
    });
  }

  void add_recompute() {
    if (ratio() <= 1 || !has_training() || is_mfu()) return;
    const double value = ratio();
    const Range enough{std::max(1.0, value / gap_.tolerance), value * gap_.tolerance};
    const bool by_parameters = counts_by_parameters();
    Explanation row{.assumption = Assumption::recompute,
                    .stated = by_parameters ? "6 for each parameter and token" : "nothing twice",
                    .needed = by_parameters
                                  ? needed_text(6 * value, {6 * enough.from, 6 * enough.to})
                                  : needed_text(value, enough, " times the operations"),
                    .value = value,
                    .enough = enough,
                    .ratio = value / std::min(value, full_recompute),
                    .known = "1 to 1.33 times: all of the forward pass again, 8 in place of 6"};
    row.closes = is_within(row.ratio, gap_.tolerance);
    row.plausibility =
        row.closes ? rate_value(value, enough, Range{1, full_recompute}) : Plausibility::not_enough;
    rows_.push_back(std::move(row));
  }

  /// Both conventions of attention, where a model file's layers are the count.
  Result<void> add_causal() {
    using Attention = ops::Rules::Attention;
    for (const Attention attention : {Attention::causal, Attention::full}) {
      double change = 0;
      for (const std::size_t i : counted_) {
        const auto& network = phase(i).counting->network;
        if (products(i).stated || !network || network->model.empty()) continue;
        const CountedExample other =
            TRY(count_example(*phase(i).counting, phase(i).passes, *gap_.read_file, attention));
        const double share = other.operations / products(i).example->operations - 1;
        change += share * product(products(i).layers->factors);
      }
      const double counted = gap_.estimates->counting()->operations.mid;
      if (change == 0) continue;
      add_choice({.assumption = Assumption::causal,
                  .stated = "attention as the model file writes it",
                  .needed = attention == Attention::causal
                                ? "pairs that are not masked: S (S + 1) / 2"
                                : "all pairs of a query and a key",
                  .value = counted + change,
                  .ratio = ratio() * counted / (counted + change)});
    }
    return {};
  }

  /// The share of hardware time that is not in the count.
  void add_lost_share(Assumption assumption, const std::optional<Range>& known) {
    if (ratio() <= 1) return;
    const double value = 1 - 1 / ratio();
    const Range enough{std::max(0.0, 1 - gap_.tolerance / ratio()),
                       1 - 1 / (ratio() * gap_.tolerance)};
    Explanation row{
        .assumption = assumption,
        .stated = "none",
        .needed = needed_text(value, enough, known ? " of the time" : " of the operations"),
        .value = value,
        .enough = enough,
        .ratio = 1,
        .closes = true,
        .plausibility = rate_value(value, enough, known)};
    if (known) {
      row.known =
          fmt::format("{} to {}: goodput, our assumption; shares of whole runs hold it already",
                      short_text(known->from), short_text(known->to));
    }
    rows_.push_back(std::move(row));
  }

  /// The peak that all counted phases have in common; null if there is none, or no chip.
  const PeakInUse* common_peak() const {
    const PeakInUse& first = products(counted_.front()).time->peak;
    const bool same = std::ranges::all_of(counted_, [&](std::size_t i) {
      const PeakInUse& peak = products(i).time->peak;
      return peak.chip == first.chip && peak.rate == first.rate;
    });
    return same && first.chip != nullptr ? &first : nullptr;
  }

  void add_peak(Assumption assumption, const PeakInUse& now, std::string stated, std::string needed,
                double rate) {
    add_choice({.assumption = assumption,
                .stated = fmt::format("{}, {}", stated, rate_text(now.rate)),
                .needed = fmt::format("{}, {}", needed, rate_text(rate)),
                .value = rate,
                .ratio = ratio() * rate / now.rate,
                .known = "the catalogue lists it"});
  }

  void add_peaks() {
    const PeakInUse* const now = common_peak();
    if (now == nullptr) return;
    for (const hardware::Peak& peak : now->chip->peaks) add_format(*now, peak);
    for (const hardware::Chip* variant : hardware::variants_of(*now->chip)) {
      const auto peak = hardware::find_peak(*variant, now->format);
      if (!peak || !is_within(ratio() * peak->operations_per_second / now->rate, gap_.tolerance))
        continue;
      add_peak(Assumption::variant, *now, std::string(now->chip->id), std::string(variant->id),
               peak->operations_per_second);
    }
    add_sparsity(*now);
  }

  void add_format(const PeakInUse& now, const hardware::Peak& peak) {
    constexpr std::string_view formats[] = {"fp32", "tf32", "fp16", "bf16", "fp8"};
    const bool trains = std::ranges::find(formats, peak.format) != std::end(formats);
    if (!trains || peak.format == now.format) return;
    add_peak(Assumption::format, now, now.format, std::string(peak.format),
             peak.operations_per_second);
  }

  /// The sparse peak in place of the dense one, or the dense one in place of a stated sparse one.
  void add_sparsity(const PeakInUse& now) {
    const auto peak = hardware::find_peak(*now.chip, now.format);
    if (!peak || !peak->sparse) return;
    const bool is_sparse = std::abs(now.rate / *peak->sparse - 1) <= 0.01;
    const auto name = [&](bool sparse) {
      return fmt::format("{} {}", sparse ? "sparse" : "dense", now.format);
    };
    add_peak(Assumption::sparsity, now, name(is_sparse), name(!is_sparse),
             is_sparse ? peak->operations_per_second : *peak->sparse);
  }

  /// How often the data were seen; of a run of one counted phase.
  void add_epochs() {
    if (counted_.size() != 1) return;
    const std::vector<Factor>& repeats = phase(counted_.front()).counting->repeats;
    const auto stated = std::ranges::find(repeats, "epochs", &Factor::name);
    const bool is_stated = stated != repeats.end();
    const double now = is_stated ? stated->value.mid() : 1;
    const double value = now * ratio();
    const Range enough{value / gap_.tolerance, value * gap_.tolerance};
    const Factor& data = repeats.front();
    Explanation row{.assumption = Assumption::epochs,
                    .stated = is_stated ? to_text(stated->value) : "1, as nothing is stated",
                    .needed = needed_text(value, enough),
                    .value = value,
                    .enough = enough,
                    .ratio = 1,
                    .closes = true,
                    .plausibility = Plausibility::open};
    row.needed += fmt::format(": {} {}", short_text(data.value.mid() * value), data.name);
    rows_.push_back(std::move(row));
  }

  Gap gap_;
  std::vector<std::size_t> counted_;
  std::vector<Explanation> rows_;
};

}  // namespace

std::string_view to_string(Assumption assumption) {
  constexpr std::string_view names[] = {"utilization", "phase",     "recompute", "causal",
                                        "downtime",    "format",    "variant",   "sparsity",
                                        "epochs",      "other work"};
  return names[static_cast<std::size_t>(assumption)];
}

std::string_view to_string(Plausibility plausibility) {
  constexpr std::string_view names[] = {"inside", "edge", "open", "outside", "not-enough"};
  return names[static_cast<std::size_t>(plausibility)];
}

Result<std::vector<Explanation>> explain(const Gap& gap) { return Explainer(gap).all(); }

}  // namespace pfsday::estimate
