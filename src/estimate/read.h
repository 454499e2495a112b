// What the readers of the parts of a run file share.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/toml.h"
#include "estimate/factor.h"
#include "units/date.h"

namespace pfsday::estimate {

/// Adds the factors of a list of tables {name, value, as, power, note}.
Result<void> add_factors(TomlReader& in, std::string_view key, std::vector<Factor>& factors);

/// Adds an amount, or the factors of a list whose product it is.
Result<void> add_number_or_factors(TomlReader& in, std::string_view key, std::string name,
                                   std::vector<Factor>& factors);

/// Adds the amount at a key, if there is one.
Result<void> add_if_given(TomlReader& in, std::string_view key, std::string name,
                          std::vector<Factor>& factors);

/// Adds the texts of "notes".
Result<void> add_notes(TomlReader& in, std::vector<std::string>& notes);

/// Which one of the keys is there; empty if none is. Two of them are run_malformed.
Result<std::string_view> find_one_of(TomlReader& in, std::span<const std::string_view> keys);

/// The word at a key, one of `words`; empty if the key is absent. Any other is run_malformed, with
/// the nearest word or all of them.
Result<std::string_view> find_word(TomlReader& in, std::string_view key,
                                   std::span<const std::string_view> words);

/// A day; date_malformed at its place.
Result<std::optional<units::Date>> find_date(TomlReader& in, std::string_view key);

}  // namespace pfsday::estimate
