/** Words, and versions such as `v62.0` or `2026-03`. */
const FIXED_PART = /^([A-Za-z][A-Za-z_-]*\d?(\.json)?|v?\d{1,3}(\.\d+)?|\d{4}-\d{2})$/;

/** A path for messages. Parts that may be addresses, names or keys are shown as `*`. */
export const printablePath = (pathname: string): string =>
  pathname
    .split('/')
    .map((part) => (part === '' || FIXED_PART.test(part) ? part : '*'))
    .join('/');
