import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Provider } from '@switchboard/providers';
import { type Environment, readSecret } from '@switchboard/service';
import type { Complain, Entry } from './sources-file.ts';

/** As for API keys. With one captured request, a shorter secret can be guessed offline. */
const LEAST_SECRET = 16;

export interface SecretReading {
  path: string;
  environment: Environment;
  provider: Provider;
  complain: Complain;
}

/** The keys of all secrets that can be used. */
export async function readSecrets(
  entry: Entry,
  { path, environment, provider, complain }: SecretReading,
): Promise<KeyObject[]> {
  const secrets: KeyObject[] = [];
  if (entry.secrets === undefined && provider.needs?.secrets !== false) complain('/secrets', 'is required');
  for (const [index, secret] of (entry.secrets ?? []).entries()) {
    const where = `/secrets/${index}`;
    const value = await readSecret(secret, path, environment, (what) => complain(where, what));
    if (value === undefined) continue;
    if (value.length < LEAST_SECRET && entry.insecureSecrets !== true) {
      const advice = 'use `openssl rand -hex 32`, or for development only set insecureSecrets: true';
      complain(where, `is shorter than ${LEAST_SECRET} characters: ${advice}`);
    } else {
      try {
        secrets.push(provider.readSecret?.(value) ?? createSecretKey(Buffer.from(value)));
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        complain(where, error.message);
      }
    }
  }
  return secrets;
}
