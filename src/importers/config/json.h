// JSON of a configuration file, as a small tree: objects keep the order of their keys.
//
//   const Json document = TRY(parse_json(text));
//   document.find("hidden_size")->number
//
// The text may hold NaN and Infinity, as Python writes them; they are read as null. Errors:
// Code::model_malformed for text that is no JSON, a key that stands twice in an object, or a number
// beyond the range of a double; Code::limit_exceeded beyond the limits below.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pfsday::config {

inline constexpr std::size_t most_json_bytes = std::size_t{4} << 20U;
inline constexpr std::size_t most_json_depth = 32;
inline constexpr std::size_t most_json_values = 200'000;

struct Json {
  enum class Kind : std::uint8_t { null, flag, number, text, list, object };

  Kind kind = Kind::null;
  bool flag = false;
  double number = 0;
  std::string text = {};
  std::vector<Json> items = {};         ///< of a list, or the values of an object
  std::vector<std::string> names = {};  ///< of an object, beside its values

  bool is_null() const { return kind == Kind::null; }
  bool is_object() const { return kind == Kind::object; }
  /// The value of a key; null if this is no object or has no such key.
  const Json* find(std::string_view name) const;
};

Result<Json> parse_json(std::string_view text);

}  // namespace pfsday::config
