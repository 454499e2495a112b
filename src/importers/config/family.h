// A family of models that a configuration can name, and how to build it.
#pragma once

#include <span>
#include <string_view>

#include "importers/config/keys.h"
#include "importers/config/network.h"

namespace pfsday::config {

/// What a pass is given, and with it which sizes have to be bound.
enum class Takes : std::uint8_t {
  tokens,                ///< batch, seq; of a decoder
  text,                  ///< batch, seq; of an encoder
  source_and_target,     ///< batch, seq, and target, which is seq unless it is bound
  audio_and_target,      ///< batch, target; the length of the audio is in the file
  sound,                 ///< batch, seq: samples
  image,                 ///< batch; the size of the image is in the file
  image_and_text,        ///< batch, seq: an image for each text
  sized_image_and_text,  ///< the same, with a height and a width of the image
  tiled_image_and_text,  ///< the same, where the file has a size of the image for what is not bound
};

struct Family {
  std::span<const std::string_view> model_types;
  Takes takes = Takes::tokens;
  /// The outputs, the first of which is what the model is trained on.
  Values (*build)(Network& net, const Keys& in) = nullptr;
};

/// The families that one file describes.
struct FamilyGroup {
  std::span<const Family> families;
};

std::span<const FamilyGroup* const> family_groups();

/// By `model_type`, or where there is none by the first of `architectures`, or by a key that one
/// family alone has; null if none is known.
const Family* find_family(const Keys& in);
const Family* find_family(std::string_view model_type);
/// All model types, sorted.
std::vector<std::string_view> known_model_types();

}  // namespace pfsday::config
