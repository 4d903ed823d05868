// Printed<T>: an immutable value together with its JSON text, shared by every metadata version that
// did not change it. Printing metadata copies the text.
//
// Thread-safety: immutable once made; copies share.
#pragma once

#include <memory>
#include <string>
#include <utility>

namespace firn::iceberg {

template <class T>
class Printed {
 public:
  Printed() : node_(std::make_shared<const Node>()) {}
  /// `json` is the text of `value`.
  Printed(T value, std::string json)
      : node_(std::make_shared<const Node>(Node{std::move(value), std::move(json)})) {}

  const T& value() const { return node_->value; }
  const T& operator*() const { return node_->value; }
  const T* operator->() const { return &node_->value; }
  const std::string& json() const { return node_->json; }

 private:
  struct Node {
    T value{};
    std::string json;
  };

  std::shared_ptr<const Node> node_;
};

}  // namespace firn::iceberg
