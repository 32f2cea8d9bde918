import type { UnsignedMessage, VerifiedSource, Verify } from '../provider.ts';
import { timeless } from './hmac-scheme.ts';
import { headerOf, isOneOf } from './signature.ts';

/** A header that holds the secret itself. Nothing is signed: anyone who has seen one request can make others. */
export const secretHeader = (header: string) => ({
  verifier:
    ({ keys, requireTimestamp }: Pick<VerifiedSource<unknown>, 'keys' | 'requireTimestamp'>): Verify =>
    ({ headers }) => {
      const given = headerOf(headers, header);
      if (given === undefined) return { kind: 'invalid', fault: 'missing' };
      return isOneOf(keys, given) ? timeless(requireTimestamp) : { kind: 'invalid', fault: 'mismatch' };
    },
  sign: (_: UnsignedMessage, secret: string): Record<string, string> => ({ [header]: secret }),
});
