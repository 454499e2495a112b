// How figures of accelerators are written.
#pragma once

#include <optional>
#include <string>

#include "hardware/chip.h"

namespace pfsday::report {

/// "2022-09-20", "2022-09" or "2022", as precise as the source.
std::string date_text(const hardware::Release& release);

/// "989.4 TFLOP/s", and "TOP/s" of integers: one unit, so that chips compare at a glance.
std::string rate_text(double operations_per_second, std::string_view format);

/// "1979 TOPS of fp8 x 8 bits = 15832".
std::string processing_performance_text(const hardware::Chip& chip);

std::string memory_text(const hardware::Memory& memory);
std::string bandwidth_text(const hardware::Figure& bytes_per_second);
std::string watts_text(const hardware::Figure& watts);
std::string price_text(const hardware::Figure& dollars);

/// The text of a figure, or "-".
template <class T, class ToText>
std::string text_or_dash(const std::optional<T>& figure, ToText to_text) {
  return figure ? to_text(*figure) : std::string("-");
}

}  // namespace pfsday::report
