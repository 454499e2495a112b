#include "report/hardware_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "units/count.h"
#include "units/print.h"

namespace pfsday::report {

std::string date_text(const hardware::Release& release) {
  constexpr std::size_t lengths[] = {10, 7, 4};  // of YYYY-MM-DD for day, month and year
  return units::to_string(release.date).substr(0, lengths[static_cast<int>(release.precision)]);
}

std::string rate_text(double operations_per_second, std::string_view format) {
  return fmt::format("{} {}", units::to_significant(operations_per_second / 1e12),
                     format.starts_with("int") ? "TOP/s" : "TFLOP/s");
}

std::string processing_performance_text(const hardware::Chip& chip) {
  const hardware::Peak& most = *std::ranges::max_element(
      chip.peaks, {},
      [](const hardware::Peak& peak) { return total_processing_performance(peak); });
  const double product = total_processing_performance(most);
  const double rate = most.operations_per_second / 1e12;
  return fmt::format("{} = {} TOPS in {} x {} bits", units::to_significant(product, 5),
                     units::to_significant(rate), most.format, product / rate);
}

std::string memory_text(const hardware::Memory& memory) { return units::to_si(memory.bytes, "B"); }

std::string bandwidth_text(const hardware::Figure& bytes_per_second) {
  return units::to_si(bytes_per_second.value, "B/s");
}

std::string watts_text(const hardware::Figure& watts) {
  return units::to_significant(watts.value) + " W";
}

std::string price_text(const hardware::Figure& dollars) {
  return "$" + units::to_grouped(units::Count(std::llround(dollars.value)));
}

}  // namespace pfsday::report
