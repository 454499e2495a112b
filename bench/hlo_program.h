// The text of an XLA program for timings, as JAX dumps one: a loop of eight trips over layers of
// ten instructions each, a gradient behind each forward layer, with metadata and a computation for
// each reduction.
#pragma once

#include <fmt/format.h>

#include <string>

namespace pfsday::bench {

class HloProgram {
 public:
  explicit HloProgram(int layers) {
    for (int i = 0; i < layers; ++i) add_layer(i);
  }

  std::string text() const {
    return fmt::format(
        "HloModule jit_step, "
        "entry_computation_layout={{(f32[512,1024]{{1,0}})->f32[512,1024]{{1,0}}}}"
        "\n\n{}%body (p: (s32[], f32[512,1024])) -> (s32[], f32[512,1024]) {{\n"
        "  %p = (s32[], f32[512,1024]{{1,0}}) parameter(0)\n"
        "  %trip = s32[] get-tuple-element(%p), index=0\n"
        "  %one = s32[] constant(1)\n"
        "  %next = s32[] add(%trip, %one)\n"
        "  %x.0 = f32[512,1024]{{1,0}} get-tuple-element(%p), index=1\n"
        "  %zero = f32[] constant(0)\n{}"
        "  ROOT %out = (s32[], f32[512,1024]{{1,0}}) tuple(%next, %x.{})\n}}\n\n{}",
        regions_, body_, layers_, entry);
  }

 private:
  void add_layer(int i) {
    regions_ += fmt::format(
        "%region_{0}.1 (a.{0}: f32[], b.{0}: f32[]) -> f32[] {{\n"
        "  %a.{0} = f32[] parameter(0)\n  %b.{0} = f32[] parameter(1)\n"
        "  ROOT %sum.{0} = f32[] add(%a.{0}, %b.{0})\n}}\n\n",
        i);
    const std::string_view wide = "f32[512,1024]{1,0}";
    add(i, wide, "square", "multiply(%x.{0}, %x.{0})", "", "norm/square");
    add(i, "f32[512]{0}", "mean", "reduce(%square.{0}, %zero)",
        fmt::format(", dimensions={{1}}, to_apply=%region_{}.1", i), "norm/reduce_sum");
    add(i, "f32[512]{0}", "scale", "rsqrt(%mean.{0})", "", "norm/rsqrt");
    add(i, wide, "scales", "broadcast(%scale.{0})", ", dimensions={0}", "norm/mul");
    add(i, wide, "normal", "multiply(%x.{0}, %scales.{0})", "", "norm/mul");
    add(i, "f32[1024,1024]{1,0}", "outer", "dot(%normal.{0}, %x.{0})",
        ", lhs_contracting_dims={0}, rhs_contracting_dims={0}", "mlp/dot_general");
    add(i, wide, "up", "dot(%normal.{0}, %outer.{0})",
        ", lhs_contracting_dims={1}, rhs_contracting_dims={0}", "mlp/dot_general");
    add(i, wide, "act", "tanh(%up.{0})", "", "mlp/tanh");
    add(i, wide, "gated", "multiply(%act.{0}, %up.{0})", "", "mlp/mul");
    add(i + 1, wide, "x", fmt::format("add(%gated.{0}, %x.{0})", i), "", "mlp/add");
    ++layers_;
  }

  /// In `call`, {0} is the layer.
  void add(int layer, std::string_view type, std::string_view name, std::string_view call,
           std::string_view attributes, std::string_view scope) {
    body_ += fmt::format("  %{}.{} = {} ", name, layer, type);
    body_ += fmt::format(fmt::runtime(call), layer);
    body_ += attributes;
    body_ += fmt::format(
        ", metadata={{op_name=\"jit(step)/jit(main)/{}/while/body/decoder/layer_{}/{}\" "
        "source_file=\"/usr/lib/python3/site-packages/model/decoder/layers.py\" source_line={}}}\n",
        layer % 2 == 0 ? "jvp(Decoder)" : "transpose(jvp(Decoder))", layer, scope, 100 + layer);
  }

  static constexpr std::string_view entry = R"(%condition (q: (s32[], f32[512,1024])) -> pred[] {
  %q = (s32[], f32[512,1024]{1,0}) parameter(0)
  %at = s32[] get-tuple-element(%q), index=0
  %end = s32[] constant(8)
  ROOT %goes_on = pred[] compare(%at, %end), direction=LT
}

ENTRY %main (x: f32[512,1024]) -> f32[512,1024] {
  %x = f32[512,1024]{1,0} parameter(0)
  %first = s32[] constant(0)
  %start = (s32[], f32[512,1024]{1,0}) tuple(%first, %x)
  %loop = (s32[], f32[512,1024]{1,0}) while(%start), condition=%condition, body=%body
  ROOT %y = f32[512,1024]{1,0} get-tuple-element(%loop), index=1
}
)";

  std::string regions_;
  std::string body_;
  int layers_ = 0;
};

}  // namespace pfsday::bench
