#include "hardware/name.h"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace pfsday::hardware {
namespace {

constexpr std::string_view makers[] = {
    "nvidia", "tesla",  "geforce", "amd",  "radeon", "instinct",  "google", "cloud",    "intel",
    "aws",    "amazon", "huawei",  "meta", "gpu",    "microsoft", "oam",    "cambricon"};

bool is_digit(unsigned char c) { return std::isdigit(c) != 0; }
bool is_part(unsigned char c) { return std::isalnum(c) != 0; }

/// Takes the next word off `rest`, in lower case; empty at the end.
std::string take_word(std::string_view& rest) {
  const auto begin = std::ranges::find_if(rest, is_part);
  const auto end = std::find_if_not(begin, rest.end(), is_part);
  std::string word(begin, end);
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::tolower(c); });
  rest = std::string_view(end, rest.end());
  return word;
}

bool is_maker(std::string_view word) { return std::ranges::find(makers, word) != std::end(makers); }

}  // namespace

std::string key_of(std::string_view name) {
  std::string key;
  bool after_number = false;
  for (std::string word = take_word(name); !word.empty(); word = take_word(name)) {
    if (is_maker(word)) continue;
    if (!key.empty() && !(after_number && word == "gb")) key += '-';
    key += word;
    after_number = std::ranges::all_of(word, is_digit);
  }
  return key;
}

}  // namespace pfsday::hardware
