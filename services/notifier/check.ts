import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '@switchboard/service';
import { notifiedTypes } from './src/notifications.ts';
import { readRecipients } from './src/recipients/recipients-file.ts';

/** Checks the recipients that come with Switchboard, for `npm run check`. */
for (const path of ['services/notifier/recipients.yaml', 'local/recipients.yaml']) {
  try {
    readRecipients(readFileSync(join(import.meta.dirname, '../..', path), 'utf8'), path, notifiedTypes);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
