// A network in the making: names, weights and the tokens of a pass around an ops::Builder.
//
//   const auto layer = net.enter("model.layers", 3);           // until the end of the scope
//   Value y = net.linear("mlp.up_proj", x, 14336, bias);       // model.layers.3.mlp.up_proj.weight
//   y = net.apply(Activation::silu, y);
//
// Weights are named and shaped as in published checkpoints, but that those of all experts of a
// layer are one tensor, whose name has * for the number of the expert. A weight that is asked for
// again by its name is the same tensor: tied and shared weights count once. None has contents.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "importers/config/activation.h"
#include "importers/importer.h"
#include "ops/builder.h"

namespace pfsday::config {

using graph::Axes;
using graph::ElementType;
using graph::Shape;
using graph::Value;
using graph::Values;
using ops::Builder;

/// What stands on top of the model, by the name of its class.
enum class Task : std::uint8_t {
  generate,  ///< a head over the vocabulary, of every token; also where nothing is said
  none,      ///< the model without a head
  classify,  ///< of the whole input
  classify_tokens,
  answer,    ///< where a span begins and ends
  pretrain,  ///< what an encoder is trained with
};

/// What one pass is given.
struct Pass {
  std::int64_t batch = 1;
  std::int64_t length = 1;  ///< tokens of each sequence
  std::int64_t past = 0;    ///< tokens before them, whose keys and values are in a cache
  std::int64_t source = 0;  ///< tokens of the encoder, of models with both
  std::int64_t masked = 0;  ///< tokens of each sequence that an encoder has to find
  std::int64_t image_height = 0, image_width = 0;  ///< pixels; 0: not bound
  bool only_last_logits = false;                   ///< as when a prompt is read
  std::vector<std::int64_t> lengths = {};  ///< packed sequences, that together make `length`
};

class Network {
 public:
  Network(graph::Graph& graph, ElementType element, const importers::ImportOptions& options)
      : builder_(graph), element_(element), options_(&options) {}

  Builder& builder() { return builder_; }
  ElementType element() const { return element_; }
  const importers::ImportOptions& options() const { return *options_; }
  const Shape& shape(Value v) const { return builder_.shape(v); }
  /// Size of the last axis; 0 of nothing.
  std::int64_t width(Value v) const { return v ? builder_.shape(v).back() : 0; }

  Pass pass = {};
  Value front = {};  ///< embeddings that a decoder reads before its own tokens, part of the length
  Values side_outputs = {};  ///< of the pass, beside those of the family
  Values deep_front = {};    ///< added to the places of `front` behind each of the first layers
  Task task = Task::generate;
  std::string positions_name = "position_ids";  ///< of the input of `positions`
  /// Put before the names of modules: "decode" where there are several passes.
  std::string stage = {};

  /// Names from here to the end of the scope begin with this one.
  class Scope {
   public:
    Scope(Network& net, std::size_t length) : net_(&net), length_(length) {}
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { net_->path_.resize(length_); }

   private:
    Network* net_;
    std::size_t length_;
  };
  [[nodiscard]] Scope enter(std::string_view name);
  [[nodiscard]] Scope enter(std::string_view name, std::int64_t index);
  /// The name of a module or weight of this scope: "model.layers.3.mlp".
  std::string full_name(std::string_view name) const;
  /// The nodes that follow are those of this module.
  void begin(std::string_view name, std::string_view op);

  Value weight(std::string_view name, const Shape& shape);
  /// One with a name of its own, whatever the scope.
  Value weight_at_root(std::string_view name, const Shape& shape);
  /// The weights of shape[0] modules alike, of which a token takes part in `used`.
  Value bank(std::string_view name, const Shape& shape, std::int64_t used);
  /// What the model holds, but nobody trains; of a name of its own, whatever the scope.
  Value buffer(std::string_view name, const Shape& shape);
  Value input(std::string_view name, ElementType element, const Shape& shape);

  /// x [..., k] times the weight [width, k] of that module, and a bias.
  Value linear(std::string_view name, Value x, std::int64_t width, bool bias = false);
  /// The same with a weight [k, width] and always a bias, as the module Conv1D of GPT-2 has them.
  Value conv1d(std::string_view name, Value x, std::int64_t width);
  /// x [..., k] times a weight [n, k] that is there already: a head that is tied to an embedding.
  Value project(Value x, Value weight);
  /// Rows of the table [rows, width] of that module for indices of any shape.
  Value embedding(std::string_view name, Value indices, std::int64_t rows, std::int64_t width);
  Value apply(Activation activation, Value x) { return activate(builder_, activation, x); }
  /// A sum that is a module's own, of the name that is entered.
  Value add(Value a, Value b);
  Value scale(Value x, double factor) { return builder_.with_scalar("mul", x, factor); }
  /// cap tanh(x / cap); x itself for a cap of 0.
  Value soft_cap(Value x, double cap);
  /// What `make` gives for a variant of a module, whose name is whole; made once in each pass.
  Value once(std::string_view name, std::string_view variant, std::string_view op,
             const std::function<Value()>& make);
  /// Where each token of the pass stands in its sequence: [length], an input.
  Value positions();
  /// Cosines and sines [length, width / 2] of the angles of this pass; see attention.h.
  std::pair<Value, Value> angles(std::string_view table, std::int64_t width);

  /// Numbers that a token does not take part in: of the experts that it is not sent to.
  units::Count inactive() const { return inactive_; }
  bool has_banks() const { return has_banks_; }
  /// All numbers in weights.
  units::Count weight_count();
  bool has_weight(const std::string& name) const { return weights_.contains(name); }
  /// The numbers in those weights that `other` has not.
  units::Count weights_beyond(const Network& other);
  /// For the reader of the count; the same words once.
  void note(std::string text);
  /// Modules beside the model, which the total leaves out.
  void add_beside(units::Count count) { beside_ += count; }
  units::Count beside() const { return beside_; }
  std::vector<std::string> take_notes() { return std::move(notes_); }
  /// Forgets what was made for another pass.
  void begin_pass() { made_.clear(); }

 private:
  bool is_parameter(Value v) { return builder_.graph().info(v).is_parameter; }

  Builder builder_;
  ElementType element_;
  const importers::ImportOptions* options_;
  std::string path_;
  std::unordered_map<std::string, Value> weights_;
  std::map<std::string, Value> made_;  ///< in this pass
  units::Count inactive_ = 0;
  units::Count beside_ = 0;
  bool has_banks_ = false;
  std::vector<std::string> notes_;
};

}  // namespace pfsday::config
