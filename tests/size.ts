import { environment } from '@switchboard/service';

export const isFullSize = environment.TEST_SIZE === 'full';

/** The size of a test: small in `npm test`, full in `npm run test:faults`. */
export const size = (small: number, full: number): number => (isFullSize ? full : small);
