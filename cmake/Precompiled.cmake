# Precompiled headers: what most files of the product include, and what tests include on top.
#
#   FIRN_PRECOMPILED   none; tests: of tests alone; all: of the product too
#
# A build of `none` and without FIRN_UNITY, as `alone` is, shows that every source and every header
# includes what it needs.
#
#   firn_precompile(TARGET product|test)

set(FIRN_PRECOMPILED "none" CACHE STRING "Whose headers are precompiled: none, tests or all")

set(firn_product_headers
    <algorithm> <atomic> <chrono> <functional> <map> <memory> <mutex> <optional> <set> <span>
    <string> <string_view> <utility> <variant> <vector> <fmt/format.h>)
set(firn_test_headers ${firn_product_headers} <thread> <gmock/gmock.h> <gtest/gtest.h>)

# What ccache needs to see through a precompiled header.
function(firn_show_precompiled target)
  target_compile_options(${target} BEFORE PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endfunction()

set(empty "${CMAKE_BINARY_DIR}/precompiled/empty.cc")
file(CONFIGURE OUTPUT "${empty}" CONTENT "")
if(FIRN_PRECOMPILED STREQUAL "all")
  add_library(firn_precompiled_product OBJECT "${empty}")
  target_link_libraries(firn_precompiled_product PRIVATE firn_options Threads::Threads fmt::fmt)
  target_precompile_headers(firn_precompiled_product PRIVATE ${firn_product_headers})
  firn_show_precompiled(firn_precompiled_product)
endif()
# Tests are programs, and compiled for one (-fPIE): so is what they share.
if(FIRN_TESTS AND NOT FIRN_PRECOMPILED STREQUAL "none")
  add_executable(firn_precompiled_test "${empty}")
  target_link_libraries(firn_precompiled_test PRIVATE firn_options fmt::fmt GTest::gmock_main)
  target_precompile_headers(firn_precompiled_test PRIVATE ${firn_test_headers})
  firn_show_precompiled(firn_precompiled_test)
endif()

function(firn_precompile target kind)
  if(TARGET firn_precompiled_${kind})
    target_precompile_headers(${target} REUSE_FROM firn_precompiled_${kind})
    # The macros must be those that it was made with, where a room does without fmt as well.
    target_compile_definitions(
      ${target} PRIVATE $<TARGET_PROPERTY:fmt::fmt,INTERFACE_COMPILE_DEFINITIONS>)
    firn_show_precompiled(${target})
  endif()
endfunction()
