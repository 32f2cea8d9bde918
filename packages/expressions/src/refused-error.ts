/** Thrown for an operation that is not done on the values that it got; it never leaves this package. */
export class RefusedError extends Error {}
