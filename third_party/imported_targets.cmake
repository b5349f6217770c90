# zoo_opencv and zoo_torch: what a file that uses OpenCV or LibTorch needs, whichever of the two was found. Both projects
# that build zoo and projects that find it installed (zooConfig.cmake) read this file.
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
