import type { IncomingMessage } from 'node:http';
import { type ByteBudget, SMALL_BYTES } from './byte-budget.ts';
import type { Claim } from './claim.ts';

export type BodyFault = 'too_large' | 'too_slow' | 'overload' | 'aborted';

/**
 * Reads a body of at most `limit` bytes. What is only announced takes no room: the claim grows with the first bytes, for
 * a large body to its announced length at once. A large body for which there is no room stays in its socket until there
 * is. After a fault the rest of the body is thrown away as it comes, until the server's request time-out.
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  budget: ByteBudget,
  claim: Claim,
): Promise<Buffer | BodyFault> {
  return new Promise((resolve) => {
    const announced = request.headers['content-length'] === undefined ? 0 : Number(request.headers['content-length']);
    let body: Buffer | undefined;
    let length = 0;
    let done = false;

    function onData(chunk: Buffer): void {
      const end = length + chunk.length;
      claim.received = end;
      const capacity = capacityFor(end);
      if (end > limit) finish('too_large');
      else if (budget.cover(claim, capacity)) append(chunk, capacity);
      else if (capacity <= SMALL_BYTES) finish('overload');
      else void appendLater(chunk, capacity);
    }

    async function appendLater(chunk: Buffer, capacity: number): Promise<void> {
      request.pause();
      const granted = await budget.wait(claim, capacity);
      if (done) return;
      if (granted) {
        append(chunk, capacity);
        request.resume();
      } else {
        finish('overload');
      }
    }

    /** Most bodies come in one piece. A million pieces of one byte must not take a million buffers. */
    function capacityFor(end: number): number {
      if (announced > SMALL_BYTES) return Math.max(announced, end);
      if (body === undefined || end <= body.length) return Math.max(body?.length ?? 0, end);
      return Math.max(end, Math.min(2 * length, announced || limit));
    }

    function append(chunk: Buffer, capacity: number): void {
      const end = length + chunk.length;
      if (body === undefined && capacity === end) {
        body = chunk;
      } else {
        if (body === undefined || capacity > body.length) {
          const larger = Buffer.allocUnsafe(capacity);
          body?.copy(larger, 0, 0, length);
          body = larger;
        }
        chunk.copy(body, length);
      }
      length = end;
    }

    function onEnd(): void {
      finish(body?.subarray(0, length) ?? Buffer.alloc(0));
    }
    function onGone(): void {
      finish('aborted');
    }

    function finish(result: Buffer | BodyFault): void {
      done = true;
      budget.reading(claim, undefined);
      request.off('data', onData);
      request.off('end', onEnd);
      request.off('close', onGone);
      if (typeof result === 'string') request.resume();
      resolve(result);
    }

    budget.reading(claim, () => finish('too_slow'));
    request.on('data', onData);
    request.on('end', onEnd);
    request.on('close', onGone);
  });
}
