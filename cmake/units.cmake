# Neighbours of a folder are compiled together, a dozen to a unit: most of what a compiler does for a source of this house
# is to read the headers that its neighbours read, too. A name may therefore stand once in the unnamed namespaces of a
# folder. Not CMake's UNITY_BUILD: that names the files by whole paths, and so a checkout would not find in ccache what
# another one has compiled.

# Writes units of at most `most` of the sources, in the order of their names and none from two folders; their paths go to
# `result`.
function(nomen_units result name most)
  set(units "")
  set(includes "")
  set(count 0)
  set(folder "")
  foreach(source ${ARGN})
    get_filename_component(its_folder ${source} DIRECTORY)
    if(count EQUAL most OR (count AND NOT its_folder STREQUAL folder))
      nomen_write_unit(${name} units "${includes}")
      set(includes "")
      set(count 0)
    endif()
    set(folder ${its_folder})
    file(RELATIVE_PATH source ${CMAKE_SOURCE_DIR}/src ${source})
    string(APPEND includes "#include \"${source}\"\n")
    math(EXPR count "${count} + 1")
  endforeach()
  if(includes)
    nomen_write_unit(${name} units "${includes}")
  endif()
  set(${result} ${units} PARENT_SCOPE)
endfunction()

function(nomen_write_unit name list includes)
  list(LENGTH ${list} number)
  set(unit ${CMAKE_BINARY_DIR}/units/${name}_${number}.cc)
  file(CONFIGURE OUTPUT ${unit} @ONLY CONTENT "@includes@")
  set(${list} ${${list}} ${unit} PARENT_SCOPE)
endfunction()
