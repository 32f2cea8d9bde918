import { type Account, type Claim, createClaim } from './claim.ts';
import { createShare, type Share } from './share.ts';

/**
 * Bounds the memory that requests take together, and divides it so that no stranger can take it from signed traffic:
 *
 * | of the limit | for                                                                                           |
 * | ------------ | --------------------------------------------------------------------------------------------- |
 * | 1/2          | bodies of more than 64 KiB; verified ones of one source up to 3/4 of that                     |
 * | 1/4          | large bodies that wait, unread, for room among those                                          |
 * | 1/4 or more  | bodies of at most 64 KiB, and all room that is unused                                         |
 *
 * Until its signature is verified, a body also counts against its address (1/16) and its source (1/8).
 */
export interface ByteBudget {
  readonly used: number;
  /** A claim for a request whose body has not arrived yet; undefined if there is no room. */
  claim(address: string, source: string): Claim | undefined;
  /** Makes the claim cover this many bytes of body; false if there is no room. */
  cover(claim: Claim, bytes: number): boolean;
  /** The same for a large body, which waits for room; false if there is still none after `WAIT_MS`. */
  wait(claim: Claim, bytes: number): Promise<boolean>;
  /** Moves the claim out of the shares of strangers; false if its source holds too much already. */
  verify(claim: Claim): boolean;
  release(claim: Claim): void;
  /** Judges how fast bodies arrive; called once a second. */
  judgePace(): void;
  /** Registers a body that is being read; `cut` ends that, because the body is too slow. */
  reading(claim: Claim, cut: (() => void) | undefined): void;
}

export const SMALL_BYTES = 65_536;

/** A connection that has sent only headers: their text. The number of connections bounds the rest. */
const HEADER_BYTES = 1_024;
/** A request with a body: headers, the parsed event, bookkeeping. */
const OVERHEAD_BYTES = 4_096;
/** What the socket of an unread body has buffered. */
const UNREAD_BYTES = 65_536;
/** Every share takes the largest body that a source may allow. */
const LEAST_SHARE = 1.5 * 1_048_576 + OVERHEAD_BYTES;

/** Servers send faster by orders of magnitude, even while a packet is repeated. */
const LEAST_BYTES_PER_SECOND = 8_192;
const SLOW_SECONDS = 5;

/** Longer than Kafka takes for what is ahead, shorter than senders wait for an answer. */
const WAIT_MS = 5_000;

interface Waiter {
  claim: Claim;
  bytes: number;
  answer(granted: boolean): void;
}

export function createByteBudget(limit: number): ByteBudget {
  const share = (part: number): Share => createShare(Math.max(limit * part, LEAST_SHARE));
  const all = createShare(limit);
  const waitingBytes = {
    all: createShare(limit / 4),
    source: createShare((limit * 3) / 16),
    address: createShare(limit / 8),
  };
  const large = { all: share(1 / 2), source: share(3 / 8) };
  const unverified = {
    small: { all: share(1 / 4), source: share(1 / 8), address: share(1 / 16) },
    large: { all: share(1 / 4), source: share(1 / 8), address: share(1 / 16) },
  };
  const bodies = new Set<Claim>();
  const slow = new Set<Claim>();
  const waiters = new Set<Waiter>();

  const ofAll: readonly Account[] = [[all, '']];

  function accounts({ address, source }: Claim, size: Claim['size'], verified: boolean): readonly Account[] {
    if (size === 'small' && verified) return ofAll;
    const found: Account[] = [...ofAll];
    if (size === 'large') found.push([large.all, '']);
    if (size === 'large' && verified) found.push([large.source, source]);
    if (verified) return found;
    const shares = unverified[size];
    found.push([shares.all, ''], [shares.source, source], [shares.address, address]);
    return found;
  }

  function book(claim: Claim, sign: 1 | -1): void {
    for (const account of claim.accounts) account[0].add(account[1], sign * claim.bytes);
  }

  function fullOf(wanted: readonly Account[], bytes: number): Account | undefined {
    for (const account of wanted) if (account[0].room(account[1]) < bytes) return account;
    return undefined;
  }

  /** Changes what the claim is, if the shares allow it; otherwise it stays as it was. */
  function change(claim: Claim, bytes: number, size: Claim['size'], verified: boolean): boolean {
    book(claim, -1);
    const isSame = size === claim.size && verified === claim.verified && claim.accounts.length > 0;
    const wanted = isSame ? claim.accounts : accounts(claim, size, verified);
    let full = fullOf(wanted, bytes);
    while (full !== undefined && cutSlow(claim, full)) full = fullOf(wanted, bytes);
    if (full === undefined) {
      claim.bytes = bytes;
      claim.size = size;
      claim.verified = verified;
      claim.accounts = wanted;
    }
    book(claim, 1);
    return full === undefined;
  }

  /** Cuts one slow body that counts against the same account. */
  function cutSlow(claim: Claim, [owner, key]: Account): boolean {
    for (const other of slow) {
      if (other === claim) continue;
      if (!other.accounts.some((account) => account[0] === owner && account[1] === key)) continue;
      const { cut } = other;
      empty(other);
      cut?.();
      return true;
    }
    return false;
  }

  function empty(claim: Claim): void {
    book(claim, -1);
    claim.bytes = 0;
    stopReading(claim);
  }

  function stopReading(claim: Claim): void {
    if (claim.cut === undefined) return;
    claim.cut = undefined;
    bodies.delete(claim);
    slow.delete(claim);
  }

  function cover(claim: Claim, bytes: number): boolean {
    const needed = bytes + OVERHEAD_BYTES;
    if (needed <= claim.bytes) return true;
    return change(claim, needed, bytes > SMALL_BYTES ? 'large' : claim.size, claim.verified);
  }

  function setWaiting(claim: Claim, bytes: number): void {
    const more = bytes - claim.waiting;
    claim.waiting = bytes;
    all.add('', more);
    waitingBytes.all.add('', more);
    waitingBytes.source.add(claim.source, more);
    waitingBytes.address.add(claim.address, more);
  }

  function mayWait({ source, address }: Claim): boolean {
    const room = Math.min(all.room(''), waitingBytes.all.room(''));
    return Math.min(room, waitingBytes.source.room(source), waitingBytes.address.room(address)) >= UNREAD_BYTES;
  }

  /** Those that came first go first; one whose own shares are full holds up no other. */
  function admitWaiters(): void {
    for (const waiter of waiters) {
      if (cover(waiter.claim, waiter.bytes)) waiter.answer(true);
    }
  }

  return {
    get used() {
      return limit - all.room('');
    },

    claim(address, source) {
      const claim = createClaim(address, source);
      return change(claim, HEADER_BYTES, 'small', false) ? claim : undefined;
    },

    cover,

    wait(claim, bytes) {
      if (!mayWait(claim)) return Promise.resolve(false);
      setWaiting(claim, UNREAD_BYTES);
      return new Promise((resolve) => {
        const waiter: Waiter = {
          claim,
          bytes,
          answer(granted) {
            clearTimeout(timer);
            waiters.delete(waiter);
            setWaiting(claim, 0);
            resolve(granted);
          },
        };
        const timer = setTimeout(() => waiter.answer(false), WAIT_MS);
        waiters.add(waiter);
      });
    },

    verify(claim) {
      const verified = change(claim, claim.bytes, claim.size, true);
      if (claim.size === 'large') admitWaiters();
      return verified;
    },

    release(claim) {
      if (claim.waiting > 0) [...waiters].find((waiter) => waiter.claim === claim)?.answer(false);
      const wasLarge = claim.size === 'large' && claim.bytes > 0;
      empty(claim);
      if (wasLarge) admitWaiters();
    },

    judgePace() {
      for (const claim of bodies) {
        const isSlow = claim.waiting === 0 && claim.received - claim.judged < LEAST_BYTES_PER_SECOND;
        claim.judged = claim.received;
        claim.slowFor = isSlow ? claim.slowFor + 1 : 0;
        if (claim.slowFor <= 0) slow.delete(claim);
        else slow.add(claim);
        if (claim.slowFor < SLOW_SECONDS) continue;
        const { cut } = claim;
        stopReading(claim);
        cut?.();
      }
      if (waiters.size > 0) admitWaiters();
    },

    reading(claim, cut) {
      stopReading(claim);
      claim.cut = cut;
      if (cut !== undefined) bodies.add(claim);
    },
  };
}
