#include "importers/hlo/linear.h"

#include <algorithm>
#include <cmath>

#include "importers/hlo/literal.h"

namespace pfsday::hlo {
namespace {

/// Instructions one behind the other, and calls in calls, that are looked through.
constexpr int depth_limit = 200;
/// Of one condition; real ones have a handful.
constexpr std::size_t comparison_limit = 64;

constexpr std::string_view same_value[] = {
    "copy",        "convert", "bitcast",    "reshape",   "broadcast",
    "opt-barrier", "tuple",   "copy-start", "copy-done", "optimization-barrier"};

bool is_scalar(const Type& type) {
  return type.kind == Type::Kind::array && type.array.elements() == Count(1) &&
         (graph::is_integer(type.array.element) || type.array.element == ElementType::boolean);
}

Form number(std::int64_t value) { return {.kind = Form::Kind::number, .plus = value}; }

Form sum(const Form& a, const Form& b, std::int64_t sign) {
  std::int64_t plus = 0;
  std::int64_t other = 0;
  const bool fits = !__builtin_mul_overflow(b.plus, sign, &other) &&
                    !__builtin_add_overflow(a.plus, other, &plus);
  if (!fits || a.kind == Form::Kind::unknown) return {};
  if (b.kind == Form::Kind::number) return {.kind = a.kind, .array = a.array, .plus = plus};
  const bool is_reversed =
      a.kind == Form::Kind::number && b.kind == Form::Kind::carried && sign == 1;
  return is_reversed ? Form{.kind = b.kind, .array = b.array, .plus = plus} : Form{};
}

std::string_view inverse_of(std::string_view direction) {
  constexpr std::pair<std::string_view, std::string_view> pairs[] = {
      {"LT", "GE"}, {"GE", "LT"}, {"LE", "GT"}, {"GT", "LE"}, {"EQ", "NE"}, {"NE", "EQ"}};
  for (const auto& [one, other] : pairs) {
    if (one == direction) return other;
  }
  return {};
}

}  // namespace

Linear::Linear(const Context& context, const Computation& computation,
               std::vector<Forms> parameters, int depth)
    : context_(&context),
      computation_(&computation),
      parameters_(std::move(parameters)),
      depth_(depth) {}

const Forms& Linear::forms(std::uint32_t instruction) {
  if (const auto found = known_.find(instruction); found != known_.end()) return found->second;
  const Instruction& one = computation_->instructions[instruction];
  Forms forms;
  if (depth_ < depth_limit) {
    ++depth_;
    forms = read(one);
    --depth_;
  }
  forms.resize(one.type->leaves);
  return known_.emplace(instruction, std::move(forms)).first->second;
}

std::vector<Forms> Linear::operands(const Instruction& instruction) {
  std::vector<Forms> all;
  for (const std::uint32_t i : instruction.operands) all.push_back(forms(i));
  return all;
}

Forms Linear::read(const Instruction& one) {
  if (one.op == "parameter") {
    const auto index = parse_integer(one.contents);
    const bool is_there = index && *index >= 0 && *index < std::ssize(parameters_);
    return is_there ? parameters_[static_cast<std::size_t>(*index)] : Forms{};
  }
  if (one.op == "get-tuple-element") {
    if (one.operands.empty()) return {};
    const auto index = parse_integer(one.find("index"));
    const auto& parts = computation_->instructions[one.operands[0]].type->elements;
    if (!index || *index < 0 || *index >= std::ssize(parts)) return {};
    const Type& part = parts[static_cast<std::size_t>(*index)];
    const auto begin = forms(one.operands[0]).begin() + static_cast<std::ptrdiff_t>(part.first);
    return {begin, begin + static_cast<std::ptrdiff_t>(part.leaves)};
  }
  if (std::ranges::find(same_value, one.op) != std::end(same_value)) {
    if (one.op != "tuple" && one.type->kind == Type::Kind::array && !is_scalar(*one.type))
      return {};
    Forms all;
    for (const Forms& part : operands(one)) all.insert(all.end(), part.begin(), part.end());
    return all;
  }
  if (one.op == "call" || one.op == "fusion") return read_call(one);
  return is_scalar(*one.type) ? read_sum(one) : Forms{};
}

Forms Linear::read_sum(const Instruction& one) {
  if (one.op == "constant") {
    const auto literal = parse_literal(one.type->array, one.contents);
    constexpr auto most = static_cast<graph::Exact>(std::int64_t{1} << 62);
    if (!literal || !(std::abs(literal->at(0)) <= most)) return {};
    return {number(static_cast<std::int64_t>(literal->at(0)))};
  }
  const bool is_sum = one.op == "add" || one.op == "subtract";
  const bool is_product = one.op == "multiply";
  const bool is_choice = one.op == "maximum" || one.op == "minimum";
  if ((!is_sum && !is_product && !is_choice) || one.operands.size() != 2) return {};
  const Form a = forms(one.operands[0]).at(0);
  const Form b = forms(one.operands[1]).at(0);
  if (is_sum) return {sum(a, b, one.op == "add" ? 1 : -1)};
  if (a.kind != Form::Kind::number || b.kind != Form::Kind::number) return {};
  if (is_choice) {
    return {number(one.op == "maximum" ? std::max(a.plus, b.plus) : std::min(a.plus, b.plus))};
  }
  std::int64_t product = 0;
  return __builtin_mul_overflow(a.plus, b.plus, &product) ? Forms{} : Forms{number(product)};
}

const Computation* Linear::called(const Instruction& one) const {
  const auto names = parse_names(one.find(one.op == "fusion" ? "calls" : "to_apply"));
  const auto found =
      names.empty() ? fail(Code::model_malformed, "") : context_->find_computation(names.front());
  return found ? *found : nullptr;
}

Forms Linear::read_call(const Instruction& one) {
  const Computation* computation = called(one);
  if (computation == nullptr) return {};
  Linear inside(*context_, *computation, operands(one), depth_);
  return inside.forms(computation->root);
}

Conditions Linear::conditions(std::uint32_t instruction) { return conditions(instruction, depth_); }

const Conditions& Linear::conditions(std::uint32_t instruction, int depth) {
  const auto found = known_conditions_.find(instruction);
  if (found != known_conditions_.end()) return found->second;
  Conditions read = depth > depth_limit
                        ? Conditions{.has_other = true}
                        : read_conditions(computation_->instructions[instruction], depth);
  return known_conditions_.emplace(instruction, std::move(read)).first->second;
}

Conditions Linear::read_and(const Instruction& one, int depth) {
  Conditions all;
  for (const std::uint32_t i : one.operands) {
    const Conditions& part = conditions(i, depth + 1);
    all.has_other |= part.has_other;
    for (const Comparison& comparison : part.comparisons) {
      if (std::ranges::find(all.comparisons, comparison) != all.comparisons.end()) continue;
      if (all.comparisons.size() == comparison_limit) return {.has_other = true};
      all.comparisons.push_back(comparison);
    }
  }
  return all;
}

Conditions Linear::read_conditions(const Instruction& one, int depth) {
  Conditions unknown{.has_other = true};
  if (one.op == "and") return read_and(one, depth);
  if (one.op == "compare" && one.operands.size() == 2) {
    const Forms a = forms(one.operands[0]);
    const Forms b = forms(one.operands[1]);
    if (a.size() != 1 || b.size() != 1) return unknown;
    return {.comparisons = {{a[0], b[0], one.find("direction")}}};
  }
  if (one.op == "not" && one.operands.size() == 1) {
    Conditions part = conditions(one.operands[0], depth + 1);
    if (part.has_other || part.comparisons.size() != 1) return unknown;
    part.comparisons[0].direction = inverse_of(part.comparisons[0].direction);
    return part;
  }
  if ((one.op == "copy" || one.op == "bitcast" || one.op == "reshape") &&
      one.operands.size() == 1) {
    return conditions(one.operands[0], depth + 1);
  }
  if (one.op == "call" || one.op == "fusion") {
    const Computation* computation = called(one);
    if (computation == nullptr) return unknown;
    Linear inside(*context_, *computation, operands(one), depth + 1);
    return inside.conditions(computation->root);
  }
  const Form value = one.type->leaves == 1 ? read(one).empty() ? Form{} : read(one)[0] : Form{};
  if (value.kind != Form::Kind::unknown) return {.comparisons = {{value, number(0), "NE"}}};
  return unknown;
}

}  // namespace pfsday::hlo
