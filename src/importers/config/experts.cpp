#include "importers/config/experts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "importers/config/attention.h"

namespace pfsday::config {
namespace {

/// Of each of the tokens * k rows: the expert it goes to, and the weight it comes back with.
struct Routes {
  Value expert = {}, weights = {};
  std::int64_t tokens = 0, k = 0;
};

Values best(Builder& b, Value x, std::int64_t axis, std::int64_t k) {
  Values found = b.emit_all(
      "top_k", {x},
      {{"axis", axis}, {"k", k}, {"largest", std::int64_t{1}}, {"last", std::int64_t{0}}});
  return found.size() == 2 ? found : Values{{}, {}};
}

Value softmax(Builder& b, Value x, std::int64_t axis) {
  const Value top = b.stop_gradient(b.reduce_max(x, {axis}, ops::keep_dims));
  const Value e = b.exp(b.sub(x, top));
  return b.div(e, b.reduce_sum(e, {axis}, ops::keep_dims));
}

/// Scores [T, E], of which those outside of the best groups are zero.
Value in_best_groups(Builder& b, Value scores, const Router& router) {
  const Shape shape = b.shape(scores);
  const std::int64_t each = shape[1] / router.groups;
  const Value grouped = b.reshape(scores, {shape[0], router.groups, each});
  const Value of_group =
      router.group_by_two
          ? b.reduce_sum(best(b, grouped, 2, std::min<std::int64_t>(2, each))[0], {2})
          : b.reduce_max(grouped, {2});
  const Value chosen = best(b, of_group, 1, router.best_groups)[1];
  const auto flags = [&](std::int64_t groups, int value) {
    return b.full({ElementType::boolean, {shape[0], groups}}, value);
  };
  const Value is_chosen =
      b.emit("scatter_elements", {flags(router.groups, 0), chosen, flags(router.best_groups, 1)},
             {{"axis", std::int64_t{1}}});
  const Value kept =
      b.select(b.with_axis(is_chosen, 2), grouped, b.scalar(b.type(scores).element, 0));
  return b.reshape(kept, shape);
}

Value chosen_weights(Builder& b, Value scores, const Values& chosen, const Router& router) {
  if (!router.has_correction) return chosen[0];
  return b.emit("gather_elements", {scores, chosen[1]}, {{"axis", std::int64_t{1}}});
}

Routes route(Network& net, Value x, const Experts& spec) {
  const Router& router = spec.router;
  Builder& b = net.builder();
  const std::int64_t tokens = net.shape(x)[0];
  Value scores = net.linear(router.name, x, spec.count, router.bias);
  net.begin(router.name, "Router");
  if (!router.softmax_of_best) {
    scores = router.is_sigmoid ? b.emit("sigmoid", {scores}) : softmax(b, scores, 1);
  }
  Value ranked = scores;
  if (router.has_correction) {
    const std::string name = fmt::format("{}.{}", router.name, router.correction);
    ranked = b.add(ranked, net.weight(name, {spec.count}));
  }
  if (router.groups > 1) ranked = in_best_groups(b, ranked, router);
  const Values chosen = best(b, ranked, 1, spec.per_token);
  Value weights = chosen_weights(b, scores, chosen, router);
  if (router.softmax_of_best) {
    weights = router.is_sigmoid ? b.emit("sigmoid", {weights}) : softmax(b, weights, 1);
  }
  if (router.normalize) weights = b.div(weights, b.reduce_sum(weights, {1}, ops::keep_dims));
  if (router.scale != 1) weights = net.scale(weights, router.scale);
  return {.expert = b.reshape(chosen[1], {tokens * spec.per_token}),
          .weights = b.reshape(weights, {tokens * spec.per_token, 1}),
          .tokens = tokens,
          .k = spec.per_token};
}

/// Rows through the matrix [E, width, k] of the expert of each.
Value through(Network& net, std::string_view name, Value rows, Value expert, std::int64_t width,
              const Experts& spec) {
  if (!rows || !expert) return {};
  const std::string module = fmt::format("{}{}", spec.prefix, name);
  net.begin(module, "Expert");
  Builder& b = net.builder();
  const Value weight =
      net.bank(module + ".weight", {spec.count, width, net.width(rows)}, spec.per_token);
  const Value y = b.emit("routed_dot", {rows, weight, expert});
  if (!spec.bias) return y;
  const Value bias = net.bank(module + ".bias", {spec.count, width}, spec.per_token);
  return b.add(y, b.gather(bias, expert, 0));
}

Value gate_and(Network& net, Value gate, Value up, const Experts& spec) {
  Builder& b = net.builder();
  if (spec.limit != 0) {
    gate = b.with_scalar("min", gate, spec.limit);
    up = b.with_scalar("max", b.with_scalar("min", up, spec.limit), -spec.limit);
  }
  if (spec.slope == 0) return b.mul(net.apply(spec.activation, gate), up);
  const Value bent = b.mul(gate, b.emit("sigmoid", {net.scale(gate, spec.slope)}));
  return b.mul(bent, b.with_scalar("add", up, 1));
}

Value hidden_of(Network& net, Value rows, Value expert, const Experts& spec) {
  const MlpNames& names = spec.names;
  if (!spec.is_gated) {
    return net.apply(spec.activation, through(net, names.up, rows, expert, spec.width, spec));
  }
  if (!names.fused.empty()) {
    const Value both = through(net, names.fused, rows, expert, 2 * spec.width, spec);
    const Values parts = split_columns(net, both, {spec.width, spec.width});
    return gate_and(net, parts[0], parts[1], spec);
  }
  const Value gate = through(net, names.gate, rows, expert, spec.width, spec);
  const Value up = through(net, names.up, rows, expert, spec.width, spec);
  return gate_and(net, gate, up, spec);
}

/// Where experts have slots: what is in each, experts * capacity of them.
struct Slots {
  Value token = {}, row = {}, expert = {};
};

std::string describe_load(std::int64_t rows, std::int64_t capacity, std::int64_t experts) {
  const std::int64_t slots = capacity * experts;
  const std::string left =
      slots >= rows ? fmt::format(
                          "at least {} of them are padding, and what exceeds the slots of "
                          "an expert is dropped",
                          slots - rows)
                    : fmt::format("at least {} rows are dropped", rows - slots);
  return fmt::format("Slots of each of {} experts: {}; {} in all, for {} rows: {}.", experts,
                     capacity, slots, rows, left);
}

/// The factor times the rows of an even load, rounded up.
Slots slots_of(Network& net, const Routes& routes, const Experts& spec, double factor) {
  const std::int64_t rows = routes.tokens * routes.k;
  const double wanted =
      std::ceil(factor * static_cast<double>(rows) / static_cast<double>(spec.count));
  const auto capacity =
      static_cast<std::int64_t>(std::clamp(wanted, 0.0, static_cast<double>(routes.tokens)));
  net.note(describe_load(rows, capacity, spec.count));
  const auto indices = [&](std::string_view name) {
    return net.input(net.full_name(name), ElementType::i64, {spec.count * capacity});
  };
  return {.token = indices("slots.token"),
          .row = indices("slots.row"),
          .expert = indices("slots.expert")};
}

/// Tokens to slots, and what the experts make of them back to tokens: it is added up there.
Value through_slots(Network& net, Value x, const Routes& routes, const Experts& spec,
                    double factor) {
  Builder& b = net.builder();
  const Slots slots = slots_of(net, routes, spec, factor);
  const Value weights = b.gather(routes.weights, slots.row, 0);
  Value rows = b.gather(x, slots.token, 0);
  if (spec.weigh_input) rows = b.mul(rows, weights);
  const Value hidden = hidden_of(net, rows, slots.expert, spec);
  Value y = through(net, spec.names.down, hidden, slots.expert, net.width(x), spec);
  net.begin("", "Mix");
  if (!spec.weigh_input) y = b.mul(y, weights);
  return b.emit("scatter_add", {y, slots.token},
                {{"axis", std::int64_t{0}}, {"size", routes.tokens}});
}

/// Each token k times, through its experts, weighted and added up.
Value through_all(Network& net, Value x, const Routes& routes, const Experts& spec) {
  Builder& b = net.builder();
  const std::int64_t width = net.width(x);
  const Value apart = b.reshape(x, {routes.tokens, 1, width});
  Value rows = b.reshape(b.broadcast(apart, {routes.tokens, routes.k, width}),
                         {routes.tokens * routes.k, width});
  if (spec.weigh_input) rows = b.mul(rows, routes.weights);
  const Value hidden = hidden_of(net, rows, routes.expert, spec);
  Value y = through(net, spec.names.down, hidden, routes.expert, width, spec);
  net.begin("", "Mix");
  if (!spec.weigh_input) y = b.mul(y, routes.weights);
  return b.reduce_sum(b.reshape(y, {routes.tokens, routes.k, width}), {1});
}

}  // namespace

Value experts(Network& net, std::string_view name, Value x, const Experts& spec) {
  if (!x) return {};
  const auto scope = net.enter(name);
  Builder& b = net.builder();
  const Shape shape = net.shape(x);
  Value flat = b.reshape(x, {shape[0] * shape[1], shape[2]});
  const Routes routes = route(net, flat, spec);
  if (spec.latent > 0) flat = net.linear("fc1_latent_proj", flat, spec.latent);
  const auto factor = net.options().capacity_factor;
  Value y = factor ? through_slots(net, flat, routes, spec, *factor)
                   : through_all(net, flat, routes, spec);
  if (spec.latent > 0) y = net.linear("fc2_latent_proj", y, shape[2]);
  return b.reshape(y, shape);
}

}  // namespace pfsday::config
