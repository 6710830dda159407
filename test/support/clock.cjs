/** Preloaded into a command: the clock that it reads is `TEST_CLOCK_OFFSET` milliseconds off. */
const offset = Number(process.env.TEST_CLOCK_OFFSET);
const Real = Date;
globalThis.Date = class extends Real {
  constructor(...args) {
    if (args.length === 0) super(Real.now() + offset);
    else super(...args);
  }
  static now() {
    return Real.now() + offset;
  }
};
