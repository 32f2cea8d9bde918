import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generate } from './command.ts';

const { values: options } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const repository = join(import.meta.dirname, '../../..');
process.exitCode = generate(repository, options.check, options.check ? console.error : console.log);
