// JSON text as events, one after the other, so that a document of any size costs what its names
// cost. Depth and duplicate names are checked; nothing is kept.
//
//   TRY(read_json(text, [&](const JsonPath& path, const JsonEvent& event) -> Result<void> {
//     if (path.size() == 2 && path[1] == "dtype") ...event.text...
//     return {};
//   }));
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pfsday::importers {

struct JsonEvent {
  enum class Kind : std::uint8_t { object, array, text, natural, other };
  Kind kind = Kind::other;
  std::string_view text = {};   ///< of a text, valid during the event
  std::uint64_t natural = 0;    ///< of an integer that is not negative and fits 64 bits
  std::size_t array_depth = 0;  ///< arrays around it, within the last named member
};

/// The names of the members around a value, outermost first; an array has the path of its member.
using JsonPath = std::vector<std::string>;

/// Called for each value, of an object or array when it begins. A fault that it returns ends all.
/// Errors: Code::model_malformed, with the byte, for text that is no JSON, nests deeper than 8 or
/// names a member twice.
Result<void> read_json(std::string_view text,
                       const std::function<Result<void>(const JsonPath&, const JsonEvent&)>& use);

}  // namespace pfsday::importers
