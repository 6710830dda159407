const { TestEnvironment } = require('jest-environment-node');

/**
 * Node's test environment with the typed arrays of the process itself: ONNX Runtime's native part makes its results with
 * those, and its JavaScript part refuses arrays of another realm.
 */
module.exports = class RuntimeEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    for (const type of [
      Float32Array,
      Float64Array,
      Int8Array,
      Int16Array,
      Int32Array,
      Uint16Array,
      Uint32Array,
      BigInt64Array,
      BigUint64Array,
    ]) {
      this.global[type.name] = type;
    }
  }
};
