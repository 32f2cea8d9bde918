import { allows, type Caller } from '@switchboard/callers';
import type { Action } from '../registry/action.ts';

/** A scope for each action; `actions:*` is all. */
export const mayCall = (caller: Caller, action: string): boolean => allows(caller, `actions:${action}`);

/** Whether the caller names the person that the action is about. */
export function namesPerson({ person = {} }: Pick<Caller, 'person'>, { needs, owner }: Action): boolean {
  const has = (field: 'email' | 'userId'): boolean => Boolean(person[field]);
  return needs.every(has) && (owner === undefined || owner.reads.some(has));
}
