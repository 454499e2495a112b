#include "importers/stablehlo/translate.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "importers/hlo/parse.h"
#include "importers/stablehlo/attributes.h"
#include "importers/stablehlo/constant.h"
#include "importers/stablehlo/type.h"

namespace pfsday::stablehlo {
namespace {

using hlo::fault_at;

/// Of HLO text that the values from outside of nested regions may make longer.
constexpr std::size_t longest_text = std::size_t{1} << 26;

bool is_return(const Operation& one) { return one.name.ends_with("return"); }

/// What the results of an operation are in a computation.
struct Known {
  std::vector<std::string> types = {};
  std::vector<std::string> names = {};  ///< of instructions; empty while it is only in the tuple
  std::string tuple = {};               ///< the instruction that gives all of them
  const Operation* constant = nullptr;  ///< that it is
};

std::string type_of_tuple(const std::vector<std::string>& types) {
  return fmt::format("({})", fmt::join(types, ", "));
}

/// Instructions and their types.
struct Parts {
  std::vector<std::string> names = {};
  std::vector<std::string> types = {};
};

/// The values that regions use and do not define, each once, in the order in which they are met.
class FreeValues {
 public:
  std::vector<Use> find(std::span<const Region> regions) && {
    for (const Region& region : regions) visit(region);
    return std::move(free_);
  }

 private:
  void visit(const Region& region) {
    std::vector<std::string_view> added;
    const auto define = [&](std::string_view name) {
      if (defined_.insert(name).second) added.push_back(name);
    };
    for (const Argument& argument : region.arguments) define(argument.name);
    for (const Operation& one : region.operations) {
      for (const Use& use : one.operands) {
        if (!defined_.contains(use.name) && met_.emplace(use.name, use.index).second) {
          free_.push_back(use);
        }
      }
      for (const Region& inner : one.regions) visit(inner);
      if (!one.result.empty()) define(one.result);
    }
    for (const std::string_view name : added) defined_.erase(name);
  }

  std::unordered_set<std::string_view> defined_;
  std::set<std::pair<std::string_view, std::uint32_t>> met_;
  std::vector<Use> free_;
};

class Translator {
 public:
  Translator(const Program& program, const importers::ImportOptions& options)
      : program_(&program), options_(&options) {}

  Result<Translation> run() && {
    out_.text =
        fmt::format("HloModule {}", program_->name.empty() ? "module" : clean(program_->name));
    for (const auto& [name, hlo_name] : {std::pair{"mhlo.num_partitions", "num_partitions"},
                                         std::pair{"mhlo.num_replicas", "replica_count"}}) {
      for (const Attribute& one : program_->attributes) {
        if (one.name == name) out_.text += fmt::format(", {}={}", hlo_name, clean(one.value));
      }
    }
    out_.text += "\n";
    const std::size_t entry = find_entry();
    for (std::size_t i = 0; i < program_->functions.size(); ++i) {
      TRY(function(program_->functions[i], i == entry));
    }
    return std::move(out_);
  }

 private:
  /// A computation while it is written.
  struct Computation {
    std::string text = {};
    std::vector<Translation::Line> lines = {};
    std::unordered_map<std::string_view, Known> values = {};
    std::unordered_set<std::string> names = {};
    const Computation* outer = nullptr;  ///< of a region: where constants may come from
  };

  /// Of HLO: letters, digits, and _ . - only.
  static std::string clean(std::string_view name) {
    std::string text(name);
    for (char& c : text) {
      if (!hlo::is_name_character(c)) c = '_';
    }
    return text;
  }

  /// main, or the one function that is not private, or the first.
  std::size_t find_entry() const {
    const auto& all = program_->functions;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].name == "main") return i;
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!all[i].is_private) return i;
    }
    return 0;
  }

  Result<void> function(const Function& function, bool is_entry) {
    Computation into;
    std::size_t parameters = 0;
    for (const Argument& argument : function.body.arguments) {
      const std::size_t offset = offset_of(argument.name);
      std::string type = TRY(at(offset, to_hlo_type(argument.type)));
      if (is_entry) type = TRY(bound_type(argument, std::move(type), offset));
      const std::string name = unique(argument.name, into);
      const auto number = is_entry ? bound_number(argument, type) : std::nullopt;
      write(into, offset, name, type,
            number ? fmt::format("constant({})", *number)
                   : fmt::format("parameter({})", parameters++),
            location_of(argument.location));
      into.values[argument.name] = {.types = {type}, .names = {name}};
    }
    TRY(body(function.body, into, function.result_count != 1, {}));
    return finish(function.name, function.offset, is_entry, into);
  }

  /// Where a name that views the program stands in it.
  std::size_t offset_of(std::string_view name) const {
    return static_cast<std::size_t>(name.data() - program_->text.data());
  }

  /// f32[?,8] with the shape that --bind gives the argument.
  Result<std::string> bound_type(const Argument& argument, std::string type, std::size_t offset) {
    if (type.find('?') == type.npos) return type;
    const auto found = options_->inputs.find(argument.name);
    const std::vector<std::int64_t> sizes = TRY(at(offset, sizes_of(argument.type)));
    if (found == options_->inputs.end()) {
      std::string example;
      for (const std::int64_t size : sizes) {
        example += fmt::format("{}{}", example.empty() ? "" : "x", size < 0 ? 1 : size);
      }
      return fail(fault_at(program_->text, offset, Code::dimension_unbound,
                           fmt::format("argument \"{}\" has no size for a dimension: {}",
                                       argument.name, argument.type),
                           fmt::format("pass --bind {}={}", argument.name, example)));
    }
    out_.used_bindings.emplace_back(argument.name);
    bool fits = found->second.size() == sizes.size();
    for (std::size_t i = 0; fits && i < sizes.size(); ++i) {
      fits = sizes[i] < 0 || sizes[i] == found->second[i];
    }
    if (!fits) {
      return fail(fault_at(program_->text, offset, Code::shapes_disagree,
                           fmt::format("the shape that is bound to \"{}\" does not fit {}",
                                       argument.name, argument.type)));
    }
    return fmt::format("{}[{}]", type.substr(0, type.find('[')), fmt::join(found->second, ","));
  }

  /// Of a whole number that steers the program, such as the size of a dimension.
  std::optional<std::int64_t> bound_number(const Argument& argument, std::string_view type) {
    const auto found = options_->dimensions.find(argument.name);
    const bool is_number = type.ends_with("[]") && (type[0] == 's' || type[0] == 'u');
    if (!is_number || found == options_->dimensions.end()) return std::nullopt;
    out_.used_bindings.emplace_back(argument.name);
    return found->second;
  }

  template <class T>
  Result<T> at(std::size_t offset, Result<T> result) const {
    if (result || result.error().place.line) return result;
    return fail(fault_at(program_->text, offset, result.error().code, result.error().what,
                         result.error().hint));
  }

  std::string location_of(std::string_view location) const {
    const std::string_view name = program_->locations.name_of(location);
    return name.empty() ? std::string() : fmt::format(", metadata={{op_name=\"{}\"}}", name);
  }

  static std::string unique(std::string_view name, Computation& into) {
    std::string one = clean(name);
    while (!into.names.insert(one).second) one += "_";
    return one;
  }

  static void write(Computation& into, std::size_t offset, std::string_view name,
                    std::string_view type, std::string_view call, std::string_view attributes = {},
                    bool is_root = false) {
    into.lines.push_back({into.text.size(), offset});
    fmt::format_to(std::back_inserter(into.text), "  {}{} = {} {}{}\n", is_root ? "ROOT " : "",
                   name, type, call, attributes);
  }

  Result<void> finish(std::string_view name, std::size_t offset, bool is_entry, Computation& done) {
    if (out_.text.size() + done.text.size() > longest_text) {
      return fail(fault_at(program_->text, offset, Code::limit_exceeded,
                           "what regions use from outside makes the program too large"));
    }
    out_.lines.push_back({out_.text.size(), offset});
    out_.text += fmt::format("{}{} {{\n", is_entry ? "ENTRY " : "", clean(name));
    for (const Translation::Line& line : done.lines) {
      out_.lines.push_back({out_.text.size() + line.here, line.there});
    }
    out_.text += done.text;
    out_.text += "}\n";
    return {};
  }

  /// The name of the instruction that a use means, in the computation.
  Result<std::string> value(const Use& use, Computation& into) {
    Known* known = TRY(find(use, into));
    std::string& name = known->names[use.index];
    if (name.empty()) {
      name = unique(fmt::format("{}.{}", known->tuple, use.index), into);
      write(into, use.offset, name, known->types[use.index],
            fmt::format("get-tuple-element({}), index={}", known->tuple, use.index));
    }
    return name;
  }

  Result<Known*> find(const Use& use, Computation& into) {
    auto found = into.values.find(use.name);
    if (found == into.values.end()) {
      const Known* outside = find_constant(use, into.outer);
      if (outside == nullptr) {
        return fail(fault_at(program_->text, use.offset, Code::model_malformed,
                             fmt::format("\"%{}\" is not defined before it is used, or not in the "
                                         "region of an operation that works on elements",
                                         use.name)));
      }
      TRY(operation(*outside->constant, into));
      found = into.values.find(use.name);
    }
    if (use.index < found->second.types.size()) return &found->second;
    return fail(fault_at(program_->text, use.offset, Code::model_malformed,
                         fmt::format("\"%{}\" has no result {}", use.name, use.index)));
  }

  static const Known* find_constant(const Use& use, const Computation* outer) {
    for (; outer != nullptr; outer = outer->outer) {
      const auto found = outer->values.find(use.name);
      if (found != outer->values.end()) {
        return found->second.constant != nullptr ? &found->second : nullptr;
      }
    }
    return nullptr;
  }

  Result<std::string> type_of(const Use& use, Computation& into) {
    return TRY(find(use, into))->types[use.index];
  }

  /// The operations, and as the root what they return, with `handed_on` behind it.
  Result<void> body(const Region& region, Computation& into, bool is_tuple,
                    const Parts& handed_on) {
    for (const Operation& one : region.operations) {
      if (is_return(one)) return root(one, into, is_tuple, handed_on);
      TRY(operation(one, into));
    }
    return fail(fault_at(program_->text, program_->text.size(), Code::model_truncated,
                         "a function or region returns nothing"));
  }

  Result<void> root(const Operation& one, Computation& into, bool is_tuple,
                    const Parts& handed_on) {
    Parts all;
    for (const Use& use : one.operands) {
      all.names.push_back(TRY(value(use, into)));
      all.types.push_back(TRY(type_of(use, into)));
    }
    const std::string name = unique("result", into);
    if (!is_tuple && all.names.size() == 1) {
      write(into, one.offset, name, all.types[0], fmt::format("copy({})", all.names[0]), {}, true);
      return {};
    }
    all.names.insert(all.names.end(), handed_on.names.begin(), handed_on.names.end());
    all.types.insert(all.types.end(), handed_on.types.begin(), handed_on.types.end());
    write(into, one.offset, name, type_of_tuple(all.types), tuple_of(all), {}, true);
    return {};
  }

  static std::string tuple_of(const Parts& parts) {
    return fmt::format("tuple({})", fmt::join(parts.names, ", "));
  }

  Result<void> operation(const Operation& one, Computation& into) {
    auto done = write_operation(one, into);
    if (done || done.error().place.line) return done;
    Error error = std::move(done).error();
    Error placed = fault_at(program_->text, one.offset, error.code, error.what, error.hint);
    placed.place.node = fmt::format("{} ({})", one.result, one.name);
    return fail(std::move(placed));
  }

  Result<void> write_operation(const Operation& one, Computation& into) {
    if (into.values.contains(one.result)) {
      return fail(Code::model_malformed, fmt::format("\"%{}\" is defined twice", one.result));
    }
    const std::string_view name = short_name(one.name);
    if (name == "constant") return constant(one, into);
    if (name == "while") return loop(one, into);
    if (name == "if" || name == "case") return branch(one, into);
    if (name == "composite") {
      const std::string_view symbol = one.find("decomposition");
      return call(one, symbol.substr(symbol.starts_with('@') ? 1 : 0), into);
    }
    if (one.name == "call" || one.name == "func.call") {
      std::string_view callee = one.symbol.empty() ? one.find("callee") : one.symbol;
      return call(one, callee.substr(callee.starts_with('@') ? 1 : 0), into);
    }
    if (name == "square") return square(one, into);
    const HloOperation hlo = TRY(to_hlo_operation(one));
    return write_result(one, hlo.op, hlo.attributes + TRY(computations(one, into)), into);
  }

  Result<std::vector<std::string>> operands(const Operation& one, Computation& into) {
    std::vector<std::string> names;
    for (const Use& use : one.operands) names.push_back(TRY(value(use, into)));
    return names;
  }

  Result<std::vector<std::string>> result_types(const Operation& one) {
    std::vector<std::string> types;
    for (const std::string_view type : one.result_types) types.push_back(TRY(to_hlo_type(type)));
    return types;
  }

  Result<void> write_result(const Operation& one, std::string_view op, std::string_view attributes,
                            Computation& into) {
    const std::vector<std::string> names = TRY(operands(one, into));
    std::vector<std::string> types = TRY(result_types(one));
    const bool is_tuple = types.size() != 1;
    define(one, op, fmt::format("{}({}){}", op, fmt::join(names, ", "), attributes),
           std::move(types), is_tuple, into);
    return {};
  }

  /// Writes what gives these types, and makes the results known.
  void define(const Operation& one, std::string_view op, std::string_view text,
              std::vector<std::string> types, bool is_tuple, Computation& into) {
    const std::string name = unique(one.result.empty() ? op : one.result, into);
    write(into, one.offset, name, is_tuple ? type_of_tuple(types) : types[0], text,
          location_of(one.location));
    if (one.result.empty()) return;
    Known known{.names = std::vector<std::string>(types.size())};
    (is_tuple ? known.tuple : known.names[0]) = name;
    known.types = std::move(types);
    into.values[one.result] = std::move(known);
  }

  Result<void> constant(const Operation& one, Computation& into) {
    std::vector<std::string> types = TRY(result_types(one));
    if (types.size() != 1) return fail(Code::model_malformed, "a constant has one type");
    const Attribute* stated = one.find_attribute("value");
    const std::string_view element = element_of(one.result_types[0]);
    const Contents contents =
        contents_of(stated == nullptr ? std::string_view{} : stated->value, element);
    const std::string scalar = types[0].substr(0, types[0].find('[')) + "[]";
    if (contents.is_splat && scalar != types[0]) {
      const std::string all = unique(fmt::format("{}.all", one.result), into);
      write(into, one.offset, all, scalar, fmt::format("constant({})", contents.text));
      define(one, "constant", fmt::format("broadcast({}), dimensions={{}}", all), std::move(types),
             false, into);
    } else {
      define(one, "constant", fmt::format("constant({})", contents.text), std::move(types), false,
             into);
    }
    into.values[one.result].constant = &one;
    return {};
  }

  Result<void> square(const Operation& one, Computation& into) {
    const std::vector<std::string> names = TRY(operands(one, into));
    if (names.size() != 1) return fail(Code::input_missing, "it takes one operand");
    define(one, "multiply", fmt::format("multiply({}, {})", names[0], names[0]),
           TRY(result_types(one)), false, into);
    return {};
  }

  Result<void> call(const Operation& one, std::string_view callee, Computation& into) {
    return write_result(one, "call", fmt::format(", to_apply={}", clean(callee)), into);
  }

  /// Regions that work on elements, as computations, by the names of the attributes that hold them.
  Result<std::string> computations(const Operation& one, Computation& into) {
    const std::string_view name = short_name(one.name);
    if (const std::string_view op = applied(one); !op.empty()) return apply(one, op);
    const bool selects = name == "select_and_scatter";
    std::string text;
    for (std::size_t i = 0; i < one.regions.size(); ++i) {
      const std::string computation = fmt::format("region.{}", ++regions_);
      Computation inside{.outer = &into};
      for (std::size_t j = 0; j < one.regions[i].arguments.size(); ++j) {
        const Argument& argument = one.regions[i].arguments[j];
        const std::string type = TRY(to_hlo_type(argument.type));
        const std::string own = unique(argument.name, inside);
        write(inside, one.offset, own, type, fmt::format("parameter({})", j));
        inside.values[argument.name] = {.types = {type}, .names = {own}};
      }
      TRY(body(one.regions[i], inside, false, {}));
      TRY(finish(computation, one.offset, false, inside));
      const std::string_view attribute = !selects ? "to_apply" : i == 0 ? "select" : "scatter";
      text += fmt::format(", {}={}", attribute, computation);
    }
    return text;
  }

  /// "add" of a reduction that applies stablehlo.add.
  static std::string_view applied(const Operation& one) {
    if (short_name(one.name) != "reduce" || !one.regions.empty()) return {};
    return short_name(one.find(""));
  }

  Result<std::string> apply(const Operation& one, std::string_view op) {
    const std::string computation = fmt::format("region.{}", ++regions_);
    const std::vector<std::string> types = TRY(result_types(one));
    if (types.empty()) return fail(Code::model_malformed, "a reduction has no result type");
    const std::string scalar = types[0].substr(0, types[0].find('[')) + "[]";
    std::string hlo_op(op);
    std::ranges::replace(hlo_op, '_', '-');
    Computation inside;
    write(inside, one.offset, "a", scalar, "parameter(0)");
    write(inside, one.offset, "b", scalar, "parameter(1)");
    write(inside, one.offset, "result", scalar, hlo_op + "(a, b)", {}, true);
    TRY(finish(computation, one.offset, false, inside));
    return fmt::format(", to_apply={}", computation);
  }

  /// What stands outside of regions and is handed in.
  struct Outside {
    std::vector<Use> uses = {};
    Parts parts = {};
  };

  Result<Outside> outside_of(std::span<const Region> regions, Computation& into) {
    Outside outside;
    for (const Use& use : FreeValues().find(regions)) {
      const Known* known = TRY(find(use, into));
      if (known->constant != nullptr) continue;  // is written again
      outside.uses.push_back(use);
      outside.parts.names.push_back(TRY(value(use, into)));
      outside.parts.types.push_back(TRY(type_of(use, into)));
    }
    return outside;
  }

  struct RegionForm {
    bool is_tuple = true;   ///< what it returns
    bool hands_on = false;  ///< returns what was handed in, too
  };

  /// A computation of one tuple: the arguments of the region, of those types, then what is handed
  /// in. Returns its name.
  Result<std::string> region(const Operation& one, std::size_t which,
                             const std::vector<std::string>& types, const Outside& outside,
                             RegionForm form, const Computation& into) {
    const Region& region = one.regions[which];
    std::string computation = fmt::format("region.{}", ++regions_);
    Computation inside{.outer = &into};
    std::vector<std::string> all = types;
    all.insert(all.end(), outside.parts.types.begin(), outside.parts.types.end());
    const std::string tuple = unique("carried", inside);
    write(inside, one.offset, tuple, type_of_tuple(all), "parameter(0)");
    const auto part = [&](std::string_view name, std::size_t i) {
      std::string own = unique(name, inside);
      write(inside, one.offset, own, all[i],
            fmt::format("get-tuple-element({}), index={}", tuple, i));
      return own;
    };
    for (std::size_t i = 0; i < region.arguments.size() && i < types.size(); ++i) {
      const std::string_view name = region.arguments[i].name;
      inside.values[name] = {.types = {types[i]}, .names = {part(name, i)}};
    }
    Parts handed_on;
    for (std::size_t i = 0; i < outside.uses.size(); ++i) {
      const Use& use = outside.uses[i];
      const std::string own = part(use.name, types.size() + i);
      Known& known = inside.values[use.name];
      known.types.resize(std::max<std::size_t>(known.types.size(), use.index + 1));
      known.names.resize(known.types.size());
      known.types[use.index] = outside.parts.types[i];
      known.names[use.index] = own;
      if (form.hands_on) {
        handed_on.names.push_back(own);
        handed_on.types.push_back(outside.parts.types[i]);
      }
    }
    TRY(body(region, inside, form.is_tuple, handed_on));
    TRY(finish(computation, one.offset, false, inside));
    return computation;
  }

  /// What it carries, then what its regions use from outside, which it carries unchanged.
  Result<void> loop(const Operation& one, Computation& into) {
    if (one.regions.size() != 2) return fail(Code::model_malformed, "a loop has two regions");
    Parts all;
    all.names = TRY(operands(one, into));
    all.types = TRY(result_types(one));
    if (all.names.size() != all.types.size()) {
      return fail(Code::model_malformed, fmt::format("a loop of {} operands and {} results",
                                                     all.names.size(), all.types.size()));
    }
    const std::vector<std::string> carried = all.types;
    const Outside outside = TRY(outside_of(one.regions, into));
    const std::string condition = TRY(region(one, 0, carried, outside, {.is_tuple = false}, into));
    const std::string body = TRY(region(one, 1, carried, outside, {.hands_on = true}, into));
    all.names.insert(all.names.end(), outside.parts.names.begin(), outside.parts.names.end());
    all.types.insert(all.types.end(), outside.parts.types.begin(), outside.parts.types.end());
    const std::string before = unique(fmt::format("{}.before", one.result), into);
    write(into, one.offset, before, type_of_tuple(all.types), tuple_of(all));
    define(one, "while", fmt::format("while({}), condition={}, body={}", before, condition, body),
           std::move(all.types), true, into);
    return {};
  }

  Result<void> branch(const Operation& one, Computation& into) {
    const bool is_choice = short_name(one.name) == "if";
    if (one.operands.size() != 1 || one.regions.empty() || (is_choice && one.regions.size() != 2)) {
      return fail(Code::model_malformed, "a branch has one operand, and a region for each side");
    }
    std::string text = fmt::format("conditional({}", TRY(value(one.operands[0], into)));
    std::vector<std::string> sides;
    for (std::size_t i = 0; i < one.regions.size(); ++i) {
      const Outside outside = TRY(outside_of(std::span(one.regions).subspan(i, 1), into));
      sides.push_back(TRY(region(one, i, {}, outside, {}, into)));
      const std::string taken = unique(fmt::format("{}.side{}", one.result, i), into);
      write(into, one.offset, taken, type_of_tuple(outside.parts.types), tuple_of(outside.parts));
      text += ", " + taken;
    }
    text += is_choice
                ? fmt::format("), true_computation={}, false_computation={}", sides[0], sides[1])
                : fmt::format("), branch_computations={{{}}}", fmt::join(sides, ", "));
    define(one, "conditional", text, TRY(result_types(one)), true, into);
    return {};
  }

  const Program* program_;
  const importers::ImportOptions* options_;
  Translation out_;
  std::size_t regions_ = 0;
};

}  // namespace

std::size_t Translation::source_of(std::size_t offset) const {
  const auto next = std::ranges::upper_bound(lines, offset, {}, &Line::here);
  return next == lines.begin() ? 0 : std::prev(next)->there;
}

Result<Translation> translate(const Program& program, const importers::ImportOptions& options) {
  return Translator(program, options).run();
}

Result<hlo::Module> parse_translation(const Translation& translation, std::string_view program) {
  auto module = hlo::parse_module(translation.text);
  if (!module) {
    const Error& error = module.error();
    std::size_t offset = 0;
    for (std::size_t line = 1; line < error.place.line.value_or(1); ++line) {
      offset = translation.text.find('\n', offset) + 1;
    }
    return fail(
        fault_at(program, translation.source_of(offset), error.code, error.what, error.hint));
  }
  for (hlo::Computation& computation : module->computations) {
    computation.offset = translation.source_of(computation.offset);
  }
  for (hlo::Instruction& one : module->instructions) {
    one.offset = translation.source_of(one.offset);
  }
  module->text = program;
  return module;
}

}  // namespace pfsday::stablehlo
