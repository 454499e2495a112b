// Random small nodes of each lowered operator: what the proofs of the lowerings run on. Tests only.
//
//   NodeDraw draw(rng);
//   const NodeSample sample = lowering_sample.make(lowering_sample.op, draw);
//
// A file NAME_sample.cpp holds the samples of NAME.cpp. Values are inside the domain of the
// operator and away from its kinks, so that finite differences apply; opsets are drawn so that
// every version of a lowering is reached.
#pragma once

#include <algorithm>
#include <random>

#include "importers/onnx/lowering.h"
#include "importers/onnx/model_writer.h"

namespace pfsday::onnx {

using Rng = std::mt19937_64;

/// A tensor that a node reads: given as an input of the model, or held by it.
struct Operand {
  std::string name;
  TensorToWrite tensor;
  bool is_held = false;
};

struct NodeSample {
  std::int64_t opset = 13;
  NodeToWrite node = {};
  std::vector<Operand> operands = {};

  /// A model of this one node, whose outputs are those that have a name.
  std::string bytes() const;
};

/// Makes up the parts of one sample.
class NodeDraw {
 public:
  explicit NodeDraw(Rng& rng) : rng_(&rng) {}

  std::int64_t integer(std::int64_t low, std::int64_t high);
  Axes integers(std::size_t count, std::int64_t low, std::int64_t high);
  bool coin() { return integer(0, 1) == 1; }
  double real(double low, double high);
  std::string choose(std::initializer_list<std::string_view> of);
  void shuffle(Axes& axes) { std::shuffle(axes.begin(), axes.end(), *rng_); }

  /// Sizes of 1 to 4.
  Shape shape(std::int64_t min_rank, std::int64_t max_rank);
  /// A shape that can be broadcast to `whole`: perhaps fewer axes, perhaps sizes of 1.
  Shape broadcastable(const Shape& whole);
  Axes permutation(std::size_t rank);
  /// At least one axis if there is one, some written as negative numbers.
  Axes some_axes(std::size_t rank);
  /// The axis, or the same one counted from the back.
  std::int64_t perhaps_negative(std::int64_t axis, std::size_t rank);

  enum class Domain : std::uint8_t { any, positive };
  enum class Held : std::uint8_t { no, yes, maybe };
  // Each adds an operand and returns its name.
  /// f64; no two values of a sample are equal, and none is zero.
  std::string reals(const Shape& shape, Domain domain = Domain::any, Held held = Held::maybe);
  /// The same between two bounds, held or not.
  std::string reals_within(const Shape& shape, double low, double high, Held held = Held::maybe);
  /// i64, held by the model.
  std::string held_integers(const Axes& values);
  std::string held_scalar(ElementType element, double value);
  std::string booleans(const Shape& shape, Held held = Held::no);
  /// Booleans of which the first along the last axis is true.
  std::string masks(const Shape& shape);
  std::string whole_numbers(const Shape& shape, std::int64_t low, std::int64_t high);
  /// Integers of that type in low..high, perhaps held by the model.
  std::string typed_integers(ElementType element, const Shape& shape, std::int64_t low,
                             std::int64_t high, Held held = Held::maybe);
  /// i64 with that contents.
  std::string integers_of(const Shape& shape, const Axes& values);

  NodeSample finish(std::int64_t opset, std::string_view op, std::vector<std::string> inputs,
                    std::vector<std::pair<std::string, AttributeToWrite>> attributes = {},
                    std::size_t output_count = 1);
  /// The same for an operator of another domain, in version 1 of its operator set.
  NodeSample finish_in(std::string_view domain, std::string_view op,
                       std::vector<std::string> inputs,
                       std::vector<std::pair<std::string, AttributeToWrite>> attributes = {},
                       std::size_t output_count = 1);

 private:
  std::string add(TensorToWrite tensor, bool is_held);
  bool is_held(Held held) { return held == Held::yes || (held == Held::maybe && coin()); }

  Rng* rng_;
  std::vector<Operand> operands_;
};

struct LoweringSample {
  std::string_view op;
  NodeSample (*make)(std::string_view op, NodeDraw& draw) = nullptr;
  std::string_view domain = {};  ///< empty for the standard operators
};

struct LoweringSampleFamily {
  std::span<const LoweringSample> samples;
};

/// One for each family of lowerings, in the order of the list in CMake.
std::span<const LoweringSampleFamily* const> lowering_samples();

}  // namespace pfsday::onnx
