// What a phase of a run is for, which decides whether a total counts it (view.h).
//
//   find_purpose("rl-rollout")              // Purpose::rl_rollout
//   usual_passes(Purpose::rl_rollout)       // forward: generation updates nothing
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace pfsday::estimate {

enum class Purpose : std::uint8_t {
  pretrain,
  midtrain,           ///< between pretraining and fine-tuning: annealing, longer contexts
  sft,                ///< supervised fine-tuning
  preference,         ///< updates on preferences
  rl_update,          ///< updates of reinforcement learning
  rl_rollout,         ///< the samples that such updates learn from, self-play among them
  synthetic_private,  ///< data generated for training that is not public
  synthetic_public,   ///< the same, publicly accessible
  distill_teacher,    ///< the teacher of a distillation: its training, or its forward passes
  init_parent,        ///< training of the weights that the run starts from
  merge_parent,       ///< training of weights that are merged or averaged into it
  auxiliary,          ///< other models that training needs: reward, value
  recompute,          ///< activations computed again to save memory
  evaluation,
  exploration,  ///< experiments that help through what people learn from them
  failed,       ///< work whose results are thrown away
};
inline constexpr std::size_t purpose_count = 16;

/// Their codes, in the order above: "pretrain", "rl-update", ...
std::span<const std::string_view> purpose_codes();
std::string_view to_string(Purpose purpose);
std::optional<Purpose> find_purpose(std::string_view code);

/// Which passes through a network a phase consists of.
enum class Passes : std::uint8_t {
  training,  ///< forward and backward
  forward,   ///< alone
};
/// "training" or "forward".
std::string_view to_string(Passes passes);
std::optional<Passes> find_passes(std::string_view word);

/// True for rollouts and synthetic data: forward only, and samples thrown away count.
bool generates(Purpose purpose);

/// What a phase of that purpose consists of unless it says otherwise; none for distill_teacher,
/// which has to say.
std::optional<Passes> usual_passes(Purpose purpose);

}  // namespace pfsday::estimate
