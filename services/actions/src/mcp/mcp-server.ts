import { ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server';
import type { Caller } from '@switchboard/callers';
import type { Logger } from '@switchboard/service';
import type { Runner } from '../run/runner.ts';
import { callTool } from './call-tool.ts';
import { type ContextReader, listContexts, readContext } from './context-resources.ts';
import { GET_RUN, getRunTool, toolOf } from './tools.ts';

export interface McpServerDeps {
  readonly runner: Runner;
  readonly context: ContextReader;
  readonly logger: Logger;
  /** How long a call waits for the result; default 10 s: a model has nothing else to do. */
  readonly waitMs?: number;
}

const WAIT_MS = 10_000;
const IDENTITY = { name: 'switchboard', title: 'Switchboard', version: '1.0.0' };
const INSTRUCTIONS =
  'The tools act for the person who is signed in; no argument names another one. Tools that change something ask the person first.';

/** The server of one request: the tools and resources of its caller. */
export function createMcpServer(caller: Caller, locales: readonly string[], deps: McpServerDeps): Server {
  const { runner, context, logger, waitMs = WAIT_MS } = deps;
  const server = new Server(IDENTITY, { capabilities: { tools: {}, resources: {} }, instructions: INSTRUCTIONS });
  const views = runner.actionsFor(caller).filter(({ name }) => name !== GET_RUN);

  /** Our own failures go to the log, not to the model. */
  async function guarded<T>(what: string, work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      const { code, stack, message } = error as Error & { code?: string };
      // Without the message, which may quote the request.
      logger.error({ method: what, code, stack: stack?.replace(message, '') }, 'an MCP request failed');
      throw new ProtocolError(ProtocolErrorCode.InternalError, 'The service cannot answer now. Try again later.');
    }
  }

  server.setRequestHandler('tools/list', () => ({
    tools: views.length === 0 ? [] : [...views.map(toolOf), getRunTool],
  }));
  server.setRequestHandler('tools/call', ({ params }, request) =>
    guarded('tools/call', () => callTool({ runner, caller, locales, views, waitMs }, params, request)),
  );
  server.setRequestHandler('resources/list', () => listContexts(caller, context));
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [] }));
  server.setRequestHandler('resources/read', ({ params }) =>
    guarded('resources/read', () => {
      const wait = runner.takeRate(caller);
      if (wait > 0) throw new ProtocolError(ProtocolErrorCode.InternalError, `Too many requests. Wait ${wait} s.`);
      return readContext(caller, context, params.uri);
    }),
  );
  return server;
}
