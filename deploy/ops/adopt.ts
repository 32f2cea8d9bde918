import { adoptMarks } from '@switchboard/kafka';
import type { Command } from './command.ts';
import { OpsError } from './ops-error.ts';
import { consumerServices, progressOf } from './services.ts';
import { counted } from './table.ts';

/** Takes over what a version before the scopes remembered; once, between the old instances and the new ones. */
export const adopt: Command = {
  usage: 'adopt [--service <name>]…',
  options: ['service'],
  words: 0,
  async run(given, context) {
    const services = given.services.length > 0 ? given.services : consumerServices;
    const redis = await context.redis();
    const adopted: Record<string, number> = {};
    for (const service of services) {
      const { members } = await progressOf(context.connection, service);
      if (members > 0)
        throw new OpsError(`${service} runs: stop all of its instances, then adopt, then start the new ones.`);
      adopted[service] = await adoptMarks(redis, service);
    }
    const lines = Object.entries(adopted).map(([service, keys]) => `${service}: took over ${counted(keys, 'key')}.`);
    context.report(lines.join('\n'), { scope: redis.scope, adopted });
    return 0;
  },
};
