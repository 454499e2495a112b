#include "chart/wrap.h"

#include "base/text.h"

namespace pfsday::chart {

std::vector<std::string> wrap(std::string_view text, double width, const Font& font,
                              const TextMeasure& measure) {
  std::vector<std::string> lines;
  if (text.empty()) return lines;
  for (const std::string_view paragraph : split(text, '\n')) {
    std::string line;
    for (const std::string_view word : split(paragraph, ' ')) {
      std::string longer = line.empty() ? std::string(word) : line + " " + std::string(word);
      if (!line.empty() && measure.width(longer, font) > width) {
        lines.push_back(std::move(line));
        longer = word;
      }
      line = std::move(longer);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace pfsday::chart
