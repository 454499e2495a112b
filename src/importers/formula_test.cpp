#include "importers/formula.h"

#include <gtest/gtest.h>

namespace pfsday::importers {
namespace {

class Scope final : public FormulaScope {
 public:
  Result<Ratio> value_of(std::string_view name) override {
    if (name == "h") return Ratio{7, 1};
    if (name == "w") return Ratio{4, 1};
    return fail(Code::formula_invalid, "unknown");
  }
  Result<Ratio> call(std::string_view function, std::span<const Ratio> arguments) override {
    if (function == "twice") return Ratio{2 * arguments[0].numerator, arguments[0].denominator};
    return fail(Code::formula_invalid, "unknown");
  }
};

/// The value, or what is wrong.
std::string value_of(std::string_view text) {
  const auto formula = Formula::parse(text);
  if (!formula) return formula.error().what;
  Scope scope;
  const auto value = formula->evaluate(scope);
  return value ? to_string(*value) : value.error().what;
}

TEST(Formula, Values) {
  const struct {
    std::string_view text, value;
  } cases[] = {
      {"12", "12"},
      {"1 + 2 * 3 - 4", "3"},
      {"10 - 3 - 2", "5"},
      {"8 / 2 / 2", "2"},
      {"h / 2", "7/2"},
      {"ceil(h / 2)", "4"},
      {"floor(h / 2)", "3"},
      {"floor(-h / 2)", "-4"},
      {"ceil(-h / 2)", "-3"},
      {"3 * (h + w)", "33"},
      {"min(h, w, 5)", "4"},
      {"max(h / 2, w)", "4"},
      {"max(h)", "7"},
      {"twice(h) * 0.5", "7"},
      {"1.25 * w", "5"},
      {"--h", "7"},
      {"h / -2", "-7/2"},
      {"9000000000000000000 * 9000000000000000000", "81000000000000000000000000000000000000"},
      {"170141183460469231731687303715884105727 / 3 * 3",
       "170141183460469231731687303715884105727"},
  };
  for (const auto& c : cases) EXPECT_EQ(value_of(c.text), c.value) << c.text;
}

TEST(Formula, Faults) {
  const struct {
    std::string_view text, what;
  } cases[] = {
      {"", R"x(formula "", column 1: its end instead of a number, a name or "(")x"},
      {"h *", R"x(formula "h *", column 4: its end instead of a number, a name or "(")x"},
      {"h w", R"x(formula "h w", column 3: "w" instead of an operator)x"},
      {"(h", R"x(formula "(h", column 3: its end instead of ")")x"},
      {"min(h", R"x(formula "min(h", column 6: its end instead of "," or ")")x"},
      {"h ^ 2", R"x(formula "h ^ 2", column 3: "^" instead of an operator)x"},
      {"ceil(h, w)", "ceil() takes one value"},
      {"h / (w - 4)", "a division by zero"},
      {"170141183460469231731687303715884105727 + 1", "a value needs more than 128 bits"},
      {"-170141183460469231731687303715884105727 - 1", "a value needs more than 128 bits"},
      {"9e9", R"x(formula "9e9", column 2: "e" instead of an operator)x"},
      {"999999999999999999999999999999999999999", "a value needs more than 128 bits"},
      {"nothing", "unknown"},
  };
  for (const auto& c : cases) EXPECT_EQ(value_of(c.text), c.what) << c.text;
}

TEST(Formula, NestingAndLengthAreBounded) {
  EXPECT_EQ(value_of(std::string(60, '(') + "h" + std::string(60, ')')), "7");
  EXPECT_EQ(value_of(std::string(4000, '(')), "a formula nested deeper than 64");
  EXPECT_EQ(value_of(std::string(4000, '-')), "a formula nested deeper than 64");
  EXPECT_EQ(value_of(std::string(5000, '1')), "a formula of more than 4096 characters");
}

}  // namespace
}  // namespace pfsday::importers
