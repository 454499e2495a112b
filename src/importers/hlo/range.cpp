#include "importers/hlo/range.h"

#include <algorithm>
#include <unordered_map>

#include "importers/hlo/literal.h"
#include "importers/hlo/reduction.h"

namespace pfsday::hlo {
namespace {

using End = std::optional<std::int64_t>;

/// Instructions one behind the other that are looked through.
constexpr int depth_limit = 100;
constexpr std::int64_t limit = std::int64_t{1} << 62;

End within(std::int64_t value) {
  return value <= limit && value >= -limit ? End(value) : std::nullopt;
}
End sum(End a, End b) {
  std::int64_t value = 0;
  if (!a || !b || __builtin_add_overflow(*a, *b, &value)) return std::nullopt;
  return within(value);
}
End product(End a, std::int64_t times) {
  std::int64_t value = 0;
  if (!a || __builtin_mul_overflow(*a, times, &value)) return std::nullopt;
  return within(value);
}
End negative(End a) { return product(a, -1); }
/// The smaller or the larger one, where both are known.
End smaller(End a, End b) { return a && b ? End(std::min(*a, *b)) : std::nullopt; }
End larger(End a, End b) { return a && b ? End(std::max(*a, *b)) : std::nullopt; }
/// Where one is enough.
End either_smaller(End a, End b) { return a && b ? End(std::min(*a, *b)) : a ? a : b; }
End either_larger(End a, End b) { return a && b ? End(std::max(*a, *b)) : a ? a : b; }

Range join(const Range& a, const Range& b) {
  return {smaller(a.low, b.low), larger(a.high, b.high)};
}

/// Operations whose elements are all elements of an operand.
constexpr std::string_view moves[] = {"copy",  "convert",     "broadcast", "reshape", "transpose",
                                      "slice", "concatenate", "bitcast",   "reverse"};

class Reader {
 public:
  Reader(const Context& context, const Computation& computation)
      : context_(&context), computation_(&computation) {}

  /// Each instruction once: many may use the same one.
  Range read(std::uint32_t index, int depth) {
    if (const auto found = known_.find(index); found != known_.end()) return found->second;
    const Range range = depth > depth_limit ? Range{} : read_array(index, depth);
    known_.emplace(index, range);
    return range;
  }

 private:
  Range read_array(std::uint32_t index, int depth) {
    const Instruction& one = computation_->instructions[index];
    if (one.type->kind != Type::Kind::array) return {};
    Range range = read_operation(one, depth);
    const ElementType element = one.type->array.element;
    if (element == ElementType::boolean) return {0, 1};
    const bool is_unsigned = graph::is_integer(element) && to_string(element).starts_with('u');
    if (is_unsigned && (!range.low || *range.low < 0)) range.low = 0;
    return range;
  }

  Range read_operation(const Instruction& one, int depth) {
    if (one.op == "constant") return read_constant(one);
    if (one.operands.empty()) return {};
    if (std::ranges::find(moves, one.op) != std::end(moves)) {
      Range all = read(one.operands[0], depth + 1);
      for (const std::uint32_t i : one.operands) all = join(all, read(i, depth + 1));
      return all;
    }
    if (one.op == "reduce" && one.operands.size() == 2) return read_reduce(one, depth);
    if (one.operands.size() == 3) return read_three(one, depth);
    return one.operands.size() == 2 ? read_two(one, depth) : Range{};
  }

  static Range read_constant(const Instruction& one) {
    const auto literal = parse_literal(one.type->array, one.contents);
    if (!literal || literal->type().elements() == Count(0)) return {};
    const auto values = literal->values();
    const auto [low, high] = std::ranges::minmax(values);
    const auto most = static_cast<graph::Exact>(limit);
    if (!(low >= -most) || !(high <= most)) return {};
    return {static_cast<std::int64_t>(low), static_cast<std::int64_t>(high)};
  }

  Range read_two(const Instruction& one, int depth) {
    const Range a = read(one.operands[0], depth + 1);
    const Range b = read(one.operands[1], depth + 1);
    if (one.op == "add") return {sum(a.low, b.low), sum(a.high, b.high)};
    if (one.op == "subtract") {
      return {sum(a.low, negative(b.high)), sum(a.high, negative(b.low))};
    }
    if (one.op == "maximum") return {either_larger(a.low, b.low), larger(a.high, b.high)};
    if (one.op == "minimum") return {smaller(a.low, b.low), either_smaller(a.high, b.high)};
    return {};
  }

  Range read_three(const Instruction& one, int depth) {
    const Range a = read(one.operands[0], depth + 1);
    const Range b = read(one.operands[1], depth + 1);
    const Range c = read(one.operands[2], depth + 1);
    if (one.op == "select") return join(b, c);
    return one.op == "clamp" ? Range{a.low, c.high} : Range{};
  }

  /// Of n elements and the initial value.
  Range read_reduce(const Instruction& one, int depth) {
    const auto names = parse_names(one.find("to_apply"));
    const auto reducer = names.empty() ? Result<const Computation*>(nullptr)
                                       : context_->find_computation(names.front());
    if (!reducer || *reducer == nullptr) return {};
    const Range x = read(one.operands[0], depth + 1);
    const Range first = read(one.operands[1], depth + 1);
    const std::string_view op = combiner_of(**reducer);
    if (op == "minimum") return {smaller(x.low, first.low), either_smaller(x.high, first.high)};
    if (op == "maximum") return {either_larger(x.low, first.low), larger(x.high, first.high)};
    const Count elements = computation_->instructions[one.operands[0]].type->array.elements();
    if (op != "add" || elements > Count(limit)) return {};
    const auto n = static_cast<std::int64_t>(elements.value());
    return {sum(first.low, smaller(End(0), product(x.low, n))),
            sum(first.high, larger(End(0), product(x.high, n)))};
  }

  const Context* context_;
  const Computation* computation_;
  std::unordered_map<std::uint32_t, Range> known_;
};

}  // namespace

Range range_of_start(const Node& loop, std::size_t array) {
  const Computation& computation = loop.scope().computation();
  const Instruction& start = loop.source(0);
  if (start.op != "tuple") return {};
  std::size_t first = 0;
  for (const std::uint32_t i : start.operands) {
    const std::size_t next = first + computation.instructions[i].type->leaves;
    if (array >= first && array < next) {
      return next == first + 1 ? Reader(loop.scope().context(), computation).read(i, 0) : Range{};
    }
    first = next;
  }
  return {};
}

}  // namespace pfsday::hlo
