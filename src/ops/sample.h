// Random small graphs of each primitive: what the proofs of its rules run on. Tests only.
//
//   Rng rng(2018);
//   for (const SampleFamily* family : sample_families()) {
//     for (const PrimitiveSample& s : family->samples) prove(s.make(s.primitive, rng));
//   }
//
// A file defs/NAME_sample.cpp holds the samples of defs/NAME.cpp. Values are inside the domain of
// the primitive and away from its kinks, so that finite differences apply.
#pragma once

#include <algorithm>
#include <map>
#include <random>

#include "ops/builder.h"
#include "ops/evaluation.h"

namespace pfsday::ops {

using Rng = std::mt19937_64;

/// A graph, and the contents of its inputs and tensors.
struct Sample {
  Graph graph = {};
  std::map<Value, Tensor<Exact>> given = {};
};

struct PrimitiveSample {
  std::string_view primitive;
  Sample (*make)(std::string_view primitive, Rng& rng) = nullptr;
};

struct SampleFamily {
  std::span<const PrimitiveSample> samples;
};

/// One for each family of primitives, in the order of the list in CMake.
std::span<const SampleFamily* const> sample_families();

/// Makes up the parts of one sample.
class Draw {
 public:
  explicit Draw(Rng& rng) : rng_(&rng) {}

  Builder& builder() { return builder_; }
  std::int64_t integer(std::int64_t low, std::int64_t high);
  Axes integers(std::size_t count, std::int64_t low, std::int64_t high);
  bool coin() { return integer(0, 1) == 1; }
  void shuffle(Axes& axes) { std::shuffle(axes.begin(), axes.end(), *rng_); }

  /// Sizes of 0 to 4, rarely 0.
  std::int64_t size() { return integer(0, 19) == 0 ? 0 : integer(1, 4); }
  Shape shape(std::int64_t min_rank, std::int64_t max_rank);
  /// All axes of a tensor of that rank, in random order.
  Axes permutation(std::size_t rank);
  /// Some of them.
  Axes some_axes(std::size_t rank);

  enum class Domain : std::uint8_t { any, positive };
  /// An f64 tensor; no two values of a sample are equal, and none is zero.
  Value reals(const Shape& shape, Domain domain = Domain::any);
  /// An input of that element type with integers in low..high.
  Value whole_numbers(const Shape& shape, std::int64_t low, std::int64_t high,
                      ElementType element = ElementType::i64);

  /// What a tensor or input of the sample holds, to be changed.
  std::vector<Exact>& contents(Value v) { return sample_.given.at(v).data; }

  /// The sample whose graph has these outputs.
  Sample finish(Values outputs);
  /// The sample of one node.
  Sample finish(std::string_view primitive, Values inputs, Attributes attributes = {});

 private:
  Rng* rng_;
  Sample sample_;
  Builder builder_{sample_.graph};
  int tensors_ = 0;
};

}  // namespace pfsday::ops
