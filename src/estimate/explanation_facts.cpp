#include "estimate/explanation_facts.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace pfsday::estimate {
namespace {

constexpr std::string_view utilization_words[] = {"utili", "throughput", "flop/s",   "flops",
                                                  "mfu",   "hfu",        "% of peak"};
constexpr std::string_view phase_words[] = {"self-play", "rollout", "left out", "not counted"};
constexpr std::string_view recompute_words[] = {"recomput", "checkpoint"};
constexpr std::string_view causal_words[] = {"causal", "masked", "mask "};
constexpr std::string_view downtime_words[] = {"downtime", "restart", "idle",        "outage",
                                               "failure",  "bubble",  "upper bound", "cpu"};
constexpr std::string_view format_words[] = {"precision", "fp32", "tf32", "fp16",
                                             "bf16",      "fp8",  "int8"};
constexpr std::string_view variant_words[] = {"variant", "sxm", "pcie", "nvl"};
constexpr std::string_view sparsity_words[] = {"spars"};
constexpr std::string_view epochs_words[] = {"epochs",     "an epoch", "per epoch",
                                             "each epoch", "tokens",   "sequence length",
                                             "length",     "corpus",   "steps"};
constexpr std::string_view other_work_words[] = {"teacher", "rollout",    "self-play", "distil",
                                                 "search",  "evaluation", "experiment"};

std::span<const std::string_view> words_of(Assumption assumption) {
  switch (assumption) {
    case Assumption::utilization:
      return utilization_words;
    case Assumption::phase:
      return phase_words;
    case Assumption::recompute:
      return recompute_words;
    case Assumption::causal:
      return causal_words;
    case Assumption::downtime:
      return downtime_words;
    case Assumption::format:
      return format_words;
    case Assumption::variant:
      return variant_words;
    case Assumption::sparsity:
      return sparsity_words;
    case Assumption::epochs:
      return epochs_words;
    case Assumption::other_work:
      break;
  }
  return other_work_words;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return result;
}

/// Everything the run file says in words, once.
class Sayings {
 public:
  explicit Sayings(const Run& run) {
    for (const Phase& phase : run.phases) add_phase(phase);
    for (const auto& figure : {run.printed.counting, run.printed.hardware, run.printed.total}) {
      if (figure) add(figure->note);
    }
  }

  const std::vector<std::string>& all() const { return all_; }

 private:
  void add(const std::string& text) {
    if (!text.empty() && std::ranges::find(all_, text) == all_.end()) all_.push_back(text);
  }

  void add_factors(std::span<const Factor> factors) {
    for (const Factor& factor : factors) add(factor.note);
  }

  void add_counting(const CountingInputs& counting, Passes passes) {
    for (const std::string& note : counting.notes) {
      if (note != per_parameter_note(passes)) add(note);
    }
    add_factors(counting.per_example);
    add_factors(counting.repeats);
    if (!counting.network) return;
    add(counting.network->why);
    for (const std::string& note : counting.network->notes) add(note);
  }

  void add_phase(const Phase& phase) {
    if (phase.counting) add_counting(*phase.counting, phase.passes);
    if (phase.hardware) {
      for (const std::string& note : phase.hardware->notes) add(note);
      add_factors(phase.hardware->factors);
    }
    for (const Judgement& judgement : phase.judgements) add(judgement.why);
  }

  std::vector<std::string> all_;
};

}  // namespace

std::vector<std::string> facts_on(Assumption assumption, const Run& run) {
  std::vector<std::string> facts;
  const Sayings sayings(run);
  for (const std::string& text : sayings.all()) {
    const std::string plain = lower(text);
    const bool speaks = std::ranges::any_of(words_of(assumption), [&](std::string_view word) {
      return plain.find(word) != std::string::npos;
    });
    if (speaks) facts.push_back(text);
  }
  return facts;
}

}  // namespace pfsday::estimate
