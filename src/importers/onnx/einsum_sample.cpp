#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Domain = NodeDraw::Domain;

/// A term of random letters, some twice, perhaps with an ellipsis, and a shape that fits it.
std::string draw_term(NodeDraw& draw, const Shape& sizes, Shape& shape) {
  std::string term;
  const bool repeats_first = draw.coin();  // one element of it stands for all
  const std::int64_t letters = draw.integer(0, 3);
  const std::int64_t ellipsis = draw.integer(0, 2 * letters + 1);
  for (std::int64_t i = 0; i <= letters; ++i) {
    if (i == ellipsis) {
      term += "...";
      const Shape whole = {3, 2};
      const Shape part = draw.broadcastable(whole);
      shape.insert(shape.end(), part.begin(), part.end());
    }
    if (i == letters) break;
    const std::int64_t letter = draw.integer(0, std::ssize(sizes) - 1);
    term += static_cast<char>('i' + letter);
    const bool is_repeated = letter == 0 && repeats_first;
    shape.push_back(is_repeated ? 1 : sizes[static_cast<std::size_t>(letter)]);
  }
  return term;
}

/// Some of the letters that the terms have, in any order.
std::string draw_output(NodeDraw& draw, const std::string& terms) {
  std::string letters;
  for (const char c : terms) {
    const bool is_new = c >= 'a' && letters.find(c) == std::string::npos;
    if (is_new && draw.coin()) letters += c;
  }
  Axes order;
  for (const char c : letters) order.push_back(c);
  draw.shuffle(order);
  std::string output = terms.find("...") != std::string::npos && draw.coin() ? "..." : "";
  for (const std::int64_t c : order) output += static_cast<char>(c);
  return output;
}

NodeSample make_einsum(std::string_view op, NodeDraw& draw) {
  const Shape sizes = draw.integers(4, 2, 3);
  std::string equation;
  std::vector<std::string> operands;
  for (std::int64_t count = draw.integer(1, 3); count > 0; --count) {
    Shape shape;
    if (!operands.empty()) equation += ", ";
    equation += draw_term(draw, sizes, shape);
    operands.push_back(draw.reals(shape, Domain::any, NodeDraw::Held::no));
  }
  if (draw.coin()) equation += " -> " + draw_output(draw, equation);
  return draw.finish(12, op, operands, {{"equation", equation}});
}

constexpr LoweringSample samples[] = {{"Einsum", make_einsum}};

}  // namespace

extern constinit const LoweringSampleFamily einsum_sample{samples};

}  // namespace pfsday::onnx
