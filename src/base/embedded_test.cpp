#include "base/embedded.h"

#include <gmock/gmock.h>

#include "base/test_files.h"

namespace pfsday {
namespace {

using testing::ElementsAre;
using testing::FieldsAre;

TEST(Embedded, ListsTheFilesByPathWithTheirBytes) {
  using namespace std::string_view_literals;
  EXPECT_THAT(base::test_files(),
              ElementsAre(FieldsAre("testdata/a_empty.txt", ""),
                          FieldsAre("testdata/b.txt", "first line\nsecond line\n"),
                          FieldsAre("testdata/c.bin", "\0\1\377\n"sv)));
}

}  // namespace
}  // namespace pfsday
