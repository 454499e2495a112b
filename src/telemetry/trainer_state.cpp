#include "telemetry/trainer_state.h"

#include <nlohmann/json.hpp>

namespace pfsday::telemetry {
namespace {

using nlohmann::json;

constexpr std::size_t most_bytes = std::size_t{64} << 20U;

/// A number above zero, within what a run can have; so products of two of them stay finite.
std::optional<double> find_amount(const json& object, const char* key) {
  if (!object.is_object()) return std::nullopt;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  const auto value = found->get<double>();
  return value > 1e-30 && value < 1e40 ? std::optional(value) : std::nullopt;
}

void read_history(const json& history, TrainerState& state) {
  state.entries = history.size();
  for (const json& entry : history) {
    const auto seconds = find_amount(entry, "train_runtime");
    if (!seconds) continue;
    state.seconds = seconds;
    const auto rate = find_amount(entry, "train_samples_per_second");
    state.samples = rate ? std::optional(*rate * *seconds) : std::nullopt;
  }
}

}  // namespace

bool is_trainer_state(std::string_view text) {
  const std::string_view begin = text.substr(0, std::size_t{64} << 10U);
  const std::size_t first = begin.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || begin[first] != '{') return false;
  // Keys stand in any order, and a long history may come first.
  for (const std::string_view key : {"\"global_step\"", "\"total_flos\"", "\"log_history\""}) {
    if (begin.find(key) != std::string_view::npos) return true;
  }
  return false;
}

Result<TrainerState> read_trainer_state(std::string_view text) {
  if (text.size() > most_bytes) {
    return fail(Code::limit_exceeded, "a trainer state of more than 64 MiB is not read");
  }
  const json document = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) {
    return fail(Code::log_malformed, "the trainer state is no JSON object",
                "the file may be cut off");
  }
  TrainerState state{.steps = find_amount(document, "global_step"),
                     .epochs = find_amount(document, "epoch"),
                     .batch = find_amount(document, "train_batch_size"),
                     .total_flos = find_amount(document, "total_flos"),
                     .tokens = find_amount(document, "num_input_tokens_seen")};
  const auto history = document.find("log_history");
  if (history != document.end() && history->is_array()) read_history(*history, state);
  if (!state.steps && !state.total_flos) {
    return fail(Code::log_without_steps,
                "the trainer state names neither global_step nor total_flos",
                "no step was taken when it was written");
  }
  return state;
}

}  // namespace pfsday::telemetry
