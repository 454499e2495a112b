// A line on a terminal that says how far a long command is, and how long it will still take.
//
//   Progress progress(session, files.size(), "models");
//   for (...) {
//     ...
//     progress.step();
//   }
//
// Nothing is shown within the first second, nor where standard error is no terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "cli/session.h"

namespace pfsday::cli {

/// "120 of 1,072 models (11 %), about 8 s left": as if the rest went as fast as what is done.
///   done     of `total`, at least 1
///   elapsed  seconds
std::string progress_text(std::size_t done, std::size_t total, std::string_view noun,
                          double elapsed);

class Progress {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Progress(Session& session, std::size_t total, std::string_view noun,
           Time (*now)() = std::chrono::steady_clock::now)
      : session_(&session), total_(total), noun_(noun), now_(now) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  /// One more is done.
  void step();
  /// Takes the line away, so that something else can be written.
  void clear();

 private:
  Session* session_;
  std::size_t total_;
  std::string_view noun_;
  std::size_t done_ = 0;
  bool is_shown_ = false;
  Time (*now_)();
  Time start_ = now_();
  Time next_ = start_ + std::chrono::seconds(1);
};

}  // namespace pfsday::cli
