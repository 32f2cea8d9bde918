import { type ListResourcesResult, type ReadResourceResult, ResourceNotFoundError } from '@modelcontextprotocol/server';
import { allows, type Caller } from '@switchboard/callers';

/** What is known of a person, from the Context API. */
export interface ContextReader {
  /** Undefined: nothing is known. @throws when the Context API does not answer */
  read(tenant: string, userId: string): Promise<object | undefined>;
  /** Whether the operator has given a key for this tenant. */
  knows(tenant: string): boolean;
}

const JSON_TYPE = 'application/json';

export const uriOf = (userId: string): string => `switchboard://users/${encodeURIComponent(userId)}/context`;

/** The person whose context the caller may read: themselves. */
function ownId(caller: Caller, context: ContextReader): string | undefined {
  return allows(caller, 'context:read') && context.knows(caller.tenant) ? caller.person?.userId : undefined;
}

export function listContexts(caller: Caller, context: ContextReader): ListResourcesResult {
  const userId = ownId(caller, context);
  if (userId === undefined) return { resources: [] };
  const description = 'What Switchboard knows of the person: variables with the time of their last change.';
  return { resources: [{ uri: uriOf(userId), name: 'context', title: 'Context', description, mimeType: JSON_TYPE }] };
}

/** @throws ResourceNotFoundError for every address but the caller's own, whether someone has it or not */
export async function readContext(caller: Caller, context: ContextReader, uri: string): Promise<ReadResourceResult> {
  const userId = ownId(caller, context);
  if (userId === undefined || uri !== uriOf(userId)) throw new ResourceNotFoundError(uri);
  const known = (await context.read(caller.tenant, userId)) ?? { id: userId, variables: {} };
  return { contents: [{ uri, mimeType: JSON_TYPE, text: JSON.stringify(known) }] };
}
