import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '@switchboard/stack/until';
import { eventOf } from '../fixtures/events.ts';
import { bodiesOf } from '../fixtures/office.ts';
import { setStage } from '../fixtures/stage.ts';
import { type NotifiedType, notifiedTypes } from './notifications.ts';

interface Told {
  subject: string;
  text: string;
}

const stage = setStage();

/** The texts for the catalogue's examples. */
const TEXTS: Partial<Record<NotifiedType, { en: Told; de: Told }>> = {
  'order.cancelled': {
    en: {
      subject: 'Your order #1001 is cancelled',
      text: 'Your order #1001 was cancelled.\nRefund: 129.9 EUR\nSee it here: https://shop.example.com/orders/1001',
    },
    de: {
      subject: 'Ihre Bestellung #1001 ist storniert',
      text: 'Ihre Bestellung #1001 wurde storniert.\nErstattung: 129,9 EUR\nAnsehen: https://shop.example.com/orders/1001',
    },
  },
  'order.delivered': {
    en: {
      subject: 'Your order #1001 was delivered',
      text: `Your order #1001 was delivered.
Delivered to: Front door
Accepted by: Jane Doe
Tracking number: 1Z999AA10123456784
See it here: https://shop.example.com/orders/1001`,
    },
    de: {
      subject: 'Ihre Bestellung #1001 ist zugestellt',
      text: `Ihre Bestellung #1001 wurde zugestellt.
Ablageort: Front door
Angenommen von: Jane Doe
Sendungsnummer: 1Z999AA10123456784
Ansehen: https://shop.example.com/orders/1001`,
    },
  },
  'payment.failed': {
    en: {
      subject: 'Your payment for order #1001 failed',
      text: `Your payment for order #1001 failed.
Amount: 129.9 EUR
Reason: Your card was declined.
Next attempt: 11 January 2026
Pay here: https://shop.example.com/orders/1001/pay`,
    },
    de: {
      subject: 'Ihre Zahlung für die Bestellung #1001 ist fehlgeschlagen',
      text: `Ihre Zahlung für die Bestellung #1001 ist fehlgeschlagen.
Betrag: 129,9 EUR
Grund: Your card was declined.
Nächster Versuch: 11. Januar 2026
Hier bezahlen: https://shop.example.com/orders/1001/pay`,
    },
  },
  'payment.refunded': {
    en: {
      subject: 'Your refund for order #1001',
      text: 'We have refunded your payment for order #1001.\nAmount: 89.9 EUR\nRefunded to: card',
    },
    de: {
      subject: 'Ihre Erstattung für die Bestellung #1001',
      text: 'Wir haben Ihre Zahlung für die Bestellung #1001 erstattet.\nBetrag: 89,9 EUR\nErstattet über: card',
    },
  },
  'subscription.changed': {
    en: {
      subject: 'Your subscription has changed',
      text: `Your subscription has changed.
Plan: Team
Previous plan: Starter
Status: active
Renews on: 15 February 2026
Manage it here: https://shop.example.com/account/subscription`,
    },
    de: {
      subject: 'Ihr Abonnement hat sich geändert',
      text: `Ihr Abonnement hat sich geändert.
Tarif: Team
Bisheriger Tarif: Starter
Status: active
Verlängert sich am: 15. Februar 2026
Verwalten: https://shop.example.com/account/subscription`,
    },
  },
  'stock.replenished': {
    en: {
      subject: 'Back in stock',
      text: `Kettle, 1.7 l is back in stock.
Price: 89.9 EUR
See it here: https://shop.example.com/products/kettle`,
    },
    de: {
      subject: 'Wieder lieferbar',
      text: `Kettle, 1.7 l ist wieder lieferbar.
Preis: 89,9 EUR
Ansehen: https://shop.example.com/products/kettle`,
    },
  },
  'maintenance.scheduled': {
    en: {
      subject: 'Planned maintenance: Database upgrade',
      text: `We are planning maintenance: Database upgrade
Start: 18 January 2026 at 22:00 UTC
End: 18 January 2026 at 23:30 UTC
The checkout is unavailable for some minutes.
Affected: checkout, payments
Read more: https://status.example.com/maintenance/2026-003`,
    },
    de: {
      subject: 'Geplante Wartung: Database upgrade',
      text: `Wir planen eine Wartung: Database upgrade
Beginn: 18. Januar 2026 um 22:00 UTC
Ende: 18. Januar 2026 um 23:30 UTC
The checkout is unavailable for some minutes.
Betroffen: checkout, payments
Mehr dazu: https://status.example.com/maintenance/2026-003`,
    },
  },
  'deploy.finished': {
    en: {
      subject: 'Deployment finished: checkout',
      text: `Deployment finished: checkout
Status: success
Environment: production
Version: 2.14.0
Branch: main
Author: octocat
All health checks pass.
Details: https://ci.example.com/deployments/3101`,
    },
    de: {
      subject: 'Deployment beendet: checkout',
      text: `Deployment beendet: checkout
Status: success
Umgebung: production
Version: 2.14.0
Branch: main
Autor: octocat
All health checks pass.
Details: https://ci.example.com/deployments/3101`,
    },
  },
  'build.failed': {
    en: {
      subject: 'Build failed: checkout',
      text: `Build failed: checkout
Build: 412
Branch: main
Commit: 9f3c2ab
Author: octocat
Failed step: npm test
2 of 318 tests failed.
Details: https://ci.example.com/builds/8812`,
    },
    de: {
      subject: 'Build fehlgeschlagen: checkout',
      text: `Build fehlgeschlagen: checkout
Build: 412
Branch: main
Commit: 9f3c2ab
Autor: octocat
Fehlgeschlagener Schritt: npm test
2 of 318 tests failed.
Details: https://ci.example.com/builds/8812`,
    },
  },
};

describe('the people of an event are notified in their language', () => {
  for (const type of notifiedTypes.filter((one) => TEXTS[one] !== undefined)) {
    it(type, async () => {
      const office = await stage.open();
      const locales = { jane: 'en-GB', erika: 'de' };
      for (const [userId, locale] of Object.entries(locales)) {
        await stage.prefer(office, userId, { email: true }, { locale, email: `${userId}@example.com` });
        await office.handle(eventOf(type, `e-${userId}`, stage.clock, { userId, userIds: [userId] }));
      }
      await eventually(() => assert.equal(bodiesOf(stage.sandbox, 'smtp').length, 2));
      const told = bodiesOf(stage.sandbox, 'smtp').map(({ subject, text }) => ({ subject, text: text?.trim() }));
      assert.deepEqual(told, [TEXTS[type]?.en, TEXTS[type]?.de]);
    });
  }
});
