#include "usage.h"

#include <fstream>
#include <string>

#include <sys/resource.h>

namespace firn::bench {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
}

ResidentMemory Resident() {
  ResidentMemory memory;
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == "VmHWM:") {
      status >> memory.peak_kib;
    } else if (word == "VmRSS:") {
      status >> memory.now_kib;
    }
  }
  return memory;
}

}  // namespace firn::bench
