import type { KeyObject } from 'node:crypto';
import { digestOf, isApiKey } from '@switchboard/callers';
import type { providers } from '@switchboard/providers';
import type Type from 'typebox';
import type { Static } from 'typebox';
import { type ApiKey, typesOf } from '../api/clients.ts';
import type { Complain } from './sources-file.ts';

/** The keys of an API client: those whose hash is in the file, and secrets, which may send all types. */
export function readApiKeys(secrets: readonly KeyObject[], settings: ApiSettings, complain: Complain): ApiKey[] {
  const keys = (settings.keys ?? []).map(({ name, sha256, types, expires }, index): ApiKey => {
    const expiresAt = expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires);
    if (Number.isNaN(expiresAt)) complain(`/keys/${index}/expires`, 'must be an ISO 8601 time');
    try {
      return { name, digest: sha256, types: types && typesOf(types), expiresAt };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      complain(`/keys/${index}/types`, error.message);
      return { name, digest: sha256, types: undefined, expiresAt };
    }
  });
  const whole = secrets.map((secret, index): ApiKey => {
    const text = secret.export().toString();
    if (!isApiKey(text)) complain(`/secrets/${index}`, 'is no API key: `npm run switchboard -- keys new` makes one');
    return { name: `secret-${index}`, digest: digestOf(text), types: undefined, expiresAt: Number.POSITIVE_INFINITY };
  });
  if (keys.length + whole.length === 0) complain('/keys', 'is required: an API client needs a key');
  return [...keys, ...whole];
}

type ApiSettings = Static<ReturnType<typeof Type.Object<NonNullable<(typeof providers.api)['settings']>>>>;
