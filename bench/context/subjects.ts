export const TENANT = 'bench';
export const SUBJECTS = 5_000;
/** Of each subject. */
export const VARIABLES = 8;

export const userOf = (number: number): string => `user-${number}`;
