import { describe } from 'node:test';
import { telegramBodies } from '../../fixtures/bodies/telegram.ts';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { knowsFullBodies } from '../../fixtures/full-bodies.ts';
import { NOW, NUMBER, SECONDS } from '../../fixtures/map-example.ts';
import { passesEveryProvider } from '../../fixtures/provider-suite.ts';
import { telegram } from './telegram.ts';

describe('Telegram', () => {
  passesEveryProvider(telegram, {
    secret: 'local-secret',
    otherSecret: 'another-secret',
    covers: { body: false, time: false },
  });

  mapsItsExamples(telegram, {
    message: [
      {
        type: 'message.received',
        id: NUMBER,
        at: SECONDS,
        fields: {
          conversationId: '1111111',
          userId: '1111111',
          messageId: '1365',
          text: '/start',
          channel: 'telegram',
          locale: 'en',
          customer: { name: 'Test Lastname' },
          sentAt: NOW,
        },
      },
    ],
    document: [
      {
        type: 'message.received',
        id: NUMBER,
        at: SECONDS,
        fields: {
          conversationId: '1111111',
          userId: '1111111',
          messageId: '1366',
          text: 'The list',
          attachments: [{ type: 'application/pdf', name: 'list.pdf' }],
          channel: 'telegram',
          customer: { name: 'Test' },
          sentAt: NOW,
        },
      },
    ],
    'message of a bot': [],
    'edited message': [],
  });

  knowsFullBodies(telegram, telegramBodies);
});
