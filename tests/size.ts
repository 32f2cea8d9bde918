import { environment } from '@switchboard/service';

/** The size of a proof: small in `npm test`, full in `npm run test:faults`. */
export const size = (small: number, full: number): number => (environment.TEST_SIZE === 'full' ? full : small);
