// The only file of this module that includes nlohmann-json.
#include "importers/config/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

namespace pfsday::config {
namespace {

/// Builds the tree from the events of the parser, which stops at the first that returns false.
class Handler {
 public:
  bool null() { return add({}); }
  bool boolean(bool flag) { return add({.kind = Json::Kind::flag, .flag = flag}); }
  bool number_integer(std::int64_t number) { return add_number(static_cast<double>(number)); }
  bool number_unsigned(std::uint64_t number) { return add_number(static_cast<double>(number)); }
  bool number_float(double number, const std::string& /*text*/) { return add_number(number); }
  bool string(std::string& text) {
    return add({.kind = Json::Kind::text, .text = std::move(text)});
  }
  bool binary(std::vector<std::uint8_t>& /*bytes*/) { return false; }
  bool start_object(std::size_t /*size*/) { return open(Json::Kind::object); }
  bool start_array(std::size_t /*size*/) { return open(Json::Kind::list); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    if (std::ranges::find(open_.back().names, name) != open_.back().names.end()) {
      return refuse(Code::model_malformed, fmt::format("\"{}\" stands twice in one object", name));
    }
    open_.back().names.push_back(std::move(name));
    return true;
  }
  bool parse_error(std::size_t at, const std::string& /*token*/,
                   const nlohmann::detail::exception& fault) {
    const bool is_range = fault.id == 406;  // a number that no double holds
    refuse(Code::model_malformed, is_range ? fmt::format("a number before byte {} is too large", at)
                                           : fmt::format("the file is no JSON at byte {}", at));
    return false;
  }

  Result<Json> take() && {
    if (fault_) return fail(*std::move(fault_));
    return std::move(root_);
  }

 private:
  bool refuse(Code code, std::string what, std::string hint = {}) {
    if (!fault_) fault_ = Error{code, std::move(what), std::move(hint), {}};
    return false;
  }
  bool add_number(double number) { return add({.kind = Json::Kind::number, .number = number}); }
  bool add(Json value) {
    if (++count_ > most_json_values) {
      return refuse(Code::limit_exceeded, fmt::format("more than {} values", most_json_values));
    }
    (open_.empty() ? root_ : open_.back().items.emplace_back()) = std::move(value);
    return true;
  }
  bool open(Json::Kind kind) {
    if (open_.size() == most_json_depth) {
      return refuse(Code::limit_exceeded, fmt::format("nested deeper than {}", most_json_depth));
    }
    open_.push_back({.kind = kind});
    return true;
  }
  bool close() {
    Json closed = std::move(open_.back());
    open_.pop_back();
    return add(std::move(closed));
  }

  Json root_;
  std::vector<Json> open_;  ///< objects and lists that have not ended, outermost first
  std::size_t count_ = 0;
  std::optional<Error> fault_;
};

/// The words that are no JSON, but that Python writes; longest first.
constexpr std::string_view python_words[] = {"-Infinity", "Infinity", "NaN"};

/// The same text with those words, outside of texts, replaced by null.
std::string without_python_words(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  bool is_in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_in_text && text[i] == '\\' && i + 1 < text.size()) {
      clean += text[i++];
    } else if (text[i] == '"') {
      is_in_text = !is_in_text;
    }
    const auto* const word = std::ranges::find_if(
        python_words, [&](std::string_view w) { return text.substr(i).starts_with(w); });
    if (is_in_text || word == std::end(python_words)) {
      clean += text[i];
    } else {
      clean += "null";
      i += word->size() - 1;
    }
  }
  return clean;
}

}  // namespace

const Json* Json::find(std::string_view name) const {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return &items[i];
  }
  return nullptr;
}

Result<Json> parse_json(std::string_view text) {
  if (text.size() > most_json_bytes) {
    return fail(Code::limit_exceeded, fmt::format("a configuration of more than {} MiB is not read",
                                                  most_json_bytes >> 20U));
  }
  Handler handler;
  nlohmann::json::sax_parse(without_python_words(text), &handler);
  return std::move(handler).take();
}

}  // namespace pfsday::config
