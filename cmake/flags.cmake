# One place for the compiler's flags. The target is an interface library that every folder links.
add_library(nomen_flags INTERFACE)
target_compile_options(nomen_flags INTERFACE -Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor -Wno-missing-field-initializers
  -fno-omit-frame-pointer -fstack-protector-strong
  # libstdc++ 12's stable_sort uses what clang 19 finds deprecated.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)
target_include_directories(nomen_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_definitions(nomen_flags INTERFACE NOMEN_VERSION="${PROJECT_VERSION}")

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
  # Comparisons are not traced: that costs a quarter of the time, and the dictionaries in fuzz/ know the words.
  add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp)
endif()

# The files on the way of a packet are compiled twice: as usual, for tests, and in the form in which the link of the
# program `nomen` optimises them as one (a fifth of the instructions of an answer). The rest of the program is not worth
# the building time.
set(NOMEN_PACKETS_WAY
  net/address.cc net/event_loop.cc net/udp_listener.cc net/connection_table.cc net/lookout.cc net/tcp_connection.cc net/tcp_listener.cc
  dns/hashed_name.cc zone/content.cc zone/index.cc zone/lookup.cc zone/node.cc policy/acl.cc server/worker.cc)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT NOMEN_SANITIZE)
  set(NOMEN_WHOLE_COMPILE -flto -ffat-lto-objects)
  # mold 1.10 loses functions of such files that only ordinary ones call.
  set(NOMEN_WHOLE_LINK -flto=auto -fuse-linker-plugin -fuse-ld=bfd)
  add_link_options($<$<NOT:$<STREQUAL:$<TARGET_PROPERTY:NAME>,nomen>>:-fno-lto>)
endif()

# CLI11 is all headers; a command line is read once, so its code is not worth much of the optimiser's time. But not -O0: of
# an inline function (std::string's, shared_ptr's) the linker takes one copy for the whole program, perhaps theirs.
set(NOMEN_COMMAND_LINES
  tools/checkconf.cc tools/checkzone_options.cc tools/ctl.cc tools/zone.cc tools/zone_change_commands.cc tools/zone_commands.cc
  tools/zone_convergence_commands.cc tools/zone_digest_commands.cc tools/zone_history_commands.cc)
