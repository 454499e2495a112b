// What a training step is made of, beside the forward pass of the model.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "graph/graph.h"

namespace pfsday::count {

enum class Step : std::uint8_t { forward, training };

/// The loss that is put behind the first floating-point output, y.
///   cross_entropy   of logits: the last axis holds the classes, axis 1 where y has four axes or
///                   more. Stable log-softmax (maximum, difference, exp, sum, log, difference), one
///                   element of each row picked by its label, their mean with its sign.
///   mean_squared    the mean of (y - target)^2
enum class Loss : std::uint8_t { none, cross_entropy, mean_squared };

/// What one update costs for each trainable element, given its gradient g; scalars such as the
/// learning rate and the bias corrections are taken as made.
///   sgd        w -= a g                                             1 mul, 1 add
///   momentum   v = c v + g; w -= a v                                2 mul, 2 add
///   adam       m = b m + (1-b) g; v = c v + (1-c) g^2;
///              w -= a m / (sqrt(v) / d + e)                         6 mul, 4 add, 2 div, 1 special
///   adamw      adam after w *= 1 - a l                              1 mul more
/// Sources: Sutskever et al. 2013 (momentum), Kingma and Ba 2015 (adam), Loshchilov and Hutter 2019
/// (adamw), in the order of operations that they print.
enum class Optimizer : std::uint8_t { none, sgd, momentum, adam, adamw };

/// Which forward values are computed again for the gradients, instead of kept.
///   full        all but the inputs and parameters of the model
///   selective   those between the two products of attention: scores, mask, softmax, dropout
///   named       those of nodes whose name matches one of the patterns
enum class Recompute : std::uint8_t { none, full, selective, named };

struct StepOptions {
  Step step = Step::forward;
  /// Patterns (* and ?) of names of parameters. Without `trainable`, all are; `frozen` wins.
  std::vector<std::string> trainable = {}, frozen = {};
  /// The gradient of each floating-point input of the model is wanted too.
  bool input_gradient = false;
  Loss loss = Loss::none;
  Recompute recompute = Recompute::none;
  std::vector<std::string> recomputed = {};  ///< patterns of names of nodes
  Optimizer optimizer = Optimizer::none;
  /// Micro-batches whose gradients are added up before one update; at least 1. The count is that
  /// of the whole update.
  std::int64_t accumulate = 1;
};

/// Puts the loss behind the graph, as its last output. Errors: Code::loss_unfit where no output can
/// have it.
Result<graph::Value> add_loss(graph::Graph& graph, Loss loss);

/// Appends the update of each parameter, and makes the new values outputs.
struct Gradient {
  graph::Value of;       ///< a parameter
  graph::Value adjoint;  ///< of the same type
};
void add_optimizer(graph::Graph& graph, Optimizer optimizer,
                   const std::vector<Gradient>& gradients);

/// Appends the sums of the gradients of that many micro-batches.
void add_accumulation(graph::Graph& graph, std::int64_t micro_batches,
                      std::vector<Gradient>& gradients);

}  // namespace pfsday::count
