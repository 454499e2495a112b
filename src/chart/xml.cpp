#include "chart/xml.h"

#include "base/text.h"

namespace pfsday::chart {
namespace {

std::string_view entity_of(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    default:
      return {};
  }
}

}  // namespace

std::string escape_xml(std::string_view text) {
  const std::string valid = to_valid_utf8(text);
  std::string out;
  for (std::string_view rest = valid; !rest.empty();) {
    const char c = rest.front();
    const bool control = static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n';
    const bool no_character = rest.starts_with("\uFFFE") || rest.starts_with("\uFFFF");
    const std::string_view entity = entity_of(c);
    if (control || no_character) {
      out += "\uFFFD";
    } else if (entity.empty()) {
      out += c;
    } else {
      out += entity;
    }
    rest.remove_prefix(no_character ? 3 : 1);
  }
  return out;
}

}  // namespace pfsday::chart
