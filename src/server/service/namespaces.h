// NamespaceService: the rules of namespaces. REST: operations on /namespaces.
//
// Errors: kNoSuchNamespace, kAlreadyExists, kNamespaceNotEmpty, kInvalidArgument (a level that is
// empty or too long), kUnprocessable (a key both set and removed).
// Thread-safety: any thread.
#pragma once

#include <variant>

#include "base/result.h"
#include "server/service/environment.h"

namespace firn::service {

/// Either a call's own result, or the outcome it had before under the same idempotency key.
template <class T>
using Answer = std::variant<T, store::StoredOutcome>;

class NamespaceService {
 public:
  explicit NamespaceService(Environment environment) : environment_(environment) {}

  Result<store::Page<std::string>> List(const CallContext& call,
                                        const NamespacePath& parent,
                                        const store::PageRequest& page);
  Result<store::NamespaceRecord> Load(const CallContext& call, const NamespacePath& path);
  Result<Answer<store::NamespaceRecord>> Create(const CallContext& call,
                                                const NamespacePath& path,
                                                const store::Properties& properties);
  Result<Answer<std::monostate>> Drop(const CallContext& call, const NamespacePath& path);
  Result<Answer<store::NamespacePropertiesResult>> UpdateProperties(
      const CallContext& call, const store::UpdateNamespaceProperties& update);

 private:
  Environment environment_;
};

}  // namespace firn::service
