// Products of rows with matrices that an index picks: the experts of a mixture.
#include <fmt/format.h>

#include "ops/builder.h"
#include "ops/evaluation.h"
#include "ops/gradients.h"
#include "ops/infer.h"

namespace pfsday::ops {
namespace {

constexpr std::string_view routed_dot_doc = R"(
Product of each row with the matrix that its index picks.

  inputs   x [R, K]   w [E, N, K]   index [R]   integer, 0..E-1
  output   y [R, N]   y[r] = w[index[r]] x[r]
  work     R N K mul and add: the matrices that no row picks cost nothing
  derive   dx = routed_dot(dy, w transposed, index), dw = routed_outer(dy, x, index)
)";
constexpr std::string_view routed_outer_doc = R"(
Adjoint of routed_dot: outer products of rows, added to the matrix that an index picks.

  inputs   a [R, N]   b [R, K]   index [R]   integer, 0..E-1
  attrs    matrices   E
  output   w [E, N, K]   w[e] = sum of a[r] b[r]' over the rows r of index e
  work     R N K mul and add: as in a scatter, each product is added to what is there already, also
           where the first add of a sum is spared
  derive   da = routed_dot(b, dw, index), db = routed_dot(a, dw transposed, index)
)";

std::unexpected<Error> disagree(const NodeView& node) {
  return fail(Code::shapes_disagree,
              fmt::format("{} of {}, {} and {}", node.kind().name, to_string(node.input_shape(0)),
                          to_string(node.input_shape(1)), to_string(node.input_shape(2))));
}

/// The first two inputs are numbers of one type, the third a vector of integers, one for each row.
Result<void> check_inputs(const NodeView& node) {
  const bool are_numbers =
      graph::is_real(node.input_type(0).element) || graph::is_integer(node.input_type(0).element);
  if (!are_numbers || node.input_type(0).element != node.input_type(1).element ||
      !graph::is_integer(node.input_type(2).element)) {
    return fail(Code::type_unsupported,
                fmt::format("{} of {}, {} and {}", node.kind().name, to_string(node.input_type(0)),
                            to_string(node.input_type(1)), to_string(node.input_type(2))));
  }
  const Shape& rows = node.input_shape(0);
  if (rows.size() == 2 && node.input_shape(2) == Shape{rows[0]}) return {};
  return disagree(node);
}

Result<TensorTypes> infer_routed_dot(const NodeView& node) {
  TRY(check_inputs(node));
  const Shape& x = node.input_shape(0);
  const Shape& w = node.input_shape(1);
  if (w.size() != 3 || w[2] != x[1]) return disagree(node);
  return TensorTypes{{node.input_type(0).element, {x[0], w[1]}}};
}

Result<TensorTypes> infer_routed_outer(const NodeView& node) {
  TRY(check_inputs(node));
  const Shape& a = node.input_shape(0);
  const Shape& b = node.input_shape(1);
  const std::int64_t matrices = TRY(require_integer(node, "matrices", 0, size_limit));
  if (b.size() != 2 || b[0] != a[0]) return disagree(node);
  return TensorTypes{{node.input_type(0).element, {matrices, a[1], b[1]}}};
}

Work work_of_routed_dot(const NodeView& node, const Rules& rules) {
  const Count terms = node.input_shape(0)[1];
  const Count sums = terms == Count(0) ? Count(0) : node.output_type(0).elements();
  return sums_of_products(sums * terms, sums, rules);
}
Work work_of_routed_outer(const NodeView& node, const Rules&) {
  return mul_adds(node.input_type(0).elements() * node.input_shape(1)[1]);
}

void derive_routed_dot(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  Builder& b = out.graph();
  const Value index = node.input(2);
  if (out.needs(0)) {
    const Value turned = b.transpose(node.input(1), {0, 2, 1});
    out.add(0, b.emit("routed_dot", {dy[0], turned, index}));
  }
  if (out.needs(1)) {
    out.add(1, b.emit("routed_outer", {dy[0], node.input(0), index},
                      {{"matrices", node.input_shape(1)[0]}}));
  }
}

void derive_routed_outer(const NodeView& node, std::span<const Value> dw, Gradients& out) {
  Builder& b = out.graph();
  const Value index = node.input(2);
  if (out.needs(0)) out.add(0, b.emit("routed_dot", {node.input(1), dw[0], index}));
  if (out.needs(1)) {
    const Value turned = b.transpose(dw[0], {0, 2, 1});
    out.add(1, b.emit("routed_dot", {node.input(0), turned, index}));
  }
}

/// Calls visit(row, offset of its matrix) for every row; an index outside is passed over.
template <class Scalar, class Visit>
void for_each_row(const std::vector<Scalar>& index, std::int64_t matrices, std::int64_t size,
                  Visit&& visit) {
  for (std::size_t row = 0; row < index.size(); ++row) {
    const auto picked = static_cast<std::int64_t>(value_of(index[row]));
    if (picked < 0 || picked >= matrices) continue;
    visit(row, static_cast<std::size_t>(picked * size));
  }
}

template <class Scalar>
void evaluate_routed_dot(const NodeView& node, Evaluation<Scalar>& run) {
  const Shape& w = node.input_shape(1);
  const auto rows = static_cast<std::size_t>(w[1]);
  const auto columns = static_cast<std::size_t>(w[2]);
  for_each_row(run.input(2).data, w[0], w[1] * w[2], [&](std::size_t row, std::size_t matrix) {
    for (std::size_t n = 0; n < rows; ++n) {
      Scalar& y = run.output(0).data[row * rows + n];
      for (std::size_t k = 0; k < columns; ++k) {
        y = multiply_add(y, run.input(0).data[row * columns + k],
                         run.input(1).data[matrix + n * columns + k]);
      }
    }
  });
}

template <class Scalar>
void evaluate_routed_outer(const NodeView& node, Evaluation<Scalar>& run) {
  const Shape& w = node.output_shape(0);
  const auto rows = static_cast<std::size_t>(w[1]);
  const auto columns = static_cast<std::size_t>(w[2]);
  for_each_row(run.input(2).data, w[0], w[1] * w[2], [&](std::size_t row, std::size_t matrix) {
    for (std::size_t n = 0; n < rows; ++n) {
      for (std::size_t k = 0; k < columns; ++k) {
        Scalar& sum = run.output(0).data[matrix + n * columns + k];
        count_one<Scalar>(&Work::products);
        sum = add(
            sum, multiply(run.input(0).data[row * rows + n], run.input(1).data[row * columns + k]));
      }
    }
  });
}

constexpr Primitive defs[] = {
    {.kind = {.name = "routed_dot", .inputs = 3, .doc = routed_dot_doc},
     .infer = infer_routed_dot,
     .work = work_of_routed_dot,
     .derive = derive_routed_dot,
     .evaluate = {evaluate_routed_dot<Exact>, evaluate_routed_dot<Tally>}},
    {.kind = {.name = "routed_outer", .inputs = 3, .doc = routed_outer_doc},
     .infer = infer_routed_outer,
     .work = work_of_routed_outer,
     .derive = derive_routed_outer,
     .evaluate = {evaluate_routed_outer<Exact>, evaluate_routed_outer<Tally>}},
};

}  // namespace

extern constinit const PrimitiveFamily routing{"Routing (mixtures of experts)", defs};

}  // namespace pfsday::ops
