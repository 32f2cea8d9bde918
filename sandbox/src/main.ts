import { commaSeparated, runService } from '@switchboard/service';
import { sandboxConfig, servicesOf } from './config.ts';
import { registerSandbox, serverOptions } from './register.ts';
import { startSmtp } from './systems/smtp.ts';
import { createWorld } from './world.ts';

await runService({
  name: 'sandbox',
  config: sandboxConfig,
  http: serverOptions,
  async start({ config, http, onStop, stopping }) {
    const world = createWorld({ effects: config.EFFECTS_LIMIT, salesforcePublicKey: config.SALESFORCE_PUBLIC_KEY });
    const hosts = [config.HOST, ...commaSeparated(config.ALLOWED_HOSTS)];
    registerSandbox(http, world, {
      hosts,
      closing: stopping,
      botFrameworkKeys: config.BOT_FRAMEWORK_KEYS,
      services: servicesOf(config),
    });
    const smtp = await startSmtp({ host: config.HOST, port: config.SMTP_PORT }, world);
    onStop('smtp', smtp.close);
  },
});
