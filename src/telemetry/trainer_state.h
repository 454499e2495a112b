// trainer_state.json of Hugging Face's Trainer.
//
//   const TrainerState state = TRY(read_trainer_state(text));
//   state.total_flos   // as the file has it
//
// total_flos is 6 x elements of the main input x parameters without embeddings
// (transformers, floating_point_ops in modeling_utils.py). The main input of a language model holds
// token ids; that of a vision model holds pixels, and each counts as a token.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/result.h"

namespace pfsday::telemetry {

struct TrainerState {
  std::optional<double> steps = {};       ///< global_step: updates
  std::optional<double> epochs = {};      ///< epoch, may be a fraction
  std::optional<double> batch = {};       ///< train_batch_size: of one device and micro-batch
  std::optional<double> total_flos = {};  ///< as reported
  std::optional<double> tokens = {};      ///< num_input_tokens_seen, where the run counted them
  std::optional<double> seconds = {};     ///< train_runtime of the last entry that has one
  std::optional<double> samples = {};     ///< train_runtime x train_samples_per_second
  std::size_t entries = 0;                ///< of log_history
};

/// True of a JSON object that names global_step or total_flos in its first 64 KiB.
bool is_trainer_state(std::string_view text);

/// Faults: log_malformed (no JSON object), log_without_steps, limit_exceeded (beyond 64 MiB).
Result<TrainerState> read_trainer_state(std::string_view text);

}  // namespace pfsday::telemetry
