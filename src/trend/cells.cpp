#include "trend/cells.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "units/quantity.h"

namespace pfsday::trend {
namespace {

struct BoundWord {
  std::string_view word;
  Bound bound = Bound::none;
};

constexpr std::array<BoundWord, 12> bound_words = {{{"above", Bound::above},
                                                    {"over", Bound::above},
                                                    {"more than", Bound::above},
                                                    {"at least", Bound::above},
                                                    {">=", Bound::above},
                                                    {"≥", Bound::above},
                                                    {">", Bound::above},
                                                    {"below", Bound::below},
                                                    {"less than", Bound::below},
                                                    {"at most", Bound::below},
                                                    {"≤", Bound::below},
                                                    {"<", Bound::below}}};

/// Takes the words of a bound off the text.
Bound take_bound(std::string_view& text) {
  for (const auto& [word, bound] : bound_words) {
    if (!text.starts_with(word)) continue;
    text = trim(text.substr(word.size()));
    return bound;
  }
  return Bound::none;
}

/// An amount in dollars may say so.
std::string_view without_dollar(std::string_view text) {
  if (text.starts_with('$')) text.remove_prefix(1);
  return text;
}

}  // namespace

Result<CellDate> parse_cell_date(std::string_view text) {
  struct Form {
    std::size_t size;
    std::string_view day;  ///< what stands for the part that is not stated
    Precision precision;
  };
  constexpr Form forms[] = {{7, "-15", Precision::month}, {4, "-07-02", Precision::year}};
  for (const auto& [size, day, precision] : forms) {
    if (text.size() != size) continue;
    const auto date = units::parse_date(std::string(text).append(day));
    if (date) return CellDate{*date, precision};
  }
  return CellDate{TRY(units::parse_date(text))};
}

Result<Amount> parse_amount(std::string_view text, Quantity quantity, double operations_per_unit) {
  Amount amount{.bound = take_bound(text)};
  if (quantity == Quantity::compute) {
    amount.value = TRY(units::parse_as(text, units::Dimension::operations, operations_per_unit));
  } else {
    amount.value = TRY(units::parse_as(without_dollar(text), units::Dimension::number, 1));
  }
  if (amount.value > 0) return amount;
  return fail(Code::table_malformed,
              std::string(names_of(quantity).word) + " must be more than 0 to have a logarithm");
}

std::optional<double> find_number(std::string_view text) {
  const auto number = units::parse_as(trim(text), units::Dimension::number, 1);
  if (!number || *number <= 0) return std::nullopt;
  return *number;
}

std::vector<std::string> items_of(std::string_view text) {
  std::vector<std::string> items;
  for (const std::string_view part : split(text, ',')) {
    std::string item = on_one_line(part);
    if (!item.empty() && std::ranges::find(items, item) == items.end()) {
      items.push_back(std::move(item));
    }
  }
  return items;
}

std::string on_one_line(std::string_view text) {
  std::string out;
  for (const char c : trim(text)) {
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (blank && out.ends_with(' ')) continue;
    out += blank ? ' ' : c;
  }
  return out;
}

std::string to_tag(std::string_view text) {
  std::string tag;
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    tag += upper ? static_cast<char>(c - 'A' + 'a') : c == ' ' ? '-' : c;
  }
  return tag;
}

}  // namespace pfsday::trend
