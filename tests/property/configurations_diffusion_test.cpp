// Networks of diffusion models against closed forms that are written here, apart from the importer.
#include "configuration_counts.h"

namespace pfsday {
namespace {

constexpr std::int64_t text = length, width = 8;

/// Multiply-adds of two layers, from so many numbers.
constexpr std::int64_t two_layers(std::int64_t from) { return from * width + width * width; }
/// Parameters of a layer and its bias.
constexpr std::int64_t layer(std::int64_t from, std::int64_t to) { return from * to + to; }

/// One layer of both streams and one that is joined, 2 heads of 4, over 6 tokens of the image.
TEST(Diffusion, FluxEqualsItsClosedForm) {
  constexpr std::string_view flux = R"({"_class_name": "FluxTransformer2DModel",
      "num_attention_heads": 2, "attention_head_dim": 4, "num_layers": 1, "num_single_layers": 1,
      "joint_attention_dim": 6, "pooled_projection_dim": 5, "in_channels": 3,
      "axes_dims_rope": [2, 2], "guidance_embeds": true})";
  ImportOptions options = bound;
  options.dimensions["height"] = 39;  // two rows of 16, and some pixels
  options.dimensions["width"] = 48;
  constexpr std::int64_t image = 6, all = image + text;
  constexpr std::int64_t condition = 2 * two_layers(256) + two_layers(5);
  constexpr std::int64_t scores = all * all * 2 * width;
  constexpr std::int64_t of_both =
      2 * width * 6 * width + all * (4 * width * width) + all * 2 * width * 4 * width + scores;
  constexpr std::int64_t joined =
      width * 3 * width + all * (3 * width * width + 4 * width * width + 5 * width * width) +
      scores;
  constexpr std::int64_t ends =
      image * 3 * width + text * 6 * width + width * 2 * width + image * width * 3;
  const count::Counts forward = count_text(flux, options);
  EXPECT_EQ(macs(forward), Count(batch * (condition + of_both + joined + ends)));
  constexpr std::int64_t embedders = 2 * (layer(256, 8) + layer(8, 8)) + layer(5, 8) + layer(8, 8);
  constexpr std::int64_t stream =
      layer(8, 48) + 4 * layer(8, 8) + 2 * 4 + layer(8, 32) + layer(32, 8);
  constexpr std::int64_t of_joined =
      layer(8, 24) + 3 * layer(8, 8) + 2 * 4 + layer(8, 32) + layer(40, 8);
  EXPECT_EQ(forward.parameters.total, Count(layer(3, 8) + layer(6, 8) + embedders + 2 * stream +
                                            of_joined + layer(8, 16) + layer(8, 3)));
}

/// The first of two layers looks at the image twice; the last leaves out the text, but not its
/// queries. The image has 4 x 4 latent pixels unless another size is bound.
TEST(Diffusion, Sd3EqualsItsClosedForm) {
  constexpr std::string_view sd3 = R"({"_class_name": "SD3Transformer2DModel",
      "num_attention_heads": 2, "attention_head_dim": 4, "num_layers": 2, "sample_size": 4,
      "joint_attention_dim": 6, "caption_projection_dim": 8, "pooled_projection_dim": 5,
      "in_channels": 2, "out_channels": 2, "patch_size": 2, "pos_embed_max_size": 3,
      "qk_norm": "rms_norm", "dual_attention_layers": [0]})";
  const auto expected = [](std::int64_t image) {
    const std::int64_t all = image + text;
    const std::int64_t square = width * width;
    const std::int64_t scores = all * all * 2 * width;
    const std::int64_t first = width * (9 + 6) * width + all * 4 * square + scores +
                               image * 4 * square + image * image * 2 * width + all * 8 * square;
    const std::int64_t last =
        width * (6 + 2) * width + all * 3 * square + image * square + scores + image * 8 * square;
    const std::int64_t ends = image * 8 * width + text * 6 * width + 2 * square + image * width * 8;
    return Count(batch * (two_layers(256) + two_layers(5) + first + last + ends));
  };
  EXPECT_EQ(macs(count_text(sd3, bound)), expected(4));
  ImportOptions options = bound;
  options.dimensions["height"] = 48;
  EXPECT_EQ(macs(count_text(sd3, options)), expected(6));
}

/// 4 x 4 pixels of 4 channels, then 2 x 2 of 8, and back.
TEST(Diffusion, AutoencoderEqualsItsClosedForm) {
  constexpr std::string_view vae = R"({"_class_name": "AutoencoderKL", "sample_size": 4,
      "block_out_channels": [4, 8], "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D"],
      "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D"], "layers_per_block": 1,
      "norm_num_groups": 2, "latent_channels": 2})";
  constexpr std::int64_t large = 16, small = 4;
  constexpr std::int64_t middle =
      small * 2 * 2 * 9 * 8 * 8 + small * 4 * 8 * 8 + small * small * 16;
  constexpr std::int64_t encoder = large * 9 * (3 * 4 + 2 * 4 * 4) + small * 9 * 4 * 4 +
                                   small * (9 * (4 * 8 + 8 * 8) + 4 * 8) + middle +
                                   small * 9 * 8 * 4 + small * 4 * 4;
  constexpr std::int64_t decoder = small * 2 * 2 + small * 9 * 2 * 8 + middle +
                                   small * 2 * 2 * 9 * 8 * 8 + large * 9 * 8 * 8 +
                                   large * (9 * (8 * 4 + 3 * 4 * 4) + 8 * 4) + large * 9 * 4 * 3;
  EXPECT_EQ(macs(count_text(vae, {.dimensions = {{"batch", batch}}})),
            Count(batch * (encoder + decoder)));
}

}  // namespace
}  // namespace pfsday
