#include "base/json.h"

#include <fmt/format.h>

#include <cassert>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace pfsday {
namespace {

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\t':
      out += "\\t";
      break;
    case '\r':
      out += "\\r";
      break;
    default:
      if (static_cast<unsigned char>(c) < 0x20) {
        out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
      } else {
        out += c;
      }
  }
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : to_valid_utf8(text)) append_escaped(out, c);
  out += '"';
}

}  // namespace

JsonWriter& JsonWriter::key(std::string_view name) {
  assert(!levels_.empty() && levels_.back().closer == '}' && !after_key_);
  start_value();
  append_quoted(text_, name);
  text_ += style_ == JsonStyle::pretty ? ": " : ":";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  start_value();
  append_quoted(text_, text);
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  char buffer[32];
  const auto [end, fault] = std::to_chars(std::begin(buffer), std::end(buffer), number);
  return literal({std::begin(buffer), end});
}

std::string JsonWriter::text() const {
  assert(levels_.empty());
  return text_ + "\n";
}

JsonWriter& JsonWriter::open(char opener) {
  start_value();
  text_ += opener;
  levels_.push_back({.closer = opener == '{' ? '}' : ']'});
  return *this;
}

JsonWriter& JsonWriter::close(char closer) {
  assert(!levels_.empty() && levels_.back().closer == closer && !after_key_);
  const bool empty = levels_.back().empty;
  levels_.pop_back();
  if (!empty) start_line();
  text_ += closer;
  return *this;
}

JsonWriter& JsonWriter::literal(std::string_view text) {
  start_value();
  text_ += text;
  return *this;
}

/// Separates what comes next from what stands before it.
void JsonWriter::start_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (levels_.empty()) return;
  if (!levels_.back().empty) text_ += ',';
  levels_.back().empty = false;
  start_line();
}

void JsonWriter::start_line() {
  if (style_ == JsonStyle::line) return;
  text_ += '\n';
  text_.append(2 * levels_.size(), ' ');
}

}  // namespace pfsday
