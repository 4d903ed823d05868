#include "iceberg/schema/civil_time.h"

#include <limits>

#include <fmt/format.h>

#include "iceberg/schema/literal.h"

namespace firn::iceberg {
namespace {

constexpr int64_t kSecondsPerDay = 86'400;
constexpr int64_t kNanosPerSecond = 1'000'000'000;

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Reads from the front of a text and remembers whether everything so far was there.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }
  bool Accept(char c) {
    if (rest_.empty() || rest_.front() != c) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }
  void Expect(char c) { ok_ = Accept(c) && ok_; }
  bool Peek(char c) const { return !rest_.empty() && rest_.front() == c; }

  /// Between `least` and `most` digits.
  int64_t Digits(size_t least, size_t most) {
    size_t count = 0;
    int64_t value = 0;
    while (count < rest_.size() && count < most && IsDigit(rest_[count])) {
      value = value * 10 + (rest_[count] - '0');
      ++count;
    }
    rest_.remove_prefix(count);
    last_count_ = count;
    ok_ = ok_ && count >= least;
    return value;
  }
  size_t last_count() const { return last_count_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
  size_t last_count_ = 0;
};

int32_t DaysInMonth(int64_t year, int32_t month) {
  CivilDate next{.year = month == 12 ? year + 1 : year, .month = month % 12 + 1, .day = 1};
  return static_cast<int32_t>(DaysFromCivil(next) -
                              DaysFromCivil({.year = year, .month = month, .day = 1}));
}

/// Days since the epoch; nullopt where the text is no date.
std::optional<int64_t> ScanDate(Scanner& scanner) {
  bool negative = scanner.Accept('-');
  bool plus = !negative && scanner.Accept('+');
  int64_t year = scanner.Digits(4, negative || plus ? 9 : 4);
  scanner.Expect('-');
  auto month = static_cast<int32_t>(scanner.Digits(2, 2));
  scanner.Expect('-');
  auto day = static_cast<int32_t>(scanner.Digits(2, 2));
  year = negative ? -year : year;
  if (!scanner.ok() || month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, month)) {
    return std::nullopt;
  }
  return DaysFromCivil({.year = year, .month = month, .day = day});
}

/// Nanoseconds of the day; nullopt where the text is no time.
std::optional<int64_t> ScanTime(Scanner& scanner) {
  int64_t hour = scanner.Digits(2, 2);
  scanner.Expect(':');
  int64_t minute = scanner.Digits(2, 2);
  int64_t second = 0;
  int64_t nanos = 0;
  if (scanner.Accept(':')) {
    second = scanner.Digits(2, 2);
    if (scanner.Accept('.')) {
      nanos = scanner.Digits(0, 9);
      for (size_t digits = scanner.last_count(); digits < 9; ++digits) {
        nanos *= 10;
      }
    }
  }
  if (!scanner.ok() || hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  return (hour * 3600 + minute * 60 + second) * kNanosPerSecond + nanos;
}

bool ScanUtc(Scanner& scanner) {
  if (scanner.Accept('Z') || scanner.Accept('z')) {
    return true;
  }
  if (!scanner.Accept('+') && !scanner.Accept('-')) {
    return false;
  }
  int64_t offset = scanner.Digits(2, 2);
  while (scanner.ok() && scanner.Accept(':')) {
    offset += scanner.Digits(2, 2);
  }
  return scanner.ok() && offset == 0;
}

std::string FormatFraction(int64_t nanos) {
  if (nanos == 0) {
    return {};
  }
  std::string text = fmt::format(".{:09}", nanos);
  text.resize(text.find_last_not_of('0') + 1);
  return text;
}

std::string FormatTimeOfDay(int64_t seconds, int64_t nanos) {
  return fmt::format("{:02}:{:02}:{:02}{}", seconds / 3600, seconds / 60 % 60, seconds % 60,
                     FormatFraction(nanos));
}

std::string FormatDate(int64_t days) {
  CivilDate date = CivilFromDays(days);
  constexpr int64_t kPlainYearMax = 9999;
  std::string_view sign = date.year < 0 ? "-" : date.year > kPlainYearMax ? "+" : "";
  return fmt::format("{}{:04}-{:02}-{:02}", sign, date.year < 0 ? -date.year : date.year,
                     date.month, date.day);
}

constexpr int64_t UnitsPerSecond(TimeUnit unit) {
  return unit == TimeUnit::kMicros ? 1'000'000 : kNanosPerSecond;
}

}  // namespace

// The era arithmetic of the well-known days_from_civil algorithm: a 400-year era has 146097 days.
int64_t DaysFromCivil(const CivilDate& date) {
  int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  int64_t era = FloorDiv(year, 400);
  int64_t year_of_era = year - era * 400;
  int64_t month_from_march = (date.month + 9) % 12;
  int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

CivilDate CivilFromDays(int64_t days) {
  days += 719'468;
  int64_t era = FloorDiv(days, 146'097);
  int64_t day_of_era = days - era * 146'097;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month_from_march = (5 * day_of_year + 2) / 153;
  auto day = static_cast<int32_t>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  auto month =
      static_cast<int32_t>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  return {.year = year, .month = month, .day = day};
}

std::optional<int32_t> ParseIsoDate(std::string_view text) {
  Scanner scanner(text);
  auto days = ScanDate(scanner);
  if (!days || !scanner.done() || *days < std::numeric_limits<int32_t>::min() ||
      *days > std::numeric_limits<int32_t>::max()) {
    return std::nullopt;
  }
  return static_cast<int32_t>(*days);
}

std::optional<int64_t> ParseIsoTime(std::string_view text) {
  Scanner scanner(text);
  auto nanos = ScanTime(scanner);
  if (!nanos || !scanner.done()) {
    return std::nullopt;
  }
  return *nanos / 1000;
}

std::optional<int64_t> ParseIsoTimestamp(std::string_view text, TimeUnit unit, ZoneText zone) {
  Scanner scanner(text);
  auto days = ScanDate(scanner);
  if (!days || !(scanner.Accept('T') || scanner.Accept('t'))) {
    return std::nullopt;
  }
  auto nanos = ScanTime(scanner);
  if (!nanos || (zone == ZoneText::kUtc && !ScanUtc(scanner)) || !scanner.done()) {
    return std::nullopt;
  }
  int64_t units = UnitsPerSecond(unit);
  Int128 value = Int128{*days} * kSecondsPerDay * units + *nanos / (kNanosPerSecond / units);
  if (value < std::numeric_limits<int64_t>::min() || value > std::numeric_limits<int64_t>::max()) {
    return std::nullopt;
  }
  return static_cast<int64_t>(value);
}

std::string FormatIsoDate(int32_t days) { return FormatDate(days); }

std::string FormatIsoTime(int64_t micros) {
  return FormatTimeOfDay(micros / 1'000'000, micros % 1'000'000 * 1000);
}

std::string FormatIsoTimestamp(int64_t value, TimeUnit unit, ZoneText zone) {
  int64_t units = UnitsPerSecond(unit);
  int64_t seconds = FloorDiv(value, units);
  // Not value - seconds * units: near the least value that product has no int64.
  int64_t rest = value % units;
  int64_t nanos = (rest < 0 ? rest + units : rest) * (kNanosPerSecond / units);
  int64_t days = FloorDiv(seconds, kSecondsPerDay);
  return fmt::format("{}T{}{}", FormatDate(days),
                     FormatTimeOfDay(seconds - days * kSecondsPerDay, nanos),
                     zone == ZoneText::kUtc ? "+00:00" : "");
}

}  // namespace firn::iceberg
