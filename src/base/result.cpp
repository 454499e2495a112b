#include "base/result.h"

#include <fmt/format.h>

namespace pfsday {
namespace {

std::string to_string(const Place& place) {
  std::string text = place.file;
  if (place.line) text += fmt::format("{}{}", text.empty() ? "line " : ":", *place.line);
  if (place.line && place.column) text += fmt::format(":{}", *place.column);
  if (place.byte) text += fmt::format("{}byte {}", text.empty() ? "" : ": ", *place.byte);
  if (!place.node.empty()) text += fmt::format("{}node {}", text.empty() ? "" : ": ", place.node);
  return text;
}

}  // namespace

std::string to_string(const Error& error) {
  const std::string place = to_string(error.place);
  std::string text = fmt::format("error[{}]: {}{}{}", to_string(error.code), place,
                                 place.empty() ? "" : ": ", error.what);
  if (!error.hint.empty()) text += fmt::format("\n  hint: {}", error.hint);
  return text;
}

}  // namespace pfsday
