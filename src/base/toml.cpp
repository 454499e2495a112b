#include "base/toml.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "base/text.h"

// Header only: a shared library less to load when the program starts.
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace pfsday {
namespace {

Place place_of(const toml::node& node) {
  const auto& begin = node.source().begin;
  return {.line = begin.line, .column = begin.column};
}

TomlTable to_table(const toml::table& table);

template <class T>
std::string written(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

TomlValue to_value(const toml::node& node);

TomlValue::List to_list(const toml::array& array) {
  TomlValue::List list;
  list.reserve(array.size());
  for (const toml::node& element : array) list.push_back(to_value(element));
  return list;
}

TomlValue to_value(const toml::node& node) {
  const Place place = place_of(node);
  if (const auto* table = node.as_table()) {
    return {std::make_shared<const TomlTable>(to_table(*table)), place};
  }
  if (const auto* array = node.as_array()) return {to_list(*array), place};
  if (const auto* value = node.as_boolean()) return {value->get(), place};
  if (const auto* value = node.as_integer()) return {value->get(), place};
  if (const auto* value = node.as_floating_point()) return {value->get(), place};
  if (const auto* value = node.as_string()) return {value->get(), place};
  if (const auto* value = node.as_date()) return {written(value->get()), place};
  if (const auto* value = node.as_time()) return {written(value->get()), place};
  return {written(node.as_date_time()->get()), place};
}

TomlTable to_table(const toml::table& table) {
  TomlTable result{.entries = {}, .place = place_of(table)};
  for (const auto& [key, node] : table) result.entries.emplace_back(key.str(), to_value(node));
  return result;
}

std::string_view kind_of(const TomlValue& value) {
  constexpr std::string_view names[] = {"true or false", "a number", "a number",
                                        "text",          "a list",   "a table"};
  return names[value.data.index()];
}

}  // namespace

const TomlValue* TomlTable::find(std::string_view key) const {
  const auto found = std::ranges::find(entries, key, [](const auto& entry) { return entry.first; });
  return found == entries.end() ? nullptr : &found->second;
}

Result<TomlTable> parse_toml(std::string_view text) {
  try {
    return to_table(toml::parse(text));
  } catch (const toml::parse_error& fault) {
    const auto& begin = fault.source().begin;
    return fail_at({.line = begin.line, .column = begin.column}, Code::run_malformed,
                   fmt::format("not valid TOML: {}", fault.description()));
  }
}

std::unexpected<Error> fail_at(const Place& place, Code code, std::string what, std::string hint) {
  return std::unexpected(Error{code, std::move(what), std::move(hint), place});
}

bool TomlReader::has(std::string_view key) { return find(key) != nullptr; }

bool TomlReader::holds_list(std::string_view key) {
  const TomlValue* value = find(key);
  return value != nullptr && std::holds_alternative<TomlValue::List>(value->data);
}

const TomlValue* TomlReader::find(std::string_view key) {
  if (!is_known(key)) known_.emplace_back(key);
  return table_->find(key);
}

bool TomlReader::is_known(std::string_view key) const {
  return std::ranges::find(known_, key) != known_.end();
}

std::unexpected<Error> TomlReader::missing(std::string_view key, std::string hint) const {
  for (const auto& [other, value] : table_->entries) {
    if (is_known(other) || nearest(other, {{key}}).empty()) continue;
    return fail_at(value.place, Code::run_key_unknown,
                   fmt::format("unknown key \"{}\" in {}", other, name_),
                   fmt::format("did you mean \"{}\"?", key));
  }
  return fail_at(place(), Code::run_input_missing, fmt::format("{} lacks \"{}\"", name_, key),
                 std::move(hint));
}

std::unexpected<Error> TomlReader::malformed(std::string_view key, std::string what,
                                             std::string hint) const {
  const TomlValue* value = table_->find(key);
  return fail_at(value != nullptr ? value->place : place(), Code::run_malformed,
                 fmt::format("\"{}\" of {} {}", key, name_, what), std::move(hint));
}

Result<std::optional<std::string>> TomlReader::find_text(std::string_view key) {
  const TomlValue* value = find(key);
  if (value == nullptr) return std::optional<std::string>{};
  if (const auto* text = std::get_if<std::string>(&value->data)) return std::optional{*text};
  return malformed(key, fmt::format("is {}, not text", kind_of(*value)));
}

Result<std::optional<std::int64_t>> TomlReader::find_integer(std::string_view key) {
  const TomlValue* value = find(key);
  if (value == nullptr) return std::optional<std::int64_t>{};
  if (const auto* number = std::get_if<std::int64_t>(&value->data)) return std::optional{*number};
  return malformed(key, fmt::format("is {}, not a whole number", kind_of(*value)));
}

Result<std::optional<double>> TomlReader::find_number(std::string_view key) {
  const TomlValue* value = find(key);
  if (value == nullptr) return std::optional<double>{};
  if (const auto* number = std::get_if<std::int64_t>(&value->data)) {
    return std::optional{static_cast<double>(*number)};
  }
  const auto* number = std::get_if<double>(&value->data);
  if (number == nullptr) return malformed(key, fmt::format("is {}, not a number", kind_of(*value)));
  if (!std::isfinite(*number)) return malformed(key, "is not finite");
  return std::optional{*number};
}

Result<const TomlTable*> TomlReader::find_table(std::string_view key) {
  const TomlValue* value = find(key);
  if (value == nullptr) return nullptr;
  if (const auto* table = std::get_if<TomlValue::Table>(&value->data)) return table->get();
  return malformed(key, fmt::format("is {}, not a table", kind_of(*value)));
}

template <class T>
Result<std::vector<T>> TomlReader::find_list(std::string_view key, std::string_view kind) {
  std::vector<T> elements;
  const TomlValue* value = find(key);
  if (value == nullptr) return elements;
  const auto* list = std::get_if<TomlValue::List>(&value->data);
  if (list == nullptr) return malformed(key, fmt::format("is not a list of {}", kind));
  for (const TomlValue& entry : *list) {
    const T* element = std::get_if<T>(&entry.data);
    if (element == nullptr) return malformed(key, fmt::format("is not a list of {}", kind));
    elements.push_back(*element);
  }
  return elements;
}

Result<std::vector<const TomlTable*>> TomlReader::find_tables(std::string_view key) {
  std::vector<const TomlTable*> tables;
  for (const auto& table : TRY(find_list<TomlValue::Table>(key, "tables"))) {
    tables.push_back(table.get());
  }
  return tables;
}

Result<std::vector<std::string>> TomlReader::find_texts(std::string_view key) {
  return find_list<std::string>(key, "texts");
}

Result<std::vector<std::int64_t>> TomlReader::find_integers(std::string_view key) {
  return find_list<std::int64_t>(key, "whole numbers");
}

Result<std::string> TomlReader::text(std::string_view key) {
  std::optional<std::string> value = TRY(find_text(key));
  if (!value) return missing(key);
  return std::move(*value);
}

Result<std::string> TomlReader::text_or(std::string_view key, std::string_view otherwise) {
  return TRY(find_text(key)).value_or(std::string(otherwise));
}

Result<double> TomlReader::number(std::string_view key) {
  const std::optional<double> value = TRY(find_number(key));
  if (!value) return missing(key);
  return *value;
}

Result<bool> TomlReader::flag_or(std::string_view key, bool otherwise) {
  const TomlValue* value = find(key);
  if (value == nullptr) return otherwise;
  if (const auto* flag = std::get_if<bool>(&value->data)) return *flag;
  return malformed(key, fmt::format("is {}, not true or false", kind_of(*value)));
}

Result<std::int64_t> TomlReader::integer_or(std::string_view key, std::int64_t otherwise) {
  return TRY(find_integer(key)).value_or(otherwise);
}

Result<void> TomlReader::finish() const {
  const std::vector<std::string_view> known(known_.begin(), known_.end());
  for (const auto& [key, value] : table_->entries) {
    if (is_known(key)) continue;
    const std::string_view near = nearest(key, known);
    return fail_at(value.place, Code::run_key_unknown,
                   fmt::format("unknown key \"{}\" in {}", key, name_),
                   near.empty() ? fmt::format("known keys: {}", join(known_, ", "))
                                : fmt::format("did you mean \"{}\"?", near));
  }
  return {};
}

}  // namespace pfsday
