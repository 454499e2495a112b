// Reading TOML strictly: every key of a table must be one that somebody asks for, and a fault names
// its line.
//
//   const TomlTable document = TRY(parse_toml(text));
//   TomlReader in(document, "run");
//   const std::string id = TRY(in.text("id"));
//   TRY(in.finish());  // error[PFD302]: line 3: unknown key "epoch" in run; hint: did you mean
//   "epochs"?
//
// Faults: run_malformed (not TOML, or a value of the wrong type), run_input_missing (a required key
// is not there), run_key_unknown (a key that nobody asked for).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace pfsday {

struct TomlTable;

struct TomlValue {
  using List = std::vector<TomlValue>;
  using Table = std::shared_ptr<const TomlTable>;  ///< never null
  /// A date is its text, YYYY-MM-DD.
  std::variant<bool, std::int64_t, double, std::string, List, Table> data;
  Place place = {};
};

/// A table, its keys in alphabetical order.
struct TomlTable {
  std::vector<std::pair<std::string, TomlValue>> entries;
  Place place = {};

  const TomlValue* find(std::string_view key) const;
};

/// Never throws; nesting deeper than 256 is refused.
Result<TomlTable> parse_toml(std::string_view text);

/// The fault, at the place of the value or table.
std::unexpected<Error> fail_at(const Place& place, Code code, std::string what,
                               std::string hint = {});

/// The same result, its fault placed there.
template <class T>
Result<T> at_place(const Place& place, Result<T> result) {
  if (!result) result.error().place = place;
  return result;
}

/// Takes values out of one table, which must outlive it, and remembers which keys were asked for.
class TomlReader {
 public:
  /// `name` says what the table is in messages: "run", "phase.counting".
  TomlReader(const TomlTable& table, std::string name) : table_(&table), name_(std::move(name)) {}

  const Place& place() const { return table_->place; }
  bool has(std::string_view key);
  bool holds_list(std::string_view key);

  /// The value, or null if the key is absent.
  const TomlValue* find(std::string_view key);
  Result<std::optional<std::string>> find_text(std::string_view key);
  Result<std::optional<std::int64_t>> find_integer(std::string_view key);
  Result<std::optional<double>> find_number(std::string_view key);  ///< finite
  Result<const TomlTable*> find_table(std::string_view key);
  /// The tables of a list; empty if the key is absent.
  Result<std::vector<const TomlTable*>> find_tables(std::string_view key);
  Result<std::vector<std::string>> find_texts(std::string_view key);
  Result<std::vector<std::int64_t>> find_integers(std::string_view key);

  Result<std::string> text(std::string_view key);
  Result<std::string> text_or(std::string_view key, std::string_view otherwise);
  Result<double> number(std::string_view key);
  Result<bool> flag_or(std::string_view key, bool otherwise);
  Result<std::int64_t> integer_or(std::string_view key, std::int64_t otherwise);

  /// A fault that names the table, at its place; or, where a key of the table looks like a
  /// misspelling of the missing one, the fault of that key.
  std::unexpected<Error> missing(std::string_view key, std::string hint = {}) const;
  std::unexpected<Error> malformed(std::string_view key, std::string what,
                                   std::string hint = {}) const;
  /// Keys of the table that were never asked for are faults.
  Result<void> finish() const;

 private:
  bool is_known(std::string_view key) const;
  template <class T>
  Result<std::vector<T>> find_list(std::string_view key, std::string_view kind);

  const TomlTable* table_;
  std::string name_;
  std::vector<std::string> known_;
};

}  // namespace pfsday
