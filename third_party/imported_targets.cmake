# zoo_deflate, zoo_webp, zoo_hdf5, zoo_opencv and zoo_torch: what a file that uses libdeflate, libwebp, libhdf5, OpenCV or
# LibTorch needs, whichever was found.
# Both projects that build zoo and projects that find it installed (zooConfig.cmake) read this file.
find_path(libdeflate_INCLUDE_DIR libdeflate.h)  # Debian 12's has no CMake package
find_library(libdeflate_LIBRARY deflate)
mark_as_advanced(libdeflate_INCLUDE_DIR libdeflate_LIBRARY)
if(libdeflate_INCLUDE_DIR AND libdeflate_LIBRARY)
  set(libdeflate_FOUND TRUE)
  if(NOT TARGET zoo_deflate)
    add_library(zoo_deflate UNKNOWN IMPORTED GLOBAL)
    set_target_properties(zoo_deflate PROPERTIES IMPORTED_LOCATION ${libdeflate_LIBRARY}
                                                 INTERFACE_INCLUDE_DIRECTORIES ${libdeflate_INCLUDE_DIR})
  endif()
endif()
find_path(libwebp_INCLUDE_DIR webp/demux.h)
find_library(libwebp_LIBRARY webp)
find_library(libwebp_demux_LIBRARY webpdemux)
mark_as_advanced(libwebp_INCLUDE_DIR libwebp_LIBRARY libwebp_demux_LIBRARY)
if(libwebp_INCLUDE_DIR AND libwebp_LIBRARY AND libwebp_demux_LIBRARY)
  set(libwebp_FOUND TRUE)
  if(NOT TARGET zoo_webp)
    add_library(zoo_webp UNKNOWN IMPORTED GLOBAL)
    set_target_properties(zoo_webp PROPERTIES IMPORTED_LOCATION ${libwebp_demux_LIBRARY}
                                              INTERFACE_LINK_LIBRARIES ${libwebp_LIBRARY}
                                              INTERFACE_INCLUDE_DIRECTORIES ${libwebp_INCLUDE_DIR})
  endif()
endif()
find_path(libhdf5_INCLUDE_DIR hdf5.h PATH_SUFFIXES hdf5/serial)  # where Debian has the serial one
find_library(libhdf5_LIBRARY NAMES hdf5_serial hdf5)
mark_as_advanced(libhdf5_INCLUDE_DIR libhdf5_LIBRARY)
if(libhdf5_INCLUDE_DIR AND libhdf5_LIBRARY)
  set(libhdf5_FOUND TRUE)
  if(NOT TARGET zoo_hdf5)
    add_library(zoo_hdf5 UNKNOWN IMPORTED GLOBAL)
    set_target_properties(zoo_hdf5 PROPERTIES IMPORTED_LOCATION ${libhdf5_LIBRARY}
                                              INTERFACE_INCLUDE_DIRECTORIES ${libhdf5_INCLUDE_DIR})
  endif()
endif()
if(OpenCV_FOUND AND NOT TARGET zoo_opencv)
  add_library(zoo_opencv INTERFACE IMPORTED GLOBAL)
  target_link_libraries(zoo_opencv INTERFACE ${OpenCV_LIBS})
  target_include_directories(zoo_opencv SYSTEM INTERFACE ${OpenCV_INCLUDE_DIRS})
endif()
if(Torch_FOUND AND NOT TARGET zoo_torch)
  add_library(zoo_torch INTERFACE IMPORTED GLOBAL)
  target_link_libraries(zoo_torch INTERFACE ${TORCH_LIBRARIES})
  separate_arguments(zoo_torch_flags UNIX_COMMAND "${TORCH_CXX_FLAGS}")
  target_compile_options(zoo_torch INTERFACE ${zoo_torch_flags})
endif()
