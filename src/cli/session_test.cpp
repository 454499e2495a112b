#include "cli/session.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace pfsday::cli {
namespace {

namespace fs = std::filesystem;

class SessionTest : public testing::Test {
 protected:
  SessionTest() : folder_(testing::TempDir() + "pfsday-session-" + std::to_string(::getpid())) {
    fs::create_directories(folder_);
  }
  ~SessionTest() override { fs::remove_all(folder_); }

  std::string path(std::string_view name) const { return folder_ / name; }
  std::size_t file_count() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), {}));
  }

  Session session_{Output(), {}, Output(), {}};

 private:
  fs::path folder_;
};

TEST_F(SessionTest, MapsAFile) {
  ASSERT_TRUE(session_.write_file(path("a"), "hello").has_value());
  MappedFile file = *session_.map_file(path("a"));
  const MappedFile moved = std::move(file);
  ASSERT_EQ(moved.bytes().size(), 5U);
  EXPECT_EQ(moved.bytes()[4], std::byte{'o'});
  EXPECT_EQ(*session_.read_text(path("a")), "hello");
}

TEST_F(SessionTest, MapsAHugeSparseFileAtOnce) {
  std::ofstream(path("huge")).close();
  fs::resize_file(path("huge"), std::uintmax_t{3} << 30U);
  const Result<MappedFile> file = session_.map_file(path("huge"));
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->bytes().size(), std::size_t{3} << 30U);
  EXPECT_EQ(file->bytes().back(), std::byte{0});
}

TEST_F(SessionTest, ReadsAnEmptyFileAndAPipe) {
  ASSERT_TRUE(session_.write_file(path("empty"), "").has_value());
  EXPECT_TRUE(session_.map_file(path("empty"))->bytes().empty());
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const std::jthread writer([this] { std::ofstream(path("pipe")) << "piped"; });
  EXPECT_EQ(*session_.read_text(path("pipe")), "piped");
}

TEST_F(SessionTest, SaysWhyAFileCannotBeRead) {
  const Error missing = session_.map_file(path("none")).error();
  EXPECT_EQ(to_string(missing), "error[PFD102]: " + path("none") + ": No such file or directory");
  const Error folder = session_.map_file(path("")).error();
  EXPECT_EQ(to_string(folder), "error[PFD102]: " + path("") + ": this is a folder, not a file");
  ASSERT_TRUE(session_.write_file(path("long"), "12345").has_value());
  EXPECT_EQ(session_.read_text(path("long"), 4).error().what,
            "5 bytes are more than the 4 a text file may have");
}

TEST_F(SessionTest, ReplacesAFileWhole) {
  ASSERT_TRUE(session_.write_file(path("a"), "a longer first text").has_value());
  ASSERT_TRUE(session_.write_file(path("a"), "second").has_value());
  EXPECT_EQ(*session_.read_text(path("a")), "second");
  EXPECT_EQ(file_count(), 1U) << "no temporary file is left";
  struct stat status = {};
  ASSERT_EQ(::stat(path("a").c_str(), &status), 0);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  EXPECT_EQ(status.st_mode & 0777U, 0666U & ~mask);
}

TEST_F(SessionTest, WritesToDevicesInPlace) {
  EXPECT_TRUE(session_.write_file("/dev/null", "gone").has_value());
  EXPECT_EQ(session_.write_file("/dev/full", "x").error().code, Code::output_failed);
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(SessionTest, SaysWhyAFileCannotBeWritten) {
  const Error error = session_.write_file(path("none/a.svg"), "x").error();
  EXPECT_EQ(error.code, Code::output_failed);
  EXPECT_EQ(error.what, "No such file or directory");
  EXPECT_EQ(file_count(), 0U);
}

TEST_F(SessionTest, WritesAFileNamedDashToStandardOutput) {
  ASSERT_TRUE(session_.write_file("-", "picture").has_value());
  EXPECT_EQ(session_.out().buffered(), "picture");
}

TEST_F(SessionTest, RemembersAFailedWrite) {
  const int full = ::open("/dev/full", O_WRONLY);
  ASSERT_GE(full, 0);
  Output out(full);
  out.write(std::string(200000, 'x'));
  out.write("more");
  EXPECT_EQ(to_string(out.flush().error()),
            "error[PFD501]: standard output: No space left on device");
  ::close(full);
}

TEST_F(SessionTest, ColorsTheCodeAndDisarmsControlCharacters) {
  const Error error{Code::usage, "a\033[2Jb", "", {}};
  session_.report(error);
  EXPECT_EQ(session_.error().buffered(), "error[PFD101]: a?[2Jb\n");
  Session colored{Output(), {}, Output(), {.color = true}};
  colored.report(error);
  EXPECT_EQ(colored.error().buffered(), "\033[1;31merror[PFD101]\033[0m: a?[2Jb\n");
}

}  // namespace
}  // namespace pfsday::cli
