import type { Caller } from './caller.ts';

/** What a caller can be allowed, besides actions: `actions:<name>`. */
const SCOPES = ['context:read', 'context:erase', 'flows:read', 'flows:cancel', 'act-for'] as const;

const ACTION = /^actions:[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/** The patterns that allow every scope of an area. */
const AREAS = ['context:*', 'flows:*', 'actions:*'];

export const isScope = (text: string): boolean =>
  ACTION.test(text) || AREAS.includes(text) || SCOPES.some((scope) => scope === text);

/** For the message about a text that is none. */
export const SCOPE_FORMS = [...SCOPES, 'actions:<name>', ...AREAS].join(', ');

/** Whether one of the caller's scopes is this one, or the pattern of its area such as `actions:*`. */
export function allows({ scopes }: Pick<Caller, 'scopes'>, scope: string): boolean {
  const [area] = scope.split(':', 1);
  return scopes.some((own) => own === scope || own === `${area}:*`);
}
