# cmake -DOUTPUT=FILE -DMANIFEST=FILE -DLABELS=FILE,FILE,... -P embed_texts.cmake: C++ source with the texts as literals,
# for zoo/manifest/built_in.h.
function(literal result file)
  file(READ "${file}" text)
  if(text MATCHES "\\)zoo\"")
    message(FATAL_ERROR "${file} contains what ends the literal")
  endif()
  set(${result} "R\"zoo(${text})zoo\"sv" PARENT_SCOPE)
endfunction()

file(WRITE "${OUTPUT}.new" "// Generated from weights.json and weights/labels.\n#include \"zoo/manifest/built_in.h\"\n
namespace zoo {\nnamespace {\nusing namespace std::string_view_literals;\nconstexpr BuiltInText kLabels[]{\n")
string(REPLACE "," ";" files "${LABELS}")
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME_WLE)
  literal(text "${file}")
  file(APPEND "${OUTPUT}.new" "{\"${name}\", ${text}},\n")
endforeach()
literal(text "${MANIFEST}")
file(APPEND "${OUTPUT}.new" "};\n}  // namespace\n\nstd::span<const BuiltInText> built_in_labels() { return kLabels; }
std::string_view built_in_manifest() { return ${text}; }\n}  // namespace zoo\n")
file(RENAME "${OUTPUT}.new" "${OUTPUT}")
