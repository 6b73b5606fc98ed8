# Writes a C++ file whose function gives the texts of a room's schema files.
# Run with -DNAMESPACE, -DHEADER, -DOUTPUT and -DFILES (separated by commas).
string(REPLACE "," ";" files "${FILES}")
set(documents "")
foreach(file ${files})
  file(READ ${file} text)
  string(APPEND documents "      R\"graphql(${text})graphql\",\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"${HEADER}\"

namespace ${NAMESPACE} {

std::vector<std::string_view> schema_documents() {
  return {
${documents}  };
}

}  // namespace ${NAMESPACE}
")
