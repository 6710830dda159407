/** How far the clocks of two members may be apart, in milliseconds. */
export const CLOCK_SKEW_MS = 30_000;
