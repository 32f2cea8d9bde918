import { runService } from '@switchboard/service';
import { actionsConfig } from './config.ts';
import { start } from './start.ts';

await runService({ name: 'actions', config: actionsConfig, start });
