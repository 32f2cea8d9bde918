import { describe } from 'node:test';
import { passesEveryProvider } from '../fixtures/provider-suite.ts';
import { telegram } from './telegram.ts';

describe('Telegram', () => {
  passesEveryProvider(telegram, {
    secret: 'local-secret',
    otherSecret: 'another-secret',
    covers: { body: false, time: false },
  });
});
