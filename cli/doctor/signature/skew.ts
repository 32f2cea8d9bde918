import type { Examined } from './diagnose.ts';
import { judge, sampleHeaders } from './trial.ts';

const HOUR_MS = 3_600_000;

/** What is wrong with the time of a request whose signature is right. */
export async function skewSentence(request: Examined, skewMs: number | undefined): Promise<string> {
  const { now, headers, isTimeKnown } = request;
  if (skewMs === undefined) {
    const absent = Object.keys(await sampleHeaders(request, now)).filter((name) => headers[name] === undefined);
    const advice =
      absent.length > 0 ? `Send ${absent.join(' and ')}.` : 'This scheme has none: remove requireTimestamp.';
    return `The signature is right, but signs no time, which the source requires. ${advice}`;
  }
  const tolerance = Math.round((await toleranceMs(request, skewMs)) / 1_000);
  const skew = Math.round(Math.abs(skewMs) / 1_000);
  const hours = Math.round(skewMs / HOUR_MS);
  const isZone = hours !== 0 && Math.abs(skewMs - hours * HOUR_MS) < 60_000 && Math.abs(hours) <= 14;
  const advice = isZone
    ? 'These are whole hours: the sender seems to sign its local time in place of UTC.'
    : 'Set the clock of the sender or of this machine by NTP, or sign again for each attempt.';
  const old = isTimeKnown ? '' : ' If this is an older capture, give the time at which it arrived as --at.';
  const side = skewMs < 0 ? 'behind' : 'ahead of';
  return `The signature is right, but its time is ${skew} s ${side} ours; ${tolerance} s are allowed. ${advice}${old}`;
}

/** How far the time may be off, found by the verifier's own answers. */
async function toleranceMs(request: Examined, skewMs: number): Promise<number> {
  let [fits, fails] = [0, Math.abs(skewMs)];
  const signedAt = request.now + skewMs;
  while (fails - fits > 500) {
    const offset = Math.round((fits + fails) / 2);
    const verdict = await judge(request, signedAt - Math.sign(skewMs) * offset);
    if (verdict?.kind === 'valid') fits = offset;
    else fails = offset;
  }
  return fits;
}
