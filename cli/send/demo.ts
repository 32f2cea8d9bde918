import { setTimeout as sleep } from 'node:timers/promises';
import { credentials } from '@switchboard/sandbox/credentials';
import { askBot } from './ask-bot.ts';
import { createStory, questions } from './demo-story.ts';
import { type Answer, sendEvents } from './send-events.ts';

export interface DemoOptions {
  /** Where ingest listens. */
  url: string;
  sandboxUrl: string;
  secret: string;
  /** Between the acts, so that a person can follow. */
  pauseMs: number;
  say: (line: string) => void;
}

/** Plays a small story with signed events. @returns the answers, one for each act */
export async function playDemo({ url, sandboxUrl, secret, pauseMs, say }: DemoOptions): Promise<Answer[]> {
  const isWatchable = await answers(`${sandboxUrl}/faults`);
  say(
    isWatchable
      ? `Watch ${sandboxUrl}, and the chat on ${sandboxUrl}/chat\n`
      : `Nothing listens on ${sandboxUrl}: what the story causes cannot be watched.\n`,
  );
  const given: Answer[] = [];
  for (const [index, { type, happens, look, order, event }] of createStory().entries()) {
    if (index > 0) await sleep(pauseMs);
    say(`${index + 1}. ${happens}`);
    if (isWatchable && order !== undefined) await placeOrder(sandboxUrl, order);
    await sendEvents({
      url,
      secret,
      count: 1,
      rate: undefined,
      next: event,
      onAnswer(answer) {
        given.push(answer);
        say(
          `   ${type}: ${answer.status === 200 ? `look for ${look}` : `${answer.status || ''} ${answer.text}`.trim()}`,
        );
      },
    });
    // Nobody is there: the other acts would say the same.
    if (given.at(-1)?.text === 'ECONNREFUSED') break;
  }
  if (isWatchable) {
    for (const { happens, ...question } of questions) {
      say(`- ${happens}: "${question.text}"`);
      say(`   the bot: ${(await askBot(sandboxUrl, question)) ?? 'no answer'}`);
    }
  }
  if (isWatchable) say(`\nAll of it is on ${sandboxUrl}. Talk to the bot on ${sandboxUrl}/chat`);
  return given;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

/** So that the bot of the chat page finds it. The story goes on without. */
async function placeOrder(sandboxUrl: string, order: object): Promise<void> {
  await fetch(`${sandboxUrl}/shop/orders`, {
    method: 'POST',
    headers: { authorization: `Bearer ${credentials.shop.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(order),
    signal: AbortSignal.timeout(2_000),
  }).catch(() => {});
}
