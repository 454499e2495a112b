// Loops and their trips, branches, calls.
#include "importers/hlo/program_test_support.h"

namespace pfsday::hlo {
namespace {

/// Trips of the only loop of a program, 0 if there is none.
std::int64_t trips_of(const Model& model) {
  for (const graph::Node& node : model.graph.nodes()) {
    if (node.kind->name != "loop") continue;
    return *graph::find_attribute<std::int64_t>(node.attributes, "trips");
  }
  return 0;
}

struct TripCase {
  std::string_view name;
  LoopText loop;
  std::int64_t trips;
};

const TripCase trip_cases[] = {
    {"up", {}, 6},
    {"up to and with", {.condition = "pred[] compare(i, n), direction=LE"}, 7},
    {"the bound first", {.condition = "pred[] compare(n, i), direction=GT"}, 6},
    {"by twos", {.step = "s32[] add(two, i)"}, 3},
    {"by twos, not even", {.step = "s32[] add(i, two)", .bound = "s32[] constant(5)"}, 3},
    {"from elsewhere", {.start = "s32[] constant(-4)"}, 10},
    {"down",
     {.start = "s32[] constant(6)",
      .step = "s32[] subtract(i, one)",
      .bound = "s32[] constant(0)",
      .condition = "pred[] compare(i, n), direction=GT"},
     6},
    {"down to and with",
     {.start = "s32[] constant(6)",
      .step = "s32[] subtract(i, two)",
      .bound = "s32[] constant(0)",
      .condition = "pred[] compare(i, n), direction=GE"},
     4},
    {"until equal", {.condition = "pred[] compare(i, n), direction=NE"}, 6},
    {"while equal",
     {.bound = "s32[] constant(0)", .condition = "pred[] compare(i, n), direction=EQ"},
     1},
    {"never", {.bound = "s32[] constant(-1)"}, 0},
    {"a value below itself", {.condition = "pred[] compare(i, i), direction=LT"}, 0},
    {"through a call",
     {.step = "s32[] call(i), to_apply=shifted",
      .bound = "s32[] constant(-6)",
      .condition = "pred[] compare(n, i), direction=LT"},
     6},
    {"through a fusion",
     {.step = "s32[] fusion(i), kind=kLoop, calls=shifted",
      .bound = "s32[] constant(-6)",
      .condition = "pred[] compare(n, i), direction=LT"},
     6},
    {"through a copy",
     {.bound = "s32[] constant(6)\n  m = s32[] copy(n)",
      .condition = "pred[] compare(i, m), direction=LT"},
     6},
    {"a sum in the condition",
     {.bound = "s32[] constant(6)\n  m = s32[] add(i, n)",
      .condition = "pred[] compare(m, n), direction=LE"},
     1},
    {"not at least",
     {.bound = "s32[] constant(6)\n  m = pred[] compare(i, n), direction=GE",
      .condition = "pred[] not(m)"},
     6},
    {"stated",
     {.step = "s32[] multiply(i, i)",
      .attributes = R"(, backend_config={"known_trip_count":{"n":"9"}})"},
     9},
    {"stated in quotes",
     {.attributes = R"(, backend_config="{\"known_trip_count\":{\"n\":\"9\"}}")"},
     9},
    {"many", {.bound = "s32[] constant(2000000000)"}, 2'000'000'000},
};

TEST(HloLoop, FindsTrips) {
  for (const TripCase& one : trip_cases) {
    SCOPED_TRACE(one.name);
    const std::string text = loop_text(one.loop);
    const auto model = read(text);
    ASSERT_TRUE(model) << to_string(model.error());
    EXPECT_EQ(trips_of(*model), one.trips);
    EXPECT_TRUE(model->graph.bounds().empty());
  }
}

/// Every trip doubles four numbers; the count itself is one add and one compare.
TEST(HloLoop, CountsItsBodyInEachTrip) {
  const std::string text = loop_text({});
  const Model model = *read(text);
  EXPECT_EQ(to_text(work_of(model.graph)), "30 add, 6 compare");
  EXPECT_EQ(evaluate(model, {{1, 2, 3, 4}})[0], (std::vector<Exact>{64, 128, 192, 256}));
}

TEST(HloLoop, MayEndBefore) {
  const std::string text =
      loop_text({.bound = "s32[] constant(6)\n  z = f32[] constant(0)\n  x = f32[4] "
                          "get-tuple-element(t), index=1\n  s = f32[] reduce(x, z), "
                          "dimensions={0}, to_apply=sum\n  a = pred[] compare(s, z), direction=LT\n"
                          "  b = pred[] compare(i, n), direction=LT",
                 .condition = "pred[] and(a, b)"});
  const Model model = *read(text);
  EXPECT_EQ(trips_of(model), 6);
  ASSERT_EQ(model.graph.bounds().size(), 1);
  EXPECT_EQ(model.graph.bounds()[0].kind, "upper_bound");
  // The condition is looked at once more than the body; its first comparison is known.
  EXPECT_EQ(to_text(work_of(model.graph)), "51 add, 20 compare");
}

TEST(HloLoop, OfWhichNothingTells) {
  for (const LoopText& loop :
       {LoopText{.step = "s32[] multiply(i, two)"}, LoopText{.step = "s32[] subtract(i, one)"},
        LoopText{.start = "s32[] convert(x0)\nx0 = f32[] constant(0)"},
        LoopText{.step = "s32[] add(i, two)",
                 .bound = "s32[] constant(5)",
                 .condition = "pred[] compare(i, n), direction=NE"}}) {
    const std::string text = loop_text(loop);
    const auto model = read(text);
    ASSERT_FALSE(model);
    if (loop.start != LoopText{}.start) continue;  // not defined before it is used
    EXPECT_EQ(model.error().code, Code::trip_count_unknown) << to_string(model.error());
    EXPECT_EQ(model.error().hint, "pass --trips w=N");
    const auto given = read(text, {.trips = {{"w", 3}}});
    ASSERT_TRUE(given) << to_string(given.error());
    EXPECT_EQ(trips_of(*given), 3);
    EXPECT_EQ(given->used_bindings, std::vector<std::string>{"w"});
  }
}

/// An input bounds it: the sum of n booleans is at most n.
TEST(HloLoop, BoundsACountOfData) {
  const std::string text = program(
      R"(mask = pred[7] parameter(0)
zero = s32[] constant(0)
m = s32[7] convert(mask)
k = s32[] reduce(m, zero), dimensions={0}, to_apply=count
n = s32[] constant(9)
left = s32[] subtract(n, k)
t = (s32[], s32[]) tuple(zero, left)
w = (s32[], s32[]) while(t), condition=goes_on, body=trip
ROOT y = s32[] get-tuple-element(w), index=0)",
      R"(count {
  a = s32[] parameter(0)
  b = s32[] parameter(1)
  ROOT r = s32[] add(a, b)
}
goes_on {
  t = (s32[], s32[]) parameter(0)
  i = s32[] get-tuple-element(t), index=0
  n = s32[] get-tuple-element(t), index=1
  ROOT p = pred[] compare(i, n), direction=LT
}
trip {
  t = (s32[], s32[]) parameter(0)
  i = s32[] get-tuple-element(t), index=0
  n = s32[] get-tuple-element(t), index=1
  one = s32[] constant(1)
  j = s32[] add(i, one)
  ROOT r = (s32[], s32[]) tuple(j, n)
})");
  const auto model = read(text);
  ASSERT_TRUE(model) << to_string(model.error());
  EXPECT_EQ(trips_of(*model), 9);
  EXPECT_EQ(model->graph.bounds().size(), 1);
}

constexpr std::string_view sides = R"(once {
  x = f32[4] parameter(0)
  ROOT y = f32[4] add(x, x)
}
twice {
  x = f32[4] parameter(0)
  a = f32[4] add(x, x)
  ROOT y = f32[4] multiply(a, x)
}
none {
  ROOT x = f32[4] parameter(0)
})";

struct BranchCase {
  std::string_view name, entry, work;
  std::vector<std::vector<Exact>> inputs;
  std::vector<Exact> y;
};

const BranchCase branch_cases[] = {
    {"a predicate",
     "p = pred[] parameter(0)\nx = f32[4] parameter(1)\n"
     "ROOT y = f32[4] conditional(p, x, x), true_computation=once, false_computation=twice",
     "4 mul, 4 add",
     {{1}, {1, 2, 3, 4}},
     {2, 4, 6, 8}},
    {"an index",
     "p = s32[] parameter(0)\nx = f32[4] parameter(1)\n"
     "ROOT y = f32[4] conditional(p, x, x, x), branch_computations={none, once, twice}",
     "4 mul, 4 add",
     {},
     {}},
    {"a constant",
     "p = pred[] constant(true)\nx = f32[4] parameter(0)\n"
     "ROOT y = f32[4] conditional(p, x, x), true_computation=once, false_computation=twice",
     "4 add",
     {{1, 2, 3, 4}},
     {2, 4, 6, 8}},
    {"a constant index",
     "p = s32[] constant(0)\nx = f32[4] parameter(0)\n"
     "ROOT y = f32[4] conditional(p, x, x), branch_computations={once, twice}",
     "4 add",
     {{1, 2, 3, 4}},
     {2, 4, 6, 8}},
    {"an index outside",
     "p = s32[] constant(7)\nx = f32[4] parameter(0)\n"
     "ROOT y = f32[4] conditional(p, x, x), branch_computations={once, twice}",
     "4 mul, 4 add",
     {{1, 2, 3, 4}},
     {2, 8, 18, 32}},
};

TEST(HloBranch, TakesTheLargerSide) {
  for (const BranchCase& one : branch_cases) {
    SCOPED_TRACE(one.name);
    const std::string text = program(one.entry, sides);
    const auto model = read(text);
    ASSERT_TRUE(model) << to_string(model.error());
    EXPECT_EQ(to_text(work_of(model->graph)), one.work);
    if (one.y.empty()) continue;
    EXPECT_EQ(evaluate(*model, one.inputs)[0], one.y);
  }
}

TEST(HloBranch, TakesTheSideThatIsAskedFor) {
  const std::string by_predicate = program(branch_cases[0].entry, sides);
  EXPECT_EQ(to_text(work_of(read(by_predicate, {.branches = {{"y", true}}})->graph)), "4 add");
  EXPECT_EQ(to_text(work_of(read(by_predicate, {.branches = {{"y", false}}})->graph)),
            "4 mul, 4 add");
}

struct CallCase {
  std::string_view name, entry;
};

TEST(HloCall, PutsTheComputationInItsPlace) {
  for (const CallCase& one : {
           CallCase{"call", "ROOT y = f32[4] call(x), to_apply=twice"},
           CallCase{"fusion", "ROOT y = f32[4] fusion(x), kind=kLoop, calls=%twice"},
           CallCase{"call-done",
                    "s = ((f32[4]), f32[4], s32[]) call-start(x), to_apply=twice\n"
                    "ROOT y = f32[4] call-done(s)"},
           CallCase{"fusion-done",
                    "s = ((f32[4]), f32[4], s32[]) fusion-start(x), calls=twice\n"
                    "ROOT y = f32[4] fusion-done(s)"},
           CallCase{"async-done",
                    "s = ((f32[4]), f32[4], s32[]) async-start(x), calls=twice\n"
                    "u = ((f32[4]), f32[4], s32[]) async-update(s)\n"
                    "ROOT y = f32[4] async-done(u)"},
       }) {
    SCOPED_TRACE(one.name);
    const std::string text = program(fmt::format("x = f32[4] parameter(0)\n{}", one.entry), sides);
    const auto model = read(text);
    ASSERT_TRUE(model) << to_string(model.error());
    EXPECT_EQ(to_text(work_of(model->graph)), "4 mul, 4 add");
    EXPECT_EQ(evaluate(*model, {{1, 2, 3, 4}})[0], (std::vector<Exact>{2, 8, 18, 32}));
  }
}

/// Many uses of one instruction, in a condition and in what a loop starts with, are read once.
TEST(HloLoop, ReadsWhatIsSharedOnce) {
  std::string condition;
  std::string start;
  for (int i = 1; i < 90; ++i) {
    condition += fmt::format("  r{0} = pred[] and(r{1}, r{1})\n", i, i - 1);
    start += fmt::format("  z{0} = s32[] maximum(z{1}, z{1})\n", i, i - 1);
  }
  const std::string text = fmt::format(
      "HloModule m\nc {{\n  p = (s32[]) parameter(0)\n  i = s32[] get-tuple-element(p), index=0\n"
      "  n = s32[] constant(5)\n  r0 = pred[] compare(i, n), direction=LT\n{}"
      "  ROOT r = pred[] copy(r89)\n}}\nb {{\n  p = (s32[]) parameter(0)\n"
      "  i = s32[] get-tuple-element(p), index=0\n  n = s32[] constant(1)\n"
      "  j = s32[] add(i, n)\n  ROOT t = (s32[]) tuple(j)\n}}\n"
      "ENTRY e {{\n  x = pred[] parameter(0)\n  z0 = s32[] convert(x)\n{}"
      "  t = (s32[]) tuple(z89)\n  ROOT w = (s32[]) while(t), condition=c, body=b\n}}\n",
      condition, start);
  const auto model = read(text);
  ASSERT_TRUE(model) << to_string(model.error());
  EXPECT_EQ(model->graph.bounds().size(), 1U);
}

}  // namespace
}  // namespace pfsday::hlo
