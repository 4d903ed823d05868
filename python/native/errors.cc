#include "native/errors.h"

#include <string>

#include <nanobind/nanobind.h>

namespace firn::python {

namespace nb = nanobind;

void Raise(const Error& error) {
  nb::dict context;
  for (const auto& [key, value] : error.context()) {
    context[nb::str(key.data(), key.size())] = nb::str(value.data(), value.size());
  }
  const std::string code(ToString(error.code()));
  nb::object exception =
      nb::module_::import_("firn._errors")
          .attr("error_of")(code.c_str(), error.message().c_str(), context, error.retryable());
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(exception.ptr())), exception.ptr());
  throw nb::python_error();
}

}  // namespace firn::python
