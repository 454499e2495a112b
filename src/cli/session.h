// What a command has of the outside world: standard output and error, files, the terminal.
//
//   const MappedFile file = TRY(session.map_file(args.positional(0)));
//   session.print(render(file.bytes()));
//
// Output is buffered; a failed write is remembered and becomes the exit code when the program ends,
// so that a command need not check each print.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/mapped_file.h"
#include "cli/table.h"

namespace pfsday::cli {

struct Terminal {
  bool is_terminal = false;
  bool color = false;
  std::size_t width = 80;  ///< columns
};

/// A file descriptor with a buffer; without a descriptor the text stays in memory.
class Output {
 public:
  Output() = default;
  explicit Output(int descriptor) : descriptor_(descriptor) {}

  void write(std::string_view text);
  /// Code::output_failed if this or an earlier write failed.
  Result<void> flush();
  std::string_view buffered() const { return buffer_; }

 private:
  int descriptor_ = -1;
  int error_number_ = 0;  ///< of the first failed write
  std::string buffer_;
};

class Session {
 public:
  Session(Output out, Terminal out_terminal, Output error, Terminal error_terminal)
      : out_(std::move(out)),
        error_(std::move(error)),
        out_terminal_(out_terminal),
        error_terminal_(error_terminal) {}

  /// The session of this process: colors where a terminal shows them and NO_COLOR is not set.
  static Session of_process();

  void print(std::string_view text) { out_.write(text); }
  void print(const Table& table) { print(table.render(out_terminal_.color)); }
  /// Prints a fault on standard error. A command that goes on with its other inputs calls this;
  /// for the fault that it returns, the program does.
  void report(const Error& error);
  /// Prints "warning: ..." on standard error.
  void warn(std::string_view text);

  const Terminal& terminal() const { return out_terminal_; }
  const Terminal& error_terminal() const { return error_terminal_; }

  /// The bytes of a file, or of standard input for "-". A file of any size is mapped, never read.
  Result<MappedFile> map_file(std::string_view path) const { return cli::map_file(path); }
  /// All of a text file of at most `most_bytes`, or of standard input for "-".
  Result<std::string> read_text(std::string_view path,
                                std::size_t most_bytes = std::size_t{64} << 20U) const;
  /// Writes a whole file or leaves what was there; "-" is standard output.
  Result<void> write_file(std::string_view path, std::string_view bytes);

  Output& out() { return out_; }
  Output& error() { return error_; }

 private:
  Output out_;
  Output error_;
  Terminal out_terminal_;
  Terminal error_terminal_;
};

}  // namespace pfsday::cli
