#include "importers/stablehlo/syntax.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <unordered_map>

#include "base/text.h"
#include "importers/stablehlo/scanner.h"

namespace pfsday::stablehlo {
namespace {

using hlo::fault_at;

/// Regions in regions.
constexpr int depth_limit = 64;
/// Of one operation.
constexpr std::uint32_t most_results = 1 << 20;

/// Words of short forms that say nothing by themselves.
bool is_filler(std::string_view word) {
  return word == "across" || word == "attributes" || word == "applies";
}

class Parser {
 public:
  explicit Parser(std::string_view text) : in_(text) { program_.text = text; }

  Result<Program> run() && {
    add_aliases();
    TRY(items());
    if (!in_.at_end()) return fail(in_.fault("a } closes nothing"));
    if (program_.functions.empty()) {
      return fail(fault_at(program_.text, program_.text.size(), Code::model_truncated,
                           "the program has no function", "the file is cut off: write it again"));
    }
    return std::move(program_);
  }

 private:
  /// Lines that begin with #: names of locations, maps and the like.
  void add_aliases() {
    const std::string_view text = program_.text;
    for (std::size_t line = 0; line < text.size();) {
      const std::size_t end = std::min(text.find('\n', line), text.size());
      if (text[line] == '#') {
        const std::string_view whole = text.substr(line, end - line);
        const std::size_t equals = whole.find('=');
        if (equals != whole.npos) {
          program_.locations.add(trim(whole.substr(0, equals)), trim(whole.substr(equals + 1)));
        }
      }
      line = end + 1;
    }
  }

  /// What stands in a module, or outside of one.
  Result<void> items() {
    for (in_.skip_space(); !in_.at_end() && in_.peek() != '}'; in_.skip_space()) {
      if (in_.take_word("module") || in_.take_word("builtin.module")) {
        TRY(module());
      } else if (in_.take_word("func.func")) {
        TRY(function());
      } else if (in_.take_word("loc")) {
        TRY(in_.balanced());
      } else {
        in_.skip_line();  // an alias, or what another dialect declares
      }
    }
    return {};
  }

  Result<void> module() {
    if (++depth_ > depth_limit) return fail(too_deep());
    in_.skip_space();
    if (in_.peek() == '@') program_.name = TRY(in_.symbol());
    if (in_.take_word("attributes")) TRY(dictionary(program_.attributes));
    if (!in_.take('{')) return fail(expected("the { of a module"));
    TRY(items());
    if (!in_.take('}')) return fail(in_.truncated("a module"));
    --depth_;
    return {};
  }

  Result<void> function() {
    Function function;
    in_.skip_space();
    function.offset = in_.offset();
    if (in_.take_word("private")) function.is_private = true;
    in_.take_word("public") || in_.take_word("nested");
    in_.skip_space();
    if (in_.peek() != '@') return fail(expected("the @name of a function"));
    function.name = TRY(in_.symbol());
    TRY(arguments(function.body.arguments));
    in_.skip_space();
    std::vector<std::string_view> results;
    if (in_.take('-')) {
      if (!in_.take('>')) return fail(expected("the -> of the results of a function"));
      TRY(types(results));
    }
    function.result_count = static_cast<std::uint32_t>(results.size());
    std::vector<Attribute> attributes;
    if (in_.take_word("attributes")) TRY(dictionary(attributes));
    in_.skip_space();
    if (in_.peek() != '{') return {};  // declared, and defined elsewhere
    TRY(block(function.body));
    program_.functions.push_back(std::move(function));
    return location(nullptr);
  }

  /// (%a: TYPE {...} loc(...), ...)
  Result<void> arguments(std::vector<Argument>& list) {
    if (!in_.take('(')) return fail(expected("the ( of arguments"));
    if (in_.take(')')) return {};
    do {
      Argument argument;
      argument.name = TRY(in_.identifier("an argument"));
      define(argument.name, {argument.name, 0});
      if (!in_.take(':')) return fail(expected("the type of an argument"));
      argument.type = TRY(in_.type());
      std::vector<Attribute> attributes;
      in_.skip_space();
      if (in_.peek() == '{') TRY(dictionary(attributes));
      TRY(location(&argument.location));
      list.push_back(argument);
    } while (in_.take(','));
    if (in_.take(')')) return {};
    return fail(expected("the ) of arguments"));
  }

  /// loc(...), where it stands.
  Result<void> location(std::string_view* into) {
    if (!in_.take_word("loc")) return {};
    const std::string_view text = TRY(in_.balanced());
    if (into != nullptr) *into = text.substr(1, text.size() - 2);
    return {};
  }

  /// A type, or some in parentheses; attributes of results are skipped.
  Result<void> types(std::vector<std::string_view>& list) {
    in_.skip_space();
    if (in_.peek() != '(') {
      list.push_back(TRY(in_.type()));
      return {};
    }
    in_.take('(');
    if (in_.take(')')) return {};
    do {
      list.push_back(TRY(in_.type()));
      in_.skip_space();
      if (in_.peek() == '{') TRY(in_.balanced());
      TRY(location(nullptr));
    } while (in_.take(','));
    if (in_.take(')')) return {};
    return fail(expected("the ) of types"));
  }

  /// {name = value : type, flag, ...}
  Result<void> dictionary(std::vector<Attribute>& list) {
    if (!in_.take('{')) return fail(expected("the { of attributes"));
    if (in_.take('}')) return {};
    do {
      Attribute one;
      in_.skip_space();
      if (in_.peek() == '"') {
        const std::string_view quoted = TRY(in_.string());
        one.name = quoted.substr(1, quoted.size() - 2);
      } else {
        one.name = TRY(in_.identifier("an attribute"));
      }
      if (in_.take('=')) {
        const std::string_view whole = TRY(in_.value_in_braces());
        one.value = without_type(whole);
        if (one.value.size() < whole.size()) {
          one.type = trim(whole.substr(one.value.size()));
          if (one.type.starts_with(':')) one.type = trim(one.type.substr(1));
        }
      }
      list.push_back(one);
    } while (in_.take(','));
    if (in_.take('}')) return {};
    return fail(expected("the } of attributes"));
  }

  /// 1 : i64, dense<0> : tensor<2xi64>. Only what stands outside of all brackets is a type.
  static std::string_view without_type(std::string_view value) {
    const std::size_t colon = value.rfind(" : ");
    if (colon == value.npos) return value;
    const std::string_view behind = value.substr(colon + 3);
    const bool is_inside = behind.find_first_of(")]}") != behind.npos ||
                           std::ranges::count(behind, '<') != std::ranges::count(behind, '>');
    return is_inside ? value : trim(value.substr(0, colon));
  }

  /// { ^bb0(arguments): operations }
  Result<void> block(Region& region) {
    if (++depth_ > depth_limit) return fail(too_deep());
    if (!in_.take('{')) return fail(expected("the { of a region"));
    in_.skip_space();
    if (in_.peek() == '^') {
      TRY(in_.identifier("a block"));
      in_.skip_space();
      if (in_.peek() == '(') TRY(arguments(region.arguments));
      if (!in_.take(':')) return fail(expected("the : of a block"));
    }
    for (in_.skip_space(); in_.peek() != '}'; in_.skip_space()) {
      if (in_.at_end()) return fail(in_.truncated("a region"));
      region.operations.emplace_back();
      TRY(operation(region.operations.back()));
    }
    in_.take('}');
    --depth_;
    return {};
  }

  Result<void> operation(Operation& one) {
    one.offset = in_.offset();
    if (in_.peek() == '%') TRY(results(one));
    in_.skip_space();
    if (in_.peek() == '"') {
      const std::string_view quoted = TRY(in_.string());
      one.name = quoted.substr(1, quoted.size() - 2);
    } else {
      one.name = TRY(in_.name("an operation"));
    }
    TRY(check_dialect(one));
    inits_.clear();
    TRY(parts(one));
    return location(&one.location);
  }

  Result<void> check_dialect(const Operation& one) const {
    const std::string_view dialect = one.name.substr(0, one.name.find('.'));
    constexpr std::string_view read[] = {"stablehlo", "mhlo", "chlo",  "func",
                                         "sdy",       "call", "return"};
    if (std::ranges::find(read, dialect) != std::end(read)) return {};
    return fail(fault_at(
        program_.text, one.offset, Code::type_unsupported,
        fmt::format("operation \"{}\" is of dialect {}, which is not read", one.name, dialect),
        "convert the program to StableHLO"));
  }

  /// %name = or %name:2 = or %first, %second:2 =, each name with so many results.
  Result<void> results(Operation& one) {
    std::set<std::string_view> names;
    do {
      const std::string_view name = TRY(in_.identifier("a result"));
      if (!names.insert(name).second) {
        return fail(in_.fault(fmt::format("\"%{}\" is defined twice", name)));
      }
      if (one.result.empty()) one.result = name;
      define(name, {one.result, one.result_count});
      one.result_count += in_.take(':') ? TRY(number()) : 1;
      if (one.result_count > most_results) return fail(in_.fault("too many results"));
    } while (in_.take(','));
    if (in_.take('=')) return {};
    return fail(expected(fmt::format("the = behind %{}", one.result)));
  }

  struct Place {
    std::string_view result;  ///< the first name of the operation that gives it
    std::uint32_t index;      ///< among all of its results
  };

  /// Notes what a name stands for from here on; one that names itself needs no note.
  void define(std::string_view name, Place place) {
    if (name == place.result) {
      renamed_.erase(name);
    } else {
      renamed_.insert_or_assign(name, place);
    }
  }

  Result<std::uint32_t> number() {
    const std::string_view word = TRY(in_.name("a number"));
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error == std::errc() && end == word.data() + word.size() && value <= most_results)
      return value;
    return fail(in_.fault(fmt::format("\"{}\" is no number of results", word)));
  }

  /// What stands behind the name: operands, attributes, regions, and in the end the types.
  Result<void> parts(Operation& one) {
    for (;;) {
      in_.skip_space();
      const char c = in_.peek();
      if (c == '%') {
        TRY(operand(one));
      } else if (c == '(') {
        in_.take('(');
        in_.skip_space();
        if (in_.peek() == '{') TRY(regions(one));
      } else if (c == ')' || c == ',') {
        in_.take(c);
      } else if (c == '<') {
        TRY(properties(one));
      } else if (c == '{') {
        TRY(dictionary(one.attributes));
      } else if (c == '@') {
        one.symbol = TRY(in_.symbol());
      } else if (c == '"') {
        one.attributes.push_back({{}, TRY(in_.string())});
      } else if (c == '[') {
        one.attributes.push_back({{}, TRY(in_.balanced())});
      } else if (c == ':') {
        in_.take(':');
        TRY(signature(one));
        return tail(one);
      } else if (hlo::is_name_character(c)) {
        TRY(word(one));
      } else {
        return finish(one);
      }
    }
  }

  /// <{...}>, or what else stands between < and >: a sharding.
  Result<void> properties(Operation& one) {
    const Scanner before = in_;
    in_.take('<');
    in_.skip_space();
    if (in_.peek() != '{') {
      in_ = before;
      return in_.skip_angles();
    }
    TRY(dictionary(one.attributes));
    if (!in_.take('>')) return fail(expected("the > of properties"));
    return {};
  }

  Result<void> finish(Operation& one) {
    one.operands.insert(one.operands.end(), inits_.begin(), inits_.end());
    return {};
  }

  Result<Use> use() {
    Use use{.offset = in_.offset()};
    use.name = TRY(in_.identifier("a value"));
    if (in_.peek() == '#') {
      in_.take('#');
      use.index = TRY(number());
    }
    if (const auto found = renamed_.find(use.name); found != renamed_.end()) {
      use.name = found->second.result;
      use.index += found->second.index;
    }
    return use;
  }

  /// %a, %a#1, and the %name = %a of a loop.
  Result<void> operand(Operation& one) {
    const Use first = TRY(use());
    in_.skip_space();
    if (in_.peek() == '=') {
      in_.take('=');
      one.arguments.push_back(first.name);
      in_.skip_space();
      one.operands.push_back(TRY(use()));
      return {};
    }
    one.operands.push_back(first);
    return {};
  }

  Result<void> word(Operation& one) {
    const std::string_view name = TRY(in_.name("an attribute"));
    if (is_filler(name)) return {};
    if (name == "init") {  // (%x init: %c): initial values stand behind all operands
      if (!in_.take(':')) return fail(expected("the : of an initial value"));
      in_.skip_space();
      inits_.push_back(TRY(use()));
      return {};
    }
    in_.skip_space();
    if (in_.peek() == '=') {
      in_.take('=');
      one.attributes.push_back({name, TRY(in_.value_alone())});
      return {};
    }
    if (in_.peek() == '<') {  // dense<...>, array<...>
      const std::size_t first = in_.offset() - name.size();
      TRY(in_.skip_angles());
      one.attributes.push_back({"value", in_.text().substr(first, in_.offset() - first)});
      return {};
    }
    one.attributes.push_back({{}, name});
    return {};
  }

  /// ({ ... }, { ... })
  Result<void> regions(Operation& one) {
    do {
      one.regions.emplace_back();
      const std::vector<Use> inits = inits_;
      TRY(block(one.regions.back()));
      inits_ = inits;
    } while (in_.take(','));
    if (in_.take(')')) return {};
    return fail(expected("the ) of regions"));
  }

  /// (TYPES) -> TYPES, or types alone: of the operands and the result as one.
  Result<void> signature(Operation& one) {
    in_.skip_space();
    if (in_.peek() == '(') {
      TRY(types(one.operand_types));
      if (!in_.take('-') || !in_.take('>')) return fail(expected("the -> of a type"));
      return types(one.result_types);
    }
    do {
      one.operand_types.push_back(TRY(in_.type()));
    } while (in_.take(','));
    in_.skip_space();
    if (in_.text().substr(in_.offset()).starts_with("->")) {
      in_.take('-');
      in_.take('>');
      return types(one.result_types);
    }
    if (one.result_count == 0) return {};
    const bool is_each = one.result_count > 1 && one.operand_types.size() == one.result_count;
    const bool is_loop = !one.arguments.empty();
    if (is_each || is_loop) {
      one.result_types = one.operand_types;
    } else {
      one.result_types = {one.operand_types.back()};
    }
    return {};
  }

  /// What short forms have behind the types: the regions of loops and reductions.
  Result<void> tail(Operation& one) {
    TRY(finish(one));
    for (;;) {
      in_.skip_space();
      if (in_.take_word("attributes")) {
        TRY(dictionary(one.attributes));
      } else if (in_.take_word("cond") || in_.take_word("do")) {
        one.regions.emplace_back();
        TRY(block(one.regions.back()));
        Region& region = one.regions.back();
        const std::size_t count = std::min(one.arguments.size(), one.operand_types.size());
        for (std::size_t i = 0; i < count; ++i) {
          region.arguments.push_back({one.arguments[i], one.operand_types[i]});
        }
      } else if (in_.take_word("reducer")) {
        TRY(reducer(one));
      } else {
        return {};
      }
    }
  }

  /// reducer(%a: T, %a_next: T) (%b: T, %b_next: T) { ... }: the region has first all that are
  /// carried, then all that are combined.
  Result<void> reducer(Operation& one) {
    Region region;
    std::vector<Argument> seconds;
    do {
      std::vector<Argument> pair;
      TRY(arguments(pair));
      if (pair.size() != 2) return fail(in_.fault("a reducer takes pairs of arguments"));
      region.arguments.push_back(pair[0]);
      seconds.push_back(pair[1]);
      in_.skip_space();
    } while (in_.peek() == '(');
    region.arguments.insert(region.arguments.end(), seconds.begin(), seconds.end());
    TRY(block(region));
    one.regions.push_back(std::move(region));
    return {};
  }

  Error expected(std::string_view what) const {
    if (in_.at_end()) return in_.truncated(std::string(what));
    return in_.fault(fmt::format("{} is expected, not '{}'", what, in_.peek()));
  }
  Error too_deep() const {
    return fault_at(program_.text, in_.offset(), Code::limit_exceeded,
                    fmt::format("regions are nested more than {} deep", depth_limit));
  }

  Scanner in_;
  Program program_;
  int depth_ = 0;
  std::vector<Use> inits_;
  std::unordered_map<std::string_view, Place> renamed_;  ///< results behind the first name
};

}  // namespace

std::string_view Operation::find(std::string_view attribute, std::string_view other) const {
  if (const Attribute* found = find_attribute(attribute)) return found->value;
  if (other.empty()) return {};
  const Attribute* found = find_attribute(other);
  return found == nullptr ? std::string_view{} : found->value;
}

const Attribute* Operation::find_attribute(std::string_view attribute) const {
  for (const Attribute& one : attributes) {
    if (one.name == attribute) return &one;
  }
  return nullptr;
}

namespace {

std::size_t count_operations(const Region& region) {
  std::size_t count = region.operations.size();
  for (const Operation& one : region.operations) {
    for (const Region& inner : one.regions) count += count_operations(inner);
  }
  return count;
}

}  // namespace

std::size_t count_operations(const Program& program) {
  std::size_t count = 0;
  for (const Function& function : program.functions) count += count_operations(function.body);
  return count;
}

Result<Program> parse_program(std::string_view text) { return Parser(text).run(); }

bool begins_as_program(std::string_view head) {
  Scanner in(head);
  for (in.skip_space(); in.peek() == '#'; in.skip_space()) in.skip_line();
  for (const std::string_view word : {"module", "builtin.module", "func.func"}) {
    if (!in.take_word(word)) continue;
    in.skip_space();
    for (const std::string_view next : {"@", "{", "attributes", "public", "private"}) {
      if (in.text().substr(in.offset()).starts_with(next)) return true;
    }
  }
  return false;
}

}  // namespace pfsday::stablehlo
