// Other configurations against closed forms that are written here, faults, and the published
// parameter counts of all and of those in the shared folder.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/text.h"
#include "configuration_counts.h"
#include "importers/config/family.h"
#include "importers/config/json.h"

namespace pfsday {
namespace {

TEST(Configurations, FaultsAreNamed) {
  const std::string llama = R"({"model_type": "llama", "hidden_size": 8, "num_hidden_layers": 2,
      "vocab_size": 32, "num_attention_heads": 4, "num_key_value_heads": 2,
      "intermediate_size": 16})";
  const auto replaced = [&](std::string_view from, std::string_view to) {
    std::string text = llama;
    return text.replace(text.find(from), from.size(), to);
  };
  const struct {
    std::string_view name;
    std::string text;
    Code code;
    std::string_view what;
  } faults[] = {
      {"no type", R"({"architectures": []})", Code::configuration_incomplete, "no \"model_type\""},
      {"near type", R"({"model_type": "llamma"})", Code::model_type_unknown, "\"llamma\""},
      {"missing", replaced("\"intermediate_size\": 16", "\"x\": 1"), Code::configuration_incomplete,
       "\"intermediate_size\" is missing"},
      {"heads", replaced("\"num_attention_heads\": 4", "\"num_attention_heads\": 3"),
       Code::configuration_unsupported, "no multiple of 3 heads"},
      {"groups", replaced("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3"),
       Code::configuration_unsupported, "of which 4 heads are no multiple"},
  };
  for (const auto& c : faults) {
    SCOPED_TRACE(c.name);
    const auto model = read(c.text, bound);
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().code, c.code);
    EXPECT_NE(model.error().what.find(c.what), std::string::npos) << model.error().what;
  }
  EXPECT_EQ(read(llama, {}).error().code, Code::dimension_unbound);
  EXPECT_EQ(*importers::find_open_dimensions(bytes_of(llama), {}),
            (std::vector<std::string>{"batch", "seq"}));
}

/// A tower of 2 layers, 2 heads, width 8 and MLP 16 over 4 patches of 2 x 2 and one token more. The
/// image is seen as a whole and in two tiles, of which its rows keep 2 or 4 columns and end with a
/// token.
TEST(Configurations, LlavaNextSeesTheWholeAndItsTiles) {
  constexpr std::string_view text = R"({"model_type": "llava_next",
      "image_grid_pinpoints": [[8, 4], [4, 8], [8, 8]],
      "text_config": {"model_type": "llama", "hidden_size": 8, "num_hidden_layers": 1,
        "vocab_size": 32, "num_attention_heads": 4, "intermediate_size": 16},
      "vision_config": {"hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2,
        "intermediate_size": 16, "image_size": 4, "patch_size": 2}})";
  const Count tower = 4 * 3 * 4 * 8 + 2 * (5 * (4 * 8 * 8 + 2 * 8 * 16) + 5 * 5 * 16);
  const Count projector = 4 * (8 * 8 + 8 * 8);
  const auto expected = [&](std::int64_t image_tokens) {
    const std::int64_t tokens = length + image_tokens;
    const Count of_text =
        Count(4 * 8 * 8 + 3 * 8 * 16 + 8 * 32) * tokens + pairs(tokens, 0) * Count(16);
    return (of_text + (tower + projector) * Count(3)) * Count(batch);
  };
  ImportOptions options = bound;
  EXPECT_EQ(macs(count_text(text, options)), expected(4 + 2 * (2 + 1)));
  options.dimensions["height"] = 4;
  options.dimensions["width"] = 8;
  EXPECT_EQ(macs(count_text(text, options)), expected(4 + 2 * (4 + 1)));
}

/// Queries meet 4 vectors of distances, and keys 4 others, which the projections of the words make.
TEST(Configurations, DebertaMeetsDistances) {
  constexpr std::string_view text = R"({"model_type": "deberta-v2", "hidden_size": 8,
      "num_hidden_layers": 2, "vocab_size": 32, "num_attention_heads": 2, "intermediate_size": 16,
      "type_vocab_size": 0, "position_biased_input": false, "relative_attention": true,
      "position_buckets": 2, "share_att_key": true, "norm_rel_ebd": "layer_norm",
      "pos_att_type": "c2p|p2c"})";
  const std::int64_t of_token = 4 * 8 * 8 + 2 * 8 * 16 + 2 * 4 * 8;
  const Count of_sequence = Count(of_token) * length + Count(length * length * 16);
  EXPECT_EQ(macs(count_text(text, bound)), (of_sequence * batch + Count(2 * 4 * 8 * 8)) * 2);
  EXPECT_EQ(
      count_text(text, bound).parameters.total,
      Count(32 * 8 + 4 * 8 + 2 * 2 * 8 + 2 * (4 * (8 * 8 + 8) + 2 * 8 * 16 + 16 + 8 + 2 * 2 * 8)));
}

/// 20 samples to 9 frames of 4 channels, to 4 of 6; taps of 3 around each frame, in 2 groups, whose
/// weights are lengths and directions; 2 layers of 2 heads.
TEST(Configurations, SoundGoesThroughConvolutions) {
  constexpr std::string_view text = R"({"model_type": "wav2vec2", "hidden_size": 8,
      "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16, "vocab_size": 5,
      "conv_dim": [4, 6], "conv_kernel": [4, 3], "conv_stride": [2, 2],
      "num_conv_pos_embeddings": 3, "num_conv_pos_embedding_groups": 2,
      "architectures": ["Wav2Vec2ForCTC"]})";
  constexpr std::int64_t frames = 4;
  constexpr std::int64_t of_frame = 6 * 8 + 8 * 4 * 3 + 2 * (4 * 8 * 8 + 2 * 8 * 16) + 8 * 5;
  constexpr std::int64_t sound = 9 * 4 * 4 + frames * 6 * 4 * 3;
  const count::Counts counts = count_text(text, {.dimensions = {{"batch", batch}, {"seq", 20}}});
  EXPECT_EQ(macs(counts), Count(batch * (sound + frames * of_frame + 2 * frames * frames * 16)));
  EXPECT_EQ(counts.parameters.total,
            Count(4 * 4 + 2 * 4 + 6 * 4 * 3 + 2 * 6 + 6 * 8 + 8 + 8 * 4 * 3 + 3 + 8 + 2 * 8 +
                  2 * (4 * (8 * 8 + 8) + 2 * 8 * 16 + 16 + 8 + 2 * 2 * 8) + 8 * 5 + 5 + 8));
  ImportOptions packed = {.dimensions = {{"batch", batch}}};
  packed.lengths = {20, 20};
  EXPECT_EQ(read(text, packed).error().code, Code::configuration_unsupported);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Configurations, TheirPageNamesEveryFamily) {
  const std::string page = read_file(PFSDAY_CONFIGURATIONS "/../../docs/configurations.md");
  for (const std::string_view type : config::known_model_types()) {
    EXPECT_NE(page.find("`" + std::string(type) + "`"), std::string::npos) << type;
  }
}

/// As rounded as the published figure itself: to its last digit that is not 0.
bool agrees(double counted, double published) {
  double unit = 1;
  while (std::fmod(published, unit * 10) == 0) unit *= 10;
  return std::abs(counted - published) <= std::max(unit, published * 0.03);
}

/// A figure, which is exact, or rounded and met to its last digit where it has an exponent.
void expect_figure(double counted, const std::string& figure) {
  const std::size_t exponent = figure.find('e');
  if (exponent == std::string::npos) {
    EXPECT_EQ(counted, std::stod(figure));
    return;
  }
  const std::size_t point = figure.find('.');
  const auto decimals = point < exponent ? static_cast<int>(exponent - point - 1) : 0;
  const double unit = std::pow(10, std::stoi(figure.substr(exponent + 1)) - decimals);
  EXPECT_LE(std::abs(counted - std::stod(figure)), unit) << counted;
}

TEST(Configurations, PublishedOnesHaveTheirParameters) {
  std::ifstream file(PFSDAY_CONFIGURATIONS "/published.tsv");
  ImportOptions options = bound;
  options.dimensions["target"] = length;
  options.dimensions["height"] = options.dimensions["width"] = 56;
  std::size_t rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) continue;
    SCOPED_TRACE(line.substr(0, 200));
    const std::vector<std::string_view> columns = split(line, '\t');
    ASSERT_EQ(columns.size(), 4U);
    const bool hears = columns[3].find("\"conv_stride\"") != std::string_view::npos;
    options.dimensions["seq"] = hears ? 400 : length;  // samples that make one frame
    const auto model = read(columns[3], options);
    ASSERT_TRUE(model) << model.error().what;
    const count::Counts counts = count_model(*model, count::Step::forward);
    expect_figure(counts.parameters.total.to_double(), std::string(columns[0]));
    if (columns[1] != "-") {
      expect_figure(model->parameters.active.value_or(0).to_double(), std::string(columns[1]));
    }
    ++rows;
  }
  EXPECT_GE(rows, 80U);
}

TEST(Configurations, SharedOnesHaveThePublishedParameters) {
  const char* const shared = std::getenv("PFSDAY_SHARED");
  const std::string folder = std::string(shared == nullptr ? "../shared" : shared) + "/models/";
  const std::string index = read_file(folder + "configs/index.json");
  if (index.empty()) GTEST_SKIP() << "PFSDAY_SHARED names no folder with configurations";
  const auto list = config::parse_json(index);
  ASSERT_TRUE(list);
  ImportOptions options = bound;
  options.dimensions["target"] = length;
  for (const config::Json& entry : list->find("models")->items) {
    SCOPED_TRACE(entry.find("model")->text);
    const std::string text = read_file(folder + entry.find("file")->text);
    const count::Counts counts = count_text(text, options);
    const config::Json* known = entry.find("checkpoint_params_known");
    if (known != nullptr && !known->is_null()) {
      EXPECT_EQ(counts.parameters.total, Count(static_cast<std::int64_t>(known->number)));
    } else {
      EXPECT_TRUE(
          agrees(counts.parameters.total.to_double(), entry.find("published_params")->number))
          << to_digits(counts.parameters.total);
    }
  }
}

}  // namespace
}  // namespace pfsday
