// The towers of CLIP and SigLIP, which other models see images and texts through.
#pragma once

#include "importers/config/keys.h"
#include "importers/config/network.h"

namespace pfsday::config {

enum class ClipKind : std::uint8_t { clip, siglip };

/// What a tower gives: each token, those before the last layer, and one for the whole.
struct TowerOutput {
  Value tokens = {}, features = {}, pooled = {};
};

struct TowerUse {
  bool has_head = true;       ///< of SigLIP: what pools the tokens
  bool has_features = false;  ///< the tokens before the last layer are asked for
};

/// The defaults of the configurations' classes, for keys that a tower within a model leaves out.
const Json& clip_vision_defaults(ClipKind kind);
const Json& clip_text_defaults(ClipKind kind);

/// Of an image of the size in the keys. The names begin with `prefix`: "vision_model".
TowerOutput vision_tower(Network& net, const Keys& in, std::string_view prefix, ClipKind kind,
                         const TowerUse& use = {});
TowerOutput text_tower(Network& net, const Keys& in, std::string_view prefix, ClipKind kind);

}  // namespace pfsday::config
