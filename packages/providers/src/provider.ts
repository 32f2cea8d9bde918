import type { KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { EventType } from '@switchboard/events';
import type { Static, TProperties, Type } from 'typebox';
import type { Mapping } from './mapping/mapping.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** What a signature may cover. */
export interface SignedRequest {
  readonly method: string;
  /** The source's `publicUrl` with the request's query; undefined for a source without one. */
  readonly url: string | undefined;
  /** The query of the request, from its `?` on, also for a source without `publicUrl`. Default: that of `url`. */
  readonly query?: string;
  readonly headers: IncomingHttpHeaders;
  /** The bytes as they came. */
  readonly body: Buffer;
}

/**
 * Why a signature is refused: a header is `missing` or has the wrong `form`, the signature does not match
 * (`mismatch`), or it names a key that the vendor does not publish (`unknown_key`).
 */
export type SignatureFault = 'missing' | 'form' | 'mismatch' | 'unknown_key';

export type Verdict =
  /**
   * `id` is the vendor's id of this delivery, if the signature covers it; `tenant` is whose events these are, where a
   * token says so instead of the sources file.
   */
  | { readonly kind: 'valid'; readonly id?: string; readonly tenant?: string }
  /** The request only checks the address. */
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'invalid'; readonly fault: SignatureFault }
  /** The signature is right, but its time is too far from now; no skew if the request has no time. */
  | { readonly kind: 'stale'; readonly skewMs: number | undefined }
  /** The vendor's keys cannot be had now. */
  | { readonly kind: 'unavailable' };

/** Checks a request in constant time. Never throws for what the request holds. */
export type Verify = (request: SignedRequest, now: number) => Verdict | Promise<Verdict>;

/** What the sources file says about a source, as far as its signature is concerned. */
export interface VerifiedSource<Settings> {
  /** All are live; empty only if the provider needs none. */
  readonly keys: readonly KeyObject[];
  /** Refuse requests that are signed without a time. */
  readonly requireTimestamp: boolean;
  /** The address that the vendor calls; schemes that sign the address need it. */
  readonly publicUrl: string | undefined;
  readonly settings: Settings;
}

/** An answer as the vendor expects it. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** A body that was verified and read: JSON, or the fields of a form. */
export interface Delivery {
  readonly body: Json;
  readonly headers: IncomingHttpHeaders;
}

/** A request that a sender would make. `fillExample` replaces the placeholders in its body. */
export interface Example {
  readonly name: string;
  readonly body: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The events that the body becomes, in order. */
  readonly becomes: readonly EventType[];
}

export interface UnsignedMessage {
  readonly method: string;
  readonly url: string;
  readonly body: Buffer;
}

/** A platform that sends webhooks: how it signs, how its bodies divide, what they mean, and the answers it expects. */
export interface Provider<Settings extends TProperties = TProperties> {
  /** What the sources file may say for this provider only. */
  readonly settings?: Settings;
  /** Whether a source needs secrets, as nearly all do, and `publicUrl`. */
  readonly needs?: { readonly secrets?: false; readonly publicUrl?: true };
  /** Methods besides POST, e.g. for a handshake. */
  readonly methods?: readonly 'GET'[];
  /** Default: JSON only. */
  readonly bodies?: readonly ('json' | 'form')[];
  /**
   * The key of a secret as the vendor writes it. Default: the bytes of the text.
   * @throws RangeError that says what the text must be; it never quotes the text
   */
  readSecret?(text: string): KeyObject;
  /** @throws RangeError that says which setting is wrong, if the settings or keys do not fit together */
  verifier(source: VerifiedSource<Static<ReturnType<typeof Type.Object<Settings>>>>): Verify;
  /** Answers a verified request that only checks the address. */
  handshake?(delivery: Delivery): Reply | undefined;
  /** The items of a body that holds several, each with what it needs of its surroundings. Default: the body itself. */
  split?(delivery: Delivery): readonly Json[];
  /** The headers that mappings may read, in lower case. */
  readonly mappedHeaders?: readonly string[];
  /** What an item becomes; a source may replace or extend it. */
  readonly mapping: Mapping;
  /**
   * Refuse a signed body that cannot become an event, with 400, 409 or 422. Vendors answer that with days of repeats
   * or by ending the subscription; for them, the answer is 200 and the item is kept in quarantine.
   */
  readonly refusesBadBodies?: true;
  /** The answer to an accepted request. Default: Switchboard's own JSON. */
  readonly reply?: Reply;
  /** Bodies as the vendor's documentation shows them. */
  readonly examples: readonly Example[];
  /**
   * The headers of a signed request, as the vendor sends it, for `npm run send` and tests.
   * @param secret as the sources file has it; the private key in PEM where the source has a public key
   * @param settings as the sources file has them
   */
  sign(
    message: UnsignedMessage,
    secret: string,
    now: number,
    settings?: Static<ReturnType<typeof Type.Object<Settings>>>,
  ): Record<string, string> | Promise<Record<string, string>>;
}

/** Keeps the types of the settings. */
export const defineProvider = <Settings extends TProperties>(provider: Provider<Settings>): Provider<Settings> =>
  provider;
