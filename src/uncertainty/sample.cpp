#include "uncertainty/sample.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <memory>
#include <vector>

#include "stats/random.h"
#include "stats/resampling.h"
#include "uncertainty/bulk.h"
#include "uncertainty/select.h"

namespace pfsday::uncertainty {
namespace {

constexpr std::size_t block_size = 512;  // what a few variables need fits the nearest cache
constexpr double score_of_995_permille = 2.5758293035489004;

/// Of one variable in a block: its scores; and the logarithms of its values, each less that of the
/// median, as a multiple of `logs`.
struct Drawn {
  std::vector<double> scores = std::vector<double>(block_size);
  double factor = 1;
  std::vector<double> other_logs = {};  ///< empty: the scores are the logs

  std::span<const double> logs() const { return other_logs.empty() ? scores : other_logs; }
};

void draw_variable(const Distribution& distribution, const stats::RandomStream& random,
                   std::size_t n, Drawn& drawn) {
  drawn.scores.resize(n);
  draw_normals(random, drawn.scores);
  const auto& [shape, median, spread, most] = distribution;
  if (shape == Shape::log_normal && !most) {
    drawn.factor = spread;
    return;
  }
  drawn.other_logs.resize(n);
  std::ranges::transform(drawn.scores, drawn.other_logs.begin(), [&](double score) {
    return std::log(value_at(distribution, score) / median);
  });
}

/// Where a block is drawn, and the next after it.
struct Workspace {
  explicit Workspace(std::size_t variables) : drawn(variables) {}

  std::vector<Drawn> drawn;
  std::vector<double> logs = std::vector<double>(block_size);
};

/// Sums over samples.
struct Moments {
  double value = 0;
  double log = 0;
  double log_squared = 0;
  std::vector<double> score = {};      ///< of each variable
  std::vector<double> score_log = {};  ///< score x log

  void add(const Moments& other) {
    value += other.value;
    log += other.log;
    log_squared += other.log_squared;
    for (std::size_t v = 0; v < score.size(); ++v) {
      score[v] += other.score[v];
      score_log[v] += other.score_log[v];
    }
  }
};

/// Draws blocks of samples.
class Sampler {
 public:
  Sampler(std::span<const Term> terms, std::span<const Variable> variables, std::uint64_t seed)
      : terms_(terms), variables_(variables), seed_(seed) {
    for (const Term& term : terms) log_middles_.push_back(log_middle(term));
    log_scale_ = *std::ranges::max_element(log_middles_);
  }

  /// What the values of the blocks are multiples of, as a logarithm.
  double log_scale() const { return log_scale_; }

  Workspace workspace() const { return Workspace(variables_.size()); }

  Moments draw(std::size_t block, std::span<double> values, Workspace& workspace) const {
    for (std::size_t v = 0; v < variables_.size(); ++v) {
      const stats::RandomStream random(seed_, v << 32 | block);
      draw_variable(variables_[v].distribution, random, values.size(), workspace.drawn[v]);
    }
    workspace.logs.resize(values.size());
    add_terms(workspace.drawn, values, workspace.logs);
    return moments_of(workspace.drawn, values, workspace.logs);
  }

 private:
  double log_middle(const Term& term) const {
    double sum = std::log(term.coefficient);
    for (const auto& [variable, power] : term.powers) {
      sum += power * std::log(variables_[variable].distribution.median);
    }
    return sum;
  }

  /// The values and their logarithms, from those of the variables.
  void add_terms(std::span<const Drawn> drawn, std::span<double> values,
                 std::span<double> logs) const {
    for (std::size_t t = 0; t < terms_.size(); ++t) {
      std::ranges::fill(logs, log_middles_[t] - log_scale_);
      for (const auto& [variable, power] : terms_[t].powers) {
        add_scaled(power * drawn[variable].factor, drawn[variable].logs(), logs);
      }
      if (terms_.size() == 1) {
        std::ranges::copy(logs, values.begin());
        exponentiate(values);
        return;
      }
      if (t == 0) std::ranges::fill(values, 0.0);
      exponentiate(logs);
      add_scaled(1, logs, values);
    }
    std::ranges::transform(values, logs.begin(), [](double value) { return std::log(value); });
  }

  static Moments moments_of(std::span<const Drawn> drawn, std::span<const double> values,
                            std::span<const double> logs) {
    const Sums of_logs = sums_of(logs, logs);
    Moments moments{.value = sums_of(values, values).of_a,
                    .log = of_logs.of_a,
                    .log_squared = of_logs.of_products};
    for (const Drawn& variable : drawn) {
      const Sums sums = sums_of(variable.scores, logs);
      moments.score.push_back(sums.of_a);
      moments.score_log.push_back(sums.of_products);
    }
    return moments;
  }

  std::span<const Term> terms_;
  std::span<const Variable> variables_;
  std::uint64_t seed_;
  std::vector<double> log_middles_;
  double log_scale_ = 0;
};

/// All samples; the moments are added in the order of the blocks, whichever thread drew them.
Moments draw_all(const Sampler& sampler, const Options& options, std::span<double> values) {
  const std::size_t blocks = (values.size() + block_size - 1) / block_size;
  std::vector<Moments> parts(blocks);
  stats::for_ranges(blocks, options.threads, [&](std::size_t first, std::size_t last) {
    Workspace workspace = sampler.workspace();
    for (std::size_t block = first; block < last; ++block) {
      const std::size_t at = block * block_size;
      const std::size_t n = std::min(block_size, values.size() - at);
      parts[block] = sampler.draw(block, values.subspan(at, n), workspace);
    }
  });
  for (std::size_t block = 1; block < blocks; ++block) parts[0].add(parts[block]);
  return std::move(parts[0]);
}

/// The ranks of a quantile and of the ends of its interval.
struct Ranks {
  std::size_t low, middle, high;
};

Ranks ranks_of(double probability, std::size_t count) {
  const double n = static_cast<double>(count);
  const double middle = std::round(probability * (n - 1));
  const double width = score_of_995_permille * std::sqrt(n * probability * (1 - probability));
  const auto rank = [&](double place) {
    return static_cast<std::size_t>(std::clamp(std::round(place), 0.0, n - 1));
  };
  return {rank(middle - width), rank(middle), rank(middle + width)};
}

void take_quantiles(std::span<const double> values, double scale, Evaluation& result) {
  std::vector<std::size_t> ranks;
  for (const double probability : {(1 - result.level) / 2, 0.5, (1 + result.level) / 2}) {
    const Ranks one = ranks_of(probability, values.size());
    ranks.insert(ranks.end(), {one.low, one.middle, one.high});
  }
  const std::vector<double> at = select(values, ranks);
  const auto error = [&](std::size_t i) {
    return scale * std::max(at[i + 1] - at[i], at[i + 2] - at[i + 1]);
  };
  result.low = scale * at[1];
  result.mid = scale * at[4];
  result.high = scale * at[7];
  result.sampled->low_error = error(0);
  result.sampled->mid_error = error(3);
  result.sampled->high_error = error(6);
}

bool is_used(std::span<const Term> terms, std::size_t variable) {
  return std::ranges::any_of(terms, [&](const Term& term) {
    return std::ranges::find(term.powers, variable, &Power::variable) != term.powers.end();
  });
}

/// Squared correlations of the scores with the logarithm; a score has the variance 1.
void take_budget(const Moments& sums, std::span<const Term> terms,
                 std::span<const Variable> variables, Evaluation& result) {
  const double n = static_cast<double>(result.sampled->samples);
  const double mean_log = sums.log / n;
  const double variance = sums.log_squared / n - mean_log * mean_log;
  result.unexplained = 1;
  for (std::size_t v = 0; v < variables.size(); ++v) {
    if (!is_used(terms, v)) continue;
    const double covariance = sums.score_log[v] / n - sums.score[v] / n * mean_log;
    const double share = variance > 0 ? covariance * covariance / variance : 0;
    result.budget.push_back({variables[v].label, share});
    result.unexplained -= share;
  }
  result.unexplained = std::max(0.0, result.unexplained);
}

}  // namespace

Evaluation sample(std::span<const Term> terms, std::span<const Variable> variables,
                  const Options& options) {
  assert(!terms.empty() && least_samples <= options.samples && options.samples <= most_samples);
  const Sampler sampler(terms, variables, options.seed);
  // Not zeroed: that would take as long as a tenth of the samples.
  const auto memory = std::make_unique_for_overwrite<double[]>(options.samples);
  const std::span<double> values(memory.get(), options.samples);
  const Moments sums = draw_all(sampler, options, values);
  Evaluation result{.level = options.level,
                    .sampled = MonteCarlo{.seed = options.seed, .samples = options.samples}};
  const double scale = std::exp(sampler.log_scale());
  result.mean = scale * sums.value / static_cast<double>(options.samples);
  take_quantiles(values, scale, result);
  take_budget(sums, terms, variables, result);
  return result;
}

}  // namespace pfsday::uncertainty
