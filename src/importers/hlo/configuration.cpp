#include "importers/hlo/configuration.h"

#include <charconv>

#include "importers/hlo/cursor.h"

namespace pfsday::hlo {
namespace {

constexpr std::string_view separators = " \t\n\r\\\"";

}  // namespace

/// Where the value begins; npos if there is none.
std::size_t Configuration::find(std::string_view name) const {
  for (std::size_t at = text_.find(name); at != text_.npos; at = text_.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    const bool is_part = (at > 0 && is_name_character(text_[at - 1])) ||
                         (end < text_.size() && is_name_character(text_[end]));
    if (is_part) continue;
    const std::size_t sign = text_.find_first_not_of(separators, end);
    if (sign == text_.npos || (text_[sign] != ':' && text_[sign] != '=')) continue;
    return text_.find_first_not_of(separators, sign + 1);
  }
  return text_.npos;
}

std::string_view Configuration::text(std::string_view name) const {
  const std::size_t first = find(name);
  if (first == text_.npos) return {};
  const std::size_t end = text_.find_first_of(",}]\"\\: \n", first);
  return text_.substr(first, end - first);
}

std::optional<std::int64_t> Configuration::integer(std::string_view name) const {
  const auto value = parse_integer(text(name));
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<double> Configuration::real(std::string_view name) const {
  const std::string_view word = text(name);
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end == word.data()) return std::nullopt;
  return value;
}

std::optional<Axes> Configuration::integers(std::string_view name) const {
  const std::size_t first = find(name);
  if (first == text_.npos || text_[first] != '[') return std::nullopt;
  Axes list;
  std::size_t at = first + 1;
  while (at < text_.size() && text_[at] != ']') {
    const std::size_t begin = text_.find_first_of("-0123456789]", at);
    if (begin == text_.npos || text_[begin] == ']') break;
    const std::size_t end = text_.find_first_not_of("-0123456789", begin);
    const auto value = parse_integer(text_.substr(begin, end - begin));
    if (!value) return std::nullopt;
    list.push_back(*value);
    at = end;
  }
  return list;
}

}  // namespace pfsday::hlo
