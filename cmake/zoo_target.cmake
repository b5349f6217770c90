# zoo_library(name [READS_FILES] SOURCES ... [PUBLIC targets...] [PRIVATE targets...]): a static library zoo_<name>, alias
# zoo::<name>, with the project's warnings, include root and install rules. READS_FILES: its containers check their indices.
add_library(zoo_build_flags INTERFACE)
if(ZOO_DEVELOPER AND NOT ZOO_FUZZ)
  # g++ 12 warns of every string + string (GCC bug 105651), and of vectors of variants whose indices are checked.
  target_compile_options(zoo_build_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Werror -Wno-restrict -Wno-stringop-overflow)
endif()
# Programs read what strangers made: an overflow shall end one, not run something. The overflows of the library's calls are
# found where the compiler optimises, unless a sanitizer looks for them; -U is for compilers that define it by themselves.
set(zoo_is_fortified "$<AND:$<BOOL:${ZOO_HARDEN}>,$<CONFIG:Release,RelWithDebInfo,MinSizeRel>,$<NOT:$<BOOL:${ZOO_SANITIZE}>>,$<NOT:$<BOOL:${ZOO_FUZZ}>>>")
set(zoo_program_link_options "")
if(ZOO_HARDEN)
  target_compile_options(zoo_build_flags INTERFACE -fstack-protector-strong
                                                   "$<${zoo_is_fortified}:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>")
  set(zoo_program_link_options LINKER:-z,relro LINKER:-z,now LINKER:-z,noexecstack)
endif()
if(ZOO_SANITIZE)
  target_compile_options(zoo_build_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all
                                                   -fno-omit-frame-pointer)
  target_link_options(zoo_build_flags INTERFACE -fsanitize=address,undefined)
endif()
if(ZOO_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "zoo: ZOO_FUZZ needs clang: use scripts/fuzz, or set CMAKE_CXX_COMPILER=clang++-19.")
  endif()
  target_compile_options(zoo_build_flags INTERFACE -fsanitize=fuzzer-no-link,address,undefined
                                                   -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(zoo_build_flags INTERFACE -fsanitize=address,undefined)
endif()

function(zoo_library name)
  cmake_parse_arguments(arg "READS_FILES" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(zoo_${name} STATIC ${arg_SOURCES})
  add_library(zoo::${name} ALIAS zoo_${name})
  set_target_properties(zoo_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(zoo_${name} PUBLIC cxx_std_20)
  if(ZOO_HARDEN AND arg_READS_FILES)
    target_compile_definitions(zoo_${name} PRIVATE _GLIBCXX_ASSERTIONS)
  endif()
  target_include_directories(zoo_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/generated>
                                                $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/zoo>)
  target_link_libraries(zoo_${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE} $<BUILD_INTERFACE:zoo_build_flags>)
  install(TARGETS zoo_${name} EXPORT zooTargets)
endfunction()

# zoo_program(name SOURCES ... LIBRARIES ...): an executable in bin/. The target `programs` is all of them.
add_custom_target(programs)
function(zoo_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} zoo_build_flags)
  target_link_options(${name} PRIVATE ${zoo_program_link_options})
  if(Torch_FOUND)  # rarely where the loader looks
    set_target_properties(${name} PROPERTIES INSTALL_RPATH ${TORCH_INSTALL_PREFIX}/lib)
  endif()
  add_dependencies(programs ${name})
  install(TARGETS ${name})
endfunction()
