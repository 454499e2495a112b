#include "hardware/name.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <vector>

#include "base/text.h"

namespace pfsday::hardware {
namespace {

constexpr std::string_view makers[] = {
    "nvidia", "tesla",  "geforce", "amd",  "radeon", "instinct",  "google", "cloud",    "intel",
    "aws",    "amazon", "huawei",  "meta", "gpu",    "microsoft", "oam",    "cambricon"};

bool is_number(std::string_view word) {
  return std::ranges::all_of(word, [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  bool inside = false;
  for (const unsigned char c : name) {
    const bool part = std::isalnum(c) != 0;
    if (part && !inside) words.emplace_back();
    if (part) words.back() += static_cast<char>(std::tolower(c));
    inside = part;
  }
  return words;
}

}  // namespace

std::string key_of(std::string_view name) {
  std::vector<std::string> kept;
  for (std::string& word : words_of(name)) {
    if (std::ranges::find(makers, word) != std::end(makers)) continue;
    if (word == "gb" && !kept.empty() && is_number(kept.back())) {
      kept.back() += word;
    } else {
      kept.push_back(std::move(word));
    }
  }
  return join(kept, "-");
}

}  // namespace pfsday::hardware
