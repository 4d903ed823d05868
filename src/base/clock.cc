#include "base/clock.h"

#include <fmt/format.h>

namespace firn {

TimestampMs SystemClock::Now() const {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return TimestampMs(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

MonotonicTime SystemClock::Monotonic() const { return std::chrono::steady_clock::now(); }

std::string FormatUtc(TimestampMs time) {
  using std::chrono::days;
  using std::chrono::milliseconds;
  std::chrono::sys_time<milliseconds> point{milliseconds(time.value())};
  auto day = std::chrono::floor<days>(point);
  std::chrono::year_month_day date(day);
  std::chrono::hh_mm_ss<milliseconds> clock(point - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

}  // namespace firn
