import type { Static, TSchema } from 'typebox';
import Value from 'typebox/value';
import { OutboundError } from './outbound-error.ts';
import type { OutboundResponse, Target } from './target.ts';

/**
 * Returns the body of an answer if it has the form that the API documents.
 * @throws OutboundError otherwise; the request may have had its effect
 */
export function bodyOf<S extends TSchema>(
  schema: S,
  { body }: Pick<OutboundResponse, 'body'>,
  { name }: Pick<Target, 'name'>,
): Static<S> {
  if (Value.Check(schema, body)) return body;
  throw new OutboundError('BAD_RESPONSE', `${name} answers in a form that is not its API's: check its URL`, {
    target: name,
  });
}
