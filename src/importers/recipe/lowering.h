// A recipe on its way to a graph: its layers, one after another, each by the kind that its keys
// say.
//
//   Lowering lowering(graph, options);
//   TRY(lowering.run(recipe));
//
// Values are [batch, features], [batch, steps, features] (a sequence), [batch, channels, sizes...]
// (an image, or what has another number of axes), or ids [batch, steps] of tokens.
#pragma once

#include <set>

#include "importers/config/network.h"
#include "importers/recipe/layer.h"

namespace pfsday::recipe {

using config::Network;
using graph::ElementType;
using ops::Builder;
using Layers = std::vector<const TomlTable*>;

class Lowering;

/// What a layer can be: the key that says so, and how it is lowered.
struct Kind {
  std::string_view key;
  Result<Value> (*lower)(Lowering& to, Layer& in, Value x) = nullptr;
  /// Of a group: it adds no level of its own to names where it has none and is not repeated.
  bool is_transparent = false;
};

/// All kinds, in the order in which a layer is asked for them.
std::span<const Kind* const> kinds();

class Lowering {
 public:
  Lowering(graph::Graph& graph, const importers::ImportOptions& options)
      : options_(options), net_(graph, ElementType::f32, options_) {}
  Lowering(const Lowering&) = delete;
  Lowering& operator=(const Lowering&) = delete;
  ~Lowering() = default;

  /// The whole recipe: everything but keys that its caller knows.
  Result<void> run(TomlReader& recipe);
  /// Names of sizes that the recipe leaves to bindings, `batch` among them.
  static Result<std::vector<std::string>> find_sizes(TomlReader& recipe);

  /// What the blocks of configurations that are built next see.
  importers::ImportOptions& options() { return options_; }
  Network& net() { return net_; }
  Builder& builder() { return net_.builder(); }
  const Shape& shape(Value v) const { return net_.shape(v); }
  const Sizes& sizes() const { return sizes_; }

  /// The layers of a group with names of its own, or with those of the group around it.
  Result<Value> add_layers(const Layers& layers, Value x, const Scope& scope);
  Result<Value> add_layers_within(const Layers& layers, Value x, const Scope& scope);
  /// The layers under a key of a layer, in its scope.
  Result<Value> add_part(Layer& in, std::string_view key, Value x);
  /// The layers of a block with the parameters that the layer gives it.
  Result<Value> add_block(Layer& in, Value x);
  /// The value that a layer before this one has left under that name.
  Result<Value> find_value(Layer& in, std::string_view key);
  void keep_value(std::string name, Value v) { values_.insert_or_assign(std::move(name), v); }
  /// One more result of the network.
  void add_output(Value v) { outputs_.push_back(v); }

  /// The nodes that follow are those of this part of the layer.
  void begin(std::string_view part, std::string_view op) { net_.begin(part, op); }
  Value weight(std::string_view name, const Shape& shape) { return net_.weight(name, shape); }
  /// A weight that layers share by the name under `weights`, or one of the layer's own.
  Result<Value> shared_weight(Layer& in, const Shape& shape);
  Result<Value> input(Layer& in, std::string_view key);

 private:
  /// Names of the layers of one group.
  struct Names {
    std::map<std::string, int, std::less<>> like = {};             ///< layers by their usual name
    std::map<std::string, std::int64_t, std::less<>> counts = {};  ///< those there are already
    std::set<std::string, std::less<>> taken = {};
  };
  struct Named {
    std::string name = {};
    std::int64_t first = 0;  ///< number of the first repetition; 0: none
  };

  Result<std::optional<std::int64_t>> find_bound(std::string_view name);
  Result<void> define(TomlReader& table, std::string_view name, std::int64_t size);
  Result<void> read_constants(TomlReader& recipe);
  Result<void> read_sizes(TomlReader& recipe);
  Result<void> read_blocks(TomlReader& recipe);
  Result<void> count_layer(const TomlTable& table);
  Result<Value> add_repeated(const TomlTable& table, Value x, const Scope& scope);
  Result<Value> add_one(const TomlTable& table, const Kind& kind, const Named& named,
                        std::int64_t index, Value x, const Scope& scope);
  Result<Named> name_of(Layer& in, const Kind& kind, std::int64_t times);
  Result<void> check_results();
  Result<void> check_value(const Layer& in, Value x);
  Sizes sizes_at(Value x);

  importers::ImportOptions options_;
  Network net_;
  Sizes sizes_;
  std::map<std::string, const TomlTable*, std::less<>> blocks_;
  std::vector<std::string> blocks_around_;
  std::map<std::string, Value, std::less<>> values_;
  Values outputs_;
  std::vector<std::pair<Value, Place>> results_;  ///< of all layers
  Names names_;
  std::int64_t layers_left_ = 10'000;  ///< repetitions counted, so that lowering ends soon
  int depth_ = 0;
};

// What kinds share.

bool is_ids(Lowering& to, Value v);
bool is_sequence(Lowering& to, Value v);
bool is_image(Lowering& to, Value v);
Result<void> need_image(Lowering& to, const Layer& in, Value x);
Result<void> need_sequence(Lowering& to, const Layer& in, Value x);
/// Size of the axis of channels or features.
std::int64_t channels_of(Lowering& to, Value v);

/// What `relu` or `activation` says.
Result<std::string> read_activation(Layer& in, std::string_view otherwise);
/// The nodes of it are those of that part of the layer.
Result<Value> activate(Lowering& to, const Layer& in, std::string_view activation, Value x,
                       std::string_view part = "activation");
/// x normalized by the module of that name, "none" included.
Result<Value> normalize(Lowering& to, Layer& in, std::string_view kind, Value x);
/// A bias for each channel or feature.
Value add_bias(Lowering& to, std::string_view name, Value x);

struct ConvolutionSpec {
  std::int64_t filters = 1, groups = 1;
  ops::Window window = {};
};
/// A convolution alone, with the weight of that name.
Value convolve(Lowering& to, std::string_view name, Value x, const ConvolutionSpec& spec);
/// A 1x1 convolution with the strides that make its result as large as `shape`, and what belongs to
/// convolutions but the activation.
Result<Value> project(Lowering& to, Layer& in, Value x, const Shape& shape);

}  // namespace pfsday::recipe
