#include "telemetry/line.h"

namespace pfsday::telemetry {
namespace {

constexpr double tera = 1e12;
constexpr std::string_view elapsed = "elapsed time per iteration (ms):";

bool holds(std::string_view line, std::string_view text) {
  return line.find(text) != std::string_view::npos;
}

/// Within what a figure of a log can be; so products of a few of them stay finite.
std::optional<double> scaled(std::optional<double> value, double by) {
  constexpr double least = 1e-30;
  constexpr double most = 1e30;
  if (!value || *value * by < least || *value * by > most) return std::nullopt;
  return *value * by;
}

std::optional<double> positive(std::optional<double> value) { return scaled(value, 1); }

bool is_megatron(std::string_view line) { return holds(line, "iteration") && holds(line, elapsed); }

std::optional<LoggedStep> parse_megatron(std::string_view line) {
  const auto step = find_whole(line, "iteration");
  const auto seconds = scaled(find_number(line, elapsed), 1e-3);
  if (!step || !seconds) return std::nullopt;
  LoggedStep logged{.step = *step, .seconds = seconds};
  logged.rate = scaled(find_number(line, "throughput per GPU (TFLOP/s/GPU):"), tera);
  if (!logged.rate) logged.rate = scaled(find_number(line, "TFLOPs:"), tera);
  logged.examples = positive(find_number(line, "global batch size:"));
  logged.loss = find_word(line, "lm loss:");
  return logged;
}

bool is_torchtitan(std::string_view line) {
  return holds(line, "step:") && (holds(line, " tps:") || holds(line, " wps:"));
}

std::optional<LoggedStep> parse_torchtitan(std::string_view line) {
  const auto step = find_whole(line, "step:");
  auto tokens = positive(find_number(line, "tps:"));
  if (!tokens) tokens = positive(find_number(line, "wps:"));
  if (!step || !tokens) return std::nullopt;
  LoggedStep logged{.step = *step, .tokens_per_second = tokens};
  logged.rate = scaled(find_number(line, "tflops:"), tera);
  logged.share = scaled(find_number(line, "mfu:"), 1e-2);
  logged.loss = find_word(line, "loss:");
  return logged;
}

bool is_maxtext(std::string_view line) { return holds(line, "completed step:"); }

std::optional<LoggedStep> parse_maxtext(std::string_view line) {
  const auto step = find_whole(line, "completed step:");
  const auto seconds = positive(find_number(line, "seconds:"));
  if (!step || !seconds) return std::nullopt;
  LoggedStep logged{.step = *step, .seconds = seconds};
  logged.rate = scaled(find_number(line, "TFLOP/s/device:"), tera);
  logged.tokens_per_second = positive(find_number(line, "Tokens/s/device:"));
  logged.tokens = positive(find_number(line, "total_weights:"));
  logged.loss = find_word(line, "loss:");
  return logged;
}

}  // namespace

constinit const LineFormat megatron{LogFormat::megatron, "Megatron-LM", is_megatron,
                                    parse_megatron};
constinit const LineFormat torchtitan{LogFormat::torchtitan, "torchtitan", is_torchtitan,
                                      parse_torchtitan};
constinit const LineFormat maxtext{LogFormat::maxtext, "MaxText", is_maxtext, parse_maxtext};

}  // namespace pfsday::telemetry
