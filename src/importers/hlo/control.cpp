// Loops, branches, calls, and what is run beside something else.
#include <fmt/format.h>

#include <algorithm>

#include "importers/hlo/scope.h"
#include "importers/hlo/trips.h"
#include "ops/body.h"

namespace pfsday::hlo {
namespace {

using ops::LoopValues;

/// By array of the carried tuple: handed from trip to trip as it is, so that the loop need not
/// carry it.
std::vector<bool> find_invariants(const Computation& body, std::size_t arrays) {
  std::vector<bool> is_invariant;
  const Instruction& root = body.root_instruction();
  if (root.op != "tuple" || body.parameters.size() != 1) return std::vector<bool>(arrays, false);
  for (std::size_t i = 0; i < root.operands.size(); ++i) {
    const Instruction& one = body.instructions[root.operands[i]];
    const auto index = one.op == "get-tuple-element" && one.operands.size() == 1 &&
                               one.operands[0] == body.parameters[0]
                           ? parse_integer(one.find("index"))
                           : fail(Code::attribute_invalid, "");
    const bool is_same = index && *index == static_cast<std::int64_t>(i);
    is_invariant.insert(is_invariant.end(), one.type->leaves, is_same);
  }
  is_invariant.resize(arrays, false);
  return is_invariant;
}

/// What a loop carries: first whether it goes on, then the arrays that change.
class Carrying {
 public:
  Carrying(const Values& initial, std::vector<bool> is_invariant)
      : initial_(&initial), is_invariant_(std::move(is_invariant)) {}

  Values pick(const Values& all) const {
    Values some;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!is_invariant_[i]) some.push_back(all[i]);
    }
    return some;
  }

  /// All arrays, of those that are carried; invariants as `find` gives them.
  template <class Find>
  Values merge(std::span<const Value> some, Find&& find) const {
    Values all;
    std::size_t next = 0;
    for (std::size_t i = 0; i < initial_->size(); ++i) {
      all.push_back(is_invariant_[i] ? find((*initial_)[i]) : some[next++]);
    }
    return all;
  }

 private:
  const Values* initial_;
  std::vector<bool> is_invariant_;
};

Result<Values> lower_while(const Node& node, Builder& b) {
  const Values initial = *TRY(node.arrays(0));
  const Computation& condition = *TRY(node.computation("condition"));
  const Computation& body = *TRY(node.computation("body"));
  Scope& scope = node.scope();
  const Trips trips = TRY(find_trips(node, initial, b));
  if (trips.is_bound && scope.context().is_first(node.instruction())) {
    b.note_bound("upper_bound",
                 fmt::format("{} trips: something else may end the loop before; --trips {}=N "
                             "counts another number",
                             trips.count, node.instruction().name));
  }
  const Values arguments[] = {initial};
  const Values goes_on = TRY(scope.call(condition, arguments));
  if (goes_on.size() != 1) return fail(Code::graph_invalid, "its condition is no one value");
  if (trips.count == 0) return initial;
  const Carrying carrying(initial, find_invariants(body, initial.size()));
  const auto trip = [&](Builder& inner, const LoopValues& in) -> Result<LoopValues> {
    const Count times = scope.times() * Count(trips.count);
    const Values before[] = {carrying.merge(std::span(in.carried.begin() + 1, in.carried.end()),
                                            [&](Value outside) { return inner.capture(outside); })};
    const Values result = TRY(Scope(scope.context(), inner, body, times).run(before));
    const Values after[] = {result};
    if (after[0].size() != initial.size()) {
      return fail(Code::shapes_disagree, "its body gives other values than it takes");
    }
    LoopValues out;
    out.carried = TRY(Scope(scope.context(), inner, condition, times).run(after));
    const Values changed = carrying.pick(after[0]);
    out.carried.insert(out.carried.end(), changed.begin(), changed.end());
    return out;
  };
  LoopValues in;
  in.carried = goes_on;
  const Values changing = carrying.pick(initial);
  in.carried.insert(in.carried.end(), changing.begin(), changing.end());
  const LoopValues out = TRY(ops::build_loop(b, trips.count, in, trip));
  if (out.carried.empty()) return Values{};  // the Builder has a fault
  return carrying.merge(std::span(out.carried.begin() + 1, out.carried.end()),
                        [](Value outside) { return outside; });
}

struct Choice {
  std::vector<const Computation*> computations;
  std::vector<Values> arguments;  ///< of each
};

Result<Choice> choice_of(const Node& node) {
  Choice choice;
  choice.arguments = arguments_of(node, 1);
  for (const std::string_view attribute :
       {"branch_computations", "true_computation", "false_computation"}) {
    for (const std::string_view name : parse_names(node.text(attribute))) {
      choice.computations.push_back(TRY(node.scope().context().find_computation(name)));
    }
  }
  const std::size_t sides = choice.computations.size();
  if (sides != 0 && choice.arguments.size() == sides) return choice;
  return fail(Code::attribute_invalid,
              fmt::format("it has {} branches and {} operands", sides, node.operand_count()));
}

/// The side that --branch names, or that a constant chooses.
Result<std::optional<std::size_t>> chosen_side(const Node& node, std::size_t sides, Builder& b) {
  const Value selector = TRY(node.operand(0));
  const bool is_predicate = b.type(selector).element == ElementType::boolean;
  Context& context = node.scope().context();
  const std::string& path = b.root().origins()[b.origin()].name;
  for (const std::string_view name : {node.instruction().name, std::string_view(path)}) {
    const auto named = context.options().branches.find(name);
    if (named == context.options().branches.end() || sides != 2) continue;
    context.use(name);
    return named->second == is_predicate ? 0 : 1;
  }
  const Literal* known = b.known(selector);
  if (known == nullptr || known->type().elements() != Count(1)) return std::nullopt;
  if (is_predicate) return known->at(0) != 0 ? 0 : sides - 1;
  const auto index = known->at(0);
  const bool is_there = index >= 0 && index < static_cast<graph::Exact>(sides);
  return is_there ? static_cast<std::size_t>(index) : sides - 1;
}

/// Whether a selector picks side i. A selection by number is a jump, no comparison.
Value picks(Value selector, Builder& b) {
  if (b.type(selector).element == ElementType::boolean) return selector;
  return moved({selector}, {ElementType::boolean, b.shape(selector)}, "conditional", b);
}

/// The sides of a choice from `first` on, the last one for whatever the others are not.
class Sides {
 public:
  Sides(const Scope& scope, const Choice& choice) : scope_(&scope), choice_(&choice) {}

  /// The selector and the arguments are values of that builder.
  Result<Values> build(std::size_t first, Value selector, const std::vector<Values>& arguments,
                       Builder& b) const {
    const auto run = [&](Builder& inner, const Values& values) {
      const Values list[] = {values};
      return Scope(scope_->context(), inner, *choice_->computations[first], scope_->times())
          .run(list);
    };
    if (first + 1 == choice_->computations.size()) return run(b, arguments[first]);
    const auto side = [&](Builder& inner) { return run(inner, captured(inner, arguments[first])); };
    const auto rest = [&](Builder& inner) -> Result<Values> {
      std::vector<Values> inside;
      for (const Values& values : arguments) inside.push_back(captured(inner, values));
      return build(first + 1, inner.capture(selector), inside, inner);
    };
    return ops::build_branch(b, picks(selector, b), side, rest);
  }

 private:
  static Values captured(Builder& inner, const Values& outside) {
    Values inside;
    for (const Value v : outside) inside.push_back(inner.capture(v));
    return inside;
  }

  const Scope* scope_;
  const Choice* choice_;
};

Result<Values> lower_conditional(const Node& node, Builder& b) {
  const Choice choice = TRY(choice_of(node));
  const std::size_t sides = choice.computations.size();
  const auto chosen = TRY(chosen_side(node, sides, b));
  if (chosen || sides == 1) {
    const std::size_t side = chosen.value_or(0);
    return node.scope().call(*choice.computations[side],
                             std::span(choice.arguments).subspan(side, 1));
  }
  if (node.type().leaves == 0) return Values{};
  return Sides(node.scope(), choice).build(0, TRY(node.operand(0)), choice.arguments, b);
}

Result<Values> lower_call(const Node& node, Builder&) {
  const std::string_view attribute = node.has("to_apply") ? "to_apply" : "calls";
  return node.scope().call(*TRY(node.computation(attribute)), arguments_of(node));
}

/// What ends something that was begun, or asks how far it is: its values are those of the begin.
Result<Values> lower_end(const Node& node, Builder&) {
  Values values = *TRY(node.arrays(0));
  const std::size_t wanted = node.type().leaves;
  if (values.size() > wanted)
    values.erase(values.begin() + static_cast<std::ptrdiff_t>(wanted), values.end());
  return values;
}
Result<Values> lower_update(const Node& node, Builder&) { return *TRY(node.arrays(0)); }

constexpr Lowering lowerings[] = {
    {"while", lower_while, false, true}, {"conditional", lower_conditional, false, true},
    {"call", lower_call, true},          {"fusion", lower_call, true},
    {"async-start", lower_call},         {"async-update", lower_update},
    {"async-done", lower_end},
};

}  // namespace

extern constinit const LoweringFamily control{lowerings};

}  // namespace pfsday::hlo
