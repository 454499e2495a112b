#include "ops/body.h"
#include "ops/sample.h"

namespace pfsday::ops {
namespace {

Sample finish_loop(Draw& draw, const LoopValues& out) {
  Values outputs = out.carried;
  outputs.insert(outputs.end(), out.scanned.begin(), out.scanned.end());
  return draw.finish(std::move(outputs));
}

/// h' = tanh(x w + h u + b), y = h' c; the gradients of w, u and b are taken over all trips at
/// once.
Sample make_recurrence(Draw& draw, std::int64_t trips) {
  const std::int64_t m = draw.integer(1, 3), k = draw.integer(1, 3), n = draw.integer(1, 3);
  const Value x = draw.reals({trips, m, k});
  const TensorType state{ElementType::f64, {m, n}};
  const Value h = draw.coin() ? draw.reals({m, n}) : draw.builder().full(state, 0);
  const Value w = draw.reals({k, n});
  const Value u = draw.reals({n, n});
  const Value bias = draw.reals({n});
  const Value c = draw.reals({m, n});
  const bool is_stacked = draw.coin();
  const auto trip = [&](Builder& body, const LoopValues& in) -> Result<LoopValues> {
    const Value from_x = body.matmul(in.scanned[0], body.capture(w));
    const Value from_h = body.matmul(in.carried[0], body.capture(u));
    const Value sum = body.add(body.add(from_x, from_h), body.capture(bias));
    const Value next = body.emit("tanh", {sum});
    LoopValues out{.carried = {next}, .scanned = {}};
    if (is_stacked) out.scanned.push_back(body.mul(next, body.capture(c)));
    return out;
  };
  return finish_loop(draw, *build_loop(draw.builder(), trips, {{h}, {x}}, trip));
}

/// A counter picks the row of a table that multiplies the state; a second state only adds it up.
Sample make_counted(Draw& draw, std::int64_t trips) {
  const std::int64_t n = draw.integer(1, 3);
  const Value table = draw.reals({trips + 1, n});
  const Value state = draw.reals({n});
  const Value total = draw.reals({n});
  const Value start = draw.whole_numbers({}, 0, 0);
  const auto trip = [&](Builder& body, const LoopValues& in) -> Result<LoopValues> {
    const Value i = in.carried[0];
    const Value row = body.gather(body.capture(table), i, 0);
    const Value next = body.mul(in.carried[1], row);
    return LoopValues{
        .carried = {body.with_scalar("add", i, 1), next, body.add(in.carried[2], next)},
        .scanned = {body.exp(body.neg(next))}};
  };
  return finish_loop(draw, *build_loop(draw.builder(), trips, {{start, state, total}, {}}, trip));
}

/// A loop over rows of a loop over columns.
Sample make_nested(Draw& draw, std::int64_t trips) {
  const std::int64_t inner_trips = draw.integer(1, 3), n = draw.integer(1, 2);
  const Value x = draw.reals({trips, inner_trips, n});
  const Value h = draw.reals({n});
  const Value w = draw.reals({n, n});
  const auto column = [](Value factor) {
    return [factor](Builder& body, const LoopValues& in) -> Result<LoopValues> {
      const Value sum = body.add(body.matmul(in.carried[0], body.capture(factor)), in.scanned[0]);
      const Value next = body.emit("tanh", {sum});
      return LoopValues{.carried = {next}, .scanned = {next}};
    };
  };
  const auto row = [&](Builder& body, const LoopValues& in) -> Result<LoopValues> {
    return build_loop(body, inner_trips, {in.carried, in.scanned}, column(body.capture(w)));
  };
  return finish_loop(draw, *build_loop(draw.builder(), trips, {{h}, {x}}, row));
}

Sample make_loop(std::string_view, Rng& rng) {
  Draw draw(rng);
  const std::int64_t trips = draw.integer(1, 3);
  switch (draw.integer(0, 2)) {
    case 0:
      return make_recurrence(draw, trips);
    case 1:
      return make_counted(draw, trips);
    default:
      return make_nested(draw, trips);
  }
}

/// The side that runs is the larger one, which the count takes.
Sample make_branch(std::string_view, Rng& rng) {
  Draw draw(rng);
  const Shape shape = {draw.integer(1, 3), draw.integer(1, 3)};
  const Value x = draw.reals(shape);
  const Value w = draw.reals({shape[1], shape[1]});
  const Value bias = draw.reals(shape);
  const bool is_then_larger = draw.coin();
  const Value condition =
      draw.whole_numbers({}, is_then_larger ? 1 : 0, is_then_larger ? 1 : 0, ElementType::boolean);
  const BuildSide larger = [&](Builder& side) -> Result<Values> {
    const Value product = side.matmul(side.capture(x), side.capture(w));
    return Values{side.emit("tanh", {product}), side.mul(product, product)};
  };
  const BuildSide smaller = [&](Builder& side) -> Result<Values> {
    const Value sum = side.add(side.capture(bias), side.capture(x));
    return Values{sum, sum};
  };
  return draw.finish(*build_branch(draw.builder(), condition, is_then_larger ? larger : smaller,
                                   is_then_larger ? smaller : larger));
}

constexpr PrimitiveSample samples[] = {{"loop", make_loop}, {"branch", make_branch}};

}  // namespace

extern constinit const SampleFamily control_sample{samples};

}  // namespace pfsday::ops
