// Scaled dot-product attention and its gradient, over the pairs of a query and a key that it sees.
#include "ops/attention.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ops/evaluation.h"
#include "ops/gradients.h"
#include "ops/infer.h"

namespace pfsday::ops {
namespace {

constexpr std::string_view attention_doc = R"(
Softmax-weighted sums of values: y = softmax(softcap(scale q k) + bias) v.

  inputs   q [B, Hq, Sq, D]   k [B, Hkv, Sk, D]   v [B, Hkv, Sk, Dv]   Hq a multiple of Hkv
           bias [B, Hq, Sq, Sk]   optional
  attrs    causal   0 or 1
           offset   keys that precede the first query: query i sees the keys j <= offset + i
           window   keys that a query sees at most, the nearest ones; 0 for all; needs causal
           scale    of each score; 1 costs nothing
           softcap  scores s become softcap * tanh(s / softcap); 0 for none
  output   y [B, Hq, Sq, Dv]
  work     over P pairs of a query and a key that it sees, in R rows (queries that see any key):
           P D mul and add for the scores, P Dv for the sums; P mul for the scale; P div, special
           and mul for the softcap; P add for the bias; the softmax as P - R compare, P sub,
           P special, P - R add, P div
  derive   dq, dk, dv, dbias = attention_gradient(q, k, v, bias, dy), those that are needed

A pair that causal or window hides is not computed; one that a bias hides is. Pairs of one head:
Sq Sk in full, else the sum over queries i of min(window, offset + i + 1), so S (S + 1) / 2 for
causal self-attention. The rule `attention full` takes all pairs, `attention causal` takes the causal
ones of every attention (offset Sk - Sq where none is written); values follow the rule. A query that
sees no key gives zeros.
)";

constexpr std::string_view gradient_doc = R"(
Adjoint of attention.

  inputs   q, k, v, bias, dy   bias where attention has one
  attrs    those of attention; wrt   of which inputs: 0 to 3, in order
  output   one adjoint for each input named in wrt
  work     over P pairs in R rows, as in attention; each part only where an adjoint needs it:
           dv        P Dv mul and add
           dp        P Dv mul and add, then the softmax gradient p (dp - sum p dp): 2 P mul,
                     P sub, P - R add
           softcap   2 P mul and P sub: ds (1 - tanh^2)
           scale     P mul
           dq, dk    P D mul and add each

The forward pass is taken to remember p and tanh. A kernel that does not computes the scores again:
that fifth product belongs to the pass `recompute`.
)";

double real_attribute(const NodeView& node, std::string_view name) {
  return *graph::find_attribute<double>(node.attributes(), name);
}

/// What the rules and loops of both primitives need of a node.
struct Attention {
  std::int64_t batch = 0, heads = 0, group = 1;  ///< group: query heads of one key head
  std::int64_t queries = 0, keys = 0, width = 0, value_width = 0;
  bool has_bias = false;
  double scale = 1, softcap = 0;
  AttentionMask mask = {};

  Attention(const NodeView& node, bool bias, const Rules& rules) : has_bias(bias) {
    const Shape& q = node.input_shape(0);
    const Shape& k = node.input_shape(1);
    batch = q[0];
    heads = q[1];
    group = k[1] == 0 ? 1 : heads / k[1];
    queries = q[2];
    keys = k[2];
    width = q[3];
    value_width = node.input_shape(2)[3];
    scale = real_attribute(node, "scale");
    softcap = real_attribute(node, "softcap");
    mask = counted_mask(written_mask(node), queries, keys, rules);
  }

  Count pairs() const { return Count(batch) * heads * attention_pairs(queries, keys, mask); }
  Count rows() const { return Count(batch) * heads * attention_rows(queries, keys, mask); }
  /// Keys that any query sees, of all heads of keys.
  Count seen_keys() const {
    const std::int64_t seen = queries == 0 ? 0 : key_limit(queries - 1) - first_key(0);
    const std::int64_t key_heads = group == 0 ? 0 : heads / group;
    return Count(batch) * key_heads * std::max<std::int64_t>(seen, 0);
  }
  std::int64_t first_key(std::int64_t query) const {
    if (mask.window == 0) return 0;
    return std::clamp<std::int64_t>(mask.offset + query + 1 - mask.window, 0, keys);
  }
  std::int64_t key_limit(std::int64_t query) const {
    return mask.causal ? std::clamp<std::int64_t>(mask.offset + query + 1, 0, keys) : keys;
  }
};

Attention attention_of(const NodeView& node, const Rules& rules) {
  return {node, node.input_count() == 4, rules};
}
Attention attention_of_gradient(const NodeView& node, const Rules& rules) {
  return {node, node.input_count() == 5, rules};
}

Result<void> check_shapes(const NodeView& node, bool has_bias) {
  const Shape& q = node.input_shape(0);
  const Shape& k = node.input_shape(1);
  const Shape& v = node.input_shape(2);
  const bool fits = q.size() == 4 && k.size() == 4 && v.size() == 4 && q[0] == k[0] &&
                    k[0] == v[0] && k[1] == v[1] && k[2] == v[2] && q[3] == k[3] &&
                    (k[1] == 0 ? q[1] == 0 : q[1] % k[1] == 0);
  if (!fits) {
    return fail(Code::shapes_disagree, fmt::format("attention of q {}, k {}, v {}", to_string(q),
                                                   to_string(k), to_string(v)));
  }
  const Shape scores = {q[0], q[1], q[2], k[2]};
  if (!has_bias || node.input_shape(3) == scores) return {};
  return fail(Code::shapes_disagree,
              fmt::format("the bias is {} instead of {}", to_string(node.input_shape(3)),
                          to_string(scores)));
}

Result<void> check_attributes(const NodeView& node) {
  TRY(require_integer(node, "offset", -size_limit, size_limit));
  const auto causal = TRY(require_integer(node, "causal", 0, 1));
  TRY(require_integer(node, "window", 0, causal == 0 ? 0 : size_limit));
  for (const std::string_view name : {"scale", "softcap"}) {
    if (graph::find_attribute<double>(node.attributes(), name) != nullptr) continue;
    return fail(Code::attribute_invalid,
                fmt::format("{} lacks the attribute {}", node.kind().name, name));
  }
  return {};
}

Result<void> check_inputs(const NodeView& node, std::size_t most, bool has_bias) {
  if (node.input_count() > most) {
    return fail(Code::graph_invalid,
                fmt::format("{} has {} inputs", node.kind().name, node.input_count()));
  }
  TRY(require_numbers(node));
  TRY(require_same_element(node));
  TRY(check_shapes(node, has_bias));
  return check_attributes(node);
}

Shape output_shape(const NodeView& node) {
  const Shape& q = node.input_shape(0);
  return {q[0], q[1], q[2], node.input_shape(2)[3]};
}

Result<TensorTypes> infer_attention(const NodeView& node) {
  TRY(check_inputs(node, 4, node.input_count() == 4));
  return TensorTypes{{node.input_type(0).element, output_shape(node)}};
}

Result<TensorTypes> infer_gradient(const NodeView& node) {
  const bool has_bias = node.input_count() == 5;
  TRY(check_inputs(node, 5, has_bias));
  const Shape& dy = node.input_shape(has_bias ? 4 : 3);
  if (dy != output_shape(node)) {
    return fail(Code::shapes_disagree, fmt::format("dy is {} instead of {}", to_string(dy),
                                                   to_string(output_shape(node))));
  }
  TensorTypes types;
  for (const std::int64_t i : TRY(require_distinct_axes(node, "wrt", has_bias ? 4 : 3))) {
    types.push_back(node.input_type(static_cast<std::size_t>(i)));
  }
  return types;
}

/// The product of queries and keys, scaled, capped and biased.
/// Sums of that many products each; empty ones are none.
Work sums_of(Count products, Count each, Count sums, const Rules& rules) {
  return sums_of_products(products * each, products * each == Count(0) ? Count(0) : sums, rules);
}

Work work_of_scores(const Attention& a, const Rules& rules) {
  const Count pairs = a.pairs();
  Work work = sums_of(pairs, a.width, pairs, rules);
  if (a.scale != 1) work += {.mul = pairs};
  if (a.softcap != 0) work += {.mul = pairs, .div = pairs, .special = pairs};
  if (a.has_bias) work += {.add = pairs};
  return work;
}

Work work_of_attention(const NodeView& node, const Rules& rules) {
  const Attention a = attention_of(node, rules);
  const Count pairs = a.pairs();
  const Count steps = pairs - a.rows();
  const Work softmax = {.add = pairs + steps, .div = pairs, .special = pairs, .compare = steps};
  return work_of_scores(a, rules) + softmax +
         sums_of(pairs, a.value_width, a.rows() * a.value_width, rules);
}

bool wants(const NodeView& gradient, std::int64_t input) {
  return std::ranges::count(gradient.axes("wrt"), input) > 0;
}

Work work_of_gradient(const NodeView& node, const Rules& rules) {
  const Attention a = attention_of_gradient(node, rules);
  const Count pairs = a.pairs();
  const bool of_scores = wants(node, 0) || wants(node, 1);
  Work work;
  if (wants(node, 2)) {
    work += sums_of(pairs, a.value_width, a.seen_keys() * a.value_width, rules);
  }
  if (of_scores || wants(node, 3)) {
    work += sums_of(pairs, a.value_width, pairs, rules);
    work += {.mul = pairs * 2, .add = pairs * 2 - a.rows()};
  }
  if (of_scores && a.softcap != 0) work += {.mul = pairs * 2, .add = pairs};
  if (of_scores && a.scale != 1) work += {.mul = pairs};
  if (wants(node, 0)) work += sums_of(pairs, a.width, a.rows() * a.width, rules);
  if (wants(node, 1)) work += sums_of(pairs, a.width, a.seen_keys() * a.width, rules);
  return work;
}

void derive_attention(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  Axes wrt;
  Values inputs;
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    inputs.push_back(node.input(i));
    if (out.needs(i)) wrt.push_back(static_cast<std::int64_t>(i));
  }
  inputs.push_back(dy[0]);
  Attributes attributes = node.attributes();
  attributes.push_back({"wrt", wrt});
  const Values adjoints = out.graph().emit_all("attention_gradient", inputs, std::move(attributes));
  for (std::size_t i = 0; i < adjoints.size(); ++i) {
    out.add(static_cast<std::size_t>(wrt[i]), adjoints[i]);
  }
}

/// Offsets of the rows of one head of one example.
struct Head {
  std::size_t q, k, v, y, scores;

  Head(const Attention& a, std::int64_t batch, std::int64_t head) {
    const auto at = [](std::int64_t index, std::int64_t size) {
      return static_cast<std::size_t>(index * size);
    };
    const std::int64_t query_head = batch * a.heads + head;
    const std::int64_t key_head = query_head / a.group;
    q = at(query_head, a.queries * a.width);
    k = at(key_head, a.keys * a.width);
    v = at(key_head, a.keys * a.value_width);
    y = at(query_head, a.queries * a.value_width);
    scores = at(query_head, a.queries * a.keys);
  }
};

/// Calls visit(head, query) for every query of every head.
template <class Visit>
void for_each_query(const Attention& a, Visit&& visit) {
  for (std::int64_t batch = 0; batch < a.batch; ++batch) {
    for (std::int64_t head = 0; head < a.heads; ++head) {
      for (std::int64_t query = 0; query < a.queries; ++query) visit(Head(a, batch, head), query);
    }
  }
}

/// Sum of a[i] b[i].
template <class Scalar>
Scalar inner_product(const Scalar* a, const Scalar* b, std::int64_t size) {
  Scalar sum = 0;
  for (std::int64_t i = 0; i < size; ++i) sum = multiply_add(sum, a[i], b[i]);
  return sum;
}

/// y[i] += factor x[i].
template <class Scalar>
void add_multiple(Scalar* y, const Scalar& factor, const Scalar* x, std::int64_t size) {
  for (std::int64_t i = 0; i < size; ++i) y[i] = multiply_add(y[i], factor, x[i]);
}

template <class Scalar>
Scalar hyperbolic_tangent(const Scalar& x) {
  count_one<Scalar>(&Work::special);
  return std::tanh(value_of(x));
}
template <class Scalar>
Scalar exponential(const Scalar& x) {
  count_one<Scalar>(&Work::special);
  return std::exp(value_of(x));
}

/// What one query makes of the keys it sees, one entry for each of them.
template <class Scalar>
struct Row {
  std::vector<Scalar> p;     ///< the softmax
  std::vector<Scalar> tanh;  ///< of the scores; empty without a softcap
};

template <class Scalar>
void apply_softmax(std::vector<Scalar>& row) {
  if (row.empty()) return;
  Scalar top = row[0];
  for (std::size_t i = 1; i < row.size(); ++i) top = larger(top, row[i]);
  for (Scalar& x : row) x = exponential(subtract(x, top));
  Scalar sum = row[0];
  for (std::size_t i = 1; i < row.size(); ++i) sum = add(sum, row[i]);
  for (Scalar& x : row) x = divide(x, sum);
}

template <class Scalar>
Row<Scalar> compute_row(const Attention& a, const Head& head, std::int64_t query, const Scalar* q,
                        const Scalar* k, const Scalar* bias) {
  Row<Scalar> row;
  const Scalar* q_row = q + head.q + query * a.width;
  for (std::int64_t j = a.first_key(query); j < a.key_limit(query); ++j) {
    Scalar score = inner_product(q_row, k + head.k + j * a.width, a.width);
    if (a.scale != 1) score = multiply(score, Scalar(a.scale));
    if (a.softcap != 0) {
      row.tanh.push_back(hyperbolic_tangent(divide(score, Scalar(a.softcap))));
      score = multiply(row.tanh.back(), Scalar(a.softcap));
    }
    if (a.has_bias) score = add(score, bias[head.scores + query * a.keys + j]);
    row.p.push_back(score);
  }
  apply_softmax(row.p);
  return row;
}

template <class Scalar>
void evaluate_attention(const NodeView& node, Evaluation<Scalar>& run) {
  const Attention a = attention_of(node, run.rules());
  const Scalar* bias = a.has_bias ? run.input(3).data.data() : nullptr;
  const Scalar* v = run.input(2).data.data();
  for_each_query(a, [&](const Head& head, std::int64_t query) {
    const auto row = compute_row<Scalar>(a, head, query, run.input(0).data.data(),
                                         run.input(1).data.data(), bias);
    Scalar* y = run.output(0).data.data() + head.y + query * a.value_width;
    const std::int64_t first = a.first_key(query);
    for (std::size_t n = 0; n < row.p.size(); ++n) {
      const auto j = first + static_cast<std::int64_t>(n);
      add_multiple(y, row.p[n], v + head.v + j * a.value_width, a.value_width);
    }
  });
}

template <class Scalar>
std::vector<Exact> values_of(const std::vector<Scalar>& data) {
  std::vector<Exact> values;
  for (const Scalar& x : data) values.push_back(value_of(x));
  return values;
}

/// The loops of attention_gradient: each step takes one query of one head.
template <class Scalar>
class GradientLoops {
 public:
  GradientLoops(const NodeView& node, Evaluation<Scalar>& run)
      : run_(run),
        a_(attention_of_gradient(node, run.rules())),
        q_(values_of(run.input(0).data)),
        k_(values_of(run.input(1).data)) {
    if (a_.has_bias) bias_ = values_of(run.input(3).data);
    const Axes& wrt = node.axes("wrt");
    for (std::size_t i = 0; i < wrt.size(); ++i) {
      adjoints_[static_cast<std::size_t>(wrt[i])] = run.output(i).data.data();
    }
  }

  void run() {
    for_each_query(a_, [this](const Head& head, std::int64_t query) { step(head, query); });
  }

 private:
  const Scalar* input(std::size_t i) const { return run_.input(i).data.data(); }

  void step(const Head& head, std::int64_t query) {
    // What the forward pass remembers: plain numbers, which count nothing.
    const Row<Exact> row = compute_row(a_, head, query, q_.data(), k_.data(), bias_.data());
    const Scalar* dy = input(a_.has_bias ? 4 : 3) + head.y + query * a_.value_width;
    const std::int64_t first = a_.first_key(query);
    if (adjoints_[2] != nullptr) {
      for (std::size_t n = 0; n < row.p.size(); ++n) {
        Scalar* dv =
            adjoints_[2] + head.v + (first + static_cast<std::int64_t>(n)) * a_.value_width;
        add_multiple(dv, Scalar(row.p[n]), dy, a_.value_width);
      }
    }
    if (adjoints_[0] == nullptr && adjoints_[1] == nullptr && adjoints_[3] == nullptr) return;
    std::vector<Scalar> ds = softmax_gradient(row, head, first, dy);
    if (adjoints_[3] != nullptr) {
      std::ranges::copy(ds, adjoints_[3] + head.scores + query * a_.keys + first);
    }
    if (adjoints_[0] == nullptr && adjoints_[1] == nullptr) return;
    undo_scale(row, ds);
    add_products(ds, head, query, first);
  }

  /// p (dp - sum p dp), where dp = dy v.
  std::vector<Scalar> softmax_gradient(const Row<Exact>& row, const Head& head, std::int64_t first,
                                       const Scalar* dy) {
    std::vector<Scalar> ds;
    Scalar sum = 0;
    for (std::size_t n = 0; n < row.p.size(); ++n) {
      const auto j = first + static_cast<std::int64_t>(n);
      ds.push_back(inner_product(dy, input(2) + head.v + j * a_.value_width, a_.value_width));
      const Scalar part = multiply(Scalar(row.p[n]), ds.back());
      sum = n == 0 ? part : add(sum, part);
    }
    for (std::size_t n = 0; n < ds.size(); ++n) {
      ds[n] = multiply(Scalar(row.p[n]), subtract(ds[n], sum));
    }
    return ds;
  }

  /// From the capped, scaled score to the product of query and key.
  void undo_scale(const Row<Exact>& row, std::vector<Scalar>& ds) {
    for (std::size_t n = 0; n < ds.size(); ++n) {
      if (a_.softcap != 0) {
        const Scalar tanh = row.tanh[n];
        ds[n] = multiply(ds[n], subtract(Scalar(1), multiply(tanh, tanh)));
      }
      if (a_.scale != 1) ds[n] = multiply(ds[n], Scalar(a_.scale));
    }
  }

  void add_products(const std::vector<Scalar>& ds, const Head& head, std::int64_t query,
                    std::int64_t first) {
    const auto q = head.q + static_cast<std::size_t>(query * a_.width);
    for (std::size_t n = 0; n < ds.size(); ++n) {
      const auto j = first + static_cast<std::int64_t>(n);
      const auto k = head.k + static_cast<std::size_t>(j * a_.width);
      if (adjoints_[0] != nullptr) add_multiple(adjoints_[0] + q, ds[n], input(1) + k, a_.width);
      if (adjoints_[1] != nullptr) add_multiple(adjoints_[1] + k, ds[n], input(0) + q, a_.width);
    }
  }

  Evaluation<Scalar>& run_;
  Attention a_;
  std::vector<Exact> q_, k_, bias_;
  Scalar* adjoints_[4] = {};  ///< of q, k, v and the bias; null where nobody asks
};

template <class Scalar>
void evaluate_gradient(const NodeView& node, Evaluation<Scalar>& run) {
  GradientLoops<Scalar>(node, run).run();
}

constexpr Primitive defs[] = {
    {.kind = {.name = "attention", .inputs = 3, .variadic = true, .doc = attention_doc},
     .infer = infer_attention,
     .work = work_of_attention,
     .derive = derive_attention,
     .evaluate = {evaluate_attention<Exact>, evaluate_attention<Tally>}},
    {.kind = {.name = "attention_gradient", .inputs = 4, .variadic = true, .doc = gradient_doc},
     .infer = infer_gradient,
     .work = work_of_gradient,
     .evaluate = {evaluate_gradient<Exact>, evaluate_gradient<Tally>}},
};

}  // namespace

Work recomputed_work(const NodeView& attention_gradient, const Rules& rules) {
  const Attention a = attention_of_gradient(attention_gradient, rules);
  const Count pairs = a.pairs();
  return work_of_scores(a, rules) + Work{.add = pairs, .div = pairs, .special = pairs};
}

extern constinit const PrimitiveFamily attention{"Attention", defs};

}  // namespace pfsday::ops
