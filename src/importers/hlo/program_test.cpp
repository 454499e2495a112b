// What a program says of itself, the forms of its text, and what cannot be read.
#include "importers/hlo/program_test_support.h"

namespace pfsday::hlo {
namespace {

TEST(HloPasses, FollowTheNames) {
  struct Name {
    std::string_view op_name;
    graph::Pass pass;
    std::string_view layer;
  };
  for (const Name& one : {
           Name{"jit(step)/jit(main)/jvp(Net)/layers/mlp/dot", graph::Pass::forward,
                "Net/layers/mlp/y"},
           Name{"jit(step)/jit(main)/transpose(jvp(Net))/while/body/checkpoint/mlp/dot",
                graph::Pass::data_gradient, "Net/mlp/y"},
           Name{"jit(step)/transpose(jvp(Net))/checkpoint/rematted_computation/mlp/dot",
                graph::Pass::recompute, "Net/mlp/y"},
           Name{"jit(step)/adamw/mul", graph::Pass::optimizer, "adamw/y"},
           Name{"jit(step)/jvp(Net)/jit(silu)/mul", graph::Pass::forward, "Net/silu/y"},
           Name{"add", graph::Pass::forward, "y"},
       }) {
    SCOPED_TRACE(one.op_name);
    const std::string text =
        program(fmt::format("x = f32[4] parameter(0)\nROOT y = f32[4] multiply(x, x), "
                            "metadata={{op_type=\"mul\" op_name=\"{}\" source_line=3}}",
                            one.op_name));
    const Model model = *read(text);
    const graph::Node& node = model.graph.nodes().back();
    EXPECT_EQ(node.pass, one.pass);
    EXPECT_EQ(model.graph.origins()[node.origin].name, one.layer);
    EXPECT_EQ(model.training.empty(), one.op_name.find("transpose(jvp") == std::string_view::npos);
  }
}

TEST(HloModel, SaysWhatItIsThePartOf) {
  const std::string reduce =
      "x = f32[4] parameter(0)\nROOT y = f32[4] all-reduce(x), "
      "replica_groups={{0,1},{2,3}}, to_apply=sum";
  std::string text = program(reduce);
  EXPECT_EQ(read(text)->devices, 4);
  text.replace(0, text.find('\n'), "HloModule test, replica_count=2, num_partitions=8");
  EXPECT_EQ(read(text)->devices, 16);
  text = program("ROOT x = f32[4] parameter(0)");
  EXPECT_EQ(read(text)->devices, 1);
  text = program(
      "x = f32[4] parameter(0)\nROOT y = f32[4] custom-call(x), "
      "custom_call_target=\"Sharding\", sharding={devices=[4]<=[4]}");
  text.replace(0, text.find('\n'), "HloModule test, num_partitions=4");
  EXPECT_EQ(read(text)->devices, 1);
}

TEST(HloModel, FindsParameters) {
  const std::string text =
      program(R"(w = f32[4] parameter(0), metadata={op_name="state.params['params']['w']"}
m = f32[4] parameter(1), metadata={op_name="state.opt_state[0].mu['params']['w']"}
x = f32[4] parameter(2)
a = f32[4] multiply(w, x)
b = f32[4] multiply(a, m)
ROOT y = f32[4] add(a, b))");
  const Model model = *read(text);
  EXPECT_EQ(model.graph.tensors().size(), 1);
  EXPECT_EQ(model.graph.inputs().size(), 2);
  const Model marked = *read(text, {.parameters = {"x"}});
  EXPECT_EQ(marked.graph.tensors().size(), 2);
  EXPECT_EQ(marked.used_bindings, std::vector<std::string>{"x"});
}

struct Fault {
  std::string_view name;
  std::string text;
  Code code;
  std::size_t line;
};

std::string nested(std::size_t depth) {
  std::string text = "HloModule deep\n";
  for (std::size_t i = 0; i < depth; ++i) {
    text += fmt::format("c{} {{\n  x = f32[] parameter(0)\n  ROOT y = f32[] {}\n}}\n", i,
                        i == 0 ? "add(x, x)" : fmt::format("call(x), to_apply=c{}", i - 1));
  }
  return text;
}

/// Each computation calls the one before it twice.
std::string doubling(std::size_t depth) {
  std::string text = "HloModule wide\n";
  for (std::size_t i = 0; i < depth; ++i) {
    text += fmt::format("c{} {{\n  x = f32[] parameter(0)\n", i);
    if (i == 0) {
      text += "  ROOT y = f32[] add(x, x)\n}\n";
      continue;
    }
    text += fmt::format(
        "  a = f32[] call(x), to_apply=c{0}\n  ROOT y = f32[] call(a), to_apply=c{0}\n}}\n", i - 1);
  }
  return text;
}

TEST(HloFaults, AreOneDiagnosticWithItsLine) {
  const std::string head = "HloModule m\nENTRY e {\n  x = f32[4] parameter(0)\n";
  const Fault faults[] = {
      {"cut off in a computation", head, Code::model_truncated, 4},
      {"cut off in an instruction", head + "  y = f32[4] add(x,", Code::model_truncated, 4},
      {"cut off in a shape", head + "  y = f32[4,", Code::model_truncated, 4},
      {"cut off in a text", head + "  y = f32[4] add(x, x), metadata={op_name=\"a",
       Code::model_truncated, 4},
      {"no computation", "HloModule m\n", Code::model_truncated, 2},
      {"a name without definition", head + "  ROOT y = f32[4] add(x, z)\n}\n",
       Code::model_malformed, 4},
      {"a name defined twice", head + "  x = f32[4] add(x, x)\n}\n", Code::model_malformed, 4},
      {"a computation that is missing", head + "  ROOT y = f32[4] call(x), to_apply=z\n}\n",
       Code::model_malformed, 4},
      {"a type that is unknown", head + "  ROOT y = q32[4] add(x, x)\n}\n", Code::type_unsupported,
       4},
      {"a size that is too large", head + "  ROOT y = f32[99999999999999999999] add(x, x)\n}\n",
       Code::limit_exceeded, 4},
      {"a shape that is too large",
       head + "  ROOT y = f32[1000000000,1000000000,1000000000] add(x, x)\n}\n",
       Code::limit_exceeded, 4},
      {"a size below zero", head + "  ROOT y = f32[-4] add(x, x)\n}\n", Code::model_malformed, 4},
      {"a size that is open", head + "  ROOT y = f32[?] broadcast(x), dimensions={0}\n}\n",
       Code::dimension_unbound, 4},
      {"shapes that disagree", head + "  ROOT y = f32[5] add(x, x)\n}\n", Code::shapes_disagree, 4},
      {"operands that are missing", head + "  ROOT y = f32[4] add()\n}\n", Code::graph_invalid, 4},
      {"an attribute without value", head + "  ROOT y = f32[4] add(x, x), a\n}\n",
       Code::model_malformed, 4},
      {"axes that are none", head + "  ROOT y = f32[4] transpose(x), dimensions={a}\n}\n",
       Code::attribute_invalid, 4},
      {"axes outside", head + "  ROOT y = f32[] reduce(x, x), dimensions={1}, to_apply=e\n}\n",
       Code::call_cyclic, 2},
      {"a window that is none",
       head + "  ROOT y = f32[4] convolution(x, x), window={size=a}, dim_labels=bf_io->bf\n}\n",
       Code::attribute_invalid, 4},
      {"parameters without order", "HloModule m\nENTRY e {\n  x = f32[4] parameter(1)\n}\n",
       Code::model_malformed, 3},
      {"a computation that calls itself",
       "HloModule m\na {\n  x = f32[] parameter(0)\n  ROOT y = f32[] call(x), to_apply=b\n}\nb {\n "
       " x = f32[] parameter(0)\n  ROOT y = f32[] call(x), to_apply=a\n}\nENTRY e {\n  x = f32[] "
       "parameter(0)\n  ROOT y = f32[] call(x), to_apply=a\n}\n",
       Code::call_cyclic, 2},
      {"calls that nest too deep", nested(200), Code::limit_exceeded, 2 + 4 * (200 - 129)},
      {"calls that expand too far", doubling(60), Code::limit_exceeded, 2 + 4 + 58 * 5},
      {"tuples that nest too deep", head + "  ROOT y = " + std::string(100, '(') + "\n}\n",
       Code::limit_exceeded, 4},
      {"trips beyond counting",
       loop_text({.attributes =
                      R"(, backend_config={"known_trip_count":{"n":"99999999999999999999999"}})"}),
       Code::limit_exceeded, 0},
      {"a computation defined twice",
       "HloModule m\na {\n  ROOT x = f32[] parameter(0)\n}\na {\n  ROOT x = f32[] "
       "parameter(0)\n}\n",
       Code::model_malformed, 5},
      {"two roots", head + "  ROOT y = f32[4] add(x, x)\n  ROOT z = f32[4] add(x, x)\n}\n",
       Code::model_malformed, 5},
      {"two entries", head + "}\nENTRY f {\n  x = f32[4] parameter(0)\n}\n", Code::model_malformed,
       5},
      {"an inner computation that is damaged",
       head + "  ROOT y = f32[4] call(x), to_apply={\n  a = f32[4] parameter(0)\n  b = f32[4] q "
              "}\n}\n",
       Code::model_malformed, 6},
      {"a comment at the end", "HloModule m // no more", Code::model_truncated, 1},
      {"a second module", "HloModule m\na {\n  ROOT x = f32[] parameter(0)\n}\nHloModule n\n",
       Code::model_malformed, 5},
  };
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.name);
    const auto model = read(fault.text);
    ASSERT_FALSE(model);
    EXPECT_EQ(to_string(model.error().code), to_string(fault.code)) << to_string(model.error());
    ASSERT_TRUE(model.error().place.line) << to_string(model.error());
    EXPECT_TRUE(model.error().place.column) << to_string(model.error());
    EXPECT_FALSE(model.error().hint.empty()) << to_string(model.error());
    if (fault.line == 0) continue;
    EXPECT_EQ(*model.error().place.line, fault.line) << to_string(model.error());
  }
}

/// Text cut off anywhere, or with a character that is another: one diagnostic or a model.
TEST(HloFaults, NeverCrash) {
  const std::string text = loop_text({});
  for (std::size_t size = 0; size < text.size(); ++size) (void)read(text.substr(0, size));
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = static_cast<char>(" (){}[],=%0a\"\n"[i % 14]);
    (void)read(other);
  }
}

TEST(HloText, ReadsItsVariants) {
  // Signatures, percents, types of operands, comments, layouts, tables and lines that are broken.
  const std::string text = R"(// a comment
/* another */ HloModule jit_f, is_scheduled=true, entry_computation_layout={(f32[2]{0})->f32[2]{0}}

FileNames
1 "a.py"

StackFrames
1 {file_location_id=1 parent_frame_id=1}

%sum (a: f32[], b: f32[]) -> f32[] {
  %a = f32[] parameter(0)
  %b = f32[]{:T(128)} parameter(1)
  ROOT %r = f32[] add(f32[] %a, /*index=1*/f32[] %b)
} // sum

ENTRY %main (x: f32[2]) -> (f32[2], token[]) {
  %x = f32[2]{0:T(256)S(5)} parameter(0), sharding={devices=[2]<=[2]}
  %y = f32[2] add(%x,
      %x), metadata={op_name="a\"b{" source_line=3},
    frontend_attributes={a="}"}
  %t = token[] after-all()
  ROOT %z = (f32[2], token[]) tuple(f32[2]{0} %y, token[] %t)
}, execution_thread="host"
)";
  const auto model = read(text);
  ASSERT_TRUE(model) << to_string(model.error());
  EXPECT_EQ(evaluate(*model, {{1, 2}})[0], (std::vector<Exact>{2, 4}));
}

/// A reduction whose computation stands in its attribute, and a call of another one behind it.
TEST(HloText, ReadsComputationsInAttributes) {
  const std::string text = R"(HloModule m
ENTRY e {
  x = f32[3,2] parameter(0)
  z = f32[] constant(0)
  y = f32[2] reduce(x, z), dimensions={0}, to_apply={
    a = f32[] parameter(0)
    b = f32[] parameter(1)
    ROOT r = f32[] add(a, b)
  }
  ROOT t = f32[2] call(y), to_apply={
    a = f32[2] parameter(0)
    ROOT r = f32[2] map(a), dimensions={0}, to_apply={
      c = f32[] parameter(0)
      ROOT s = f32[] multiply(c, c)
    }
  }
}
)";
  const auto model = read(text);
  ASSERT_TRUE(model) << to_string(model.error());
  EXPECT_EQ(evaluate(*model, {{1, 2, 3, 4, 5, 6}})[0], (std::vector<Exact>{81, 144}));
  EXPECT_EQ(to_text(work_of(model->graph)), "2 mul, 4 add");
}

/// Begun, asked for and ended, by one computation or by a custom call; in a buffer.
TEST(HloText, ReadsWhatIsAsynchronous) {
  const std::string text = R"(HloModule m
double {
  p = f32[2] parameter(0)
  ROOT r = f32[2] add(p, p)
}
ENTRY e {
  x = f32[2] parameter(0)
  s = ((f32[2]), f32[2], u32[]) async-start(x), calls=double
  u = ((f32[2]), f32[2], u32[]) async-update(s), calls=double
  d = f32[2] async-done(u), calls=double
  t = ((f32[2]), f32[2], u32[]) collective-broadcast-start(d), replica_groups={{0,1}}
  v = ((f32[2]), f32[2], u32[]) collective-broadcast-update(t)
  w = f32[2] collective-broadcast-done(v)
  i = b(f32[2]{0}) custom-call(w), custom_call_target="AllocateBuffer"
  ROOT c = f32[2] add(w, w)
}
)";
  const auto model = read(text);
  ASSERT_TRUE(model) << to_string(model.error());
  EXPECT_EQ(to_text(work_of(model->graph)), "4 add");
}

/// A computation alone, as tools print it: the last one is the entry, the last instruction its
/// root.
TEST(HloText, NeedsNoHeader) {
  const std::string text = "e {\n  a = f32[4] parameter(0)\n  b = f32[4] add(a, a)\n}\n";
  EXPECT_EQ(to_text(work_of(read(text)->graph)), "4 add");
}

}  // namespace
}  // namespace pfsday::hlo
