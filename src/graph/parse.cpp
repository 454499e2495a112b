#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "base/text.h"
#include "graph/text.h"

namespace pfsday::graph {
namespace {

constexpr std::size_t max_rank = 64;
constexpr std::size_t max_depth = 64;  ///< of bodies within bodies

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '/';
}

/// Reads one line from left to right.
class Line {
 public:
  Line(std::string_view text, std::size_t number) : text_(text), number_(number) {}

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool at_end() {
    skip_space();
    return at_ == text_.size() || text_[at_] == '#';
  }
  bool next_is(std::string_view token) {
    skip_space();
    return text_.substr(at_).starts_with(token);
  }
  bool take(std::string_view token) {
    if (!next_is(token)) return false;
    at_ += token.size();
    return true;
  }
  std::string_view take_word() {
    skip_space();
    const std::size_t start = at_;
    while (at_ < text_.size() && is_word_character(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }
  std::string_view take_number() {
    skip_space();
    const std::size_t start = at_;
    while (at_ < text_.size() &&
           (is_word_character(text_[at_]) || text_[at_] == '-' || text_[at_] == '+')) {
      ++at_;
    }
    return text_.substr(start, at_ - start);
  }
  /// A backslash takes the next character as it is; n for the end of a line.
  Result<std::string> take_quoted() {
    TRY(expect("\""));
    std::string content;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      const bool is_escaped = text_[at_] == '\\' && at_ + 1 < text_.size();
      if (is_escaped) ++at_;
      content += is_escaped && text_[at_] == 'n' ? '\n' : text_[at_];
    }
    if (at_ == text_.size()) return fault("a closing quote");
    ++at_;
    return content;
  }
  Result<void> expect(std::string_view token) {
    if (!take(token)) return fault(fmt::format("\"{}\"", token));
    return {};
  }
  std::unexpected<Error> fault(std::string_view expected) {
    skip_space();
    Error error{Code::graph_text_malformed, fmt::format("expected {}", expected), {}, {}};
    error.place.line = number_;
    error.place.column = at_ + 1;
    return fail(std::move(error));
  }

 private:
  std::string_view text_;
  std::size_t number_;
  std::size_t at_ = 0;
};

template <class T>
Result<T> parse_number(Line& line) {
  // A copy that ends in zero: from_chars of libstdc++ 12 reads a long double up to one.
  const std::string text(line.take_number());
  T value{};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return line.fault("a number");
  return value;
}

Result<Axes> parse_axes(Line& line) {
  TRY(line.expect("["));
  Axes axes;
  while (!line.take("]")) {
    if (!axes.empty()) TRY(line.expect(","));
    axes.push_back(TRY(parse_number<std::int64_t>(line)));
  }
  return axes;
}

Result<TensorType> parse_type(Line& line) {
  if (line.take("?")) return TensorType{};
  const auto element = find_element_type(line.take_word());
  if (!element) return line.fault("an element type");
  TensorType type{*element, TRY(parse_axes(line))};
  const bool is_valid = type.shape.size() <= max_rank &&
                        std::ranges::all_of(type.shape, [](std::int64_t n) { return n >= 0; });
  if (!is_valid) return line.fault("sizes of at least 0");
  return type;
}

Result<AttributeValue> parse_attribute_value(Line& line) {
  if (line.next_is("[")) return AttributeValue(TRY(parse_axes(line)));
  if (line.next_is("\"")) return AttributeValue(TRY(line.take_quoted()));
  Line ahead = line;
  const bool is_real_number = ahead.take_number().find_first_of(".eni") != std::string_view::npos;
  if (is_real_number) return AttributeValue(TRY(parse_number<double>(line)));
  return AttributeValue(TRY(parse_number<std::int64_t>(line)));
}

class Parser {
 public:
  explicit Parser(const FindKind& find_kind) : find_kind_(find_kind) {}

  Result<void> parse_line(Line line) {
    if (line.at_end()) return {};
    if (line.take("%")) return parse_node(line);
    const std::string_view keyword = line.take_word();
    if (keyword == "body") return begin_body(line);
    if (keyword == "end") return end_body(line);
    if (keyword == "output") return parse_output(line);
    if (keyword == "constant") return parse_constant(line);
    if (keyword == "input" || keyword == "weight" || keyword == "tensor" ||
        keyword == "parameter") {
      return parse_root(line, keyword);
    }
    return line.fault("input, parameter, tensor, constant, output, body, end or %name");
  }

  Result<Graph> finish(Line line) && {
    if (scopes_.size() > 1) return line.fault("\"end\" of a body");
    return std::move(scope()).finish();
  }

 private:
  /// A graph under construction: the outermost one, or a body in it.
  struct Scope {
    Graph graph = {};
    Values outputs = {};
    std::map<std::string, Value, std::less<>> names = {};

    Graph finish() && {
      graph.set_outputs(std::move(outputs));
      return std::move(graph);
    }
  };

  Scope& scope() { return scopes_.back(); }
  Graph& graph() { return scopes_.back().graph; }

  Result<void> begin_body(Line& line) {
    if (graph().nodes().empty()) return line.fault("a node before its body");
    if (scopes_.size() > max_depth) return line.fault("fewer bodies within bodies");
    scopes_.emplace_back();
    return finish_line(line);
  }

  Result<void> end_body(Line& line) {
    if (scopes_.size() == 1) return line.fault("a body before its end");
    Graph body = std::move(scope()).finish();
    scopes_.pop_back();
    graph().add_body(graph().nodes().size() - 1, std::move(body));
    return finish_line(line);
  }

  Result<Value> parse_use(Line& line) {
    TRY(line.expect("%"));
    const auto found = scope().names.find(line.take_word());
    if (found == scope().names.end()) return line.fault("a value that is defined above");
    return found->second;
  }

  Result<void> define(Line& line, std::string_view name, Value v) {
    if (name.empty()) return line.fault("a name");
    if (!scope().names.emplace(name, v).second) return line.fault("a name that is not taken");
    return {};
  }

  Result<void> finish_line(Line& line) {
    if (!line.at_end()) return line.fault("the end of the line");
    return {};
  }

  Result<void> parse_output(Line& line) {
    scope().outputs.push_back(TRY(parse_use(line)));
    return finish_line(line);
  }

  Result<void> parse_root(Line& line, std::string_view keyword) {
    TRY(line.expect("%"));
    const std::string_view name = line.take_word();
    TRY(line.expect(":"));
    TensorType type = TRY(parse_type(line));
    std::string label(name);
    if (!line.at_end()) label = TRY(line.take_quoted());
    TRY(define(line, name, add_root(keyword, std::move(label), std::move(type))));
    return finish_line(line);
  }

  Value add_root(std::string_view keyword, std::string label, TensorType type) {
    if (keyword == "input") return graph().add_input(std::move(label), std::move(type));
    if (keyword == "weight") return graph().add_body_input(std::move(type), true);
    const Value v = graph().add_tensor(std::move(label), std::move(type));
    if (keyword == "parameter") graph().mark_parameter(v);
    return v;
  }

  Result<void> parse_constant(Line& line) {
    TRY(line.expect("%"));
    const std::string_view name = line.take_word();
    TRY(line.expect(":"));
    TensorType type = TRY(parse_type(line));
    TRY(line.expect("="));
    if (line.take("splat")) {
      const Literal literal = Literal::splat(type, TRY(parse_number<double>(line)));
      TRY(define(line, name, graph().add_constant(literal)));
      return finish_line(line);
    }
    std::vector<Exact> values;
    while (!line.at_end()) values.push_back(TRY(parse_number<Exact>(line)));
    if (Count(values.size()) != type.elements()) return line.fault("one number for each element");
    TRY(define(line, name, graph().add_constant(Literal::of(std::move(type), std::move(values)))));
    return finish_line(line);
  }

  Result<void> parse_node(Line& line) {
    std::vector<std::string_view> names;
    TensorTypes types;
    do {
      names.push_back(line.take_word());
      TRY(line.expect(":"));
      types.push_back(TRY(parse_type(line)));
    } while (line.take(",") && line.take("%"));
    TRY(line.expect("="));
    Node node;
    node.kind = find_kind_(line.take_word());
    if (node.kind == nullptr) return line.fault("the name of a primitive");
    TRY(parse_inputs(line, node));
    TRY(parse_attributes(line, node));
    TRY(parse_provenance(line, node));
    const Value first = graph().append(std::move(node), types);
    for (std::size_t i = 0; i < names.size(); ++i) {
      TRY(define(line, names[i], Value{first.index + static_cast<std::uint32_t>(i)}));
    }
    return finish_line(line);
  }

  Result<void> parse_inputs(Line& line, Node& node) {
    TRY(line.expect("("));
    while (!line.take(")")) {
      if (!node.inputs.empty()) TRY(line.expect(","));
      node.inputs.push_back(TRY(parse_use(line)));
    }
    const auto count = static_cast<int>(node.inputs.size());
    const bool fits = node.kind->variadic ? count >= node.kind->inputs : count == node.kind->inputs;
    if (!fits) return line.fault(fmt::format("{} inputs", node.kind->inputs));
    return {};
  }

  Result<void> parse_attributes(Line& line, Node& node) {
    if (!line.take("{")) return {};
    while (!line.take("}")) {
      if (!node.attributes.empty()) TRY(line.expect(","));
      std::string name(line.take_word());
      TRY(line.expect("="));
      AttributeValue value = TRY(parse_attribute_value(line));
      node.attributes.push_back({std::move(name), std::move(value)});
    }
    return {};
  }

  Result<void> parse_provenance(Line& line, Node& node) {
    if (line.take("from")) {
      std::string op = line.next_is("\"") ? TRY(line.take_quoted()) : std::string(line.take_word());
      std::string name = TRY(line.take_quoted());
      node.origin = scopes_.front().graph.add_origin({std::move(op), std::move(name)});
    }
    if (!line.take("in")) return {};
    const std::string_view pass = line.take_word();
    for (std::size_t i = 0; i < pass_count; ++i) {
      if (to_string(static_cast<Pass>(i)) != pass) continue;
      node.pass = static_cast<Pass>(i);
      return {};
    }
    return line.fault("the name of a pass");
  }

  const FindKind& find_kind_;
  std::vector<Scope> scopes_ = std::vector<Scope>(1);  ///< the innermost one last
};

}  // namespace

Result<Graph> parse_graph(std::string_view text, const FindKind& find_kind) {
  Parser parser(find_kind);
  std::size_t number = 0;
  for (const std::string_view line : split(text, '\n'))
    TRY(parser.parse_line(Line(line, ++number)));
  return std::move(parser).finish(Line("", number));
}

}  // namespace pfsday::graph
