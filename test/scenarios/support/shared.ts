/** Environment variable with the folder of what test files of one run share. */
export const SHARED_FOLDER = 'LLMCHAIN_SHARED_SCENARIO';

/** The shared consortium's home in that folder, and the first of its ports. */
export const SHARED_HOME = 'home';
export const SHARED_PORTS = 27_000;
