#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "graph/text.h"

namespace pfsday::graph {
namespace {

std::string name_of(Value v) { return fmt::format("%{}", v.index); }

std::string typed(const Graph& graph, Value v) {
  return fmt::format("{}: {}", name_of(v), to_string(graph.type(v)));
}

/// Whole numbers below 2^64 in full, others as the nearest double.
std::string number(Exact value) {
  const bool is_whole = std::trunc(value) == value;
  const Exact held = is_whole ? value : static_cast<double>(value);
  if (std::fabs(held) < 0x1p64L && std::trunc(held) == held) return fmt::format("{:.0f}", held);
  return fmt::format("{}", static_cast<double>(held));
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '\n') result += '\\';
    result += c == '\n' ? 'n' : c;
  }
  return result + '"';
}

/// As the parser takes it without quotes where it can.
std::string word(std::string_view text) {
  const bool is_plain = std::ranges::all_of(text, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '/';
  });
  return is_plain ? std::string(text) : quoted(text);
}

std::string print_literal(const Literal& literal) {
  if (literal.is_splat() && literal.type().rank() > 0) return "splat " + number(literal.at(0));
  std::string text;
  for (const Exact value : literal.values()) text += (text.empty() ? "" : " ") + number(value);
  return text;
}

std::string print_attribute(const Attribute& attribute) {
  struct Printer {
    std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
    std::string operator()(double value) const { return fmt::format("{:#}", value); }
    std::string operator()(const std::string& value) const { return quoted(value); }
    std::string operator()(const Axes& value) const {
      return fmt::format("[{}]", fmt::join(value, ","));
    }
  };
  return attribute.name + "=" + std::visit(Printer{}, attribute.value);
}

std::string print_node(const Graph& graph, const Node& node, std::span<const Origin> origins) {
  std::vector<std::string> outputs;
  for (std::uint32_t i = 0; i < node.output_count; ++i) {
    outputs.push_back(typed(graph, node.output(i)));
  }
  std::vector<std::string> inputs;
  for (const Value v : node.inputs) inputs.push_back(name_of(v));
  std::vector<std::string> attributes;
  for (const Attribute& a : node.attributes) attributes.push_back(print_attribute(a));
  std::string text = fmt::format("{} = {}({})", fmt::join(outputs, ", "), node.kind->name,
                                 fmt::join(inputs, ", "));
  if (!attributes.empty()) text += fmt::format(" {{{}}}", fmt::join(attributes, ", "));
  const Origin& origin = origins[node.origin];
  if (!origin.op.empty()) text += fmt::format(" from {} {}", word(origin.op), quoted(origin.name));
  if (node.pass != Pass::forward) text += fmt::format(" in {}", to_string(node.pass));
  return text;
}

std::string print_root(const Graph& graph, Value v) {
  const ValueInfo& info = graph.info(v);
  if (info.source == Source::input) {
    return fmt::format("{} {} {}", info.from_weight ? "weight" : "input", typed(graph, v),
                       quoted(info.name));
  }
  const bool is_constant = info.literal && info.name.empty();
  if (is_constant) {
    return fmt::format("constant {} = {}", typed(graph, v), print_literal(*info.literal));
  }
  return fmt::format("{} {} {}", info.is_parameter ? "parameter" : "tensor", typed(graph, v),
                     quoted(info.name));
}

void print(std::string& text, const Graph& graph, std::span<const Origin> origins,
           const std::string& indent) {
  for (std::uint32_t i = 0; i < graph.value_count();) {
    const Value v{i};
    const Node* node = graph.producer(v);
    text += indent;
    text += node != nullptr ? print_node(graph, *node, origins) : print_root(graph, v);
    text += '\n';
    i += node != nullptr ? node->output_count : 1;
    if (node == nullptr) continue;
    for (const Body& body : node->bodies) {
      text += indent + "body\n";
      print(text, *body, origins, indent + "  ");
      text += indent + "end\n";
    }
  }
  for (const Value v : graph.outputs()) text += fmt::format("{}output {}\n", indent, name_of(v));
}

}  // namespace

std::string to_string(const Graph& graph) {
  std::string text;
  print(text, graph, graph.origins(), "");
  return text;
}

}  // namespace pfsday::graph
