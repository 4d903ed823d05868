# Precompiled headers: what most files of the product include, and what tests include on top. They
# save a third of a cold build, so the presets of ./test turn them on. The release build goes
# without: there a file that forgets an include does not compile.
#
#   firn_precompile(TARGET product|test)

option(FIRN_PRECOMPILED "Precompile the headers that most files include" OFF)

set(firn_product_headers
    <algorithm> <atomic> <chrono> <functional> <map> <memory> <mutex> <optional> <set> <span>
    <string> <string_view> <utility> <variant> <vector> <fmt/format.h>)
set(firn_test_headers ${firn_product_headers} <thread> <gmock/gmock.h> <gtest/gtest.h>)

# Tests are programs, and compiled for one (-fPIE): so is what they share.
if(FIRN_PRECOMPILED)
  set(empty "${CMAKE_BINARY_DIR}/precompiled/empty.cc")
  file(CONFIGURE OUTPUT "${empty}" CONTENT "")
  add_library(firn_precompiled_product OBJECT "${empty}")
  target_link_libraries(firn_precompiled_product PRIVATE firn_options Threads::Threads fmt::fmt)
  target_precompile_headers(firn_precompiled_product PRIVATE ${firn_product_headers})
  if(FIRN_TESTS)
    add_executable(firn_precompiled_test "${empty}")
    target_link_libraries(firn_precompiled_test PRIVATE firn_options fmt::fmt GTest::gmock_main)
    target_precompile_headers(firn_precompiled_test PRIVATE ${firn_test_headers})
  endif()
endif()

function(firn_precompile target kind)
  if(FIRN_PRECOMPILED)
    target_precompile_headers(${target} REUSE_FROM firn_precompiled_${kind})
    # The macros must be those that it was made with, where a room does without fmt as well.
    target_compile_definitions(
      ${target} PRIVATE $<TARGET_PROPERTY:fmt::fmt,INTERFACE_COMPILE_DEFINITIONS>)
  endif()
endfunction()
