#include "telemetry/run_log.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

namespace pfsday::telemetry {
namespace {

constexpr double same_model_tolerance = 0.02;
constexpr std::size_t warm_up_lines = 10;
constexpr std::size_t least_lines = 3;  ///< for a median that tells an outlier

/// The time of a step, up to a factor that is the same for the run.
std::optional<double> pace_of(const LoggedStep& step) {
  if (step.seconds) return step.seconds;
  if (step.tokens_per_second) return 1 / *step.tokens_per_second;
  return std::nullopt;
}

/// Operations for a token, or for an example: the same for a model at any speed.
std::optional<double> signature(const LoggedStep& step) {
  if (!step.rate) return std::nullopt;
  if (step.tokens_per_second) return *step.rate / *step.tokens_per_second;
  if (step.seconds && step.examples) return *step.rate * *step.seconds / *step.examples;
  return std::nullopt;
}

bool is_other_model(const LoggedStep& a, const LoggedStep& b) {
  const auto first = signature(a);
  const auto second = signature(b);
  return first && second && std::abs(*first / *second - 1) > same_model_tolerance;
}

/// Cuts a log into runs and marks where steps begin anew.
class Splitter {
 public:
  explicit Splitter(const TrainingLog& log) : format_(log.format) {
    for (const LoggedStep& step : log.steps) add(step);
  }
  std::vector<LoggedRun> take() { return std::move(runs_); }

 private:
  void add(const LoggedStep& step) {
    if (runs_.empty()) return begin_run(step);
    LoggedRun& run = runs_.back();
    const LoggedStep& last = run.steps.back().logged;
    if (step.step > last.step) return append(step, false);
    if (repeats(step, last)) {
      ++run.duplicates;
      return;
    }
    // The last line before a restart may be cut off in the middle of a figure.
    if (is_other_model(run.steps.front().logged, step)) return begin_run(step);
    run.restarts.push_back({.line = step.line, .from = last.step, .to = step.step});
    append(step, true);
  }

  /// Another rank's line of a step that is there already: the loss is the same, and no time has
  /// passed. Without a loss, the same step twice in a row is one.
  bool repeats(const LoggedStep& step, const LoggedStep& last) const {
    const bool is_later = step.clock && last.clock && *step.clock > *last.clock;
    if (step.step == last.step && (step.loss.empty() || step.loss == last.loss)) return true;
    const auto found = losses_.find(step.step);
    return !is_later && found != losses_.end() && !step.loss.empty() && found->second == step.loss;
  }

  void begin_run(const LoggedStep& step) {
    losses_.clear();
    runs_.push_back({.format = format_});
    append(step, true);
  }

  void append(const LoggedStep& step, bool begins) {
    losses_[step.step] = step.loss;
    runs_.back().steps.push_back({.logged = step, .begins = begins});
  }

  LogFormat format_;
  std::vector<LoggedRun> runs_;
  std::map<std::int64_t, std::string_view> losses_;  ///< views of the log's steps
};

/// The most frequent distance between lines; the smaller of two.
std::int64_t find_interval(const LoggedRun& run) {
  std::map<std::int64_t, std::size_t> distances;
  for (std::size_t i = 1; i < run.steps.size(); ++i) {
    if (run.steps[i].begins) continue;
    ++distances[run.steps[i].logged.step - run.steps[i - 1].logged.step];
  }
  std::int64_t interval = 1;
  std::size_t most = 0;
  for (const auto& [distance, count] : distances) {
    if (count <= most) continue;
    most = count;
    interval = distance;
  }
  return interval;
}

/// What each line stands for, what is missing and what is done again.
void place_steps(LoggedRun& run) {
  run.interval = find_interval(run);
  const auto interval = static_cast<double>(run.interval);
  double reached = 0;  // the highest step so far
  for (std::size_t i = 0; i < run.steps.size(); ++i) {
    PlacedStep& placed = run.steps[i];
    const auto step = static_cast<double>(placed.logged.step);
    if (placed.begins) {
      placed.steps = std::clamp(step, 1.0, interval);
      if (i > 0) run.redone += std::max(0.0, reached - (step - placed.steps));
      reached = i > 0 ? std::max(reached, step) : step;
      continue;
    }
    const double distance = step - static_cast<double>(run.steps[i - 1].logged.step);
    placed.steps = std::min(distance, interval);
    run.missing += distance - placed.steps;
    reached = std::max(reached, step);
  }
  run.redone = std::min(run.redone, run.performed());
}

double median_pace(const LoggedRun& run) {
  std::vector<double> paces;
  for (const PlacedStep& step : run.steps) paces.push_back(*pace_of(step.logged));
  const auto middle = paces.begin() + static_cast<std::ptrdiff_t>(paces.size() / 2);
  std::ranges::nth_element(paces, middle);
  return *middle;
}

/// A kind for each step by its time alone; then the first lines up to the last odd one warm up.
void classify(LoggedRun& run) {
  if (run.steps.size() < least_lines) return;
  const double median = median_pace(run);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < run.steps.size(); ++i) {
    PlacedStep& step = run.steps[i];
    if (step.begins) begin = i;
    const double pace = *pace_of(step.logged);
    if (pace >= median / 2 && pace <= median * 1.5) continue;
    step.kind = pace < median ? StepKind::dispatched : StepKind::slow;
    const bool is_last = i + 1 == run.steps.size();
    if (i - begin >= warm_up_lines || is_last) continue;
    for (std::size_t j = begin; j <= i; ++j) run.steps[j].kind = StepKind::warm_up;
  }
}

/// Figures of a step are products of printed ones: those of the longest step have most digits.
void find_constants(LoggedRun& run, const std::optional<double>& stated) {
  const PlacedStep* longest = nullptr;
  for (const PlacedStep& step : run.steps) {
    if (!step.logged.seconds) continue;
    if (longest == nullptr || *step.logged.seconds > *longest->logged.seconds) longest = &step;
  }
  if (longest != nullptr) {
    const LoggedStep& step = longest->logged;
    if (step.rate) run.step_operations = *step.rate * *step.seconds;
    if (step.tokens_per_second) run.step_tokens = *step.tokens_per_second * *step.seconds;
  }
  // Where the log says it itself, in full, it stays within what the lines say.
  if (stated && run.step_operations && std::abs(*stated / *run.step_operations - 1) < 0.01) {
    run.step_operations = stated;
  }
  for (const PlacedStep& step : run.steps) {
    if (step.logged.rate && step.logged.share) {
      run.log_peak = *step.logged.rate / *step.logged.share;
      break;
    }
  }
}

/// A rate over lines, each weighed by its time.
struct RateSum {
  double done = 0, time = 0;

  void add(double seconds, const std::optional<double>& rate) {
    if (!rate) return;
    done += seconds * *rate;
    time += seconds;
  }
  std::optional<double> rate() const {
    return time > 0 ? std::optional(done / time) : std::nullopt;
  }
};

std::optional<double> mean_of_rates(const std::vector<double>& rates) {
  if (rates.empty()) return std::nullopt;
  double sum = 0;
  for (const double rate : rates) sum += rate;
  return sum / static_cast<double>(rates.size());
}

template <class Keep>
StepSums sum(const LoggedRun& run, Keep keep) {
  StepSums sums;
  RateSum tokens;
  RateSum operations;
  std::vector<double> rates;
  double seconds = 0;
  for (const PlacedStep& step : run.steps) {
    if (!keep(step)) continue;
    ++sums.lines;
    sums.steps += step.steps;
    const double time = step.steps * *pace_of(step.logged);
    tokens.add(time, step.logged.tokens_per_second);
    operations.add(time, step.logged.rate);
    if (step.logged.rate) rates.push_back(*step.logged.rate);
    seconds += step.steps * step.logged.seconds.value_or(0);
  }
  sums.tokens_per_second = tokens.rate();
  sums.rate = operations.rate();
  sums.mean_of_rates = mean_of_rates(rates);
  if (seconds > 0) sums.seconds = seconds;
  if (run.format != LogFormat::maxtext || seconds <= 0) return sums;
  // A time of 2 ms has one digit; the constants of the run have more.
  if (run.step_tokens) sums.tokens_per_second = *run.step_tokens * sums.steps / seconds;
  if (run.step_operations) sums.rate = *run.step_operations * sums.steps / seconds;
  return sums;
}

}  // namespace

std::vector<LoggedRun> split_runs(const TrainingLog& log) {
  std::vector<LoggedRun> runs = Splitter(log).take();
  for (LoggedRun& run : runs) {
    place_steps(run);
    classify(run);
    find_constants(run, runs.size() == 1 ? log.step_operations : std::nullopt);
  }
  return runs;
}

double LoggedRun::performed() const {
  double sum = 0;
  for (const PlacedStep& step : steps) sum += step.steps;
  return sum;
}

std::size_t LoggedRun::lines_of(StepKind kind) const {
  return static_cast<std::size_t>(std::ranges::count(steps, kind, &PlacedStep::kind));
}

StepSums LoggedRun::all() const {
  return sum(*this, [](const PlacedStep&) { return true; });
}

StepSums LoggedRun::steady() const {
  return sum(*this, [](const PlacedStep& step) { return step.kind == StepKind::steady; });
}

std::optional<double> LoggedRun::token_operations() const {
  if (step_operations && step_tokens) return *step_operations / *step_tokens;
  const StepSums sums = all();
  if (!sums.rate || !sums.tokens_per_second) return std::nullopt;
  return *sums.rate / *sums.tokens_per_second;
}

std::optional<double> LoggedRun::wall_seconds() const {
  const auto& first = steps.front().logged.clock;
  const auto& last = steps.back().logged.clock;
  if (!first || !last || *last <= *first) return std::nullopt;
  return static_cast<double>(*last - *first);
}

}  // namespace pfsday::telemetry
