#include "uncertainty/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <ranges>
#include <vector>

#include "base/text.h"
#include "units/decimal.h"

namespace pfsday::uncertainty {
namespace {

std::unexpected<Error> malformed(std::string what, std::string hint = {}) {
  return fail(Code::interval_malformed, std::move(what), std::move(hint));
}

struct Split {
  std::string_view left, right;
};

/// Both sides of the separator, without spaces around them; none where it does not occur.
std::optional<Split> split_at(std::string_view text, std::string_view separator) {
  const std::size_t at = text.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  return Split{trim(text.substr(0, at)), trim(text.substr(at + separator.size()))};
}

/// What follows the number: its prefix and unit.
Result<std::string_view> unit_of(std::string_view text) {
  TRY(units::take_decimal(text));
  return trim(text);
}

struct Reader {
  units::Dimension dimension;
  double unit;

  Result<double> number(std::string_view text) const {
    const double value = TRY(units::parse_as(text, dimension, unit)) / unit;
    if (value > 0) return value;
    return fail(Code::quantity_malformed, fmt::format("\"{}\" is not more than zero", text));
  }
};

/// The lower end with its unit, which may stand behind the upper end.
Result<std::string> lower_end(std::string_view low, std::string_view high) {
  const std::string_view tail = TRY(unit_of(high));
  if (!TRY(unit_of(low)).empty() || tail.empty()) return std::string(low);
  const units::Unit unit = TRY(units::parse_unit(tail));
  if (unit.dimension != units::Dimension::number) return fmt::format("{} {}", low, tail);
  return malformed(
      fmt::format("\"{} to {}\" leaves open whether both ends are in {}", low, high, tail),
      fmt::format("write \"{}{} to {}\"", low, tail, high));
}

Result<Uncertain> read_range(const Reader& reader, const Split& ends) {
  const std::string lower = TRY(lower_end(ends.left, ends.right));
  const double low = TRY(reader.number(lower));
  const double high = TRY(reader.number(ends.right));
  if (low > high) {
    return malformed(fmt::format("\"{} to {}\" is reversed", ends.left, ends.right),
                     "the lower end comes first: 1 to 10");
  }
  Uncertain amount;
  amount.distribution = log_normal_between(low, high);
  amount.text = fmt::format("{} to {}", to_text(low), to_text(high));
  return amount;
}

/// The number before +- with its unit, which may stand behind the per cent.
Result<std::string> middle(const Split& parts, std::string_view unit) {
  if (unit.empty()) return std::string(parts.left);
  if (TRY(unit_of(parts.left)).empty()) return fmt::format("{} {}", parts.left, unit);
  return malformed(fmt::format("\"{} +- {}\" has a unit twice", parts.left, parts.right));
}

Result<Uncertain> read_percent(const Reader& reader, const Split& parts) {
  std::string_view rest = parts.right;
  const units::Decimal written = TRY(units::take_decimal(rest));
  const double percent = TRY(units::to_double(written));
  rest = trim(rest);
  if (!rest.starts_with('%')) {
    return malformed(
        fmt::format("\"{} +- {}\" does not give its spread in per cent", parts.left, parts.right),
        "write \"30 +- 10%\", or a range such as \"27 to 33\"");
  }
  if (percent >= 100) {
    return malformed(
        fmt::format("\"{} +- {}\" reaches down to zero", parts.left, parts.right),
        "the spread is less than 100 %; write what it lies between, such as \"1 to 10\"");
  }
  const std::string stated = TRY(middle(parts, trim(rest.substr(1))));
  const double value = TRY(reader.number(stated));
  Uncertain amount;
  amount.distribution = log_normal_within(value, percent / 100);
  amount.text = fmt::format("{} +- {}%", to_text(value), percent);
  return amount;
}

Result<Uncertain> read_rounded(const Reader& reader, std::string_view text) {
  const double value = TRY(reader.number(text));
  std::string_view rest = text;
  const units::Decimal number = TRY(units::take_decimal(rest));
  const double half = TRY(reader.number(fmt::format("5e{}{}", number.exponent - 1, rest)));
  Uncertain amount;
  amount.distribution = uniform(value, half);
  amount.text = fmt::format("{} +- {}", to_text(value), to_text(half));
  return amount;
}

/// All of a few names, else the first of them.
std::string list_some(std::span<const std::string_view> names) {
  constexpr std::size_t most = 6;
  if (names.size() <= most) return fmt::format("there are {}", fmt::join(names, ", "));
  return fmt::format("there are {}: {}, ...", names.size(), fmt::join(names.first(most), ", "));
}

Result<Uncertain> find_prior(std::string_view name, std::span<const Prior> priors) {
  const auto found = std::ranges::find(priors, name, &Prior::name);
  if (found != priors.end()) {
    Uncertain amount;
    amount.distribution = found->distribution;
    amount.text = fmt::format("prior {}", name);
    return amount;
  }
  if (priors.empty()) {
    return fail(Code::prior_unknown, fmt::format("no prior is known here: \"{}\"", name));
  }
  const auto names =
      std::views::transform(priors, [](const Prior& one) { return std::string_view(one.name); });
  const std::vector<std::string_view> all(names.begin(), names.end());
  const std::string_view near = nearest(name, all);
  return fail(Code::prior_unknown, fmt::format("no prior is called \"{}\"", name),
              near.empty() ? list_some(all) : fmt::format("did you mean \"{}\"?", near));
}

}  // namespace

Result<Uncertain> parse_uncertain(std::string_view text, units::Dimension dimension, double unit,
                                  std::span<const Prior> priors) {
  const Reader reader{dimension, unit};
  const std::string_view written = trim(text);
  if (written.starts_with("prior ")) return find_prior(trim(written.substr(6)), priors);
  if (written.starts_with('~')) return read_rounded(reader, trim(written.substr(1)));
  for (const std::string_view sign : {"+-", "+/-", "±"}) {
    if (const auto parts = split_at(written, sign)) return read_percent(reader, *parts);
  }
  if (const auto ends = split_at(written, " to ")) return read_range(reader, *ends);
  return Uncertain(TRY(reader.number(written)));
}

}  // namespace pfsday::uncertainty
