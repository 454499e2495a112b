// What models that read a text behind an image share: the decoder of the text with the defaults of
// its class, and the tokens of the image before those of the text.
//
//   const Text text = read_text(in, "llama");
//   const Value image = ...;                               // [batch, tokens, text.width()]
//   return read_behind(net, text, image, {});
#pragma once

#include "importers/config/family.h"

namespace pfsday::config {

/// What the text is read by: its keys, over the defaults of its class, and its family.
struct Text {
  Json defaults = {};
  Keys keys;
  const Family* family = nullptr;
  std::string_view scope = "language_model";  ///< before the names of its modules

  Keys all() const { return keys.with_defaults(defaults); }
  std::int64_t width() const { return all().size("hidden_size"); }
};

/// The keys under text_config; of that family unless they name one.
Text read_text(const Keys& in, std::string_view usual_type);
/// The same where the keys of the text stand among those of the whole.
Text read_flat_text(const Keys& in, std::string_view type);

/// The text behind the tokens of the image, [batch, tokens, width]; `unused` is what a tower gives
/// beside them: an output that teaches nothing.
Values read_behind(Network& net, const Text& text, Value image, Value unused);

/// Keys that say which tokens stand for an image, and those of the text that the whole repeats.
void ignore_tokens(const Keys& in);

/// What `build` makes of an image of so many patches, that stand for the tokens of the pass.
Value over_patches(Network& net, std::int64_t patches, const std::function<Value()>& build);

}  // namespace pfsday::config
