#include "units/date.h"

#include <gtest/gtest.h>

namespace pfsday::units {
namespace {

TEST(Date, IsADayOfTheCalendar) {
  EXPECT_EQ(parse_date("1970-01-01")->days, 0);
  EXPECT_EQ(parse_date("2020-01-01")->days, 18262);
  EXPECT_EQ(parse_date("2000-02-29")->days, 11016);
  EXPECT_EQ(parse_date("0001-01-01")->days, -719162);
  EXPECT_EQ(to_string(Date{11016}), "2000-02-29");
  EXPECT_LT(*parse_date("2012-09-30"), *parse_date("2012-10-01"));
}

TEST(Date, MustExistAndBeWrittenInFull) {
  for (const std::string_view text :
       {"", "2012", "2012-9-30", "2012-09-31", "1900-02-29", "2012-13-01", "2012-00-10",
        "2012-01-00", "2012/09/30", "30-09-2012", "2012-09-30 ", "+012-09-30", "2012-09-3o",
        "0000-01-01"}) {
    SCOPED_TRACE(text);
    const Result<Date> date = parse_date(text);
    ASSERT_FALSE(date.has_value());
    EXPECT_EQ(date.error().code, Code::date_malformed);
  }
}

TEST(Date, GivesTheAxisOfTheFits) {
  EXPECT_EQ(years_since_2020(*parse_date("2020-01-01")), 0);
  EXPECT_DOUBLE_EQ(years_since_2020(*parse_date("2021-01-01")), 366 / 365.25);
  EXPECT_DOUBLE_EQ(years_since_2020(*parse_date("2012-09-30")), -2649 / 365.25);
}

}  // namespace
}  // namespace pfsday::units
