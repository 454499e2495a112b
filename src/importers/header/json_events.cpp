#include "importers/header/json_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>

#include "base/text.h"

namespace pfsday::importers {
namespace {

using nlohmann::json;

constexpr std::size_t most_depth = 8;

/// What the parser of nlohmann-json calls; false ends it.
class Events : public nlohmann::json_sax<json> {
 public:
  using Use = std::function<Result<void>(const JsonPath&, const JsonEvent&)>;
  explicit Events(const Use& use) : use_(&use) {}

  std::optional<Error> take_fault() { return std::exchange(fault_, std::nullopt); }

  bool null() override { return pass({}); }
  bool boolean(bool) override { return pass({}); }
  bool number_integer(number_integer_t) override { return pass({}); }
  bool number_unsigned(number_unsigned_t value) override {
    return pass({.kind = JsonEvent::Kind::natural, .natural = value});
  }
  bool number_float(number_float_t, const string_t&) override { return pass({}); }
  bool string(string_t& text) override {
    return pass({.kind = JsonEvent::Kind::text, .text = text});
  }
  bool binary(binary_t&) override { return pass({}); }
  bool start_object(std::size_t) override {
    if (!pass({.kind = JsonEvent::Kind::object})) return false;
    levels_.push_back({.is_object = true});
    path_.emplace_back();
    return true;
  }
  bool end_object() override {
    path_.pop_back();
    levels_.pop_back();
    return true;
  }
  bool start_array(std::size_t) override {
    if (!pass({.kind = JsonEvent::Kind::array})) return false;
    levels_.emplace_back();
    return true;
  }
  bool end_array() override {
    levels_.pop_back();
    return true;
  }
  bool key(string_t& name) override {
    if (!levels_.back().names.insert(name).second) {
      fault_ = Error{.code = Code::model_malformed,
                     .what = fmt::format("\"{}\" stands there twice", to_printable(name))};
      return false;
    }
    path_.back() = name;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const json::exception&) override {
    fault_ = Error{.code = Code::model_malformed,
                   .what = "the text is no JSON",
                   .hint = "the file may be cut off",
                   .place = {.byte = position == 0 ? 0 : position - 1}};
    return false;
  }

 private:
  struct Level {
    bool is_object = false;
    std::unordered_set<std::string> names = {};
  };

  bool pass(JsonEvent event) {
    if (levels_.size() >= most_depth) {
      fault_ = Error{.code = Code::model_malformed,
                     .what = fmt::format("the text nests deeper than {}", most_depth)};
      return false;
    }
    const auto object = std::find_if(levels_.rbegin(), levels_.rend(),
                                     [](const Level& level) { return level.is_object; });
    event.array_depth = static_cast<std::size_t>(object - levels_.rbegin());
    if (auto used = (*use_)(path_, event); !used) fault_ = std::move(used).error();
    return !fault_;
  }

  const Use* use_;
  std::vector<Level> levels_;
  JsonPath path_;
  std::optional<Error> fault_;
};

}  // namespace

Result<void> read_json(std::string_view text,
                       const std::function<Result<void>(const JsonPath&, const JsonEvent&)>& use) {
  Events events(use);
  const bool is_read = json::sax_parse(text.begin(), text.end(), &events);
  if (auto fault = events.take_fault()) return fail(std::move(*fault));
  if (!is_read) return fail(Code::model_malformed, "the text is no JSON");
  return {};
}

}  // namespace pfsday::importers
