import { createHash } from 'node:crypto';
import type { Scope } from './variables.ts';

/** A user or a conversation of a tenant. */
export interface Subject {
  readonly tenant: string;
  readonly scope: Scope;
  readonly id: string;
}

const LONGEST_ID = 256;
const CONTROL = /\p{Cc}/u;

export const isUsableId = (id: string): boolean =>
  id !== '' && id.length <= LONGEST_ID && !CONTROL.test(id) && id.isWellFormed();

/** 24 of 32 bytes: nobody finds two subjects with the same key. */
const KEY_LENGTH = 32;

/** Stands for the subject in keys, notifications and what stays after an erasure. */
export const keyOf = ({ tenant, scope, id }: Subject): string =>
  createHash('sha256')
    .update(JSON.stringify([tenant, scope, id]))
    .digest('base64url')
    .slice(0, KEY_LENGTH);
