// Recipes against figures that others publish for the same networks, against closed forms that are
// written here, and against other descriptions of one network: to the last operation.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "count/step.h"
#include "importers/importer.h"

namespace pfsday {
namespace {

using importers::ImportOptions;
using units::Count;

std::string read_example(const std::string& name) {
  std::ifstream in(std::string(PFSDAY_EXAMPLES) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

count::Counts count_text(std::string_view text, const ImportOptions& options = {},
                         count::Step step = count::Step::forward) {
  const auto model = importers::read_model(std::as_bytes(std::span(text)), options);
  EXPECT_TRUE(model) << (model ? "" : to_string(model.error()));
  if (!model) return {};
  auto counts = count::count_step(model->graph, {.step = step}, {});
  EXPECT_TRUE(counts) << (counts ? "" : to_string(counts.error()));
  return counts ? *std::move(counts) : count::Counts{};
}

count::Counts count_recipe(std::string_view layers, const ImportOptions& options = {},
                           count::Step step = count::Step::forward) {
  return count_text("schema = \"pfsday.recipe/1\"\n" + std::string(layers), options, step);
}

Count macs(const count::Counts& counts) { return counts.total.work.products; }

/// Multiply-adds of one token of width d: with the matrices of its projections and of its MLP.
constexpr std::int64_t encoder_layer(std::int64_t d) { return 4 * d * d + 2 * d * 4 * d; }

TEST(Recipes, ExamplesHaveThePublishedFigures) {
  constexpr std::int64_t d = 512, s = 25;
  // Pairs of a query and a key cost 2 d: with all keys in 6 + 6 layers, with earlier ones in 6.
  constexpr std::int64_t transformer = 6 * s * (encoder_layer(d) + 2 * s * d) +
                                       6 * s * (encoder_layer(d) + 4 * d * d + 2 * s * d) +
                                       6 * 2 * d * (s * (s + 1) / 2) + s * d * 37'000;
  constexpr std::int64_t cell = 4 * 1024 * 1024;  // of one LSTM, for each width of 1,024 it reads
  constexpr std::int64_t gnmt =
      s * (2 * 2 * cell + 3 * cell + 6 * 2 * cell) + s * 8 * 3 * cell + s * 1024 * 32'000 +
      s * 2 * 1024 * 1024 + s * s * 2 * 1024;  // the last two: keys and queries; scores and sums
  constexpr std::int64_t block = 2 * 361 * 9 * 256 * 256;
  constexpr std::int64_t heads = 361 * 256 * 3 + 722 * 362 + 361 * 256 + 256;
  const struct {
    std::string_view name;
    std::int64_t parameters;  ///< 0: nobody publishes them
    std::int64_t macs;        ///< of one example
  } cases[] = {
      {"resnet-50", 25'557'032, 3'857'973'248},  // with strides as in the paper
      {"mobilenet-v2", 3'504'872, 300'774'272},
      {"densenet-121", 7'978'856, 2'834'161'664},
      {"inception-v3", 23'834'568, 5'713'216'096},
      {"efficientnet-b0", 5'288'548, 0},
      {"xception", 22'855'952, 0},
      {"nasnet-a-mobile", 5'289'978, 0},
      {"googlenet", 6'998'552, 0},
      {"u-net", 31'030'658, 0},
      {"transformer-base", 0, transformer},
      {"gnmt", 0, gnmt},
      {"alphago-zero-20", 0, 361 * 9 * 17 * 256 + 19 * block + heads},
      {"alphago-zero-40", 0, 361 * 9 * 17 * 256 + 39 * block + heads},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const std::string text = read_example("recipes/" + std::string(c.name) + ".recipe.toml");
    const count::Counts counts = count_text(text);
    if (c.parameters > 0) {
      EXPECT_EQ(counts.parameters.total, Count(c.parameters));
    }
    if (c.macs > 0) {
      EXPECT_EQ(macs(counts), Count(c.macs));
    }
    EXPECT_TRUE(counts.uncounted.empty());
    // Three times as many examples cost three times as much.
    EXPECT_EQ(macs(count_text(text, {.dimensions = {{"batch", 3}}})), macs(counts) * 3);
    count_text(text, {}, count::Step::training);
  }
}

/// The published figures that are rounded: within a hundredth.
TEST(Recipes, ExamplesAgreeWithRoundedFigures) {
  const struct {
    std::string_view name;
    double parameters;
  } cases[] = {{"transformer-big", 213e6}, {"gnmt", 278e6}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const count::Counts counts =
        count_text(read_example("recipes/" + std::string(c.name) + ".recipe.toml"));
    EXPECT_NEAR(counts.parameters.total.to_double(), c.parameters, c.parameters / 90);
  }
}

void expect_same(const count::Counts& a, const count::Counts& b) {
  EXPECT_EQ(a.parameters.total, b.parameters.total);
  EXPECT_EQ(a.parameters.trainable, b.parameters.trainable);
  EXPECT_TRUE(a.total.work == b.total.work);
  for (const auto pass : {graph::Pass::forward, graph::Pass::data_gradient,
                          graph::Pass::weight_gradient, graph::Pass::recompute}) {
    SCOPED_TRACE(to_string(pass));
    EXPECT_TRUE(a.pass(pass).work == b.pass(pass).work);
  }
}

TEST(Recipes, AreTheNetworksOfOnnxFiles) {
  for (const auto& [recipe, file] : {std::pair{"resnet-50", "resnet50"}, {"alexnet", "alexnet"}}) {
    SCOPED_TRACE(recipe);
    for (const auto step : {count::Step::forward, count::Step::training}) {
      expect_same(count_text(read_example(fmt::format("recipes/{}.recipe.toml", recipe)), {}, step),
                  count_text(read_example(fmt::format("{}.onnx", file)), {}, step));
    }
  }
}

TEST(Recipes, AreTheNetworkOfAConfiguration) {
  constexpr std::string_view configuration = R"({"model_type": "llama", "hidden_size": 64,
      "num_hidden_layers": 2, "vocab_size": 512, "num_attention_heads": 4,
      "num_key_value_heads": 2, "intermediate_size": 176})";
  constexpr std::string_view recipe = R"(
sizes = {seq = "open"}
input = {tokens = "seq"}
bias = false
activation = "silu"
layers = [
  {embedding = 512, width = 64},
  {block = "layer", repeat = 2},
  {norm = "rms"},
  {dense = 512, activation = "none"},
]
[block.layer]
layers = [
  {residual = [{norm = "rms"}, {attention = 4, key_heads = 2, causal = true, rotary = true}]},
  {residual = [{norm = "rms"}, {mlp = 176, gated = true}]},
]
)";
  const ImportOptions options = {.dimensions = {{"batch", 2}, {"seq", 9}}};
  for (const auto step : {count::Step::forward, count::Step::training}) {
    expect_same(count_text(configuration, options, step), count_recipe(recipe, options, step));
  }
}

/// Multiply-adds and parameters of small layers, counted by hand.
TEST(Recipes, LayersCostWhatTheirFormulasSay) {
  constexpr std::string_view image = "input = [4, 6, 6]\nbias = false\nlayers = [";
  constexpr std::string_view sequence =
      "input = {steps = 5, features = 8}\nbias = false\nlayers = [";
  const struct {
    std::string_view name, input, layers;
    std::int64_t parameters, macs;
  } cases[] = {
      {"depthwise", image, "{depthwise = 3, pad = 1}", 4 * 9, 36 * 4 * 9},
      {"multiplier", image, "{depthwise = 3, pad = 1, multiplier = 2}", 8 * 9, 36 * 8 * 9},
      {"separable", image, "{separable = 5, kernel = 3, pad = 1}", 4 * 9 + 4 * 5,
       36 * (4 * 9 + 4 * 5)},
      {"transposed", image, "{transposed_conv = 5, kernel = 2, stride = 2}", 4 * 5 * 4,
       36 * 4 * 5 * 4},
      {"dilated", image, "{conv = 5, kernel = 3, dilation = 2}", 4 * 5 * 9, 4 * 4 * 5 * 9},
      {"squeeze and excitation", image, "{squeeze_excite = 2}", 2 * 4 * 2, 2 * 4 * 2},
      {"projected shortcut", image, "{residual = [{conv = 6, kernel = 3, stride = 2, pad = 1}]}",
       4 * 6 * 9 + 4 * 6, 9 * (4 * 6 * 9 + 4 * 6)},
      {"padded shortcut", image,
       "{shortcut = \"pad\", residual = [{conv = 6, kernel = 3, stride = 2, pad = 1}]}", 4 * 6 * 9,
       9 * 4 * 6 * 9},
      {"shortcut of layers", image,
       "{shortcut = [{conv = 6, kernel = 2, stride = 2}], residual = [{conv = 6, kernel = 3, "
       "stride "
       "= 2, pad = 1}]}",
       4 * 6 * 13, 9 * 4 * 6 * 13},
      {"branches", image,
       "{concat = [[], [{conv = 3, kernel = 1}], [{concat = [[{conv = 2, kernel = 1}], []]}]]}, "
       "{conv = 1, kernel = 1}",
       4 * 3 + 4 * 2 + 13, 36 * (4 * 3 + 4 * 2 + 13)},
      {"windows", image, "{windows = 3, layers = [{attention = 2}]}", 4 * 4 * 4,
       36 * 4 * 4 * 4 + 36 * 9 * 4 * 2},
      {"pixels", image, "{sequence = \"space\"}, {attention = 2}", 4 * 4 * 4,
       36 * 4 * 4 * 4 + 36 * 36 * 4 * 2},
      {"shared", image, "{conv = 4, kernel = 1, repeat = 3, shared = true}", 4 * 4, 3 * 36 * 4 * 4},
      {"convolution of steps", sequence, "{conv = 3, kernel = 3, pad = 1}", 8 * 3 * 3,
       5 * 8 * 3 * 3},
      {"groups of queries", sequence, "{attention = 4, key_heads = 2, causal = true}",
       2 * 8 * 8 + 2 * 8 * 4, 5 * (2 * 8 * 8 + 2 * 8 * 4) + 15 * 8 * 2},
      {"sliding window", sequence, "{attention = 4, causal = true, window = 2}", 4 * 8 * 8,
       5 * 4 * 8 * 8 + 9 * 8 * 2},
      {"memory", sequence, "{dense = 8, as = \"m\"}, {attention = 2, memory = \"m\"}", 5 * 64,
       5 * 5 * 64 + 25 * 8 * 2},
      {"experts", sequence, "{experts = 4, per_token = 2, width = 6}", 4 * 8 + 4 * 2 * 8 * 6,
       5 * 4 * 8 + 5 * 2 * 2 * 8 * 6},
      {"experts with slots", sequence, "{experts = 4, per_token = 2, width = 6, capacity = 2}",
       4 * 8 + 4 * 2 * 8 * 6, 5 * 4 * 8 + 4 * 5 * 2 * 8 * 6},
      {"rnn", sequence, "{rnn = 3}", 3 * (8 + 3), 5 * 3 * (8 + 3)},
      {"gru of both directions", sequence, "{gru = 3, direction = \"both\"}", 2 * 9 * (8 + 3),
       5 * 2 * 9 * (8 + 3)},
      {"lstm of both, added", sequence, "{lstm = 3, direction = \"sum of both\"}, {dense = 1}",
       2 * 12 * (8 + 3) + 3, 5 * (2 * 12 * (8 + 3) + 3)},
      {"lstm with a projection", sequence, "{lstm = 6, projection = 2}", 24 * (8 + 2) + 6 * 2,
       5 * (24 * (8 + 2) + 6 * 2)},
      {"additive attention of a cell", sequence,
       "{dense = 8, as = \"m\"}, {lstm = 3, attends = {memory = \"m\", units = 4}}",
       8 * 8 + 12 * (8 + 3) + 8 * 4 + 3 * 4 + 4 + 12 * 8,
       5 * (8 * 8 + 12 * (8 + 3) + 8 * 4 + 3 * 4 + 12 * 8) + 5 * 5 * (4 + 8)},
      {"attention of a cell by products", sequence,
       "{dense = 8, as = \"m\"}, {gru = 3, attends = {memory = \"m\", units = 4, scores = "
       "\"dot\"}}",
       8 * 8 + 9 * (8 + 3) + 8 * 4 + 3 * 4 + 9 * 8,
       5 * (8 * 8 + 9 * (8 + 3) + 8 * 4 + 3 * 4 + 9 * 8) + 5 * 5 * (4 + 8)},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const std::string text = std::string(c.input) + std::string(c.layers) + "]";
    const count::Counts counts = count_recipe(text);
    EXPECT_EQ(counts.parameters.total, Count(c.parameters));
    EXPECT_EQ(macs(counts), Count(c.macs));
    // Weight gradients cost as much as the pass itself, but of scores, which have no weights.
    count_recipe(text, {.dimensions = {{"batch", 2}}}, count::Step::training);
  }
}

}  // namespace
}  // namespace pfsday
