import type { KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type Provider, providerNames, providers } from '@switchboard/providers';
import { bodyVariants } from './body-variants.ts';
import { malformedHeader, missingHeaders } from './header-faults.ts';
import { secretVariants } from './secret-variants.ts';
import { skewSentence } from './skew.ts';
import { claimSentence } from './token-claims.ts';
import { type Case, isSigned, judge, keyOf, sampleHeaders } from './trial.ts';
import { urlVariants } from './url-variants.ts';
import type { Variant } from './variant.ts';

export interface Examined extends Case {
  readonly scheme: string;
  readonly now: number;
  /** Whether `now` is the time at which the request arrived; otherwise it may be an old one. */
  readonly isTimeKnown: boolean;
  /** The texts of the source's secrets. */
  readonly secrets: readonly string[];
  /** Secrets of the other sources, by their names. */
  readonly others: readonly { readonly name: string; readonly scheme: string; readonly secrets: readonly string[] }[];
}

export interface Diagnosis {
  readonly isRight: boolean;
  /** Without a secret, a signature, or a part of the body. */
  readonly sentences: readonly string[];
}

const wrong = (...sentences: readonly (string | undefined)[]): Diagnosis => ({
  isRight: false,
  sentences: sentences.filter((sentence) => sentence !== undefined),
});

/** Why the check of a request fails, by the verifiers of the providers alone. */
export async function diagnose(request: Examined): Promise<Diagnosis> {
  const { scheme, now } = request;
  const verdict = await judge(request, now);
  switch (verdict?.kind) {
    case 'valid':
      return { isRight: true, sentences: ['The signature is right.'] };
    case 'reply':
      return { isRight: true, sentences: ['The request only checks the address, and is answered.'] };
    case 'stale':
      return wrong(await skewSentence(request, verdict.skewMs));
    case 'unavailable':
      return wrong('The keys of the vendor cannot be loaded now, so nothing can be checked.');
    case undefined:
      return wrong(`The secret or the settings do not have the form that ${scheme} needs.`);
    case 'invalid':
  }
  const other = await otherScheme(request);
  switch (verdict.fault) {
    case 'missing':
      return wrong(other ?? (await missingSentence(request)));
    case 'form':
      return wrong(other ?? (await formSentence(request)));
    case 'unknown_key':
      return wrong('The token names a key that the vendor does not publish: it is made by another issuer, or too old.');
    case 'mismatch':
      return wrong(
        claimSentence(request) ?? (await fittingSentence(request)) ?? other ?? nothingFits(request),
        lengthSentence(request),
      );
  }
}

async function missingSentence(request: Examined): Promise<string> {
  const missing = await missingHeaders(request, request.now);
  if (missing.length === 0) return 'The request lacks what the check needs.';
  const named = missing.map(({ name, nearest }) =>
    nearest === undefined ? name : `${name} (the nearest header of the request is ${nearest})`,
  );
  const advice = 'Send it, and see that no proxy removes it.';
  return missing.length === 1
    ? `The header ${named[0]} is missing. ${advice}`
    : `The headers ${named.join(' and ')} are missing. ${advice}`;
}

async function formSentence(request: Examined): Promise<string> {
  const fault = await malformedHeader(request, request.now);
  if (fault === undefined) return 'A header of the signature has the wrong form.';
  return `The header ${fault.name} has the wrong form: it is ${fault.given}, and must be ${fault.expected}.`;
}

interface Change {
  readonly of: 'secret' | 'body' | 'address';
  readonly what: string;
  readonly advice: string;
  readonly change: Partial<Case>;
}

/** The smallest change that makes the signature fit. */
async function fittingSentence(request: Examined): Promise<string | undefined> {
  const changes = changesOf(request);
  for (const one of changes) {
    if (isSigned(await judge({ ...request, ...one.change }, request.now)))
      return `The signature fits ${one.what}. ${one.advice}`;
  }
  for (const [index, one] of changes.entries())
    for (const two of changes.slice(index + 1)) {
      if (one.of === two.of) continue;
      if (isSigned(await judge({ ...request, ...one.change, ...two.change }, request.now)))
        return `The signature fits ${one.what}, with ${two.what}. ${[...new Set([one.advice, two.advice])].join(' ')}`;
    }
  return undefined;
}

function changesOf(request: Examined): Change[] {
  const { provider, secrets, others, scheme, url, called, headers, body } = request;
  const bySecret = (value: KeyObject): Partial<Case> => ({ keys: [value] });
  const own = secrets.flatMap((secret) => secretVariants(provider, secret)).map(changing('secret', bySecret));
  const theirs = others
    .toSorted((one, other) => Number(other.scheme === scheme) - Number(one.scheme === scheme))
    .flatMap(({ name, secrets }): Change[] => {
      const keys = secrets.flatMap((secret) => keyOf(provider, secret) ?? []);
      const advice = 'The sender calls the wrong address, or has the wrong secret.';
      return keys.length === 0
        ? []
        : [{ of: 'secret', what: `the secret of the source ${name}`, advice, change: { keys } }];
    });
  const bodies = bodyVariants(body).map(changing('body', (value) => ({ body: value })));
  const urls = url === undefined ? [] : urlVariants({ url, called, headers });
  return [...own, ...theirs, ...bodies, ...urls.map(changing('address', (value) => ({ url: value })))];
}

const changing =
  <Value>(of: Change['of'], change: (value: Value) => Partial<Case>) =>
  ({ what, advice, value }: Variant<Value>): Change => ({ of, what, advice, change: change(value) });

/** Names other schemes whose verifiers accept the request with the source's secrets, or whose headers it has. */
async function otherScheme(request: Examined): Promise<string | undefined> {
  const { scheme, secrets, headers, now } = request;
  const signed: string[] = [];
  const alike: string[] = [];
  const own = Object.keys(await sampleHeaders(request, now));
  for (const name of providerNames) {
    const provider: Provider = providers[name];
    // Those without secrets load their keys from elsewhere.
    if (name === scheme || provider.needs?.secrets === false) continue;
    const url = request.url ?? request.called;
    const other: Case = { ...request, provider, url, settings: {}, requireTimestamp: false };
    const needed = Object.keys(await sampleHeaders(other, now));
    if (needed.length === 0 || !needed.every((header) => headers[header] !== undefined)) continue;
    const keys = secrets.flatMap((secret) => keyOf(provider, secret) ?? []);
    const verdict = await judge({ ...other, keys }, now);
    const fits = verdict?.kind === 'invalid' && verdict.fault === 'mismatch';
    if (isSigned(verdict)) signed.push(name);
    else if (fits && !own.some((header) => headers[header] !== undefined)) alike.push(name);
  }
  const advice = `Correct scheme in the sources file, which says ${scheme}, or let the sender call its own source.`;
  if (signed.length > 0) return `The request is signed as ${signed.join(' or ')} does. ${advice}`;
  return alike.length > 0 ? `The request has the headers of ${alike.join(' or ')}. ${advice}` : undefined;
}

const nothingFits = ({ secrets }: Examined): string =>
  secrets.length === 0
    ? 'The signature, or what it says, does not match.'
    : 'The signature does not match, and no usual mistake explains it: most likely the sender has another secret, or the body was changed.';

/** An editor or a proxy changes what it saves. */
function lengthSentence({ headers, body }: { headers: IncomingHttpHeaders; body: Buffer }): string | undefined {
  const length = headers['content-length'];
  if (length === undefined || !/^\d+$/.test(length) || Number(length) === body.length) return undefined;
  return `The request says that its body has ${length} bytes, but the file with the body has ${body.length}.`;
}
