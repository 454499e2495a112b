#include "cli/step_options.h"

#include <fmt/format.h>

#include <charconv>

#include "ops/infer.h"

namespace pfsday::cli {
namespace {

count::Loss parse_loss(std::string_view word) {
  if (word == "cross-entropy") return count::Loss::cross_entropy;
  return word == "mse" ? count::Loss::mean_squared : count::Loss::none;
}

count::Optimizer parse_optimizer(std::string_view word) {
  if (word == "sgd") return count::Optimizer::sgd;
  if (word == "momentum") return count::Optimizer::momentum;
  if (word == "adam") return count::Optimizer::adam;
  return word == "adamw" ? count::Optimizer::adamw : count::Optimizer::none;
}

/// A word, or patterns of names.
void parse_recompute(std::span<const std::string> values, count::StepOptions& options) {
  for (const std::string& value : values) {
    if (value == "none") {
      options.recompute = count::Recompute::none;
    } else if (value == "full") {
      options.recompute = count::Recompute::full;
    } else if (value == "selective") {
      options.recompute = count::Recompute::selective;
    } else {
      options.recompute = count::Recompute::named;
      options.recomputed.push_back(value);
    }
  }
}

std::vector<std::string> list_of(std::span<const std::string> values) {
  return {values.begin(), values.end()};
}

}  // namespace

Result<std::optional<std::int64_t>> parse_whole_number(const Args& args, std::string_view option,
                                                       std::int64_t least) {
  using Found = std::optional<std::int64_t>;
  const auto text = args.value(option);
  if (!text) return Found{};
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), value);
  const bool is_number = fault == std::errc{} && end == text->data() + text->size();
  if (is_number && value >= least && value <= ops::size_limit) return Found(value);
  return fail(Code::usage,
              fmt::format("{} \"{}\" is no whole number of at least {}", option, *text, least));
}

Result<count::StepOptions> parse_step_options(const Args& args) {
  if (!args.flag("--train")) {
    for (const Option& option : step_options) {
      if (!args.flag(option.name)) continue;
      return fail(Code::usage, fmt::format("{} says how a model is trained", option.name),
                  "add --train");
    }
    return count::StepOptions{};
  }
  return parse_training_options(args);
}

Result<count::StepOptions> parse_training_options(const Args& args) {
  count::StepOptions options{.step = count::Step::training};
  options.trainable = list_of(args.all("--trainable"));
  options.frozen = list_of(args.all("--freeze"));
  options.input_gradient = args.flag("--input-gradient");
  options.loss = parse_loss(args.choice("--loss"));
  parse_recompute(args.all("--recompute"), options);
  options.optimizer = parse_optimizer(args.choice("--optimizer"));
  options.accumulate = TRY(parse_whole_number(args, "--accumulate", 1)).value_or(1);
  return options;
}

}  // namespace pfsday::cli
