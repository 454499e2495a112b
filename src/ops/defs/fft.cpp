// Discrete Fourier transforms.
#include <fmt/format.h>

#include <numbers>

#include "ops/builder.h"
#include "ops/evaluation.h"
#include "ops/gradients.h"
#include "ops/infer.h"

namespace pfsday::ops {
namespace {

constexpr std::string_view fft_doc = R"(
Discrete Fourier transforms of complex rows: y[k] = sum over j of x[j] exp(-2 pi i j k / n), or with
the sign of the exponent changed; neither is scaled.

  inputs   x [batch..., n, 2]   real and imaginary parts
  attrs    inverse   1: the exponent is positive
  output   y [batch..., n, 2]
  work     W(n) of each row, by a mixed-radix decomposition n = p m into the factors 4, 2, then odd
           primes: W(n) = p W(m) + (p - 1)(m - 1) complex multiplies by roots of unity + m D(p).
           D(2) = 2 and D(4) = 8 complex adds; D(p) = p (p - 1) complex adds and (p - 1)^2 complex
           multiplies. A complex add is 2 add, a complex multiply 4 mul and 2 add.
  derive   dx = fft(dy) with the other sign

The roots of unity are known before the model runs. Real input counts like complex input.
)";

/// Rows no longer than this are factored in a moment.
constexpr std::int64_t longest_row = std::int64_t{1} << 31;

/// The next factor of n: 4, 2, or the smallest odd prime.
std::int64_t factor_of(std::int64_t n) {
  if (n % 4 == 0) return 4;
  if (n % 2 == 0) return 2;
  for (std::int64_t p = 3; p * p <= n; p += 2) {
    if (n % p == 0) return p;
  }
  return n;
}

Result<TensorTypes> infer_fft(const NodeView& node) {
  TRY(require_integer(node, "inverse", 0, 1));
  const TensorType& x = node.input_type(0);
  const Shape& shape = x.shape;
  const bool fits = graph::is_real(x.element) && shape.size() >= 2 && shape.back() == 2 &&
                    shape[shape.size() - 2] >= 1;
  if (!fits) {
    return fail(Code::shapes_disagree,
                fmt::format("fft of {}, which holds no complex rows", to_string(x)));
  }
  if (shape[shape.size() - 2] > longest_row) {
    return fail(Code::limit_exceeded, fmt::format("fft of rows of {}", shape[shape.size() - 2]));
  }
  return TensorTypes{x};
}

Work complex_work(Count multiplies, Count adds) {
  return {.mul = multiplies * 4, .add = multiplies * 2 + adds * 2};
}

Work work_of_row(std::int64_t n) {
  Work work;
  for (Count rows = 1; n > 1;) {
    const std::int64_t p = factor_of(n);
    const std::int64_t m = n / p;
    const bool is_odd = p % 2 != 0;
    Work step = complex_work(Count(p - 1) * (m - 1), 0);
    step += complex_work(is_odd ? Count(p - 1) * (p - 1) * m : Count(0),
                         Count(is_odd ? p - 1 : p / 2) * p * m);
    work += step *= rows;
    rows *= p;
    n = m;
  }
  return work;
}

Work work_of_fft(const NodeView& node, const Rules&) {
  const Shape& shape = node.input_shape(0);
  Work work = work_of_row(shape[shape.size() - 2]);
  return work *= graph::element_count(Shape(shape.begin(), shape.end() - 2));
}

void derive_fft(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (!out.needs(0)) return;
  out.add(0, out.graph().emit("fft", {dy[0]}, {{"inverse", 1 - node.integer("inverse")}}));
}

template <class Scalar>
struct Complex {
  Scalar re = 0, im = 0;
};

template <class Scalar>
Complex<Scalar> plus(const Complex<Scalar>& a, const Complex<Scalar>& b) {
  return {add(a.re, b.re), add(a.im, b.im)};
}
template <class Scalar>
Complex<Scalar> minus(const Complex<Scalar>& a, const Complex<Scalar>& b) {
  return {subtract(a.re, b.re), subtract(a.im, b.im)};
}
template <class Scalar>
Complex<Scalar> times(const Complex<Scalar>& a, const Complex<Scalar>& b) {
  return {subtract(multiply(a.re, b.re), multiply(a.im, b.im)),
          add(multiply(a.re, b.im), multiply(a.im, b.re))};
}

template <class Scalar>
using Row = std::vector<Complex<Scalar>>;

/// Transforms of one sign: -1 forward, 1 inverse.
template <class Scalar>
class Transform {
 public:
  explicit Transform(int sign) : sign_(sign) {}

  Row<Scalar> run(const Row<Scalar>& x) const {
    const std::size_t n = x.size();
    if (n == 1) return x;
    const auto p = static_cast<std::size_t>(factor_of(static_cast<std::int64_t>(n)));
    const std::size_t m = n / p;
    std::vector<Row<Scalar>> parts;
    for (std::size_t j = 0; j < p; ++j) {
      Row<Scalar> part;
      for (std::size_t i = 0; i < m; ++i) part.push_back(x[i * p + j]);
      parts.push_back(run(part));
      for (std::size_t k = 1; k < m && j > 0; ++k) {
        parts[j][k] = times(parts[j][k], root(j * k, n));
      }
    }
    Row<Scalar> y(n);
    for (std::size_t k = 0; k < m; ++k) {
      Row<Scalar> column;
      for (std::size_t j = 0; j < p; ++j) column.push_back(parts[j][k]);
      const Row<Scalar> mixed = small(column);
      for (std::size_t j = 0; j < p; ++j) y[j * m + k] = mixed[j];
    }
    return y;
  }

 private:
  /// exp(sign 2 pi i k / n).
  Complex<Scalar> root(std::size_t k, std::size_t n) const {
    const Exact angle =
        2 * std::numbers::pi_v<Exact> * static_cast<Exact>(k % n) / static_cast<Exact>(n);
    return {std::cos(angle), static_cast<Exact>(sign_) * std::sin(angle)};
  }

  /// x times sign i: no arithmetic.
  Complex<Scalar> quarter_turn(const Complex<Scalar>& x) const {
    if (sign_ > 0) return {-value_of(x.im), x.re};
    return {x.im, -value_of(x.re)};
  }

  /// The transform of as many elements as a factor.
  Row<Scalar> small(const Row<Scalar>& x) const {
    if (x.size() == 2) return {plus(x[0], x[1]), minus(x[0], x[1])};
    if (x.size() == 4) {
      const Complex<Scalar> even = plus(x[0], x[2]);
      const Complex<Scalar> even_rest = minus(x[0], x[2]);
      const Complex<Scalar> odd = plus(x[1], x[3]);
      const Complex<Scalar> odd_rest = quarter_turn(minus(x[1], x[3]));
      return {plus(even, odd), plus(even_rest, odd_rest), minus(even, odd),
              minus(even_rest, odd_rest)};
    }
    Row<Scalar> y;
    for (std::size_t k = 0; k < x.size(); ++k) {
      Complex<Scalar> sum = x[0];
      for (std::size_t j = 1; j < x.size(); ++j) {
        sum = plus(sum, k == 0 ? x[j] : times(x[j], root(j * k, x.size())));
      }
      y.push_back(sum);
    }
    return y;
  }

  int sign_;
};

template <class Scalar>
void evaluate_fft(const NodeView& node, Evaluation<Scalar>& run) {
  const Shape& shape = node.input_shape(0);
  const auto n = static_cast<std::size_t>(shape[shape.size() - 2]);
  const Transform<Scalar> transform(node.integer("inverse") != 0 ? 1 : -1);
  const auto& x = run.input(0).data;
  auto& y = run.output(0).data;
  for (std::size_t first = 0; first < x.size(); first += 2 * n) {
    Row<Scalar> row(n);
    for (std::size_t i = 0; i < n; ++i) row[i] = {x[first + 2 * i], x[first + 2 * i + 1]};
    const Row<Scalar> transformed = transform.run(row);
    for (std::size_t i = 0; i < n; ++i) {
      y[first + 2 * i] = transformed[i].re;
      y[first + 2 * i + 1] = transformed[i].im;
    }
  }
}

constexpr Primitive defs[] = {
    {.kind = {.name = "fft", .inputs = 1, .doc = fft_doc},
     .infer = infer_fft,
     .work = work_of_fft,
     .derive = derive_fft,
     .evaluate = {evaluate_fft<Exact>, evaluate_fft<Tally>}},
};

}  // namespace

extern constinit const PrimitiveFamily fft{"Fourier transforms", defs};

}  // namespace pfsday::ops
