#include "storage/testing/faulty_object_store.h"

#include <utility>

namespace firn::storage::testing {

void FaultyObjectStore::Arm(const FaultPlan& plan) {
  std::scoped_lock lock(mutex_);
  plan_ = plan;
  calls_ = 0;
}

template <class Call>
auto FaultyObjectStore::Run(Call call) -> decltype(call()) {
  FaultPlan plan;
  int64_t number = 0;
  {
    std::scoped_lock lock(mutex_);
    plan = plan_;
    number = ++calls_;
  }
  bool fails = plan.call > 0 && (number == plan.call || (plan.from_then_on && number > plan.call));
  if (!fails) {
    return call();
  }
  if (plan.applied) {
    static_cast<void>(call().has_value());
  }
  return Error(plan.code, "Injected fault").With("call", std::to_string(number));
}

class FaultyObjectStore::FaultyFile final : public OpenFile {
 public:
  FaultyFile(FaultyObjectStore& store, std::unique_ptr<OpenFile> inner)
      : store_(store), inner_(std::move(inner)) {}

  Result<int64_t> ReadAt(int64_t offset, std::span<char> out) override {
    return store_.Run([&] { return inner_->ReadAt(offset, out); });
  }

 private:
  FaultyObjectStore& store_;
  const std::unique_ptr<OpenFile> inner_;
};

Result<std::string> FaultyObjectStore::Read(std::string_view location, int64_t max_bytes) {
  return Run([&] { return inner_.Read(location, max_bytes); });
}

Result<std::string> FaultyObjectStore::ReadRange(std::string_view location,
                                                 int64_t offset,
                                                 int64_t length) {
  return Run([&] { return inner_.ReadRange(location, offset, length); });
}

Result<std::unique_ptr<OpenFile>> FaultyObjectStore::OpenLocal(std::string_view location) {
  auto file = inner_.OpenLocal(location);
  if (file.has_value() && *file == nullptr) {
    return file;
  }
  return Run([&]() -> Result<std::unique_ptr<OpenFile>> {
    if (!file.has_value()) {
      return std::move(file);
    }
    return std::make_unique<FaultyFile>(*this, *std::move(file));
  });
}

Status FaultyObjectStore::Write(std::string_view location, std::string_view bytes, WriteMode mode) {
  return Run([&] { return inner_.Write(location, bytes, mode); });
}

Result<FileStat> FaultyObjectStore::Stat(std::string_view location) {
  return Run([&] { return inner_.Stat(location); });
}

Status FaultyObjectStore::Delete(std::string_view location) {
  if (before_delete_) {
    before_delete_();
  }
  return Run([&] { return inner_.Delete(location); });
}

Result<ListPage> FaultyObjectStore::List(std::string_view prefix, const ListOptions& options) {
  return Run([&] { return inner_.List(prefix, options); });
}

Status FaultyObjectStore::EnsureDirectory(std::string_view location) {
  return Run([&] { return inner_.EnsureDirectory(location); });
}

Result<bool> FaultyObjectStore::RemoveEmptyFolder(std::string_view location) {
  return inner_.RemoveEmptyFolder(location);
}

}  // namespace firn::storage::testing
