import { DOWN, LEAST, UP } from '@switchboard/deploy/kubernetes/scaling';

/** A look at the wanted number of instances, in seconds since the start. */
export interface Look {
  readonly at: number;
  /** The answer of the query: how many instances are needed, not rounded. */
  readonly wanted: number;
}

/** Within this share of the present number, the autoscaler does nothing. */
const TOLERANCE = 0.1;

/**
 * The next number of instances by the rule of Kubernetes' horizontal autoscaler, with the behaviour of our manifests.
 * @param looks all so far, the newest last
 * @param numbers how many instances there have been, by the time of each change
 */
export function nextNumber(looks: readonly Look[], numbers: readonly Look[], most: number): number {
  const now = looks.at(-1)?.at ?? 0;
  const present = numbers.at(-1)?.wanted ?? LEAST;
  /** The number that a policy starts from: that of the beginning of its period. */
  const numberAt = (at: number): number => numbers.findLast((change) => change.at <= at)?.wanted ?? LEAST;
  const recommended = (wanted: number): number => {
    const isClose = Math.abs(wanted / present - 1) <= TOLERANCE;
    return Math.min(Math.max(isClose ? present : Math.ceil(wanted), LEAST), most);
  };
  const newest = recommended(looks.at(-1)?.wanted ?? present);
  if (newest > present) {
    return Math.min(newest, Math.ceil(numberAt(now - UP.seconds) * (1 + UP.percent / 100)));
  }
  // The highest recommendation of the quiet time holds.
  const quiet = looks.filter(({ at }) => at > now - DOWN.quietSeconds).map(({ wanted }) => recommended(wanted));
  const lowest = Math.min(present, Math.max(...quiet));
  return now < DOWN.quietSeconds ? present : Math.max(lowest, numberAt(now - DOWN.seconds) - 1);
}
