// A layer of experts, of which a router sends each token to a few; see docs/configurations.md.
#pragma once

#include "importers/config/mlp.h"

namespace pfsday::config {

/// How scores become the weights of the experts.
struct Router {
  std::string_view name = "gate";
  bool bias = false;
  bool is_sigmoid = false;       ///< scores are sigmoids, not a softmax over the experts
  bool softmax_of_best = false;  ///< the softmax is over the best alone
  bool has_correction = false;   ///< a bias that takes part in the choice, not in the weights
  std::string_view correction = "e_score_correction_bias";
  bool normalize = false;                    ///< the weights of a token sum to 1
  double scale = 1;                          ///< of the weights
  std::int64_t groups = 1, best_groups = 1;  ///< experts are chosen out of the best groups
  bool group_by_two = false;  ///< a group is as good as its two best experts, not its best
};

struct Experts {
  std::int64_t count = 1;
  std::int64_t per_token = 1;
  std::int64_t width = 1;
  Activation activation = Activation::silu;
  bool bias = false;
  bool is_gated = true;
  double limit = 0;          ///< gate and what is gated are clamped; 0: not
  double slope = 0;          ///< the gate is g sigmoid(slope g) and (up + 1) is gated; 0: not
  std::int64_t latent = 0;   ///< width that all are projected to and from; 0: they are not
  bool weigh_input = false;  ///< the weights multiply what goes in, not what comes out
  std::string_view prefix = "experts.*.";
  MlpNames names = {};  ///< `fused` for one tensor of gate and what is gated
  Router router = {};
};

/// All of the layer but shared experts, for x [B, S, width].
Value experts(Network& net, std::string_view name, Value x, const Experts& spec);

}  // namespace pfsday::config
