// Text as XML content.
#pragma once

#include <string>
#include <string_view>

namespace pfsday::chart {

/// Markup escaped; bytes that are no UTF-8 and characters that XML forbids replaced by U+FFFD.
std::string escape_xml(std::string_view text);

}  // namespace pfsday::chart
