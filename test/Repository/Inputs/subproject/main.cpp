#include "dgemm/InitAll.h"

#include "mlir/IR/DialectRegistry.h"

int main() {
  mlir::DialectRegistry registry;
  dgemm::registerAllDialects(registry);
}
