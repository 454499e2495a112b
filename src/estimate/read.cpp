#include "estimate/read.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "estimate/amount.h"

namespace pfsday::estimate {
namespace {

Result<Factor> read_factor(const TomlTable& table, std::string_view where) {
  TomlReader in(table, std::string(where));
  Factor factor;
  factor.name = TRY(in.text("name"));
  factor.value = TRY(amount(in, "value", measure::plain));
  if (const auto name = TRY(in.find_text("as"))) factor.value.name = *name;
  factor.power = TRY(in.find_number("power")).value_or(1);
  factor.note = TRY(in.text_or("note", ""));
  TRY(in.finish());
  return factor;
}

}  // namespace

Result<void> add_factors(TomlReader& in, std::string_view key, std::vector<Factor>& factors) {
  for (const TomlTable* table : TRY(in.find_tables(key))) {
    factors.push_back(TRY(read_factor(*table, key)));
  }
  return {};
}

Result<void> add_number_or_factors(TomlReader& in, std::string_view key, std::string name,
                                   std::vector<Factor>& factors) {
  if (in.holds_list(key)) return add_factors(in, key, factors);
  Uncertain value = TRY(amount(in, key, measure::plain));
  factors.push_back({.name = std::move(name), .value = std::move(value)});
  return {};
}

Result<void> add_if_given(TomlReader& in, std::string_view key, std::string name,
                          std::vector<Factor>& factors) {
  auto value = TRY(find_amount(in, key, measure::plain));
  if (value) factors.push_back({.name = std::move(name), .value = *std::move(value)});
  return {};
}

Result<void> add_notes(TomlReader& in, std::vector<std::string>& notes) {
  std::ranges::move(TRY(in.find_texts("notes")), std::back_inserter(notes));
  return {};
}

Result<std::string_view> find_one_of(TomlReader& in, std::span<const std::string_view> keys) {
  std::string_view found;
  for (const std::string_view key : keys) {
    if (!in.has(key)) continue;
    if (!found.empty()) {
      return in.malformed(key, fmt::format("cannot stand beside \"{}\"", found),
                          "keep one of them");
    }
    found = key;
  }
  return found;
}

Result<std::string_view> find_word(TomlReader& in, std::string_view key,
                                   std::span<const std::string_view> words) {
  const auto text = TRY(in.find_text(key));
  if (!text) return std::string_view{};
  const auto found = std::ranges::find(words, *text);
  if (found != words.end()) return *found;
  const std::string_view near = nearest(*text, words);
  return in.malformed(key, fmt::format("cannot be \"{}\"", *text),
                      near.empty() ? fmt::format("one of {}", fmt::join(words, ", "))
                                   : fmt::format("did you mean \"{}\"?", near));
}

Result<std::optional<units::Date>> find_date(TomlReader& in, std::string_view key) {
  const auto text = TRY(in.find_text(key));
  if (!text) return std::optional<units::Date>{};
  return std::optional(TRY(at_place(in.find(key)->place, units::parse_date(*text))));
}

}  // namespace pfsday::estimate
