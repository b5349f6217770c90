// One line on the terminal that is rewritten in place. Where stderr is no terminal it shows nothing.
#pragma once

#include <chrono>
#include <string>

namespace zoo::apps {

class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine();  // clears the line
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // True if a text shown now would be seen: on a terminal, at most ten times a second.
  bool due() const;
  void show(const std::string& text);  // cut to the terminal's width; nothing happens unless due()
  void clear();                        // before other output goes to the terminal

 private:
  bool terminal_ = false, shown_ = false;
  std::chrono::steady_clock::time_point last_{};
};

std::string progress_bar(double fraction, int columns);  // "[=====>    ]", fraction clamped to 0..1
std::string duration_text(double seconds);               // "0:09", "12:05", "1:02:03"
int terminal_columns();                                  // of stderr's terminal; 80 where nobody knows

}  // namespace zoo::apps
