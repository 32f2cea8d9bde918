import type { FastifyInstance } from 'fastify';
import type { Board } from './board.ts';

/** The page at `/`. */
export function registerPage(http: FastifyInstance, board: Board, _closing: AbortSignal): void {
  http.get('/', async () => board.cards());
}
