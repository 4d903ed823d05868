// firn_copy_sync: the floor under a commit. Copies the bytes of FILE in memory, writes them to a
// new file in FOLDER, syncs it, names it and syncs the folder; COUNT times. Prints one JSON object:
// wall and CPU time an operation.
//
//   firn_copy_sync FILE FOLDER COUNT
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

bool WriteAll(int file, const std::string& bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    ssize_t written = write(file, bytes.data() + done, bytes.size() - done);
    if (written <= 0) {
      return false;
    }
    done += static_cast<size_t>(written);
  }
  return true;
}

bool CopyOnce(const std::string& bytes, int folder, int number) {
  // A copy of its own, as a commit makes the text of the new file.
  std::string copy(bytes);
  std::string name = fmt::format("{}.json", number);
  int file = openat(folder, "copy.tmp", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  bool written = file >= 0 && WriteAll(file, copy) && fdatasync(file) == 0;
  if (file >= 0) {
    close(file);
  }
  return written && renameat(folder, "copy.tmp", folder, name.c_str()) == 0 && fsync(folder) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: firn_copy_sync FILE FOLDER COUNT\n");
    return 2;
  }
  std::ifstream input(argv[1], std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(input), {}};
  int folder = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int count = std::atoi(argv[3]);
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  std::vector<double> wall_ms;
  for (int i = 0; i < count; ++i) {
    auto start = std::chrono::steady_clock::now();
    if (!CopyOnce(bytes, folder, i)) {
      std::perror("firn_copy_sync");
      return 1;
    }
    std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    wall_ms.push_back(took.count());
  }
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
  close(folder);
  std::sort(wall_ms.begin(), wall_ms.end());
  double user = Seconds(after.ru_utime) - Seconds(before.ru_utime);
  double system = Seconds(after.ru_stime) - Seconds(before.ru_stime);
  fmt::print(R"({{"bytes":{},"count":{},"p50_ms":{:.3f},"user_ms":{:.3f},"system_ms":{:.3f}}})"
             "\n",
             bytes.size(), count, wall_ms.empty() ? 0 : wall_ms[wall_ms.size() / 2],
             user * 1000 / std::max(count, 1), system * 1000 / std::max(count, 1));
  return 0;
}
