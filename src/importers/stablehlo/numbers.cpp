#include "importers/stablehlo/numbers.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "importers/hlo/cursor.h"

namespace pfsday::stablehlo {
namespace {

/// dense<...>, array<i64: ...>: what stands inside.
std::string_view contents_of(std::string_view value) {
  value = trim(value);
  for (const std::string_view begin : {"dense<", "array<"}) {
    if (!value.starts_with(begin) || !value.ends_with('>')) continue;
    value = value.substr(begin.size(), value.size() - begin.size() - 1);
    if (begin == "dense<") return value;
    const std::size_t colon = value.find(':');
    return colon == value.npos ? std::string_view{} : value.substr(colon + 1);
  }
  return value;
}

}  // namespace

Result<Numbers> parse_numbers(std::string_view value) {
  Numbers numbers;
  const std::string_view text = contents_of(value);
  for (std::size_t at = 0; at < text.size();) {
    if (!hlo::is_name_character(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && hlo::is_name_character(text[end])) ++end;
    const std::string_view word = text.substr(at, end - at);
    std::int64_t number = word == "true" ? 1 : 0;
    if (word != "true" && word != "false") {
      const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), number);
      if (error != std::errc() || stop != word.data() + word.size()) {
        return fail(Code::attribute_invalid,
                    fmt::format("\"{}\" is no whole number", word.substr(0, 40)));
      }
    }
    numbers.push_back(number);
    at = end;
  }
  return numbers;
}

std::string in_braces(const Numbers& numbers) {
  return fmt::format("{{{}}}", fmt::join(numbers, ","));
}

std::string_view field_of(std::string_view value, std::string_view name) {
  for (std::size_t at = value.find(name); at != value.npos; at = value.find(name, at + 1)) {
    const bool is_begin = at == 0 || !hlo::is_name_character(value[at - 1]);
    std::size_t next = at + name.size();
    while (next < value.size() && value[next] == ' ') ++next;
    if (!is_begin || next >= value.size() || value[next] != '=') continue;
    const std::string_view rest = trim(value.substr(next + 1));
    if (rest.starts_with('[')) return rest.substr(0, rest.find(']') + 1);
    return rest.substr(0, rest.find_first_of(",>"));
  }
  return {};
}

std::string_view word_of(std::string_view value) {
  value = trim(value);
  if (value.ends_with('>')) value.remove_suffix(1);
  const std::size_t blank = value.rfind(' ');
  return blank == value.npos ? value : value.substr(blank + 1);
}

}  // namespace pfsday::stablehlo
