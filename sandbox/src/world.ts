import { type Board, createBoard } from './board.ts';
import { type Conversations, createConversations } from './chat/conversations.ts';
import type { Effect, SystemName } from './effect.ts';
import type { Fault } from './fault.ts';
import { createFaults, type Faults } from './faults.ts';
import { createJournal, type Journal } from './journal.ts';
import type { Surroundings, System } from './system.ts';
import { createChat } from './systems/chat.ts';
import { createEmbeddings } from './systems/embeddings.ts';
import { createFreshdesk } from './systems/freshdesk.ts';
import { createHelpdesk } from './systems/helpdesk.ts';
import { createHubspot } from './systems/hubspot.ts';
import { createJira } from './systems/jira.ts';
import { createSalesforce } from './systems/salesforce.ts';
import { createShop } from './systems/shop.ts';
import { createSlack } from './systems/slack.ts';
import { createWebhook } from './systems/webhook.ts';
import { createZendesk } from './systems/zendesk.ts';

export interface WorldOptions {
  /** Number of requests to keep, default 50,000. */
  effects?: number;
  /** The PEM of the key that signs JWTs for Salesforce; without it, Salesforce accepts only client credentials. */
  salesforcePublicKey?: string | undefined;
}

/** All systems and their shared state. */
export interface World {
  readonly systems: readonly System[];
  readonly journal: Pick<Journal, 'list' | 'json'>;
  readonly faults: Faults;
  readonly board: Board;
  readonly conversations: Conversations;
  fault(fault: Fault): void;
  /** Records a request and its answer. */
  record(effect: Omit<Effect, 'id'>): void;
  /** Deletes all received requests and all records. */
  forget(): void;
}

const MOST_EFFECTS = 50_000;
const MOST_EFFECT_CHARACTERS = 64 * 1_048_576;

export function createWorld({ effects = MOST_EFFECTS, salesforcePublicKey }: WorldOptions = {}): World {
  const journal = createJournal({ limit: effects, maxCharacters: MOST_EFFECT_CHARACTERS });
  const faults = createFaults();
  const board = createBoard();
  const conversations = createConversations();
  const around = (name: SystemName): Surroundings => ({ indexLagMs: () => faults.indexLagMs(name) });
  const systems: System[] = [
    createHubspot(board, around('hubspot')),
    createSalesforce(board, { publicKey: salesforcePublicKey }),
    createZendesk(board),
    createFreshdesk(board, around('freshdesk')),
    createJira(board, around('jira')),
    createHelpdesk(board, around('helpdesk')),
    createSlack(board),
    createChat(board, conversations),
    createEmbeddings(),
    createShop(board),
    createWebhook(board),
  ];

  return {
    systems,
    journal,
    faults,
    board,
    conversations,
    fault(fault) {
      if (fault.expireTokens === true) for (const system of systems) system.expireTokens?.();
      faults.add(fault);
    },
    record(effect) {
      const added = journal.add(effect);
      if (added.kind === 'refused') board.refuse(added);
    },
    forget() {
      journal.clear();
      for (const system of systems) system.clear();
      board.clear();
      conversations.clear();
    },
  };
}
