// The towers of CLIP and SigLIP, which other models see images and texts through.
#pragma once

#include "importers/config/keys.h"
#include "importers/config/network.h"

namespace pfsday::config {

enum class ClipKind : std::uint8_t { clip, siglip };

/// What a tower gives: each token, and one for the whole.
struct TowerOutput {
  Value tokens = {}, pooled = {};
  std::int64_t width = 1;
};

/// Layers of the tower that are not run, and the last norm and pooling where they are not used.
struct TowerUse {
  std::int64_t layers_left_out = 0;
  bool is_pooled = true;
};

/// The defaults of the configurations' classes, for keys that a tower within a model leaves out.
const Json& clip_vision_defaults(ClipKind kind);
const Json& clip_text_defaults(ClipKind kind);

/// Of an image of the size in the keys. The names begin with `prefix`: "vision_model".
TowerOutput vision_tower(Network& net, const Keys& in, std::string_view prefix, ClipKind kind,
                         const TowerUse& use = {});
TowerOutput text_tower(Network& net, const Keys& in, std::string_view prefix, ClipKind kind);

}  // namespace pfsday::config
