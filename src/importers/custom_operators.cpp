#include "importers/custom_operators.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/toml.h"

namespace pfsday::importers {
namespace {

std::unexpected<Error> invalid(std::string what, std::string hint = {}) {
  return fail(Code::formula_invalid, std::move(what), std::move(hint));
}

// Reading the file.

Result<Formula> read_formula(const TomlValue& value) {
  if (const auto* text = std::get_if<std::string>(&value.data)) {
    return at_place(value.place, Formula::parse(*text));
  }
  if (const auto* number = std::get_if<std::int64_t>(&value.data)) {
    return at_place(value.place, Formula::parse(std::to_string(*number)));
  }
  return fail_at(value.place, Code::run_malformed, "a formula is a text or an integer");
}

Result<CustomWork> read_work(const TomlTable& table, std::string name) {
  TomlReader in(table, std::move(name));
  CustomWork work;
  for (const std::string_view counter : custom_counters) {
    const TomlValue* value = in.find(counter);
    if (value != nullptr) work.counters.emplace(counter, TRY(read_formula(*value)));
  }
  TRY(in.finish());
  return work;
}

Result<std::vector<Formula>> read_shape(TomlReader& in, const TomlValue& value) {
  const auto* sizes = std::get_if<TomlValue::List>(&value.data);
  if (sizes == nullptr) return in.malformed("shape", "is not a list of formulas");
  std::vector<Formula> shape;
  for (const TomlValue& size : *sizes) shape.push_back(TRY(read_formula(size)));
  return shape;
}

Result<CustomOutput> read_output(const TomlTable& table) {
  TomlReader in(table, "output");
  CustomOutput output;
  if (const auto name = TRY(in.find_text("type"))) {
    output.element = graph::find_element_type(*name);
    const bool is_known =
        output.element.value_or(graph::ElementType::unknown) != graph::ElementType::unknown;
    if (!is_known) return in.malformed("type", "is no element type", "such as f32, i64 or u8");
  }
  if (const auto like = TRY(in.find_integer("like"))) {
    if (*like < 0) return in.malformed("like", "is not the number of an input, from 0");
    output.like = static_cast<std::size_t>(*like);
  }
  if (const TomlValue* shape = in.find("shape")) output.shape = TRY(read_shape(in, *shape));
  TRY(in.finish());
  const bool has_type = output.like || (output.element && output.shape);
  if (!has_type) return in.missing(output.element ? "shape" : "type", "or say like = 0");
  return output;
}

/// The names of the sizes of each input.
Result<std::vector<std::vector<std::string>>> read_inputs(TomlReader& in) {
  std::vector<std::vector<std::string>> inputs;
  const TomlValue* value = in.find("inputs");
  if (value == nullptr) return inputs;
  const auto fault = [&in] {
    return in.malformed("inputs", "is not a list with a list of names for each input",
                        "such as [[\"n\"], [\"h\", \"w\", 3]]");
  };
  const auto* lists = std::get_if<TomlValue::List>(&value->data);
  if (lists == nullptr) return fault();
  for (const TomlValue& list : *lists) {
    const auto* sizes = std::get_if<TomlValue::List>(&list.data);
    if (sizes == nullptr) return fault();
    std::vector<std::string>& names = inputs.emplace_back();
    for (const TomlValue& size : *sizes) {
      const auto* name = std::get_if<std::string>(&size.data);
      const auto* number = std::get_if<std::int64_t>(&size.data);
      if (name == nullptr && number == nullptr) return fault();
      names.push_back(name != nullptr ? *name : std::to_string(*number));
      if (names.back() == "..." && names.size() > 1) return fault();
    }
  }
  return inputs;
}

Result<void> read_formulas(TomlReader& in, CustomOperator& op) {
  if (const TomlTable* let = TRY(in.find_table("let"))) {
    for (const auto& [name, value] : let->entries) op.let.emplace(name, TRY(read_formula(value)));
  }
  for (const TomlTable* output : TRY(in.find_tables("outputs"))) {
    op.outputs.push_back(TRY(read_output(*output)));
  }
  const TomlTable* work = TRY(in.find_table("work"));
  if (work == nullptr) return in.missing("work", "an operator without arithmetic has work = {}");
  op.work = TRY(read_work(*work, "work"));
  for (const TomlTable* gradient : TRY(in.find_tables("gradient"))) {
    op.gradient.push_back(TRY(read_work(*gradient, "gradient")));
  }
  return {};
}

Result<CustomOperator> read_operator(const TomlTable& table) {
  TomlReader in(table, "operator");
  CustomOperator op;
  op.domain = TRY(in.text_or("domain", ""));
  op.op = TRY(in.text("op"));
  op.inputs = TRY(read_inputs(in));
  TRY(read_formulas(in, op));
  TRY(in.finish());
  return op;
}

// Working out one node.

constexpr std::int64_t count_limit = std::numeric_limits<std::int64_t>::max();

/// What the formulas of one operator say of one node.
class Site final : public FormulaScope {
 public:
  Site(const CustomOperator& op, const OperatorSite& site) : op_(&op), site_(&site) {}

  Result<void> bind_inputs() {
    for (std::size_t i = 0; i < op_->inputs.size() && i < site_->inputs.size(); ++i) {
      if (!site_->inputs[i]) continue;
      if (!site_->inputs[i]->known()) return unknown_input(i);
      TRY(bind_sizes(i, op_->inputs[i], site_->inputs[i]->shape));
    }
    return {};
  }

  Result<Ratio> value_of(std::string_view name) override {
    if (const auto found = values_.find(name); found != values_.end()) return found->second;
    if (const auto let = op_->let.find(name); let != op_->let.end()) return value_of_let(*let);
    if (const auto attribute = site_->attribute(name)) return Ratio{*attribute, 1};
    return invalid(
        fmt::format("\"{}\" is no size of an input, no constant and no attribute", name));
  }

  Result<Ratio> call(std::string_view function, std::span<const Ratio> arguments) override {
    if (function == "elements" && arguments.size() == 1) return elements_of(arguments[0]);
    if (function == "value" && arguments.size() <= 2) return value_of_input(arguments);
    return invalid(
        fmt::format("there is no function {}() of {} values", function, arguments.size()),
        "ceil, floor, min, max, elements(INPUT), value(INPUT, INDEX)");
  }

  Result<std::int64_t> count_of(const Formula& formula, std::string_view what) {
    const Ratio value = TRY(formula.evaluate(*this));
    const bool is_count =
        value.is_integer() && value.numerator >= 0 && value.numerator <= count_limit;
    if (is_count) return static_cast<std::int64_t>(value.numerator);
    return invalid(
        fmt::format("{}: \"{}\" is {}, which is no count", what, formula.text(), to_string(value)),
        value.is_integer() ? "" : "round it with floor() or ceil()");
  }

  Result<graph::TensorType> type_of(const CustomOutput& output) {
    graph::TensorType type;
    if (output.like) type = TRY(input_type(*output.like));
    if (output.element) type.element = *output.element;
    if (!output.shape) return type;
    type.shape.clear();
    for (const Formula& size : *output.shape) type.shape.push_back(TRY(count_of(size, "shape")));
    return type;
  }

 private:
  static std::unexpected<Error> unknown_input(std::size_t i) {
    return fail(Code::value_unknown, fmt::format("the type of input {} is unknown", i));
  }

  Result<void> bind_sizes(std::size_t input, std::span<const std::string> names,
                          const graph::Shape& shape) {
    const bool is_open = !names.empty() && names[0] == "...";
    if (is_open) names = names.subspan(1);
    const bool fits = is_open ? shape.size() >= names.size() : shape.size() == names.size();
    if (!fits) return misfit(input, shape);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::int64_t size = shape[shape.size() - names.size() + i];
      if (names[i] == "_" || names[i] == std::to_string(size)) continue;
      const bool is_number = names[i].find_first_not_of("0123456789") == std::string::npos;
      const auto [bound, is_new] = values_.try_emplace(names[i], Ratio{size, 1});
      if (is_number || bound->second != Ratio{size, 1}) return misfit(input, shape);
    }
    return {};
  }

  std::unexpected<Error> misfit(std::size_t input, const graph::Shape& shape) const {
    return fail(Code::shapes_disagree,
                fmt::format("input {} is {}, which does not fit [{}]", input,
                            graph::to_string(shape), fmt::join(op_->inputs[input], ", ")));
  }

  /// Each is worked out once, so that constants of constants cost no more than they are long.
  Result<Ratio> value_of_let(const std::pair<const std::string, Formula>& let) {
    constexpr int depth_limit = 64;
    if (depth_ >= depth_limit) {
      return invalid(fmt::format("\"{}\" is made of itself, or of too long a chain", let.first));
    }
    ++depth_;
    const Ratio value = TRY(let.second.evaluate(*this));
    --depth_;
    values_.emplace(let.first, value);
    return value;
  }

  Result<graph::TensorType> input_type(std::size_t i) const {
    if (i >= site_->inputs.size() || !site_->inputs[i]) {
      return invalid(fmt::format("the node has no input {}", i));
    }
    if (!site_->inputs[i]->known()) return unknown_input(i);
    return *site_->inputs[i];
  }

  Result<std::size_t> index_of(const Ratio& number) const {
    constexpr Int128 index_limit = 1 << 20;
    const bool is_index =
        number.is_integer() && number.numerator >= 0 && number.numerator < index_limit;
    if (is_index) return static_cast<std::size_t>(number.numerator);
    return invalid(
        fmt::format("{} is no number of an input or an element, from 0", to_string(number)));
  }

  Result<Ratio> elements_of(const Ratio& input) const {
    const std::size_t index = TRY(index_of(input));
    const units::Count elements = TRY(input_type(index)).elements();
    if (elements > units::Count(count_limit)) return invalid("an input has too many elements");
    return Ratio{static_cast<Int128>(elements.value()), 1};
  }

  /// An element of an input whose contents are known before the model runs.
  Result<Ratio> value_of_input(std::span<const Ratio> arguments) const {
    const std::size_t input = TRY(index_of(arguments[0]));
    const std::size_t element = arguments.size() > 1 ? TRY(index_of(arguments[1])) : 0;
    TRY(input_type(input));
    const graph::Literal* contents = site_->contents(input);
    if (contents == nullptr) {
      return fail(Code::value_unknown,
                  fmt::format("input {} is known only when the model runs", input));
    }
    if (units::Count(element) >= contents->type().elements()) {
      return invalid(fmt::format("input {} has no element {}", input, element));
    }
    const graph::Exact value = contents->at(element);
    const bool is_integer =
        value == std::floor(value) && std::abs(value) <= static_cast<graph::Exact>(count_limit);
    if (!is_integer)
      return invalid(fmt::format("element {} of input {} is no integer", element, input));
    return Ratio{static_cast<Int128>(value), 1};
  }

  const CustomOperator* op_;
  const OperatorSite* site_;
  std::map<std::string, Ratio, std::less<>> values_;
  int depth_ = 0;
};

/// Appends the counters in the order of the primitive's attributes.
Result<void> append_work(const CustomWork& work, Site& site, graph::Axes& counters) {
  std::array<std::int64_t, std::size(custom_counters)> counts = {};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto formula = work.counters.find(custom_counters[i]);
    if (formula != work.counters.end()) {
      counts[i] = TRY(site.count_of(formula->second, custom_counters[i]));
    }
  }
  const std::int64_t macs = counts.back();
  for (std::int64_t* const part : {&counts[0], &counts[1]}) {  // each is one mul and one add
    if (*part > count_limit - macs) return invalid("more than 2^63 - 1 operations of one node");
    *part += macs;
  }
  counters.insert(counters.end(), counts.begin(), counts.end());
  return {};
}

}  // namespace

const CustomOperator* CustomOperators::find(std::string_view domain, std::string_view op) const {
  const auto found = std::ranges::find_if(
      operators, [&](const CustomOperator& one) { return one.domain == domain && one.op == op; });
  return found == operators.end() ? nullptr : &*found;
}

Result<CustomOperators> parse_custom_operators(std::string_view toml) {
  const TomlTable document = TRY(parse_toml(toml));
  TomlReader in(document, "the file");
  CustomOperators custom;
  for (const TomlTable* table : TRY(in.find_tables("operator"))) {
    CustomOperator op = TRY(read_operator(*table));
    if (custom.find(op.domain, op.op) != nullptr) {
      return fail_at(table->place, Code::run_malformed,
                     fmt::format("\"{}\" of domain \"{}\" is there twice", op.op, op.domain));
    }
    custom.operators.push_back(std::move(op));
  }
  TRY(in.finish());
  return custom;
}

Result<CustomFigures> work_out(const CustomOperator& op, const OperatorSite& site) {
  Site scope(op, site);
  TRY(scope.bind_inputs());
  CustomFigures figures;
  for (const CustomOutput& output : op.outputs) {
    figures.outputs.push_back(TRY(scope.type_of(output)));
  }
  TRY(append_work(op.work, scope, figures.work));
  for (const CustomWork& gradient : op.gradient) {
    TRY(append_work(gradient, scope, figures.gradient));
  }
  return figures;
}

}  // namespace pfsday::importers
