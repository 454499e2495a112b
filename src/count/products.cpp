#include "count/products.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "count/walk.h"
#include "ops/attention.h"

namespace pfsday::count {
namespace {

using graph::Axes;
using graph::Graph;
using graph::Node;
using graph::NodeView;
using graph::Shape;
using graph::Value;

/// Some of the multiply-adds of a node.
struct Part {
  Product product;
  Count macs;
};
using Parts = std::vector<Part>;

Product product_of(Count batch, Count m, Count n, Count k) {
  return {.batch = batch, .m = std::max(m, n), .n = std::min(m, n), .k = k};
}

/// Elements of the axes that come after `first`.
Count inner_elements(const Shape& shape, std::size_t first) {
  Count elements = 1;
  for (std::size_t i = first; i < shape.size(); ++i) elements *= shape[i];
  return elements;
}

Count elements_of(const Shape& shape, const Axes& axes) {
  Count elements = 1;
  for (const std::int64_t axis : axes) elements *= shape[static_cast<std::size_t>(axis)];
  return elements;
}

/// Elements of the axes that are in neither list.
Count free_elements(const Shape& shape, const Axes& batch, const Axes& contract) {
  Count elements = 1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const auto axis = static_cast<std::int64_t>(i);
    const bool is_free = std::ranges::find(batch, axis) == batch.end() &&
                         std::ranges::find(contract, axis) == contract.end();
    if (is_free) elements *= shape[i];
  }
  return elements;
}

Product sizes_of_dot(const NodeView& dot) {
  const Shape& a = dot.input_shape(0);
  const Axes& batch = dot.axes("batch_a");
  const Axes& contract = dot.axes("contract_a");
  return product_of(elements_of(a, batch), free_elements(a, batch, contract),
                    free_elements(dot.input_shape(1), dot.axes("batch_b"), dot.axes("contract_b")),
                    elements_of(a, contract));
}

/// Of rows that each go through one of several matrices: as many rows as through one.
Product sizes_of_routed_dot(const NodeView& dot) {
  const Shape& x = dot.input_shape(0);
  return product_of(1, x[0], dot.input_shape(1)[1], x[1]);
}
Product sizes_of_routed_outer(const NodeView& outer) {
  const Shape& a = outer.input_shape(0);
  return product_of(1, a[1], outer.input_shape(1)[1], a[0]);
}

/// `y` has the shape [images, filters, places...], `w` [filters, channels of a group, taps...].
struct Convolution {
  Count groups, places, filters, terms;

  Convolution(const NodeView& node, const Shape& y, const Shape& w)
      : groups(node.integer("groups")),
        places(Count(y[0]) * inner_elements(y, 2)),
        filters(w[0] / node.integer("groups")),
        terms(inner_elements(w, 1)) {}
};

Product sizes_of_convolution(const NodeView& node) {
  const Convolution c(node, node.output_shape(0), node.input_shape(1));
  return product_of(c.groups, c.places, c.filters, c.terms);
}
Product sizes_of_input_gradient(const NodeView& node) {
  const Convolution c(node, node.input_shape(0), node.input_shape(1));
  return product_of(c.groups, c.places, c.terms, c.filters);
}
Product sizes_of_filter_gradient(const NodeView& node) {
  const Convolution c(node, node.input_shape(1), node.output_shape(0));
  return product_of(c.groups, c.filters, c.terms, c.places);
}

/// The products in attention and in its gradient, over the pairs that the rules leave.
class AttentionProducts {
 public:
  AttentionProducts(const NodeView& node, const ops::Rules& rules) {
    const Shape& q = node.input_shape(0);
    const Shape& k = node.input_shape(1);
    const Count group = k[1] == 0 ? 1 : q[1] / k[1];
    heads_ = Count(q[0]) * k[1];
    queries_ = group * q[2];
    keys_ = k[2];
    width_ = q[3];
    value_width_ = node.input_shape(2)[3];
    const auto mask = ops::counted_mask(ops::written_mask(node), q[2], k[2], rules);
    pairs_ = Count(q[0]) * q[1] * ops::attention_pairs(q[2], k[2], mask);
  }

  Part scores() const { return {product_of(heads_, queries_, keys_, width_), pairs_ * width_}; }
  Part sums() const { return of_values(product_of(heads_, queries_, value_width_, keys_)); }
  /// The adjoints of q, k, v and of the softmax.
  Part of_q() const { return {product_of(heads_, queries_, width_, keys_), pairs_ * width_}; }
  Part of_k() const { return {product_of(heads_, keys_, width_, queries_), pairs_ * width_}; }
  Part of_v() const { return of_values(product_of(heads_, keys_, value_width_, queries_)); }
  Part of_weights() const { return of_values(product_of(heads_, queries_, keys_, value_width_)); }

 private:
  Part of_values(Product product) const { return {std::move(product), pairs_ * value_width_}; }

  Count heads_, queries_, keys_, width_, value_width_, pairs_;
};

Parts parts_of_attention_gradient(const NodeView& node, const ops::Rules& rules) {
  const AttentionProducts products(node, rules);
  const Axes& wrt = node.axes("wrt");
  const auto wants = [&](std::int64_t input) { return std::ranges::count(wrt, input) > 0; };
  Parts parts;
  if (wants(2)) parts.push_back(products.of_v());
  if (wants(0) || wants(1) || wants(3)) parts.push_back(products.of_weights());
  if (wants(0)) parts.push_back(products.of_q());
  if (wants(1)) parts.push_back(products.of_k());
  return parts;
}

Parts parts_of_attention(const NodeView& node, Pass pass, const ops::Rules& rules) {
  const AttentionProducts products(node, rules);
  if (node.kind().name == "attention") return {products.scores(), products.sums()};
  if (pass == Pass::recompute) return {products.scores()};
  return parts_of_attention_gradient(node, rules);
}

/// Of the primitives that are one product.
Product sizes_of(const NodeView& node, std::string_view origin) {
  static constexpr std::pair<std::string_view, Product (*)(const NodeView&)> table[] = {
      {"dot", sizes_of_dot},
      {"routed_dot", sizes_of_routed_dot},
      {"routed_outer", sizes_of_routed_outer},
      {"convolution", sizes_of_convolution},
      {"convolution_input_gradient", sizes_of_input_gradient},
      {"convolution_filter_gradient", sizes_of_filter_gradient},
  };
  for (const auto& [name, sizes] : table) {
    if (node.kind().name == name) return sizes(node);
  }
  return {.name = std::string(origin)};
}

bool is_attention(const Node& node) {
  return node.kind->name == "attention" || node.kind->name == "attention_gradient";
}

/// True for what says, of whole numbers, which are equal: a matrix of zeros and ones.
bool is_one_hot(const Graph& graph, Value v) {
  const Node* node = graph.producer(v);
  while (node != nullptr && ops::primitive_of(*node->kind).cost == ops::Cost::movement &&
         node->inputs.size() == 1) {
    node = graph.producer(node->inputs[0]);
  }
  return node != nullptr && node->kind->name == "equal" &&
         graph::is_integer(graph.type(node->inputs[0]).element);
}

bool has_one_hot_operand(const Graph& graph, const Node& node) {
  return node.kind->name == "dot" &&
         std::ranges::any_of(node.inputs, [&](Value v) { return is_one_hot(graph, v); });
}

class Lister {
 public:
  Lister(const Graph& root, const ops::Rules& rules) : root_(root), rules_(rules) {
    if (rules.attention == ops::Rules::Attention::causal) causal_ = find_causal_products(root);
  }

  void operator()(const Graph& graph, const Node& node, Pass pass, Count times) {
    if (is_attention(node)) {
      for (const Part& part : parts_of_attention(NodeView(graph, node), pass, rules_)) {
        record(part, node, pass, times, false);
      }
      return;
    }
    const Count macs = work_of_node(graph, node, pass, rules_, causal_).products;
    if (macs == Count(0)) return;
    const Part part{sizes_of(NodeView(graph, node), root_.origins()[node.origin].op), macs};
    record(part, node, pass, times, has_one_hot_operand(graph, node));
  }

  std::vector<ProductUse> take() && { return std::move(uses_); }

 private:
  void record(const Part& part, const Node& node, Pass pass, Count times, bool is_one_hot) {
    if (times == Count(0)) return;  // in a loop without trips
    const auto [found, is_new] = index_.try_emplace(part.product, uses_.size());
    if (is_new) {
      uses_.push_back({.product = part.product, .layer = root_.origins()[node.origin].name});
    }
    ProductUse::Done& done = uses_[found->second].passes[static_cast<std::size_t>(pass)];
    done.times += times;
    done.macs += part.macs * times;
    if (is_one_hot) done.one_hot += part.macs * times;
  }

  const Graph& root_;
  const ops::Rules& rules_;
  CausalProducts causal_;
  std::vector<ProductUse> uses_;
  std::map<Product, std::size_t> index_;
};

}  // namespace

std::string to_string(const Product& product) {
  using units::to_grouped;
  if (!product.has_sizes()) return product.name;
  const std::string sizes = fmt::format("{} x {} x {}", to_grouped(product.m),
                                        to_grouped(product.n), to_grouped(product.k));
  if (product.batch == Count(1)) return sizes;
  return fmt::format("{} of {}", to_grouped(product.batch), sizes);
}

ProductUse::Done ProductUse::total() const {
  Done total;
  for (const Done& done : passes) {
    total.times += done.times;
    total.macs += done.macs;
    total.one_hot += done.one_hot;
  }
  return total;
}

std::vector<ProductUse> list_products(const BuiltStep& step, const ops::Rules& rules) {
  Lister lister(step.graph, rules);
  walk(step.graph, step.schedule, lister);
  return std::move(lister).take();
}

}  // namespace pfsday::count
