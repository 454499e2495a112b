#include "ops/sample.h"

namespace pfsday::ops {
namespace {

using Domain = Draw::Domain;

template <Domain domain>
Sample make_unary(std::string_view name, Rng& rng) {
  Draw draw(rng);
  return draw.finish(name, {draw.reals(draw.shape(0, 5), domain)});
}

/// Of x * factor + offset, where the function asks for a narrower domain.
template <Domain domain>
Sample make_unary_of(std::string_view name, Rng& rng, Exact factor, Exact offset) {
  Draw draw(rng);
  Builder& b = draw.builder();
  const Value x = draw.reals(draw.shape(0, 5), domain);
  const Value moved = b.with_scalar("add", b.with_scalar("mul", x, factor), offset);
  return draw.finish(name, {moved});
}

/// Within -0.9 to 0.9.
Sample make_unary_of_small(std::string_view name, Rng& rng) {
  return make_unary_of<Domain::any>(name, rng, 0.4L, 0);
}

Sample make_unary_above_one(std::string_view name, Rng& rng) {
  return make_unary_of<Domain::positive>(name, rng, 1, 1);
}

template <Domain first, Domain second>
Sample make_binary(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Shape shape = draw.shape(0, 5);
  return draw.finish(name, {draw.reals(shape, first), draw.reals(shape, second)});
}

/// Few different integers, so that some are equal.
Sample make_comparison(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Shape shape = draw.shape(0, 5);
  return draw.finish(name, {draw.whole_numbers(shape, -1, 1), draw.whole_numbers(shape, -1, 1)});
}

Value booleans(Draw& draw, const Shape& shape) {
  return draw.whole_numbers(shape, 0, 1, ElementType::boolean);
}

Sample make_logic(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Shape shape = draw.shape(0, 5);
  return draw.finish(name, {booleans(draw, shape), booleans(draw, shape)});
}

Sample make_not(std::string_view name, Rng& rng) {
  Draw draw(rng);
  return draw.finish(name, {booleans(draw, draw.shape(0, 5))});
}

Sample make_select(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Shape shape = draw.shape(0, 5);
  return draw.finish(name, {booleans(draw, shape), draw.reals(shape), draw.reals(shape)});
}

constexpr auto unary = make_unary<Domain::any>;
constexpr auto unary_of_positive = make_unary<Domain::positive>;
constexpr auto binary = make_binary<Domain::any, Domain::any>;

constexpr PrimitiveSample samples[] = {
    {"add", binary},
    {"sub", binary},
    {"mul", binary},
    {"div", make_binary<Domain::any, Domain::positive>},
    {"modulo", make_binary<Domain::any, Domain::positive>},
    {"remainder", make_binary<Domain::any, Domain::positive>},
    {"pow", make_binary<Domain::positive, Domain::any>},
    {"max", binary},
    {"min", binary},
    {"exp", unary},
    {"log", unary_of_positive},
    {"sqrt", unary_of_positive},
    {"tanh", unary},
    {"sigmoid", unary},
    {"erf", unary},
    {"sin", unary},
    {"cos", unary},
    {"tan", make_unary_of_small},
    {"asin", make_unary_of_small},
    {"acos", make_unary_of_small},
    {"atan", unary},
    {"sinh", unary},
    {"cosh", unary},
    {"asinh", unary},
    {"acosh", make_unary_above_one},
    {"atanh", make_unary_of_small},
    {"reciprocal", unary_of_positive},
    {"abs", unary},
    {"floor", unary},
    {"ceil", unary},
    {"round", unary},
    {"quantize_round", unary},
    {"sign", unary},
    {"equal", make_comparison},
    {"not_equal", make_comparison},
    {"less", make_comparison},
    {"greater", make_comparison},
    {"less_equal", make_comparison},
    {"greater_equal", make_comparison},
    {"is_nan", unary},
    {"is_inf", unary},
    {"and", make_logic},
    {"or", make_logic},
    {"xor", make_logic},
    {"not", make_not},
    {"select", make_select},
};

}  // namespace

extern constinit const SampleFamily elementwise_sample{samples};

}  // namespace pfsday::ops
