import { eachStep } from '../each-step.ts';
import type { HandlerContext } from '../handler.ts';

/** Something with the name of its connection. A connection of one tenant has that tenant. */
interface Connected {
  readonly connection: { readonly name: string; readonly tenant: string | undefined };
}

/**
 * Runs the effect of an event in each connection of its tenant. Each is a step with an idempotency key of its own, so
 * that a connection that is down or refuses the event holds up no other.
 * @param none why the event is skipped if there is no connection: a fixed word such as `no_crm`
 */
export async function inEach<S extends Connected>(
  context: HandlerContext,
  systems: readonly S[],
  none: string,
  run: (system: S, context: HandlerContext) => Promise<void> | void,
): Promise<void> {
  const [first] = systems;
  if (first === undefined) return context.skip(none);
  if (systems.length === 1) return run(first, contextIn(context, first, context.skip));
  const skipped: string[] = [];
  const runIn = async (system: S): Promise<void> => {
    const own = contextIn(context, system, (reason) => void skipped.push(reason));
    const { name } = system.connection;
    // Two connections may have steps of the same name.
    await run(system, { ...own, step: (step, run) => context.step(`${name}:${step}`, run) });
  };
  await eachStep(context, Object.fromEntries(systems.map((one) => [one.connection.name, () => runIn(one)])));
  // An event with an effect in one of them has an effect.
  const [reason] = skipped;
  if (reason !== undefined && skipped.length === systems.length) context.skip(reason);
}

/** The context of the event in one connection. What a context creates lazily stays lazy. */
function contextIn(context: HandlerContext, { connection }: Connected, skip: HandlerContext['skip']): HandlerContext {
  const { name, tenant } = connection;
  return {
    get signal() {
      return context.signal;
    },
    get logger() {
      return context.logger;
    },
    get step() {
      return context.step;
    },
    attempt: context.attempt,
    // The connection of all tenants has the key of the event alone.
    idempotencyKey: tenant === undefined ? context.idempotencyKey : `${context.idempotencyKey}:${name}`,
    skip,
  };
}
