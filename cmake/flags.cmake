# One place for the compiler's flags. The target is an interface library that every folder links.
add_library(nomen_flags INTERFACE)
target_compile_options(nomen_flags INTERFACE -Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor -Wno-missing-field-initializers
  -fno-omit-frame-pointer -fstack-protector-strong
  # libstdc++ 12's stable_sort uses what clang 19 finds deprecated.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)
target_include_directories(nomen_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_definitions(nomen_flags INTERFACE NOMEN_VERSION="${PROJECT_VERSION}" FMT_HEADER_ONLY=0)

find_program(NOMEN_MOLD mold)
if(NOMEN_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
find_program(NOMEN_CCACHE ccache)
if(NOMEN_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${NOMEN_CCACHE})
endif()

if(NOMEN_SANITIZE)
  add_compile_options(-fsanitize=${NOMEN_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${NOMEN_SANITIZE})
endif()
if(NOMEN_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
