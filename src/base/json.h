// Writes JSON documents: pretty-printed with two spaces, or on one line each (JSON Lines).
//
//   JsonWriter json;
//   json.begin_object();
//   json.member("schema", "pfsday.count/1");
//   json.member("mul", work.mul);  // a units::Count, exact
//   json.key("by").begin_array();
//   ...
//   json.end_array().end_object();
//   session.print(json.text());
//
// Why our own: counts are integers of any size, which the usual libraries cannot print; and text
// from model files may be no valid UTF-8, which they refuse. Doubles are the shortest text that
// reads back as the same value. JSON has no NaN and no infinity; both are written as null.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pfsday {

enum class JsonStyle : std::uint8_t {
  pretty,
  line,  ///< without any white space but the final newline
};

class JsonWriter {
 public:
  explicit JsonWriter(JsonStyle style = JsonStyle::pretty) : style_(style) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }

  /// The name of the next value; only inside an object.
  JsonWriter& key(std::string_view name);

  /// Bytes that are no valid UTF-8 become U+FFFD.
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(double number);
  JsonWriter& value(std::same_as<bool> auto flag) { return literal(flag ? "true" : "false"); }
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  JsonWriter& value(T number) {
    return literal(std::to_string(number));
  }
  template <class T>
  JsonWriter& value(const std::optional<T>& maybe) {
    return maybe ? value(*maybe) : null();
  }
  /// Any type that has a `void write_json(JsonWriter&, const T&)` in its own namespace.
  template <class T>
    requires requires(JsonWriter& json, const T& object) { write_json(json, object); }
  JsonWriter& value(const T& object) {
    write_json(*this, object);
    return *this;
  }
  JsonWriter& null() { return literal("null"); }
  /// An integer of any size, written in decimal digits.
  JsonWriter& digits(std::string_view integer) { return literal(integer); }

  template <class T>
  JsonWriter& member(std::string_view name, const T& content) {
    return key(name).value(content);
  }

  /// The document with its final newline; every object and array must be closed.
  std::string text() const;

 private:
  struct Level {
    char closer = '}';
    bool empty = true;
  };

  JsonWriter& open(char opener);
  JsonWriter& close(char closer);
  JsonWriter& literal(std::string_view text);
  void start_value();
  void start_line();

  JsonStyle style_;
  std::string text_;
  std::vector<Level> levels_;
  bool after_key_ = false;
};

}  // namespace pfsday
