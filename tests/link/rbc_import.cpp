#include "compiler/import/import.hpp"

int main() {
  const rbc::Catalogue empty({});
  return rbc::import::import_document("# A\n## B\n- [ ] c\n", "a", empty).text.empty();
}
