#include "importers/hlo/lowering.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "importers/hlo/scope.h"

namespace pfsday::hlo {

const Instruction& Node::source(std::size_t i) const {
  return scope_->computation().instructions[instruction_->operands[i]];
}

Result<const Values*> Node::arrays(std::size_t i) const {
  if (i >= operand_count()) {
    return fail(Code::input_missing, fmt::format("operand {} is missing", i));
  }
  return &(*values_)[instruction_->operands[i]];
}

Result<Value> Node::operand(std::size_t i) const {
  const Values& values = *TRY(arrays(i));
  if (values.size() == 1) return values[0];
  return fail(Code::graph_invalid,
              fmt::format("operand {} is {}, no array", i, hlo::to_string(*source(i).type)));
}

Values Node::all_arrays() const {
  Values all;
  for (const std::uint32_t i : instruction_->operands) {
    const Values& values = (*values_)[i];
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

TensorTypes Node::result_types() const {
  TensorTypes types;
  append_arrays(type(), types);
  return types;
}

std::unexpected<Error> open_sizes() {
  return fail(Code::dimension_unbound,
              "a size of its result is not known: the program is open in it",
              "dump the program after it was specialized to sizes");
}

Result<TensorType> Node::result_type() const {
  TRY(result_element());
  if (type().is_open) return open_sizes();
  return type().array;
}

Result<ElementType> Node::result_element() const {
  if (type().kind == Type::Kind::array) return type().array.element;
  return fail(Code::graph_invalid,
              fmt::format("its result is {}, no array", hlo::to_string(type())));
}

Result<Axes> Node::axes(std::string_view attribute) const {
  if (has(attribute)) return parse_axes(text(attribute));
  return fail(Code::attribute_invalid, fmt::format("it has no attribute \"{}\"", attribute));
}

Result<Axes> Node::axes_below(std::string_view attribute, std::int64_t rank) const {
  Axes axes = has(attribute) ? TRY(parse_axes(text(attribute))) : Axes{};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const bool is_new = std::find(axes.begin(), axes.begin() + static_cast<std::ptrdiff_t>(i),
                                  axes[i]) == axes.begin() + static_cast<std::ptrdiff_t>(i);
    if (axes[i] >= 0 && axes[i] < rank && is_new) continue;
    return fail(Code::attribute_invalid,
                fmt::format("{}={} names no distinct axes of a tensor of rank {}", attribute,
                            text(attribute), rank));
  }
  return axes;
}

Result<std::int64_t> Node::integer(std::string_view attribute, std::int64_t fallback) const {
  return has(attribute) ? parse_integer(text(attribute)) : fallback;
}

Result<bool> Node::flag(std::string_view attribute, bool fallback) const {
  return has(attribute) ? parse_flag(text(attribute)) : fallback;
}

Result<const Computation*> Node::computation(std::string_view attribute) const {
  const auto names = parse_names(text(attribute));
  if (names.empty()) {
    return fail(Code::attribute_invalid, fmt::format("it has no attribute \"{}\"", attribute));
  }
  return scope_->context().find_computation(names.front());
}

namespace {

class LoweringTable {
 public:
  LoweringTable() {
    for (const LoweringFamily* family : hlo_lowering_families()) {
      for (const Lowering& one : family->lowerings) {
        numbers_.add(one.op, static_cast<std::uint32_t>(all_.size()));
        all_.push_back(&one);
      }
    }
  }

  const Lowering* find(std::string_view op) const {
    const auto number = numbers_.find(op);
    return number ? all_[*number] : nullptr;
  }

 private:
  TextTable numbers_;
  std::vector<const Lowering*> all_;
};

}  // namespace

const Lowering* find_lowering(std::string_view op) {
  static const LoweringTable table;
  return table.find(op);
}

Value moved(const Values& from, const TensorType& type, std::string_view op, Builder& b) {
  return b.emit("opaque", from,
                {{"op", std::string(op)},
                 {"element", std::string(to_string(type.element))},
                 {"shape", Axes(type.shape)}});
}

Result<Values> stated(const Values& from, const TensorTypes& types, std::string_view op,
                      const WorkEach& work, Count times, Builder& b) {
  Axes counters;
  for (const std::int64_t each :
       {work.mul, work.add, work.div, work.special, work.compare, work.products}) {
    const Count total = Count(each) * times;
    if (total.overflowed() || total > Count(std::numeric_limits<std::int64_t>::max())) {
      return fail(Code::count_overflow, fmt::format("{} comes to more than 2^63 operations", op));
    }
    counters.push_back(static_cast<std::int64_t>(total.value()));
  }
  return b.custom(from, types, std::string(op), std::move(counters));
}

Axes other_axes(std::int64_t rank, const Axes& axes) {
  Axes others;
  for (std::int64_t i = 0; i < rank; ++i) {
    if (std::ranges::find(axes, i) == axes.end()) others.push_back(i);
  }
  return others;
}

Value permuted(Value x, const Axes& permutation, Builder& b) {
  return std::ranges::is_sorted(permutation) ? x : b.transpose(x, permutation);
}

}  // namespace pfsday::hlo
